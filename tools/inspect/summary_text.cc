#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/bson/extended_json.h"
#include "tools/inspect/summary.h"

namespace haul {
namespace {

using Cells = std::array<std::string, 7>;

std::string Count(const std::optional<std::uint64_t>& count) {
  return count ? FormatCount(*count) : "-";
}

std::string Size(const std::optional<std::uint64_t>& bytes) {
  return bytes ? FormatBytes(*bytes) : "-";
}

std::string TypeOf(const SummaryRow& row) {
  return row.type + (row.capped ? ", capped" : "") + (row.clustered ? ", clustered" : "");
}

std::vector<Cells> Table(const DumpSummary& summary) {
  std::vector<Cells> table = {
      {"namespace", "type", "documents", "BSON", "stored", "codec", "indexes"}};
  for (const SummaryRow& row : summary.rows) {
    table.push_back({Display(row.ns), TypeOf(row), Count(row.documents), Size(row.bytes),
                     Size(row.stored_bytes), row.codec.empty() ? "-" : row.codec,
                     row.indexes ? fmt::format("{}", *row.indexes) : "-"});
  }
  return table;
}

// In columns of a terminal, nearly: most characters take one.
std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0) != 0x80; }));
}

std::string Padded(const std::string& cell, std::size_t width, bool right) {
  const std::string blanks(width - std::min(width, Width(cell)), ' ');
  return right ? blanks + cell : cell + blanks;
}

std::string TableText(const std::vector<Cells>& table) {
  // One long name must not push everything else out of sight.
  constexpr std::size_t kWidest = 50;
  // Names and words stand left, numbers right.
  constexpr std::array<bool, 7> kRight = {false, false, true, true, true, false, true};
  std::array<std::size_t, 7> widths{};
  for (const Cells& cells : table) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], std::min(Width(cells[i]), kWidest));
  }
  std::string text;
  for (const Cells& cells : table) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line += i == 0 ? "" : "  ";
      line += Padded(cells[i], widths[i], kRight[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

// From … to …, either of which may be unknown.
std::string Span(std::string_view from, std::string_view to) {
  if (from.empty() && to.empty()) return "unknown";
  return fmt::format("{} to {}", from.empty() ? "?" : from, to.empty() ? "?" : to);
}

std::string RelaxedJson(const Document& document) {
  ByteBuffer json;
  JsonWriter({.relaxed = true}).Append(document.bytes(), json);
  return std::string(AsText(json.view()));
}

std::string PartText(const ManifestPart& part) {
  const auto shown = [](std::string_view text) { return EscapeForDisplay(text); };
  std::string text =
      fmt::format("written by haul {} from MongoDB {}, {}\n", shown(part.tool_version),
                  part.server_version.empty() ? "of unknown version" : shown(part.server_version),
                  shown(Span(part.started, part.finished)));
  if (!part.cluster_time_start.empty()) {
    text += fmt::format("  cluster time: {}\n",
                        shown(Span(part.cluster_time_start, part.cluster_time_end)));
  }
  text += fmt::format("  consistency:  {}", shown(part.consistency));
  if (!part.snapshot_time.empty()) text += fmt::format(" at {}", shown(part.snapshot_time));
  if (!part.oplog_start.empty() || !part.oplog_end.empty()) {
    text += fmt::format(", oplog {}", shown(Span(part.oplog_start, part.oplog_end)));
  }
  text += '\n';
  for (const Namespace& ns : part.read_alone) {
    text += fmt::format("    {} was read outside of it\n", Display(ns));
  }
  if (!part.options.empty()) {
    text += fmt::format("  options:      {}\n", shown(RelaxedJson(part.options)));
  }
  return text;
}

std::string Totals(const DumpSummary& summary) {
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;
  std::uint64_t stored = 0;
  bool known = true;
  for (const SummaryRow& row : summary.rows) {
    documents += row.documents.value_or(0);
    bytes += row.bytes.value_or(0);
    stored += row.stored_bytes.value_or(0);
    known = known && (row.documents || !row.data);
  }
  std::string text = fmt::format("{} namespaces", FormatCount(summary.rows.size()));
  if (known)
    text += fmt::format(", {} documents, {} of BSON", FormatCount(documents), FormatBytes(bytes));
  if (stored > 0) text += fmt::format(", {} stored", FormatBytes(stored));
  return text + (known ? "\n" : "; --count reads how many documents there are\n");
}

std::string Quoted(std::string_view text) {
  return fmt::format("\"{}\"",
                     EscapeJson(IsUtf8(text) ? std::string(text) : EscapeForDisplay(text)));
}

/// One JSON object, member by member; what is unknown is left out.
class JsonObject {
 public:
  JsonObject& Text(std::string_view name, std::string_view value) {
    return value.empty() ? *this : Raw(name, Quoted(value));
  }
  JsonObject& Number(std::string_view name, const std::optional<std::uint64_t>& value) {
    return value ? Raw(name, fmt::format("{}", *value)) : *this;
  }
  JsonObject& True(std::string_view name, bool value) { return value ? Raw(name, "true") : *this; }
  JsonObject& Raw(std::string_view name, std::string_view json) {
    text_ += fmt::format("{}\"{}\":{}", text_.empty() ? "" : ",", name, json);
    return *this;
  }
  [[nodiscard]] std::string Whole() const { return '{' + text_ + '}'; }

 private:
  std::string text_;
};

template <typename Items, typename ToJsonText>
std::string JsonArray(const Items& items, ToJsonText to_json) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ",") + to_json(item);
  return '[' + text + ']';
}

