#include "formats/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/bson/extended_json.h"
#include "core/io/checksum.h"
#include "core/storage/local.h"

namespace haul {
namespace {

constexpr std::string_view kFirstLineStart = R"({"haulManifest":)";
constexpr std::string_view kFirstLine = R"({"haulManifest":1,"parts":[)";
constexpr std::string_view kPartLineEnd = R"("files":[)";
constexpr std::string_view kPartEnd = "]}";
constexpr std::string_view kPartsEnd = "],";
constexpr std::string_view kHashLineStart = R"("blake2b256":")";
constexpr std::string_view kHashLineEnd = "\"}\n";

constexpr std::array<std::pair<ManifestFile::Role, std::string_view>, 5> kRoleNames = {{
    {ManifestFile::Role::kData, "data"},
    {ManifestFile::Role::kMetadata, "metadata"},
    {ManifestFile::Role::kPrelude, "prelude"},
    {ManifestFile::Role::kOplog, "oplog"},
    {ManifestFile::Role::kJson, "json"},
}};

Error BadManifest(std::string_view cause) {
  return {ExitCode::kCorrupt, fmt::format("read {}: {}", kManifestName, cause)};
}

std::string_view RoleName(ManifestFile::Role role) {
  const auto* row = std::ranges::find(kRoleNames, role, [](const auto& r) { return r.first; });
  return row->second;
}

std::string Quoted(std::string_view text) { return fmt::format("\"{}\"", EscapeJson(text)); }

bool HasNamespace(ManifestFile::Role role) {
  return role == ManifestFile::Role::kData || role == ManifestFile::Role::kMetadata ||
         role == ManifestFile::Role::kJson;
}

bool HoldsDocuments(ManifestFile::Role role) {
  return role == ManifestFile::Role::kData || role == ManifestFile::Role::kOplog ||
         role == ManifestFile::Role::kJson;
}

std::string FileLine(const ManifestFile& file) {
  std::string line =
      fmt::format(R"({{"path":{},"role":"{}")", Quoted(file.path), RoleName(file.role));
  const auto out = std::back_inserter(line);
  if (HasNamespace(file.role)) {
    fmt::format_to(out, R"(,"db":{},"collection":{})", Quoted(file.ns.database),
                   Quoted(file.ns.collection));
  }
  if (HoldsDocuments(file.role)) {
    fmt::format_to(out, R"(,"codec":"{}","documents":{},"frames":{},"plainBytes":{})",
                   GetCodec(file.codec).name, file.documents, file.frames, file.plain_bytes);
  }
  fmt::format_to(out, R"(,"storedBytes":{},"hash":"{}")", file.stored_bytes, file.hash);
  if (file.index_offset && file.index_bytes) {
    fmt::format_to(out, R"(,"indexOffset":{},"indexBytes":{})", *file.index_offset,
                   *file.index_bytes);
  }
  line += '}';
  return line;
}

std::string ReadAloneField(const ManifestPart& part) {
  std::string list;
  for (const Namespace& ns : part.read_alone) {
    list += (list.empty() ? "" : ",") + Quoted(ns.ToString());
  }
  return list.empty() ? list : fmt::format(R"("readAlone":[{}],)", list);
}

std::string PartLine(const ManifestPart& part) {
  std::string line = "{";
  const std::array<std::pair<std::string_view, const std::string*>, 8> fields = {{
      {"id", &part.id},
      {"toolVersion", &part.tool_version},
      {"serverVersion", &part.server_version},
      {"started", &part.started},
      {"finished", &part.finished},
      {"clusterTimeStart", &part.cluster_time_start},
      {"clusterTimeEnd", &part.cluster_time_end},
      {"consistency", &part.consistency},
  }};
  for (const auto& [name, value] : fields) line += fmt::format("\"{}\":{},", name, Quoted(*value));
  const std::array<std::pair<std::string_view, const std::string*>, 3> times = {{
      {"snapshotTime", &part.snapshot_time},
      {"oplogStart", &part.oplog_start},
      {"oplogEnd", &part.oplog_end},
  }};
  for (const auto& [name, value] : times) {
    if (!value->empty()) line += fmt::format("\"{}\":{},", name, Quoted(*value));
  }
  line += ReadAloneField(part);
  line += fmt::format(R"("options":{},{})", ToCanonicalJson(part.options.bytes()), kPartLineEnd);
  return line;
}

/// The fields of one line of the manifest.
class LineFields {
 public:
  explicit LineFields(std::string_view json) try : fields_(ParseExtendedJson(json, kManifestName)) {
  } catch (const Error& error) {
    throw BadManifest(error.message());
  }

