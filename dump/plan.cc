#include "dump/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/bson/element.h"
#include "core/mongo/collection_reader.h"
#include "core/mongo/oplog_tail.h"
#include "core/mongo/sampler.h"
#include "dump/oplog_safety.h"
#include "dump/selection.h"
#include "formats/dump_writer.h"

namespace haul {
namespace {

// More partitions than workers: one that is slow to read does not keep the others waiting at the
// end.
constexpr std::size_t kPartitionsPerJob = 4;

// The view's documents stand in for a collection: what defines the view goes.
void StripViewDefinition(CollectionSpec& spec) {
  Document options;
  bson_copy_to_excluding_noinit(spec.options.bson(), options.bson(), "viewOn", "pipeline", nullptr);
  spec.options = std::move(options);
}

PlannedCollection PlanCollection(SourceCollection source, const DumpOptions& options) {
  PlannedCollection planned;
  CollectionSpec& spec = source.spec;
  const bool is_view = spec.type == CollectionType::kView;
  planned.metadata_path = DumpWriter::MetadataPath(spec.ns, options.destination.codec.id);
  planned.data_ns = spec.DataNamespace();
  planned.archive_ns = planned.data_ns;
  if (!is_view || options.views_as_collections) {
    planned.data_path = DumpWriter::DataPath(planned.data_ns, options.destination.codec.id);
  }
  if (is_view && options.views_as_collections) StripViewDefinition(spec);
  if (options.query) {
    planned.filter = spec.type == CollectionType::kTimeSeries ? ToBucketsQuery(*options.query, spec)
                                                              : options.query->Clone();
  }
  planned.data_uuid = std::move(source.data_uuid);
  planned.spec = std::move(spec);
  return planned;
}

PlannedCollection PlanAdminData(const std::string& database, const char* collection,
                                const DumpOptions& options) {
  PlannedCollection planned;
  planned.data_ns = {"admin", collection};
  planned.spec.ns = planned.data_ns;
  planned.archive_ns = {database, fmt::format("$admin.{}", collection)};
  planned.data_path = DumpWriter::AdminDataPath(database, collection, options.destination.codec.id);
  planned.filter.emplace();
  if (std::string_view(collection) != "system.version" && database != "admin") {
    BSON_APPEND_UTF8(planned.filter->bson(), "db", database.c_str());
  }
  return planned;
}

// With a snapshot everything is read at its time, but for what has no history.
void SetReadPoint(PlannedCollection& planned, const Catalogue& catalogue) {
  if (!catalogue.time || planned.data_path.empty() || !HasHistory(planned.spec)) return;
  planned.at.time = catalogue.time;
  if (catalogue.by_uuid) planned.at.uuid = planned.data_uuid;
}

void Cut(PlannedCollection& planned, const DumpSource& source, std::uint64_t cache_bytes) {
  if (planned.data_path.empty()) return;
  planned.size = MeasureCollection(source.deployment, source.client, planned.data_ns);
  if (planned.filter || planned.spec.type == CollectionType::kView) {
    planned.partitions.resize(1);
    planned.partitions.front().order = Partition::Order::kQuery;
    return;
  }
  planned.resume_tokens = GivesResumeTokens(source.deployment, planned.spec);
  planned.partitions =
      CutCollection(source.client, planned.spec,
                    {.size = planned.size,
                     .most = source.options.jobs == 1 ? 1 : source.options.jobs * kPartitionsPerJob,
                     .cache_bytes = cache_bytes,
                     .resume_tokens = planned.resume_tokens,
                     .at = planned.at});
}

const char* OrderName(const PlannedCollection& planned) {
  constexpr std::array kNames = {"natural order", "ranges of _id", "ranges of records", "query"};
  return kNames.at(static_cast<std::size_t>(planned.partitions.front().order));
}

void RefuseResharding(const DumpSource& source) {
  for (const CollectionSpec& spec : ListCollections(source.deployment, source.client, "config")) {
    if (!IsResharding(spec.ns)) continue;
    throw Error(ExitCode::kSourceChanged,
                fmt::format("dump with --oplog: {} says that a collection is being resharded; "
                            "nothing was written",
                            Display(spec.ns)),
                "run again when that is done");
  }
}

void RequireFound(const DumpPlan& plan, const DumpOptions& options) {
  if (!plan.collections.empty() || options.allow_missing) return;
  if (!options.collection.empty()) {
    throw Error(ExitCode::kUsage,
                fmt::format("the server has no collection {}",
                            Display({options.database, options.collection})),
                "check the name; collections are case-sensitive");
  }
  throw Error(ExitCode::kUsage, "the selection holds no collection; nothing was written",
              "check --db and the patterns; see --dryRun without them");
}

// Users and roles first, as archives have them; then the largest, so that no worker is left alone
// with it at the end.
bool ComesBefore(const PlannedCollection& a, const PlannedCollection& b) {
  if (a.IsAdminData() != b.IsAdminData()) return a.IsAdminData();
  return a.size.bytes > b.size.bytes;
}

}  // namespace

bool PlannedCollection::IsAdminData() const {
  return data_ns.database == "admin" && data_ns.collection.starts_with("system.");
}

std::uint32_t PlannedCollection::ReplyDocuments(std::chrono::milliseconds round_trip) const {
  return haul::ReplyDocuments(size, round_trip);
}

std::vector<std::string> DumpPlan::Paths() const {
  std::vector<std::string> paths;
  if (oplog_start) paths.push_back(oplog_path);
  for (const PlannedCollection& planned : collections) {
    if (!planned.data_path.empty()) paths.push_back(planned.data_path);
    if (!planned.metadata_path.empty()) paths.push_back(planned.metadata_path);
  }
  return paths;
}

CollectionSize DumpPlan::TotalSize() const {
  CollectionSize total;
  for (const PlannedCollection& planned : collections) {
    total.bytes += planned.size.bytes;
    total.documents += planned.size.documents;
  }
  return total;
}

std::uint64_t DumpPlan::EstimateStored(const CodecChoice& codec) const {
  // Documents rarely compress to less than a third; better to warn once too often.
  const std::uint64_t plain = TotalSize().bytes;
  return codec.id == CodecId::kNone ? plain : plain / 2;
}

std::string DumpPlan::ToText() const {
  std::string text;
  for (const PlannedCollection& planned : collections) {
    const std::string name = EscapeForDisplay(planned.spec.ns.ToString());
    if (planned.data_path.empty()) {
      fmt::format_to(std::back_inserter(text), "{}  {}, definition only\n", name,
                     TypeName(planned.spec.type));
      continue;
    }
    fmt::format_to(std::back_inserter(text), "{}  {}, about {} documents, {}, in {} part{} by {}\n",
                   name, TypeName(planned.spec.type), FormatCount(planned.size.documents),
                   FormatBytes(planned.size.bytes), planned.partitions.size(),
                   planned.partitions.size() == 1 ? "" : "s", OrderName(planned));
  }
  if (oplog_start) text += fmt::format("the oplog from {} on\n", oplog_start->ToString());
  return text;
}

std::string DumpPlan::ToJson() const {
  std::string json = "[";
  for (const PlannedCollection& planned : collections) {
    fmt::format_to(std::back_inserter(json),
                   R"({}{{"namespace":"{}","type":"{}","documents":{},"bytes":{},)"
                   R"("partitions":{},"order":"{}","file":"{}"}})",
                   json.size() > 1 ? ",\n " : "", EscapeJson(planned.spec.ns.ToString()),
                   TypeName(planned.spec.type), planned.size.documents, planned.size.bytes,
                   planned.partitions.size(),
                   planned.partitions.empty() ? "definition only" : OrderName(planned),
                   EscapeJson(planned.data_path));
  }
  return json + "]\n";
}

std::vector<Namespace> DumpPlan::ReadAlone() const {
  std::vector<Namespace> alone;
  if (!catalogue.time) return alone;
  for (const PlannedCollection& planned : collections) {
    if (!planned.data_path.empty() && !planned.at.time) alone.push_back(planned.data_ns);
  }
  std::ranges::sort(alone);
  return alone;
}

DumpPlan MakeDumpPlan(const DumpSource& source) {
  const DumpOptions& options = source.options;
  DumpPlan plan;
  // Before the catalogue, so that no change of it is missed.
  if (options.oplog) {
    plan.oplog_start = OplogStartTime(source.deployment, source.client);
    plan.oplog_path = DumpWriter::OplogPath(options.destination.codec.id);
  }
  plan.catalogue = ReadCatalogue(source);
  if (options.oplog) RefuseResharding(source);
  for (const SourceCollection& collection : plan.catalogue.collections) {
    plan.collections.push_back(PlanCollection(collection.Clone(), options));
  }
  RequireFound(plan, options);
  if (options.users_and_roles && !plan.collections.empty()) {
    for (const char* collection : {"system.users", "system.roles", "system.version"}) {
      plan.collections.push_back(PlanAdminData(options.database, collection, options));
    }
  }
  const std::uint64_t cache_bytes = CacheBytes(source.client);
  for (PlannedCollection& planned : plan.collections) {
    SetReadPoint(planned, plan.catalogue);
    Cut(planned, source, cache_bytes);
  }
  std::stable_sort(plan.collections.begin(), plan.collections.end(), ComesBefore);
  if (!options.database.empty()) plan.prelude_folder = options.database;
  return plan;
}

}  // namespace haul
