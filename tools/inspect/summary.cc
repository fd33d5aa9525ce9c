#include "tools/inspect/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"

namespace haul {
namespace {

using Shape = DumpReader::Shape;
using State = DumpReader::State;

std::string_view StateName(State state) {
  switch (state) {
    case State::kComplete:
      return "complete";
    case State::kForeign:
      return "foreign";
    case State::kIncomplete:
      return "incomplete";
  }
  return {};
}

Namespace NameOf(const DumpedAdminData& admin) {
  const std::string_view prefix = admin.database == "admin" ? "" : "$admin.";
  return {admin.database, fmt::format("{}system.{}", prefix, KindName(admin.kind))};
}

void AddData(const DataFile& data, SummaryRow& row) {
  row.documents = data.documents;
  row.bytes = data.plain_bytes;
  row.stored_bytes = data.stored_bytes;
  row.codec = GetCodec(data.codec).name;
  row.data = &data;
  if (!data.finished_frames) return;
  row.documents = 0;
  row.bytes = 0;
  for (const FrameEntry& frame : *data.finished_frames) {
    *row.documents += frame.documents;
    *row.bytes += frame.plain_size;
  }
}

SummaryRow RowOf(const DumpedCollection& collection) {
  SummaryRow row;
  row.ns = collection.spec.ns;
  row.type = TypeName(collection.spec.type);
  if (collection.has_metadata) row.indexes = collection.spec.indexes.size();
  row.capped = collection.spec.capped();
  row.clustered = collection.spec.clustered();
  if (collection.data) AddData(*collection.data, row);
  return row;
}

SummaryRow RowOf(const Namespace& ns, std::string_view type, const DataFile& data) {
  SummaryRow row;
  row.ns = ns;
  row.type = type;
  AddData(data, row);
  return row;
}

std::string NamesOf(const std::vector<Namespace>& all) {
  constexpr std::size_t kShown = 20;
  std::string names;
  for (std::size_t i = 0; i < std::min(kShown, all.size()); ++i) {
    names += (i == 0 ? "" : ", ") + Display(all[i]);
  }
  if (all.size() > kShown) names += fmt::format(" and {} more", all.size() - kShown);
  return names;
}

}  // namespace

Namespace OplogNamespace() { return {"local", "oplog.rs"}; }

std::string_view KindName(DumpedAdminData::Kind kind) {
  switch (kind) {
    case DumpedAdminData::Kind::kUsers:
      return "users";
    case DumpedAdminData::Kind::kRoles:
      return "roles";
    case DumpedAdminData::Kind::kVersion:
      return "version";
  }
  return {};
}

Error NotThere(const Namespace& chosen, std::string_view what,
               const std::vector<Namespace>& names) {
  return {ExitCode::kUsage, fmt::format("{} is not in this {}", Display(chosen), what),
          names.empty() ? "" : fmt::format("it holds {}", NamesOf(names))};
}

Error NoDocuments(const Namespace& chosen, CollectionType type) {
  return {ExitCode::kUsage,
          fmt::format(
              "{} has no documents here: {}", Display(chosen),
              type == CollectionType::kView ? "it is a view" : "it was dumped without its data")};
}

DumpSummary Summarize(const DumpReader& dump, const NamespaceFilter& filter) {
  DumpSummary summary;
  summary.kind = dump.shape() == Shape::kRoot ? "dump" : "database folder";
  summary.state = StateName(dump.state());
  for (const DumpedCollection& collection : dump.collections()) {
    summary.rows.push_back(RowOf(collection));
    if (summary.server_version.empty()) {
      summary.server_version = dump.ServerVersion(collection.spec.ns.database);
    }
  }
  for (const DumpedAdminData& admin : dump.admin_data()) {
    summary.rows.push_back(RowOf(NameOf(admin), KindName(admin.kind), admin.data));
  }
  if (dump.oplog()) {
    summary.rows.push_back(RowOf(OplogNamespace(), "oplog", *dump.oplog()));
  }
  std::erase_if(summary.rows, [&](const SummaryRow& row) { return !filter.Selects(row.ns); });
  std::ranges::stable_sort(summary.rows, {}, &SummaryRow::ns);
  if (!dump.manifest()) return summary;
  for (const ManifestPart& part : dump.manifest()->parts) summary.parts.push_back(&part);
  return summary;
}

bool IsAdminData(const Namespace& ns) {
  using Kind = DumpedAdminData::Kind;
  return ns.database == "admin" &&
         std::ranges::any_of(
             std::array{Kind::kUsers, Kind::kRoles, Kind::kVersion}, [&](Kind kind) {
               return ns == Namespace{"admin", fmt::format("system.{}", KindName(kind))};
             });
}

const DataFile& ChosenFile(const DumpReader& dump, const Namespace& chosen) {
  std::vector<Namespace> names;
  for (const DumpedCollection& collection : dump.collections()) {
    names.push_back(collection.spec.ns);
    if (collection.spec.ns != chosen) continue;
    if (collection.data) return *collection.data;
    throw NoDocuments(chosen, collection.spec.type);
  }
  for (const DumpedAdminData& admin : dump.admin_data()) {
    if (NameOf(admin) == chosen) return admin.data;
    names.push_back(NameOf(admin));
  }
  if (dump.oplog() && chosen == OplogNamespace()) return *dump.oplog();
  throw NotThere(chosen, "dump", names);
}

}  // namespace haul
