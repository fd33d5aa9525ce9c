#include "seed/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "seed/file_reader.h"
#include "seed/reference_plan.h"

namespace haul {
namespace {

class Planner {
 public:
  Planner(const PlanOptions& options, const SeedRun& run, SeedPlan& plan)
      : options_(options), run_(run), plan_(plan) {}

  void Add(const SeedSource& source) {
    auto file = std::make_unique<SeedFile>();
    std::string name;
    SeedFileReader({source, options_, run_, plan_.references})
        .Read([&](const SettingsText& settings) -> SeedFileReader::Place {
          name = NameOf(source, settings);
          seen_.push_back(name);
          if (!IsWanted(name) || !IsOfEnvironment(source, settings)) return {};
          return {file.get(), name, &generated_[name]};
        });
    // Left out: nothing was compiled.
    if (file->shown.empty()) return;
    CollectionOf(name, source.collection).files.push_back(std::move(file));
  }

  void CheckOnly() const {
    for (const std::string& name : options_.only) {
      if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) continue;
      std::vector<std::string> known = seen_;
      std::sort(known.begin(), known.end());
      known.erase(std::unique(known.begin(), known.end()), known.end());
      throw Error(ExitCode::kUsage,
                  fmt::format("--only: no file is for a collection {}", EscapeForDisplay(name)),
                  fmt::format("there are files for {}",
                              EscapeForDisplay(fmt::format("{}", fmt::join(known, ", ")))));
    }
  }

 private:
  static std::string NameOf(const SeedSource& source, const SettingsText& settings) {
    const auto said = settings.Collection();
    std::string name = said && !source.collection_is_given ? *said : source.collection.name;
    CheckCollectionName(name, fmt::format("the collection of {}", source.path.string()));
    return name;
  }

  [[nodiscard]] bool IsWanted(const std::string& name) const {
    const std::vector<std::string>& only = options_.only;
    return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
  }

  [[nodiscard]] bool IsOfEnvironment(const SeedSource& source, const SettingsText& settings) {
    const std::vector<std::string> environments = settings.Environments();
    if (environments.empty() || std::find(environments.begin(), environments.end(),
                                          options_.environment) != environments.end()) {
      return true;
    }
    plan_.left_out.push_back(fmt::format(
        "{} is left out: it is for {}, and this is {}{}", EscapeForDisplay(source.path.native()),
        EscapeForDisplay(fmt::format("{}", fmt::join(environments, ", "))),
        EscapeForDisplay(options_.environment),
        options_.environment_is_known ? "" : " (no --env says otherwise)"));
    return false;
  }

  SeedCollection& CollectionOf(const std::string& name, OrderedName order) {
    for (SeedCollection& collection : plan_.collections) {
      if (collection.ns.collection == name) return collection;
    }
    order.name = name;
    SeedCollection collection;
    collection.order = std::move(order);
    collection.ns = {options_.database, name};
    plan_.collections.push_back(std::move(collection));
    return plan_.collections.back();
  }

  const PlanOptions& options_;
  const SeedRun& run_;
  SeedPlan& plan_;
  std::map<std::string, PlaceCounts> generated_;
  std::vector<std::string> seen_;
};

}  // namespace

std::uint64_t SeedFile::Count() const {
  std::uint64_t count = 0;
  for (const CompiledDocument& document : documents) count += document.copies;
  return count;
}

bool SeedFile::IsSecret(const CompiledDocument& document, std::string_view field) const {
  return settings.IsHashed(field) || settings.IsToken(field) ||
         document.secret_fields.count(field) > 0 ||
         settings.of_defaults.secret_fields.count(field) > 0;
}

std::uint64_t SeedCollection::Count() const {
  std::uint64_t count = 0;
  for (const auto& file : files) count += file->Count();
  return count;
}

SeedPlan MakeSeedPlan(const PlanOptions& options, const SeedRun& run) {
  SeedPlan plan;
  SeedLayout layout = FindSeedFiles(options.paths, options.collection);
  plan.remarks = std::move(layout.remarks);
  Planner planner(options, run, plan);
  for (const SeedSource& source : layout.sources) planner.Add(source);
  planner.CheckOnly();
  std::stable_sort(
      plan.collections.begin(), plan.collections.end(),
      [](const SeedCollection& a, const SeedCollection& b) { return a.order < b.order; });
  PlanReferences(plan);
  return plan;
}

}  // namespace haul
