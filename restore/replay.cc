#include "restore/replay.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <ctime>
#include <functional>
#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/mongo/catalog.h"
#include "core/mongo/index_rewrite.h"
#include "core/mongo/privileges.h"
#include "restore/naming.h"
#include "restore/view_references.h"

namespace haul {
namespace {

std::string Show(Timestamp time) {
  return fmt::format("{} ({:%Y-%m-%dT%H:%M:%SZ})", time.ToString(),
                     fmt::gmtime(static_cast<std::time_t>(time.seconds)));
}

// What the restore's options make of a namespace of the oplog. A value.
class Selection {
 public:
  explicit Selection(const Replay::Context& context)
      : naming_(context.options, context.plan.input->shape()) {
    if (context.plan.input->shape() == DumpReader::Shape::kRoot) return;
    only_ = true;
    const std::set<std::string> databases = context.plan.input->Databases();
    if (!databases.empty()) database_ = *databases.begin();
    const bool file = context.plan.input->shape() == DumpReader::Shape::kDataFile;
    if (file && !context.plan.collections.empty()) {
      collection_ = context.plan.collections.front().source.collection;
    }
  }

  std::optional<Namespace> operator()(const Namespace& ns) const {
    const Namespace logical{ns.database, std::string(LogicalCollection(ns.collection))};
    if (only_ && logical.database != database_) return std::nullopt;
    if (!collection_.empty() && logical.collection != collection_) return std::nullopt;
    if (!naming_.Selects(logical) || naming_.WhySkipped(logical)) return std::nullopt;
    Namespace target = naming_.Target(logical);
    if (logical != ns) target.collection.insert(0, kBucketsPrefix);
    return target;
  }