std::string PartJson(const ManifestPart& part) {
  JsonObject json;
  json.Text("id", part.id)
      .Text("toolVersion", part.tool_version)
      .Text("serverVersion", part.server_version)
      .Text("started", part.started)
      .Text("finished", part.finished)
      .Text("clusterTimeStart", part.cluster_time_start)
      .Text("clusterTimeEnd", part.cluster_time_end)
      .Text("consistency", part.consistency)
      .Text("snapshotTime", part.snapshot_time)
      .Text("oplogStart", part.oplog_start)
      .Text("oplogEnd", part.oplog_end);
  if (!part.read_alone.empty()) {
    json.Raw("readAlone",
             JsonArray(part.read_alone, [](const Namespace& ns) { return Quoted(ns.ToString()); }));
  }
  return json.Raw("options", RelaxedJson(part.options)).Whole();
}

std::string RowJson(const SummaryRow& row) {
  JsonObject json;
  json.Text("db", row.ns.database)
      .Text("collection", row.ns.collection)
      .Text("type", row.type)
      .True("capped", row.capped)
      .True("clustered", row.clustered)
      .Number("documents", row.documents)
      .Number("bytes", row.bytes)
      .Number("storedBytes", row.stored_bytes)
      .Text("codec", row.codec)
      .Number("indexes", row.indexes);
  return json.Whole();
}

}  // namespace

std::string ToText(const DumpSummary& summary) {
  const std::string_view foreign =
      summary.kind == "archive" ? "made by another tool: it is whole, but such an archive ends "
                                  "alike where its dump failed"
                                : "made by another tool: nothing tells whether it is complete";
  std::string text =
      fmt::format("{}: {}, {}\n", EscapeForDisplay(summary.path), summary.kind,
                  summary.state == "foreign" ? foreign : std::string_view(summary.state));
  if (summary.parts.empty() && !summary.server_version.empty()) {
    text += fmt::format("from MongoDB {}\n", EscapeForDisplay(summary.server_version));
  }
  for (const ManifestPart* part : summary.parts) text += PartText(*part);
  return text + '\n' + TableText(Table(summary)) + '\n' + Totals(summary);
}

std::string ToJson(const DumpSummary& summary) {
  JsonObject json;
  json.Text("path", summary.path)
      .Text("kind", summary.kind)
      .Text("state", summary.state)
      .Text("serverVersion", summary.server_version)
      .Raw("parts",
           JsonArray(summary.parts, [](const ManifestPart* part) { return PartJson(*part); }))
      .Raw("namespaces", JsonArray(summary.rows, RowJson));
  return json.Whole() + '\n';
}

}  // namespace haul
