#include "core/plan/namespace_mapper.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {
namespace {

constexpr std::string_view kFrom = "--nsFrom";
constexpr std::string_view kTo = "--nsTo";

[[noreturn]] void Refuse(const NamespaceMapper::Rename& rename, std::string_view cause,
                         std::string hint = {}) {
  throw Error(ExitCode::kUsage,
              fmt::format("{} '{}' {} '{}': {}", kFrom, EscapeForDisplay(rename.from), kTo,
                          EscapeForDisplay(rename.to), cause),
              std::move(hint));
}

void RefuseBucketNames(const NamespaceMapper::Rename& rename, const NamespacePattern& from) {
  const Namespace start = SplitNamespace(from.literals().front());
  if (!start.collection.starts_with(kBucketsPrefix)) return;
  Refuse(rename, "a time-series collection is renamed by its own name, not by its buckets",
         fmt::format("leave out '{}' on both sides", kBucketsPrefix));
}

}  // namespace

NamespaceMapper::Compiled NamespaceMapper::CompileStars(const Rename& rename) {
  NamespacePattern from = NamespacePattern::FromStars(rename.from, kFrom);
  const NamespacePattern to = NamespacePattern::FromStars(rename.to, kTo);
  if (rename.to.find('$') != std::string::npos) {
    Refuse(rename, "a $variable$ in the target needs the same one in the source");
  }
  if (from.wildcards() != to.wildcards()) {
    Refuse(rename, fmt::format("{} and {} wildcards", from.wildcards(), to.wildcards()),
           "stars stand for stars by their position; use $variables$ to leave one out");
  }
  std::vector<std::size_t> sources;
  for (std::size_t i = 0; i < to.wildcards(); ++i) sources.push_back(i);
  return {std::move(from), to.literals(), std::move(sources)};
}

NamespaceMapper::Compiled NamespaceMapper::CompileVariables(const Rename& rename) {
  NamespacePattern from = NamespacePattern::FromVariables(rename.from, kFrom);
  VariableText to = SplitVariables(rename.to, kTo);
  std::vector<std::size_t> sources;
  for (const std::string& name : to.names) {
    const auto found = std::find(from.names().begin(), from.names().end(), name);
    if (found == from.names().end()) {
      Refuse(rename, fmt::format("the source has no variable ${}$", EscapeForDisplay(name)));
    }
    sources.push_back(static_cast<std::size_t>(found - from.names().begin()));
  }
  return {std::move(from), std::move(to.literals), std::move(sources)};
}

NamespaceMapper::NamespaceMapper(const std::vector<Rename>& renames) {
  for (const Rename& rename : renames) {
    const bool variables = rename.from.find('$') != std::string::npos;
    Compiled compiled = variables ? CompileVariables(rename) : CompileStars(rename);
    RefuseBucketNames(rename, compiled.from);
    // The last one given is tried first.
    renames_.insert(renames_.begin(), std::move(compiled));
  }
}

Namespace NamespaceMapper::Map(const Namespace& ns) const {
  const std::string_view logical = LogicalCollection(ns.collection);
  const std::string source = ns.database + '.' + std::string(logical);
  for (const Compiled& rename : renames_) {
    const auto captures = rename.from.Capture(source);
    if (!captures) continue;
    std::string target = rename.to_literals.front();
    for (std::size_t i = 0; i < rename.to_sources.size(); ++i) {
      target += (*captures)[rename.to_sources[i]];
      target += rename.to_literals[i + 1];
    }
    Namespace mapped = SplitNamespace(target);
    const std::string what = fmt::format("{} for {}", kTo, EscapeForDisplay(source));
    CheckDatabaseName(mapped.database, what);
    CheckCollectionName(mapped.collection, what);
    if (logical.size() != ns.collection.size()) mapped.collection.insert(0, kBucketsPrefix);
    return mapped;
  }
  return ns;
}

void CheckDistinctTargets(const std::map<Namespace, Namespace>& source_to_target) {
  std::map<Namespace, Namespace> target_to_source;
  for (const auto& [source, target] : source_to_target) {
    const auto [earlier, fresh] = target_to_source.emplace(target, source);
    if (fresh) continue;
    throw Error(ExitCode::kUsage,
                fmt::format("map namespaces: {} and {} would both become {}; nothing was touched",
                            Display(earlier->second), Display(source), Display(target)),
                "change --nsTo, or leave one of them out with --nsExclude");
  }
}

}  // namespace haul
