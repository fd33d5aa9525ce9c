#include "core/plan/oplog_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/bson/open_document.h"

namespace haul {
namespace {

using Kind = OplogOperation::Kind;
using RouteKind = OplogRoute::Kind;
using StepKind = ReplayStep::Kind;
using CommandKind = OplogCommandKind;

// Bookkeeping of replicated RecordIds.
constexpr std::array<std::string_view, 4> kSkippedKinds = {"ci", "cu", "cd", "km"};

Error Unsafe(const OplogOperation& operation, std::string_view why, std::string hint = {}) {
  return {ExitCode::kSourceChanged,
          fmt::format("{} cannot be replayed: {}", Describe(operation), why), std::move(hint)};
}

std::string_view TextField(const OplogOperation& operation, std::string_view key) {
  const auto field = FindElement(operation.object, key);
  const auto text = field ? field->AsString() : std::nullopt;
  if (!text) {
    throw Error(ExitCode::kCorrupt, fmt::format("{} has no '{}'", Describe(operation), key));
  }
  return *text;
}

// {OTHER: NAME, all but `without` and the first field}
void CopyCommand(ByteBuffer& to, ByteView object, std::string_view name,
                 const std::vector<std::string_view>& without = {}) {
  to.Clear();
  OpenDocument copy(to);
  ElementWalk walk(object);
  const auto command = walk.Next();
  if (command) copy.AppendText(command->key, name);
  while (const auto field = walk.Next()) {
    if (std::ranges::find(without, field->key) == without.end()) copy.Append(*field);
  }
  copy.End();
}

std::optional<std::string_view> IdText(ByteView document) {
  const auto id = document.empty() ? std::nullopt : FindElement(document, "_id");
  return id ? id->AsString() : std::nullopt;
}

// Of an update `o2` says which document is meant.
ByteView IdHolder(const OplogOperation& operation) {
  return operation.kind == Kind::kUpdate ? operation.object2 : operation.object;
}

// The definition of a view under another name. One over the buckets of a time-series collection
// goes where the buckets go.
void CopyView(ByteBuffer& to, ByteView definition, const Namespace& target) {
  to.Clear();
  OpenDocument copy(to);
  ElementWalk walk(definition);
  while (const auto field = walk.Next()) {
    const bool buckets =
        field->key == "viewOn" && field->AsString().value_or("").starts_with(kBucketsPrefix);
    if (field->key == "_id") copy.AppendText("_id", target.ToString());
    if (buckets) copy.AppendText("viewOn", std::string(kBucketsPrefix) + target.collection);
    if (field->key != "_id" && !buckets) copy.Append(*field);
  }
  copy.End();
}

}  // namespace

void OplogReplay::Expect(const Namespace& source, bool view, const std::string& uuid) {
  if (routes_.Of(source.ToString()).kind != RouteKind::kApplied) return;
  if (view) views_.insert(source);
  identities_.Expect(source.ToString(), uuid);
}

bool OplogReplay::Passes(const OplogRoute& route, const OplogOperation& operation) {
  switch (route.kind) {
    case RouteKind::kApplied:
      return true;
    case RouteKind::kFiltered:
      ++counts_.filtered;
      return false;
    case RouteKind::kUnsafe:
      throw Unsafe(operation, "the collection was being moved between shards");
    case RouteKind::kViews:
    case RouteKind::kVersion:
    case RouteKind::kSkipped:
      break;
  }
  ++counts_.skipped;
  return false;
}

void OplogReplay::Apply(const OplogOperation& operation) {
  switch (operation.kind) {
    case Kind::kInsert:
    case Kind::kUpdate:
    case Kind::kDelete:
      return ApplyInsertUpdateDelete(operation);
    case Kind::kCommand:
      return ApplyCommand(operation);
    case Kind::kNoop:
      ++counts_.skipped;
      return;
    case Kind::kOther:
      break;
  }
  if (std::ranges::find(kSkippedKinds, operation.op) == kSkippedKinds.end()) {
    throw Unsafe(operation, "this version of haul does not know such operations");
  }
  ++counts_.skipped;
}

void OplogReplay::Write(const Writing& writing) {
  operation_.Clear();
  OpenDocument built(operation_);
  built.AppendText("op", writing.op);
  built.AppendText("ns", writing.ns);
  built.AppendDocument("o", writing.object);
  if (!writing.object2.empty()) built.AppendDocument("o2", writing.object2);
  built.End();
  ++counts_.applied;
  emit_({.kind = StepKind::kWrite, .ns = writing.ns, .operation = operation_.view()});
}

void OplogReplay::ApplyInsertUpdateDelete(const OplogOperation& operation) {
  const OplogRoute& route = routes_.Of(operation.ns);
  const ByteView holder = IdHolder(operation);
  if (operation.object.empty() || holder.empty() || !FindElement(holder, "_id")) {
    if (route.kind != RouteKind::kApplied) return void(Passes(route, operation));
    throw Unsafe(operation, "it does not say which _id it is about");
  }
  if (route.kind == RouteKind::kViews) return ApplyToView(operation);
  if (route.kind == RouteKind::kVersion && IdText(holder) == "featureCompatibilityVersion") {
    throw Unsafe(operation, "the source was upgraded or downgraded",
                 "--oplogLimit with this time ends the replay before it");
  }
  if (!Passes(route, operation)) return;
  identities_.Write(operation.ns, operation.uuid);
  Write({.op = operation.op,
         .ns = route.target_name,
         .object = operation.object,
         .object2 = operation.kind == Kind::kUpdate ? operation.object2 : ByteView()});
}

void OplogReplay::ApplyToView(const OplogOperation& operation) {
  const auto name = IdText(IdHolder(operation));
  if (!name) throw Unsafe(operation, "it does not name a view");
  const Namespace source = SplitNamespace(*name);
  const OplogRoute& route = routes_.Of(*name);
  if (!Passes(route, operation)) return;
  const Namespace& target = route.target;
  const Namespace catalog{target.database, "system.views"};
  if (with_views_.insert(target.database).second) {
    object_.Clear();
    OpenDocument create(object_);
    create.AppendText("create", catalog.collection);
    create.End();
    Command(StepKind::kCreate, catalog, object_.view());
    --counts_.applied;
  }
  CopyView(object_, operation.object, target);
  if (operation.kind != Kind::kDelete && options_.rename_references) {
    const Document renamed = options_.rename_references(source, Document(object_.view()));
    object_.Clear();
    object_.Append(renamed.bytes());
  }
  if (operation.kind == Kind::kUpdate) CopyView(object2_, operation.object2, target);
  operation.kind == Kind::kDelete ? void(views_.erase(source)) : void(views_.insert(source));
  Write({.op = operation.op,
         .ns = catalog.ToString(),
         .object = object_.view(),
         .object2 = operation.kind == Kind::kUpdate ? object2_.view() : ByteView()});
}

void OplogReplay::ApplyCommand(const OplogOperation& operation) {
  const auto kind = KindOfOplogCommand(operation.command);
  if (!kind) {
    throw Unsafe(operation, "this version of haul does not know the command",
                 "--oplogLimit with this time ends the replay before it");
  }
  switch (*kind) {
    case CommandKind::kSkipped:
      ++counts_.skipped;
      return;
    case CommandKind::kApplyOps:
      for (const OplogOperation& inner : InnerOperations(operation)) Apply(inner);
      return;
    case CommandKind::kRename:
      return Rename(operation);
    case CommandKind::kDropDatabase:
      return DropDatabase(operation.database());
    default:
      return ApplyToCollection(operation, *kind);
  }
}

void OplogReplay::ApplyToCollection(const OplogOperation& operation, CommandKind kind) {
  const Namespace source{std::string(operation.database()),
                         std::string(TextField(operation, operation.command))};
  const OplogRoute& route = routes_.Of(source.ToString());
  if (route.kind == RouteKind::kViews && kind == CommandKind::kDrop) {
    return DropViews(source.database);
  }
  if (!Passes(route, operation)) return;
  switch (kind) {
    case CommandKind::kCreate:
      identities_.Create(source.ToString(), operation.uuid);
      return Create(operation, route);
    case CommandKind::kDrop:
      identities_.Drop(source.ToString(), operation.uuid);
      return Drop(route);
    case CommandKind::kModify:
      return Modify(operation, route);
    case CommandKind::kIndexes:
      return EditIndexes(operation, route);
    case CommandKind::kEmptyCapped:
      CopyCommand(object_, operation.object, route.target.collection);
      return Command(StepKind::kModify, route.target, object_.view());
    default:
      break;
  }
  CopyCommand(object_, operation.object, route.target.collection);
  catalog_.Create(route.target, object_.view());
  ++counts_.applied;
  emit_({.kind = StepKind::kConvertToCapped, .ns = route.target_name, .operation = object_.view()});
}

void OplogReplay::Command(StepKind kind, const Namespace& target, ByteView object, ByteView uuid) {
  operation_.Clear();
  OpenDocument built(operation_);
  built.AppendText("op", "c");
  built.AppendText("ns", target.database + ".$cmd");
  if (!uuid.empty()) {
    constexpr std::array<std::uint8_t, 5> kSixteenBytesOfUuid = {16, 0, 0, 0, 4};
    built.BeginElement(BsonType::kBinary, "ui");
    operation_.Append(kSixteenBytesOfUuid);
    operation_.Append(uuid);
  }
  built.AppendDocument("o", object);
  built.End();
  ++counts_.applied;
  const std::string name = target.ToString();
  emit_({.kind = kind, .ns = name, .operation = operation_.view()});
}

void OplogReplay::Create(const OplogOperation& operation, const OplogRoute& route) {
  CopyCommand(object_, operation.object, route.target.collection,
              {"autoIndexId", "recordIdsReplicated", "uuid"});
  catalog_.Create(route.target, object_.view());
  unknown_indexes_.erase(route.target);
  const bool keeps = !operation.uuid.empty() && options_.keeps_uuid &&
                     options_.keeps_uuid(operation.uuid, route.target);
  Command(StepKind::kCreate, route.target, object_.view(), keeps ? operation.uuid : ByteView());
}

void OplogReplay::DropTarget(const Namespace& target) {
  catalog_.Drop(target);
  unknown_indexes_.erase(target);
  object_.Clear();
  OpenDocument drop(object_);
  drop.AppendText("drop", target.collection);
  drop.End();
  Command(StepKind::kDrop, target, object_.view());
}

void OplogReplay::Drop(const OplogRoute& route) { DropTarget(route.target); }

void OplogReplay::DropViews(std::string_view database) {
  const std::set<Namespace> views = views_;
  for (const Namespace& view : views) {
    if (view.database != database) continue;
    ByteBuffer name;
    OpenDocument id(name);
    id.AppendText("_id", view.ToString());
    id.End();
    OplogOperation deletion;
    deletion.kind = Kind::kDelete;
    deletion.op = "d";
    deletion.object = name.view();
    ApplyToView(deletion);
  }
}

// Collections are dropped one by one, so that what else the target's database holds stays.
void OplogReplay::DropDatabase(std::string_view database) {
  DropViews(database);
  identities_.DropDatabase(database);
  for (const Namespace& target : routes_.TargetsOf(database)) DropTarget(target);
}

void OplogReplay::Modify(const OplogOperation& operation, const OplogRoute& route) {
  const ByteView index = FindDocument(operation.object, "index").value_or(ByteView());
  if (!index.empty() && !catalog_.Modify(route.target, index)) {
    unknown_indexes_[route.target] = Display(route.target);
  }
  CopyCommand(object_, operation.object, route.target.collection,
              {"index", "noPadding", "usePowerOf2Sizes"});
  ElementWalk walk(object_.view());
  const auto name = walk.Next();
  if (!name || !walk.Next()) {
    ++counts_.applied;
    return;
  }
  Command(StepKind::kModify, route.target, object_.view());
}

void OplogReplay::EditIndexes(const OplogOperation& operation, const OplogRoute& route) {
  ++counts_.applied;
  unknown_indexes_.erase(route.target);
  if (operation.command == "createIndexes") {
    object_.Clear();
    OpenDocument index(object_);
    ElementWalk walk(operation.object);
    const auto command = walk.Next();
    while (const auto field = command ? walk.Next() : std::nullopt) index.Append(*field);
    index.End();
    return catalog_.AddIndex(route.target, object_.view());
  }
  const bool built = operation.command == "commitIndexBuild";
  const auto what = FindElement(operation.object, built ? "indexes" : "index");
  if (!what || (built && !what->AsDocument())) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("{} does not say which indexes", Describe(operation)));
  }
  if (!built) return catalog_.DropIndexes(route.target, *what);
  ElementWalk walk(*what->AsDocument());
  while (const auto index = walk.Next()) {
    catalog_.AddIndex(route.target, index->AsDocument().value_or(ByteView()));
  }
}