  [[nodiscard]] std::string Text(std::string_view name) const {
    const auto element = FindElement(fields_.bytes(), name);
    const auto text = element ? element->AsString() : std::nullopt;
    if (!text) throw BadManifest(fmt::format("'{}' is missing or no string", name));
    return std::string(*text);
  }
  /// Empty where it is missing.
  [[nodiscard]] std::string OptionalText(std::string_view name) const {
    return FindElement(fields_.bytes(), name) ? Text(name) : std::string();
  }
  [[nodiscard]] std::vector<Namespace> OptionalNamespaces(std::string_view name) const {
    std::vector<Namespace> namespaces;
    if (!FindElement(fields_.bytes(), name)) return namespaces;
    const Document list = Nested(name);
    ElementWalk walk(list.bytes());
    while (const auto element = walk.Next()) {
      const auto text = element->AsString();
      if (!text) throw BadManifest(fmt::format("'{}' holds what is no string", name));
      namespaces.push_back(SplitNamespace(*text));
    }
    return namespaces;
  }
  [[nodiscard]] std::optional<std::uint64_t> OptionalCount(std::string_view name) const {
    const auto element = FindElement(fields_.bytes(), name);
    if (!element) return std::nullopt;
    const auto count = element->AsInteger();
    if (!count || *count < 0) throw BadManifest(fmt::format("'{}' is no count", name));
    return static_cast<std::uint64_t>(*count);
  }
  [[nodiscard]] std::uint64_t Count(std::string_view name) const {
    const auto count = OptionalCount(name);
    if (!count) throw BadManifest(fmt::format("'{}' is missing", name));
    return *count;
  }
  [[nodiscard]] Document Nested(std::string_view name) const {
    const auto nested = FindDocument(fields_.bytes(), name);
    if (!nested) throw BadManifest(fmt::format("'{}' is missing or no object", name));
    return Document(*nested);
  }

 private:
  Document fields_;
};

ManifestFile::Role RoleFromName(std::string_view name) {
  const auto* row = std::ranges::find(kRoleNames, name, [](const auto& r) { return r.second; });
  if (row == kRoleNames.end()) {
    throw BadManifest(fmt::format("unknown role '{}'", EscapeForDisplay(name)));
  }
  return row->first;
}

CodecId CodecFromName(std::string_view name) {
  const auto codecs = Codecs();
  const auto row = std::ranges::find(codecs, name, [](const Codec& codec) { return codec.name; });
  if (row == codecs.end()) {
    throw Error(ExitCode::kUnsupported,
                fmt::format("read {}: unknown codec '{}'", kManifestName, EscapeForDisplay(name)));
  }
  return row->id;
}

ManifestFile ParseFileLine(std::string_view line) {
  const LineFields fields(line);
  ManifestFile file;
  file.path = fields.Text("path");
  if (!StaysBelow(file.path)) {
    throw BadManifest(fmt::format("'{}' leaves the dump", EscapeForDisplay(file.path)));
  }
  file.role = RoleFromName(fields.Text("role"));
  if (HasNamespace(file.role)) {
    file.ns = {fields.Text("db"), fields.Text("collection")};
  }
  if (HoldsDocuments(file.role)) {
    file.codec = CodecFromName(fields.Text("codec"));
    file.documents = fields.Count("documents");
    file.frames = fields.Count("frames");
    file.plain_bytes = fields.Count("plainBytes");
  }
  file.stored_bytes = fields.Count("storedBytes");
  file.hash = HashToHex(HashFromHex(fields.Text("hash")));
  file.index_offset = fields.OptionalCount("indexOffset");
  file.index_bytes = fields.OptionalCount("indexBytes");
  if (file.index_offset.has_value() != file.index_bytes.has_value()) {
    throw BadManifest("'indexOffset' and 'indexBytes' stand only together");
  }
  return file;
}

ManifestPart ParsePartLine(std::string_view line) {
  if (!line.ends_with(kPartLineEnd)) throw BadManifest("a part does not list its files");
  const LineFields fields(std::string(line) + std::string(kPartEnd));
  ManifestPart part;
  part.id = fields.Text("id");
  part.tool_version = fields.Text("toolVersion");
  part.server_version = fields.Text("serverVersion");
  part.started = fields.Text("started");
  part.finished = fields.Text("finished");
  part.cluster_time_start = fields.Text("clusterTimeStart");
  part.cluster_time_end = fields.Text("clusterTimeEnd");
  part.consistency = fields.Text("consistency");
  part.snapshot_time = fields.OptionalText("snapshotTime");
  part.oplog_start = fields.OptionalText("oplogStart");
  part.oplog_end = fields.OptionalText("oplogEnd");
  part.read_alone = fields.OptionalNamespaces("readAlone");
  part.options = fields.Nested("options");
  return part;
}

/// The lines of the manifest, after its hash has been checked.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  /// Without its line break and, where it separates list items, its comma.
  std::string_view Next() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) throw BadManifest("it is cut short");
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    if (line.ends_with("},")) line.remove_suffix(1);
    return line;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// What the hash on the last line covers. Whoever changes the format keeps that line as it is, so
