#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/mongo/privileges.h"
#include "restore/plan.h"

namespace haul {

/// How one collection or view of the plan comes to stand at its target.
struct Placement {
  enum class Way : std::uint8_t {
    kCreate,     ///< nothing is there
    kAdd,        ///< what is there stays, documents are added
    kSwap,       ///< filled beside what is there, which it replaces when the whole dump is in
    kDropFirst,  ///< what is there is dropped before the first document
  };
  Way way = Way::kCreate;
  Namespace built;  ///< where it is filled and indexed, logical; the target but for kSwap
  std::string why;  ///< of kDropFirst: why it cannot be swapped

  /// For the plan: "swapped in when the whole dump is in".
  [[nodiscard]] std::string ToText() const;
};

/// The placement of everything in a plan, by target.
class Placements {
 public:
  using Existing = std::map<Namespace, CollectionSpec>;
  struct Input {
    std::vector<const PlannedCollection*> planned;
    const RestoreOptions& options;
    const Existing& existing;  ///< on the target
    const Privileges& rights;
    std::string run;                  ///< names what is built beside
    std::set<Namespace> undroppable;  ///< stay all the same, and are added to
  };

  Placements() = default;
  /// Decides. Throws Error kDenied where --drop would have to swap and the user may not: then
  /// nothing protects the old collection, so that --dropFirst has to be asked for. Pure.
  explicit Placements(const Input& input);

  [[nodiscard]] const Placement& At(const Namespace& target) const { return by_target_.at(target); }
  /// Where the documents of a collection go: system.buckets.X of a time-series collection X.
  [[nodiscard]] Namespace DataNamespace(const PlannedCollection& planned) const;
  /// How many go that way.
  [[nodiscard]] std::size_t Count(Placement::Way way) const;
  /// Of those that are dropped first, a line each.
  [[nodiscard]] std::vector<std::string> DropsFirst() const;

 private:
  std::map<Namespace, Placement> by_target_;
};

}  // namespace haul
