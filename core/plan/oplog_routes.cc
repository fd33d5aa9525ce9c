#include "core/plan/oplog_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/error.h"

namespace haul {
namespace {

using Kind = OplogRoute::Kind;

// What of `config` is a cluster's settings, not a server's own bookkeeping.
constexpr std::array<std::string_view, 7> kConfigCollections = {
    "chunks", "collections", "databases", "settings", "shards", "tags", "version"};

constexpr std::string_view kConvertToCapped = ".convertToCapped.";
constexpr std::string_view kSystem = "system.";

// A server converts a collection by filling "tmpXXXXX.convertToCapped.NAME" and renaming it.
std::optional<std::string> Converted(std::string_view collection) {
  const std::size_t at = collection.find(kConvertToCapped);
  if (!collection.starts_with("tmp") || at == std::string_view::npos) return std::nullopt;
  return std::string(collection.substr(at + kConvertToCapped.size()));
}

}  // namespace

const OplogRoute& OplogRoutes::Of(std::string_view ns) {
  const std::string name(ns);
  const auto known = routes_.find(name);
  if (known != routes_.end()) return known->second;
  return routes_.emplace(name, Decide(SplitNamespace(ns))).first->second;
}

OplogRoute OplogRoutes::Decide(const Namespace& ns) {
  if (ns.database == "local" || ns.database.starts_with("__mdb_internal")) return {Kind::kSkipped};
  if (ns.database == "config") {
    const bool settings =
        std::ranges::find(kConfigCollections, ns.collection) != kConfigCollections.end();
    return settings ? Selected(ns) : OplogRoute{Kind::kSkipped};
  }
  const std::string_view name = ns.collection;
  if (ns.database == "admin" && name == "system.version") return {Kind::kVersion};
  if (ns.database == "admin" && (name == "system.users" || name == "system.roles")) {
    if (!options_.with_users) return {Kind::kFiltered};
    return {Kind::kApplied, ns, ns.ToString()};
  }
  if (name == "system.views") return {Kind::kViews};
  if (name.starts_with("system.resharding.")) return {Kind::kUnsafe};
  if (name.starts_with(kBucketsPrefix) || name == "system.js") return Selected(ns);
  return name.starts_with(kSystem) ? OplogRoute{Kind::kSkipped} : Selected(ns);
}

OplogRoute OplogRoutes::Selected(const Namespace& ns) {
  std::optional<Namespace> target;
  if (const auto converted = Converted(ns.collection)) {
    target = options_.target({ns.database, *converted});
    if (target) target->collection = ns.collection;
  } else {
    target = options_.target(ns);
  }
  if (!target) return {Kind::kFiltered};
  const auto [source, added] = sources_.emplace(*target, ns);
  if (!added) {
    throw Error(ExitCode::kConflict,
                fmt::format("both {} and {} of the oplog would be replayed into {}",
                            Display(source->second), Display(ns), Display(*target)),
                "choose another --nsTo");
  }
  return {Kind::kApplied, *target, target->ToString()};
}

std::vector<Namespace> OplogRoutes::TargetsOf(std::string_view database) const {
  std::vector<Namespace> targets;
  for (const auto& [target, source] : sources_) {
    if (source.database == database) targets.push_back(target);
  }
  return targets;
}

}  // namespace haul