// that a damaged manifest is told from a newer one.
std::string_view CheckedBody(std::string_view json) {
  const std::size_t hash_line_size =
      kHashLineStart.size() + 2 * sizeof(Hash256) + kHashLineEnd.size();
  if (json.size() < hash_line_size) throw BadManifest("it is cut short");
  const std::string_view body = json.substr(0, json.size() - hash_line_size);
  const std::string_view hash_line = json.substr(body.size());
  if (!hash_line.starts_with(kHashLineStart) || !hash_line.ends_with(kHashLineEnd)) {
    throw BadManifest("it does not end with its hash");
  }
  const auto hash = hash_line.substr(kHashLineStart.size(), 2 * sizeof(Hash256));
  if (HashToHex(Blake2b256(AsBytes(body))) != hash) throw BadManifest("its hash does not match");
  return body;
}

void CheckDistinctPaths(const Manifest& manifest) {
  std::set<std::string_view> paths;
  for (const ManifestPart& part : manifest.parts) {
    for (const ManifestFile& file : part.files) {
      if (paths.insert(file.path).second) continue;
      throw BadManifest(fmt::format("'{}' is listed twice", EscapeForDisplay(file.path)));
    }
  }
}

}  // namespace

const ManifestFile* Manifest::Find(std::string_view path) const {
  for (const ManifestPart& part : parts) {
    for (const ManifestFile& file : part.files) {
      if (file.path == path) return &file;
    }
  }
  return nullptr;
}

bool IsExport(const Manifest& manifest) {
  return std::ranges::any_of(manifest.parts, [](const ManifestPart& part) {
    return std::ranges::any_of(part.files, [](const ManifestFile& file) {
      return file.role == ManifestFile::Role::kJson;
    });
  });
}

std::string ToJson(const Manifest& manifest) {
  std::string json(kFirstLine);
  json += '\n';
  for (const ManifestPart& part : manifest.parts) {
    json += PartLine(part) + '\n';
    for (const ManifestFile& file : part.files) {
      json += FileLine(file) + (&file == &part.files.back() ? "\n" : ",\n");
    }
    json += std::string(kPartEnd) + (&part == &manifest.parts.back() ? "\n" : ",\n");
  }
  json += kPartsEnd;
  json += '\n';
  const std::string hash = HashToHex(Blake2b256(AsBytes(json)));
  json += fmt::format("{}{}{}", kHashLineStart, hash, kHashLineEnd);
  return json;
}

Manifest ParseManifest(std::string_view json) {
  Lines lines(CheckedBody(json));
  const std::string_view first = lines.Next();
  if (first != kFirstLine) {
    if (!first.starts_with(kFirstLineStart)) throw BadManifest("it does not begin like one");
    throw Error(ExitCode::kUnsupported,
                fmt::format("read {}: written by a newer version of haul", kManifestName),
                "use that version, or a newer one");
  }
  Manifest manifest;
  for (std::string_view line = lines.Next(); line != kPartsEnd; line = lines.Next()) {
    ManifestPart part = ParsePartLine(line);
    for (line = lines.Next(); line != kPartEnd; line = lines.Next()) {
      part.files.push_back(ParseFileLine(line));
    }
    manifest.parts.push_back(std::move(part));
  }
  if (!lines.empty()) throw BadManifest("more lines follow its end");
  CheckDistinctPaths(manifest);
  return manifest;
}

}  // namespace haul
