#include "core/plan/oplog_identities.h"

#include "core/base/text.h"

namespace haul {

void OplogIdentities::Expect(const std::string& ns, const std::string& uuid) {
  if (!uuid.empty()) held_[ns] = uuid;
}

void OplogIdentities::Write(std::string_view ns, ByteView uuid) {
  if (uuid.empty()) return;
  const auto held = held_.find(std::string(ns));
  if (held != held_.end() && held->second != ToHex(AsText(uuid))) mixed_.insert(held->first);
}

void OplogIdentities::Create(std::string_view ns, ByteView uuid) {
  if (uuid.empty()) return;
  const std::string hex = ToHex(AsText(uuid));
  dropped_.erase(hex);
  held_.emplace(std::string(ns), hex);
}

void OplogIdentities::Drop(std::string_view ns, ByteView uuid) {
  const std::string name(ns);
  const auto held = held_.find(name);
  if (held == held_.end()) return;
  if (!uuid.empty() && held->second != ToHex(AsText(uuid))) dropped_.insert(held->second);
  Forget(name);
}

void OplogIdentities::DropDatabase(std::string_view database) {
  const std::string prefix = std::string(database) + '.';
  std::erase_if(held_, [&](const auto& held) { return held.first.starts_with(prefix); });
  std::erase_if(mixed_, [&](const std::string& ns) { return ns.starts_with(prefix); });
}

bool OplogIdentities::Rename(std::string_view from, std::string_view to, ByteView uuid) {
  if (uuid.empty()) return true;
  const std::string hex = ToHex(AsText(uuid));
  const std::string old_name(from);
  const std::string new_name(to);
  const auto source = held_.find(old_name);
  const auto target = held_.find(new_name);
  if (dropped_.contains(hex)) return false;
  if (source != held_.end() && source->second != hex) return false;
  if (target != held_.end() && target->second == hex) return !mixed_.contains(new_name);
  if (source == held_.end()) return true;
  if (target != held_.end()) dropped_.insert(target->second);
  const bool mixed = mixed_.contains(old_name);
  Forget(old_name);
  Forget(new_name);
  held_[new_name] = hex;
  if (mixed) mixed_.insert(new_name);
  return true;
}

void OplogIdentities::Forget(const std::string& ns) {
  held_.erase(ns);
  mixed_.erase(ns);
}

}  // namespace haul