void OplogReplay::Rename(const OplogOperation& operation) {
  const std::string_view source = TextField(operation, "renameCollection");
  const std::string_view renamed = TextField(operation, "to");
  const OplogRoute& from = routes_.Of(source);
  const OplogRoute& to = routes_.Of(renamed);
  if (to.kind != RouteKind::kApplied) {
    if (!Passes(from, operation)) return;
    return Drop(from);
  }
  if (from.kind != RouteKind::kApplied) {
    throw Unsafe(
        operation,
        fmt::format("{} is restored, but what it was before is not selected", Display(to.target)),
        "select both names");
  }
  if (!identities_.Rename(source, renamed, operation.uuid)) {
    throw Unsafe(
        operation,
        fmt::format("the dump has another collection as {} or {} than the oplog here means",
                    EscapeForDisplay(source), EscapeForDisplay(renamed)),
        "they were renamed before the dump came to them: take one during which nothing is");
  }
  catalog_.Rename(from.target, to.target);
  unknown_indexes_.erase(from.target);
  unknown_indexes_.erase(to.target);
  ++counts_.applied;
  emit_({.kind = StepKind::kRename, .ns = from.target_name, .to = to.target_name});
}

std::vector<std::string> OplogReplay::UnknownIndexes() const {
  std::vector<std::string> names;
  for (const auto& [ns, name] : unknown_indexes_) names.push_back(name);
  return names;
}

}  // namespace haul
