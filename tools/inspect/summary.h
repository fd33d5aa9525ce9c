#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/plan/namespace.h"
#include "core/plan/namespace_filter.h"
#include "formats/dump_reader.h"
#include "formats/manifest.h"

namespace haul {

/// One namespace of a dump or archive, as it is listed.
struct SummaryRow {
  Namespace ns;
  std::string type;  ///< "collection", "view", "timeseries", "users", "roles", "version", "oplog"
  std::optional<std::uint64_t> documents;     ///< nothing: not known without reading
  std::optional<std::uint64_t> bytes;         ///< of BSON
  std::optional<std::uint64_t> stored_bytes;  ///< nothing: it has no data, or shares a stream
  std::string codec;
  std::optional<std::size_t> indexes;  ///< nothing: no metadata tells
  bool capped = false;
  bool clustered = false;
  const DataFile* data = nullptr;  ///< of the reader that the summary was made from, or null
};

/// What a dump or archive holds, for people and for machines.
struct DumpSummary {
  std::string path;
  std::string kind;  ///< "dump", "database folder", "archive"
  std::string
      state;  ///< "complete", "incomplete", "foreign": no manifest tells whether it is whole
  std::string server_version;  ///< empty: unknown
  std::vector<const ManifestPart*> parts;
  std::vector<SummaryRow> rows;
};

/// Of what `filter` selects. `dump` must outlive the summary.
[[nodiscard]] DumpSummary Summarize(const DumpReader& dump, const NamespaceFilter& filter);
[[nodiscard]] std::string ToText(const DumpSummary& summary);
/// One object on one line.
[[nodiscard]] std::string ToJson(const DumpSummary& summary);

/// The name of an oplog that a dump or archive holds.
[[nodiscard]] Namespace OplogNamespace();

/// "users", "roles", "version".
[[nodiscard]] std::string_view KindName(DumpedAdminData::Kind kind);

/// `chosen` is not in this `what`: kUsage with the first of the names that are.
[[nodiscard]] Error NotThere(const Namespace& chosen, std::string_view what,
                             const std::vector<Namespace>& names);
/// `chosen` is there, but as a view or without its data: kUsage.
[[nodiscard]] Error NoDocuments(const Namespace& chosen, CollectionType type);

/// True for users, roles and their version under the name that DumpReader asks for: they are
/// listed under another.
[[nodiscard]] bool IsAdminData(const Namespace& ns);

/// The data of the one namespace that was chosen: a collection (a time-series collection by its
/// logical name), the users and roles of a database as DATABASE.$admin.system.users, or the oplog
/// as local.oplog.rs. Error kUsage where the dump has none, naming what it has.
[[nodiscard]] const DataFile& ChosenFile(const DumpReader& dump, const Namespace& chosen);

}  // namespace haul
