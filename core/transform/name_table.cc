#include "core/transform/name_table.h"

namespace haul {
namespace {

constexpr std::size_t kFewNames = 12;

}  // namespace

std::size_t NameTable::Add(std::string_view name) {
  if (const std::size_t known = Find(name); known != kNone) return known;
  sizes_ |= std::uint64_t{1} << SizeBit(name);
  names_.emplace_back(name);
  if (names_.size() > kFewNames) {
    for (std::size_t i = positions_.size(); i < names_.size(); ++i) positions_[names_[i]] = i;
  }
  return names_.size() - 1;
}

std::size_t NameTable::Search(std::string_view name) const {
  if (!positions_.empty()) {
    const auto found = positions_.find(std::string(name));
    return found == positions_.end() ? kNone : found->second;
  }
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == name) return i;
  }
  return kNone;
}

}  // namespace haul
