#include "restore/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/plan/beside_name.h"

namespace haul {
namespace {

// Empty: it can be swapped.
std::string WhyNoSwap(const CollectionSpec& wanted, const CollectionSpec& there,
                      const RestoreOptions& options) {
  if (options.drop_first) return "--dropFirst";
  if (options.preserve_uuid) return "--preserveUUID: two collections cannot have one UUID";
  if (wanted.type == CollectionType::kView) return "a view holds no data";
  if (wanted.type == CollectionType::kTimeSeries) {
    return "servers do not rename time-series collections";
  }
  if (there.type == CollectionType::kView) return "servers do not rename over a view";
  if (there.type == CollectionType::kTimeSeries) {
    return "servers do not rename over time-series collections";
  }
  if (wanted.ns.collection.starts_with("system.")) return "servers do not rename it";
  return {};
}

// What renameCollection within a database asks for:
// https://www.mongodb.com/docs/manual/reference/command/renameCollection/#required-access
bool MaySwap(const Privileges& rights, const Namespace& beside, const Namespace& target) {
  const auto may = [&](const Namespace& ns, std::initializer_list<const char*> actions) {
    return std::all_of(actions.begin(), actions.end(),
                       [&](const char* action) { return rights.Allows(ns, action); });
  };
  const bool reads_no_more = rights.Allows(beside, "find") || !rights.Allows(target, "find");
  const bool renames = rights.Allows({target.database, {}}, "renameCollectionSameDB");
  const bool moves =
      may(beside, {"find", "dropCollection"}) && may(target, {"insert", "createIndex"});
  return may(beside, {"insert", "createCollection", "createIndex", "dropCollection"}) &&
         rights.Allows(target, "dropCollection") && ((renames && reads_no_more) || moves);
}

Error NoRightToSwap(const Namespace& target) {
  return {ExitCode::kDenied,
          fmt::format("restore {}: the user has no right to rename collections, so that the old "
                      "one would be gone before the new one is complete; nothing was touched",
                      Display(target)),
          "--dropFirst drops first all the same; the role readWrite on the database lets haul "
          "swap"};
}

}  // namespace

std::string Placement::ToText() const {
  switch (way) {
    case Way::kCreate:
      return "created";
    case Way::kAdd:
      return "added to what is there";
    case Way::kSwap:
      return "swapped in when the whole dump is in";
    case Way::kDropFirst:
      return fmt::format("dropped first ({})", why);
  }
  return {};
}

Placements::Placements(const Input& input) {
  std::size_t number = 0;
  for (const PlannedCollection* planned : input.planned) {
    const Namespace& target = planned->spec.ns;
    Placement placement{.built = target, .why = {}};
    const auto there = input.existing.find(target);
    if (there != input.existing.end()) {
      placement.way = Placement::Way::kAdd;
      if (input.options.drop && !input.undroppable.contains(target)) {
        placement.why = WhyNoSwap(planned->spec, there->second, input.options);
        placement.way = placement.why.empty() ? Placement::Way::kSwap : Placement::Way::kDropFirst;
      }
    }
    if (placement.way == Placement::Way::kSwap) {
      placement.built.collection = BesideName(input.run, number++);
      if (!MaySwap(input.rights, placement.built, target)) {
        if (!input.options.swap_if_allowed) throw NoRightToSwap(target);
        placement = {.way = Placement::Way::kDropFirst,
                     .built = target,
                     .why = "the user has no right to rename collections"};
      }
    }
    by_target_.emplace(target, std::move(placement));
  }
}

Namespace Placements::DataNamespace(const PlannedCollection& planned) const {
  const Placement& placement = At(planned.spec.ns);
  return placement.way == Placement::Way::kSwap ? placement.built : planned.spec.DataNamespace();
}

std::size_t Placements::Count(Placement::Way way) const {
  return static_cast<std::size_t>(
      std::count_if(by_target_.begin(), by_target_.end(),
                    [&](const auto& placed) { return placed.second.way == way; }));
}

std::vector<std::string> Placements::DropsFirst() const {
  std::vector<std::string> lines;
  for (const auto& [target, placement] : by_target_) {
    if (placement.way != Placement::Way::kDropFirst) continue;
    lines.push_back(fmt::format("{}: {}", Display(target), placement.ToText()));
  }
  return lines;
}

}  // namespace haul
