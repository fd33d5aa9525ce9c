#include "seed/reference_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "seed/file_reader.h"

namespace haul {
namespace {

using Edges = std::map<std::size_t, std::set<std::size_t>>;  // collection -> those it refers to

std::optional<std::size_t> CollectionOf(const SeedPlan& plan, const std::string& name) {
  for (std::size_t i = 0; i < plan.collections.size(); ++i) {
    if (plan.collections[i].ns.collection == name) return i;
  }
  return std::nullopt;
}

class CollectionOrder {
 public:
  explicit CollectionOrder(SeedPlan& plan) : plan_(plan) {
    for (const Reference& reference : plan.references.all()) {
      const auto from = CollectionOf(plan, reference.from);
      const auto to = CollectionOf(plan, reference.collection);
      if (from && to && *from != *to) edges_[*from].insert(*to);
    }
  }

  /// The earliest by number of those that wait for nobody comes first.
  void Apply() {
    std::vector<std::size_t> order;
    while (order.size() < plan_.collections.size()) {
      const auto next = Ready(order);
      if (!next) RefuseCycle(order);
      order.push_back(*next);
    }
    std::vector<SeedCollection> sorted;
    for (const std::size_t index : order) sorted.push_back(std::move(plan_.collections[index]));
    plan_.collections = std::move(sorted);
  }

 private:
  static bool Contains(const std::vector<std::size_t>& order, std::size_t index) {
    return std::find(order.begin(), order.end(), index) != order.end();
  }

  [[nodiscard]] std::optional<std::size_t> Ready(const std::vector<std::size_t>& order) {
    for (std::size_t i = 0; i < plan_.collections.size(); ++i) {
      if (Contains(order, i)) continue;
      const std::set<std::size_t>& needs = edges_[i];
      const auto is_done = [&](std::size_t need) { return Contains(order, need); };
      if (std::all_of(needs.begin(), needs.end(), is_done)) return i;
    }
    return std::nullopt;
  }

  // Every collection that is left waits for another one of them: following that leads in a circle.
  [[noreturn]] void RefuseCycle(const std::vector<std::size_t>& order) {
    std::vector<std::size_t> walk;
    std::size_t at = 0;
    while (Contains(order, at)) ++at;
    while (!Contains(walk, at)) {
      walk.push_back(at);
      const std::set<std::size_t>& needs = edges_[at];
      at = *std::find_if(needs.begin(), needs.end(),
                         [&](std::size_t need) { return !Contains(order, need); });
    }
    walk.erase(walk.begin(), std::find(walk.begin(), walk.end(), at));
    walk.push_back(at);
    std::string names;
    for (const std::size_t index : walk) {
      if (!names.empty()) names += " -> ";
      names += EscapeForDisplay(plan_.collections[index].ns.collection);
    }
    std::string place;
    for (const Reference& reference : plan_.references.all()) {
      const bool in_circle = reference.from == plan_.collections[walk[0]].ns.collection &&
                             reference.collection == plan_.collections[walk[1]].ns.collection;
      if (in_circle) place = reference.place;
    }
    throw Error(ExitCode::kUsage,
                fmt::format("{}: the references go in a circle: {}", place, names),
                "take one of them out; an _id by {\"$$oid\": \"NAME\"} is known on both sides "
                "without a reference");
  }

