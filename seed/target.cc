#include "seed/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/mongo/catalog.h"
#include "core/mongo/find_documents.h"
#include "core/mongo/keyed_writer.h"

namespace haul {
namespace {

constexpr const char* kRecordId = "environment";

Document RecordFilter() {
  Document filter;
  BSON_APPEND_UTF8(filter.bson(), "_id", kRecordId);
  return filter;
}

bool IsTrue(ByteView document, std::string_view field) {
  const auto element = FindElement(document, field);
  return element && element->AsBool().value_or(false);
}

// What the index tells apart differs in the key, too, if all its fields are the key's. A partial
// one does not see every document.
bool Guards(const Document& index, const KeyFields& key) {
  const bool unique =
      IsTrue(index.bytes(), "unique") || FindString(index.bytes(), "name") == "_id_";
  if (!unique || FindElement(index.bytes(), "partialFilterExpression")) return false;
  const auto fields = FindDocument(index.bytes(), "key");
  if (!fields) return false;
  ElementWalk walk(*fields);
  while (const auto field = walk.Next()) {
    const auto& paths = key.paths();
    if (std::find(paths.begin(), paths.end(), field->key) == paths.end()) return false;
  }
  return true;
}

}  // namespace

SeedTarget::SeedTarget(Context context)
    : context_(context),
      client_(context.deployment.Acquire()),
      states_(context.plan.collections.size()) {}

void SeedTarget::Check() {
  if (context_.options.transaction && context_.deployment.info().replica_set.empty() &&
      !context_.deployment.info().mongos) {
    throw Error(ExitCode::kUnsupported,
                "--transaction: the server is no replica set, and has no transactions",
                "--initReplicaSet makes a set of a server that was started with --replSet");
  }
  CheckEnvironment();
  CheckConsent();
  CheckCollections();
}

void SeedTarget::CheckEnvironment() {
  const PlanOptions& plan = context_.options.plan;
  const Namespace ns{plan.database, kSeedRecordCollection};
  const Document filter = RecordFilter();
  const auto records = FindDocuments(context_.deployment, client_, {ns, filter, 1});
  if (records.empty()) return;
  const std::string_view stored = FindString(records.front().bytes(), "environment");
  if (stored == plan.environment) {
    environment_is_recorded_ = true;
    return;
  }
  const bool stated = IsTrue(records.front().bytes(), "stated");
  if (!stated && context_.options.yes) return;
  const std::string now = plan.environment_is_known
                              ? fmt::format("says {}", EscapeForDisplay(plan.environment))
                              : "names no environment, which counts as production";
  std::string hint = fmt::format(
      "--env {} goes on with what it is; is it another one now, delete "
      "the document \"{}\" in {}",
      EscapeForDisplay(stored), kRecordId, kSeedRecordCollection);
  if (!stated) {
    hint = "that run named no environment: if the database is not production's, --yes corrects it";
  }
  throw Error(ExitCode::kUsage,
              fmt::format("the database {} was seeded as {}, and this run {}; nothing was touched",
                          EscapeForDisplay(plan.database), EscapeForDisplay(stored), now),
              std::move(hint));
}

void SeedTarget::CheckConsent() const {
  const SeedOptions& options = context_.options;
  const bool asked = options.drop || options.clear;
  if (!asked || options.yes || IsForDevelopment(options.plan.environment)) return;
  throw Error(
      ExitCode::kUsage,
      fmt::format("{} throws documents away, and this is {}; nothing was touched",
                  options.drop ? "--drop" : "--clear", EscapeForDisplay(options.plan.environment)),
      "say --env development, or --yes if that is meant");
}

void SeedTarget::CheckCollections() {
  const auto specs = ListCollections(context_.deployment, client_, context_.options.plan.database);
  for (std::size_t i = 0; i < context_.plan.collections.size(); ++i) {
    const Namespace& ns = context_.plan.collections[i].ns;
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const CollectionSpec& one) {
      return one.ns.collection == ns.collection;
    });
    if (spec == specs.end()) continue;
    if (spec->type != CollectionType::kCollection) {
      throw Error(ExitCode::kConflict,
                  fmt::format("{} is a {}, which cannot be seeded; nothing was touched",
                              Display(ns), TypeName(spec->type)));
    }
    State& state = states_[i];
    state.exists = true;
    if (context_.options.drop || context_.options.clear) continue;
    const Document any;
    state.empty = FindDocuments(context_.deployment, client_, {ns, any, 1}).empty();
    if (!state.empty) CheckKeyless(i);
  }
}