 private:
  RestoreNaming naming_;
  bool only_ = false;  // of one database
  std::string database_;
  std::string collection_;  // empty: all
};

OplogRoutes RoutesOf(const Replay::Context& context) {
  const RestoreInput& input = *context.plan.input;
  const std::set<std::string> databases = input.Databases();
  const RestoreNaming naming(context.options, input.shape());
  return OplogRoutes(
      {.target = Selection(context),
       .with_users = naming.SelectsAllUsers(databases.empty() ? "" : *databases.begin())});
}

// applyOps renames the collection away that has the UUID already. `create` of the same name is the
// dump's own collection, which is kept.
std::function<bool(ByteView, const Namespace&)> UuidsOf(const Replay::Context& context) {
  if (!context.options.preserve_uuid) return nullptr;
  std::map<std::string, Namespace> holders;
  const Client client = context.deployment.Acquire();
  for (const std::string& database : ListDatabases(context.deployment, client)) {
    if (database == "local") continue;
    for (const CollectionSpec& there : ListCollections(context.deployment, client, database)) {
      holders.emplace(there.uuid, there.ns);
    }
  }
  return [&log = context.log, holders](ByteView uuid, const Namespace& target) {
    const auto holder = holders.find(ToHex(AsText(uuid)));
    if (holder == holders.end() || holder->second == target) return true;
    log.Warn(fmt::format("{} is created with a new UUID: its own is that of {}", Display(target),
                         Display(holder->second)));
    return false;
  };
}

// A view reads by name, in its own database.
auto ReferencesOf(const Replay::Context& context) {
  return [selection = Selection(context)](const Namespace& view, const Document& definition) {
    const std::optional<Namespace> target = selection(view);
    const auto new_name = [&](const std::string& read) -> std::optional<std::string> {
      if (read.starts_with(kBucketsPrefix)) return std::nullopt;  // has its new name already
      const std::optional<Namespace> now = selection({view.database, read});
      if (!now || !target || now->database != target->database) return std::nullopt;
      if (now->collection == read) return std::nullopt;
      return now->collection;
    };
    return RenameReferences(definition, new_name).options;
  };
}

std::uint64_t Pack(Timestamp time) {
  return (std::uint64_t{time.seconds} << 32) | std::uint64_t{time.increment};
}

Timestamp Unpack(std::uint64_t packed) {
  return {static_cast<std::uint32_t>(packed >> 32), static_cast<std::uint32_t>(packed)};
}

}  // namespace

Replay::Replay(const Context& context)
    : context_(context),
      applier_(context.deployment, context.options.write_concern),
      replay_(RoutesOf(context), catalog_, [this](const ReplayStep& step) { applier_.Take(step); },
              {.keeps_uuid = UuidsOf(context), .rename_references = ReferencesOf(context)}),
      transactions_({.spool_directory = context.options.spool_directory}) {
  for (const PlannedCollection* planned : context.plan.All()) {
    const bool in_views = planned->spec.type != CollectionType::kCollection;
    replay_.Expect(planned->source, in_views, planned->spec.uuid);
    if (planned->spec.type != CollectionType::kView) catalog_.Add(planned->spec);
  }
}

void Replay::Run(DocumentSource& oplog) {
  progress_ = &context_.progress.Add("oplog", {});
  progress_->Start();
  Batch batch;
  try {
    while (!limited_ && !context_.deployment.stop().requested() && oplog.Next(batch)) {
      for (std::size_t i = 0; i < batch.documents() && !limited_; ++i) {
        if (context_.deployment.stop().requested()) break;
        limited_ = !Take(batch.at(i));
      }
      if (!limited_) progress_->Add(0, batch.bytes().size());
    }
    at_.reset();
    Flush();
  } catch (const Error& error) {
    throw Explain(error);
  }
  progress_->Finish();
  if (!context_.deployment.stop().requested()) Report();
}

bool Replay::Take(ByteView document) {
  const OplogEntry entry = ParseOplogEntry(document);
  if (context_.options.oplog_limit && entry.time >= *context_.options.oplog_limit) return false;
  at_ = entry.time;
  const std::uint64_t flushes = applier_.flushes();
  try {
    transactions_.Add(entry, [this](const OplogOperation& operation) { replay_.Apply(operation); });
  } catch (const Error& error) {
    // What came before is not lost by an entry that cannot be replayed.
    if (error.code() == ExitCode::kSourceChanged) Flush();
    if (applier_.flushes() != flushes) reached_ = Pack(taken_);
    throw;
  }
  if (applier_.flushes() != flushes) reached_ = Pack(taken_);
  taken_ = entry.time;
  ++entries_;
  if (applier_.pending() == 0) reached_ = Pack(taken_);
  return true;
}

void Replay::Flush() {
  applier_.Flush();
  reached_ = Pack(taken_);
}

std::string Replay::Reached() const {
  const std::uint64_t reached = reached_;
  return reached == 0 ? std::string() : Show(Unpack(reached));
}

Error Replay::Explain(const Error& error) const {
  const std::string where =
      at_ ? fmt::format("replay the oplog at {}", Show(*at_)) : std::string("replay the oplog");
  const std::string reached = Reached();
  const std::string state = reached.empty()
                                ? std::string("no entry before it was applied")
                                : fmt::format("all entries up to {} are applied", reached);
  return {error.code(), fmt::format("{}: {}; {}", where, error.message(), state), error.hint()};
}

void Replay::Report() {
  const OplogReplay::Counts& counts = replay_.counts();
  const std::string reached = Reached();
  context_.log.Info(
      fmt::format("replayed the oplog up to {}: {}; {} applied, {} skipped, {} "
                  "filtered",
                  reached.empty() ? "no entry" : reached, FormatCount(entries_, "entry", "entries"),
                  FormatCount(counts.applied, "operation"), FormatCount(counts.skipped),
                  FormatCount(counts.filtered)),
      {{"entries", entries_},
       {"applied", counts.applied},
       {"skipped", counts.skipped},
       {"filtered", counts.filtered},
       {"reached", reached}});
  if (entries_ == 0) {
    context_.log.Warn(limited_ ? "the oplog has no entry before --oplogLimit"
                               : "the oplog has no entries");
  }
  if (limited_ && context_.options.oplog_file.empty()) {
    context_.log.Warn(
        "--oplogLimit ended the replay before the end of the dump's oplog: what was dumped later "
        "than the limit keeps its later state");
  }
  if (transactions_.unfinished() > 0) {
    context_.log.Warn(
        fmt::format("{} transactions with {} operations had not committed by then and are left out",
                    transactions_.unfinished(), transactions_.unfinished_operations()));
  }
  ReportUnexplained();
}

void Replay::ReportUnexplained() {
  for (const auto& [ns, count] : applier_.passed_over()) {
    complete_ = false;
    context_.log.Warn(fmt::format(
        "{} operations on {} were not applied: the collection does not exist, and the oplog does "
        "not say why",
        count, EscapeForDisplay(ns)));
  }
  for (const std::string& name : replay_.UnknownIndexes()) {
    complete_ = false;
    context_.log.Warn(fmt::format(
        "a change of an index of {} was not applied: the dump does not hold the index", name));
  }
}

void Replay::AddIndexes(IndexBuilds& builds) const {
  for (const CollectionSpec& spec : catalog_.Collections()) {
    builds.Add(
        {.ns = spec.ns, .indexes = RewriteIndexes(spec, context_.options.indexes), .shown = {}});
  }
}

void CheckReplay(Deployment& deployment, const RestorePlan& plan) {
  if (deployment.info().mongos) {
    throw Error(ExitCode::kUnsupported, "--oplogReplay: mongos applies no oplog",
                "restore into each shard's replica set, or without --oplogReplay");
  }
  const Privileges privileges = Privileges::Read(deployment.Acquire());
  for (const PlannedCollection& planned : plan.collections) {
    const Namespace target = planned.spec.DataNamespace();
    for (const char* action : std::array{"insert", "update", "remove"}) {
      if (privileges.Allows(target, action)) continue;
      throw Error(ExitCode::kDenied,
                  fmt::format("--oplogReplay: the user has not the right '{}' on {}", action,
                              Display(target)),
                  "give the user a role with anyAction on anyResource, as mongorestore needs it, "
                  "or readWriteAnyDatabase beside restore, which is enough for documents");
    }
  }
}

}  // namespace haul