  SeedPlan& plan_;
  Edges edges_;
};

// The references that point into one collection, looked for in one pass over its documents.
class TargetSearch {
 public:
  TargetSearch(SeedPlan& plan, std::size_t collection) : plan_(plan), collection_(collection) {
    const std::vector<Reference>& all = plan.references.all();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].collection == plan.collections[collection].ns.collection) wanted_.push_back(i);
    }
  }

  void Run() {
    if (wanted_.empty()) return;
    const SeedCollection& collection = plan_.collections[collection_];
    for (std::size_t f = 0; f < collection.files.size(); ++f) {
      for (std::size_t d = 0; d < collection.files[f]->documents.size(); ++d) LookAt(f, d);
    }
  }

 private:
  void LookAt(std::size_t file, std::size_t index) {
    const CompiledDocument& document = Document(file, index);
    ByteBuffer bytes;
    // A reference's own value is not known yet, so it is a null here.
    for (Moment moment; moment.copy < document.copies; ++moment.copy) {
      bytes.Clear();
      AppendDocument(document, moment, bytes);
      for (const std::size_t number : wanted_) {
        if (!Matches(plan_.references.all()[number].filter, bytes.view())) continue;
        Take(number, {collection_, file, index, moment.copy});
      }
    }
  }

  void Take(std::size_t number, const ReferenceTarget& target) {
    std::optional<ReferenceTarget>& found = plan_.targets[number];
    if (!found) {
      found = target;
      return;
    }
    const auto place = [&](const ReferenceTarget& at) {
      return fmt::format("{}: line {}",
                         EscapeForDisplay(plan_.collections[collection_].files[at.file]->shown),
                         Document(at.file, at.document).line);
    };
    const Reference& reference = plan_.references.all()[number];
    throw Error(ExitCode::kUsage,
                fmt::format("{}: several documents of {} are meant ({}, {})", reference.place,
                            EscapeForDisplay(reference.collection), place(*found), place(target)),
                "name fields that only one document has, as its key");
  }

  [[nodiscard]] const CompiledDocument& Document(std::size_t file, std::size_t index) const {
    return plan_.collections[collection_].files[file]->documents[index];
  }

  SeedPlan& plan_;
  const std::size_t collection_;
  std::vector<std::size_t> wanted_;
};

// A document is written after those of its own collection that it refers to.
class Levels {
 public:
  Levels(SeedPlan& plan, std::size_t collection)
      : plan_(plan), index_(collection), collection_(plan.collections[collection]) {
    for (const auto& file : collection_.files) {
      file->levels.assign(file->documents.size(), kUnknown);
    }
  }

  void Assign() {
    for (std::size_t f = 0; f < collection_.files.size(); ++f) {
      for (std::size_t d = 0; d < collection_.files[f]->documents.size(); ++d) {
        collection_.levels = std::max(collection_.levels, LevelOf(f, d) + 1);
      }
    }
  }

 private:
  static constexpr std::uint32_t kUnknown = UINT32_MAX;
  static constexpr std::uint32_t kAtWork = UINT32_MAX - 1;
  static constexpr std::size_t kDeepest = 1000;

  std::uint32_t LevelOf(std::size_t file, std::size_t index) {
    std::uint32_t& level = collection_.files[file]->levels[index];
    if (level != kUnknown && level != kAtWork) return level;
    const CompiledDocument& document = collection_.files[file]->documents[index];
    if (level == kAtWork || ++depth_ > kDeepest) {
      throw Error(ExitCode::kUsage,
                  fmt::format("{}: line {}: the references of documents in {} go in a circle, or "
                              "are a chain of more than {}",
                              EscapeForDisplay(collection_.files[file]->shown), document.line,
                              EscapeForDisplay(collection_.ns.collection), kDeepest));
    }
    level = kAtWork;
    std::uint32_t result = 0;
    for (const std::size_t number : document.references) {
      const auto& target = plan_.targets[number];
      if (!target || target->collection != index_) continue;
      result = std::max(result, LevelOf(target->file, target->document) + 1);
    }
    --depth_;
    level = result;
    return result;
  }

  SeedPlan& plan_;
  const std::size_t index_;
  SeedCollection& collection_;
  std::size_t depth_ = 0;
};

}  // namespace

void PlanReferences(SeedPlan& plan) {
  CollectionOrder(plan).Apply();
  plan.targets.resize(plan.references.all().size());
  for (std::size_t i = 0; i < plan.collections.size(); ++i) TargetSearch(plan, i).Run();
  for (std::size_t i = 0; i < plan.collections.size(); ++i) Levels(plan, i).Assign();
}

}  // namespace haul
