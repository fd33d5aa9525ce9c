#include "tools/export/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/mongo/sampler.h"
#include "core/plan/beside_name.h"

namespace haul {
namespace {

Error Missing(const Namespace& ns) {
  return {ExitCode::kUsage,
          fmt::format("the server has no collection {}; nothing was written", Display(ns)),
          "check the name; collections are case-sensitive"};
}

void SetRead(PlannedExport& planned, const ExportSource& source) {
  const ExportSelection& selection = source.options.selection;
  const bool plain = planned.spec.type == CollectionType::kCollection;
  if (plain) planned.size = MeasureCollection(source.deployment, source.client, planned.spec.ns);
  const bool whole =
      plain && !selection.filter && !selection.ordered && !selection.aggregation.has_value();
  planned.partition.order = whole ? Partition::Order::kWhole : Partition::Order::kQuery;
  planned.resume_tokens = whole && GivesResumeTokens(source.deployment, planned.spec);
  planned.reply_documents =
      ReplyDocuments(planned.size, source.deployment.RoundTrip(source.client));
}

// A user who may read one collection need not have the right to list them: then nothing is known of
// it but its name.
PlannedExport UnknownCollection(const Namespace& ns) {
  PlannedExport planned;
  planned.spec.ns = ns;
  planned.partition.order = Partition::Order::kQuery;
  return planned;
}

PlannedExport PlanNamed(const ExportSource& source, const Namespace& ns, Log& log) {
  PlannedExport planned;
  try {
    std::optional<CollectionSpec> found = FindCollection(source.deployment, source.client, ns);
    planned.exists = found.has_value();
    if (found) planned.spec = std::move(*found);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kDenied || source.options.to_directory) throw;
    log.Verbose(fmt::format("{}; it is read all the same", error.message()));
    return UnknownCollection(ns);
  }
  planned.spec.ns = ns;
  if (planned.exists) {
    SetRead(planned, source);
    return planned;
  }
  if (source.options.assert_exists || source.options.to_directory) throw Missing(ns);
  log.Warn(fmt::format("the server has no collection {}: the export is empty", Display(ns)));
  return planned;
}

bool IsExported(const ExportOptions& options, const Namespace& ns) {
  if (ns.collection.starts_with("system.") && ns.collection != "system.js") return false;
  if (RunOfBesideName(ns.collection)) return false;
  const auto& excluded = options.exclude_collections;
  return std::ranges::find(excluded, ns.collection) == excluded.end();
}

// What is left out of a whole database: the server's own, and what a restore has not finished.
std::vector<std::string> NamesOf(const ExportSource& source) {
  const ExportOptions& options = source.options;
  if (!options.collections.empty()) return options.collections;
  std::vector<std::string> names;
  for (const CollectionSpec& spec :
       ListCollections(source.deployment, source.client, options.database)) {
    if (IsExported(options, spec.ns)) names.push_back(spec.ns.collection);
  }
  if (!names.empty()) return names;
  throw Error(ExitCode::kUsage,
              fmt::format("the server has nothing to export in database {}; nothing was written",
                          EscapeForDisplay(options.database)),
              "check the name; databases are case-sensitive");
}

void Describe(PlannedExport& planned, const ExportSource& source) {
  planned.definition_only = planned.spec.type == CollectionType::kView;
  if (planned.definition_only) return;
  std::optional<std::vector<Document>> indexes =
      ListIndexes(source.deployment, source.client, planned.spec.ns);
  if (!indexes) throw Missing(planned.spec.ns);
  planned.spec.indexes = std::move(*indexes);
}

}  // namespace

CollectionRead PlannedExport::Read(const ExportSelection& selection) const {
  return {.ns = spec.ns,
          .partition = &partition,
          .filter = selection.filter ? &*selection.filter : nullptr,
          .reply_documents = reply_documents,
          .resume_tokens = resume_tokens,
          .more = &selection.more,
          .aggregation = selection.aggregation ? &*selection.aggregation : nullptr};
}

CollectionSize PlannedExport::Expected(const ExportSelection& selection) const {
  const bool whole = !selection.filter && !selection.ordered && !selection.aggregation;
  return whole ? size : CollectionSize{};
}

std::vector<PlannedExport> MakeExportPlan(const ExportSource& source, Log& log) {
  std::vector<PlannedExport> plan;
  for (const std::string& name : NamesOf(source)) {
    plan.push_back(PlanNamed(source, {source.options.database, name}, log));
    if (source.options.to_directory) Describe(plan.back(), source);
  }
  std::ranges::sort(plan, {}, [](const PlannedExport& planned) { return planned.spec.ns; });
  return plan;
}

void CheckSameCollection(const ExportSource& source, const PlannedExport& planned) {
  if (planned.spec.uuid.empty()) return;
  if (CollectionUuid(source.deployment, source.client, planned.spec.ns) == planned.spec.uuid)
    return;
  throw Error(ExitCode::kSourceChanged,
              fmt::format("read {}: it was dropped, renamed or made again while it was read",
                          Display(planned.spec.ns)),
              "run again");
}

}  // namespace haul