void SeedTarget::CheckKeyless(std::size_t collection) const {
  for (const auto& file : context_.plan.collections[collection].files) {
    if (file->key) continue;
    throw Error(ExitCode::kConflict,
                fmt::format("{} is not empty, and {} has no key that would tell which of its "
                            "documents are there; nothing was touched",
                            Display(context_.plan.collections[collection].ns),
                            EscapeForDisplay(file->shown)),
                "name fields with \"key\" in $$seed or with --key, give every document an _id, or "
                "empty the collection first with --clear");
  }
}

void SeedTarget::RecordEnvironment() {
  if (environment_is_recorded_) return;
  const PlanOptions& plan = context_.options.plan;
  Document record = RecordFilter();
  BSON_APPEND_UTF8(record.bson(), "environment", plan.environment.c_str());
  BSON_APPEND_BOOL(record.bson(), "stated", plan.environment_is_known);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  BSON_APPEND_DATE_TIME(record.bson(), "at",
                        std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  Batch batch;
  batch.Append(record.bytes());
  const KeyFields key({"_id"}, "the environment's record");
  KeyedCounts counts;
  // With --yes one that nobody stated may be there.
  KeyedWriter(context_.deployment, client_, key, counts,
              {.ns = {plan.database, kSeedRecordCollection},
               .mode = context_.options.yes ? KeyedMode::kReplace : KeyedMode::kInsertIfAbsent,
               .write_concern = context_.options.write_concern.Clone(),
               .on_reject = {},
               .on_outcome = {}})
      .Write(batch);
  // Another run may have been first, and meant something else.
  if (counts.inserted == 0) CheckEnvironment();
}

void SeedTarget::Prepare() {
  RecordEnvironment();
  CatalogWriter catalog(context_.deployment);
  const Document& concern = context_.options.write_concern;
  for (std::size_t i = 0; i < context_.plan.collections.size(); ++i) {
    const Namespace& ns = context_.plan.collections[i].ns;
    if (states_[i].exists && context_.options.drop) {
      catalog.Drop(ns, concern);
      context_.log.Info(fmt::format("dropped {}", Display(ns)));
    }
    if (states_[i].exists && context_.options.clear && !context_.options.transaction) {
      catalog.Empty(ns, concern);
      context_.log.Info(fmt::format("emptied {}", Display(ns)));
    }
    BuildIndexes(catalog, i);
  }
}

void SeedTarget::BuildIndexes(CatalogWriter& catalog, std::size_t collection) {
  const SeedCollection& planned = context_.plan.collections[collection];
  std::vector<Document> indexes;
  for (const auto& file : planned.files) {
    for (const Document& index : file->settings.indexes) {
      const auto same = [&](const Document& other) { return other == index; };
      if (std::none_of(indexes.begin(), indexes.end(), same)) indexes.push_back(index.Clone());
    }
  }
  if (!indexes.empty()) {
    const auto outcome = catalog.BuildIndexes(planned.ns, indexes, context_.options.write_concern);
    for (const std::string& warning : outcome.warnings) context_.log.Warn(warning);
    if (outcome.created > 0) {
      context_.log.Info(fmt::format(
          "built {} of {}", FormatCount(outcome.created, "index", "indexes"), Display(planned.ns)));
    }
    if (!outcome.failed.empty()) {
      throw Error(ExitCode::kConflict,
                  fmt::format("build the index {} of {}: {}; no document was written",
                              outcome.failed.front().name, Display(planned.ns),
                              outcome.failed.front().reason),
                  "an index of that name or key may be there with other options, or the documents "
                  "that are there contradict it");
    }
  }
  states_[collection].indexes =
      ListIndexes(context_.deployment, client_, planned.ns).value_or(std::vector<Document>());
}

bool SeedTarget::GuardsKey(std::size_t collection, const SeedFile& file) const {
  if (!file.key) return false;
  if (file.key->is_only("_id")) return true;
  const std::vector<Document>& indexes = states_[collection].indexes;
  return std::any_of(indexes.begin(), indexes.end(),
                     [&](const Document& index) { return Guards(index, *file.key); });
}

}  // namespace haul
