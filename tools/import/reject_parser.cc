#include "tools/import/reject_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element_scan.h"
#include "core/bson/extended_json.h"
#include "core/bson/validate.h"
#include "core/storage/byte_source.h"
#include "formats/plain_source.h"
#include "tools/import/rejects.h"

namespace haul {
namespace {

// Nesting was measured when the document was parsed.
bool HoldsRedacted(ByteView document) {  // NOLINT(misc-no-recursion)
  ElementWalk walk(document);
  while (const auto element = walk.Next()) {
    if (element->AsString() == kRedacted) return true;
    if (const auto inner = element->AsDocument()) {
      if (HoldsRedacted(*inner)) return true;
    }
  }
  return false;
}

// Calls `take(line, number)` for each line that is not empty, without its end.
template <typename Take>
void ForEachLine(const TextBlock& block, Take take) {
  std::string_view text = AsText(block.text.view());
  for (std::uint64_t number = block.first_line; !text.empty(); ++number) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    std::string_view line = text.substr(0, size);
    text.remove_prefix(size);
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) take(line, number);
  }
}

// Of one line of rejects; without a collection where it is none.
Namespace NamespaceOf(std::string_view line, JsonParser& parser, ByteBuffer& bytes) {
  bytes.Clear();
  if (parser.Parse(line, bytes)) return {};
  return SplitNamespace(FindString(bytes.view(), "ns"));
}

// The record of a text that was no document.
std::optional<std::string> TextOf(ByteView line) {
  const auto text = FindElement(line, "text");
  if (text && text->AsString()) return std::string(*text->AsString());
  const auto bytes = FindElement(line, "textBytes");
  if (!bytes || bytes->type != BsonType::kBinary) return std::nullopt;
  const auto payload = BinaryPayload(bytes->value);
  return payload ? std::optional<std::string>(AsText(*payload)) : std::nullopt;
}

std::optional<ByteView> DocumentOf(ByteView line) {
  if (const auto document = FindDocument(line, "document")) return document;
  const auto bson = FindElement(line, "bson");
  if (!bson || bson->type != BsonType::kBinary) return std::nullopt;
  return BinaryPayload(bson->value);
}

}  // namespace

void RejectParser::Parse(const TextBlock& block, ParsedBlock& parsed) {
  parsed.Clear();
  parsed.bad = block.bad;
  ForEachLine(
      block, [&](std::string_view line, std::uint64_t number) { ParseLine(line, number, parsed); });
}

void RejectParser::ParseLine(std::string_view line, std::uint64_t number, ParsedBlock& parsed) {
  const auto refuse = [&](std::string reason, std::string_view text) {
    parsed.bad.push_back({number, std::move(reason), std::string(text)});
  };
  line_.Clear();
  if (parser_.Parse(line, line_)) return;  // a line of another namespace, or it was found before
  if (FindString(line_.view(), "ns") != source_) return;
  std::optional<ByteView> document = DocumentOf(line_.view());
  if (!document) {
    const std::string text = TextOf(line_.view()).value_or("");
    document_.Clear();
    if (text == kRedacted) return refuse("its text was withheld because of a secret in it", text);
    if (const auto problem = parser_.Parse(text, document_)) {
      return refuse(problem->ToString(), text);
    }
    document = document_.view();
  }
  try {
    ValidateDocument(*document);
  } catch (const Error& error) {
    return refuse(error.message(), line);
  }
  if (HoldsRedacted(*document)) {
    return refuse("it holds \"<redacted>\" in place of a secret", ToCanonicalJson(*document));
  }
  parsed.batch.Append(*document);
  parsed.lines.push_back(number);
}

std::vector<Namespace> NamespacesOfRejects(const std::string& path) {
  OpenedSource file(path);
  PlainSource plain(file, {.name = path});
  TextBlocks blocks(plain, TextLayout::kJsonLines, {.name = path});
  std::vector<Namespace> found;
  TextBlock block;
  JsonParser parser;
  ByteBuffer bytes;
  while (blocks.Next(block)) {
    ForEachLine(block, [&](std::string_view line, std::uint64_t number) {
      Namespace ns = NamespaceOf(line, parser, bytes);
      if (ns.collection.empty()) {
        throw Error(ExitCode::kCorrupt,
                    fmt::format("read the rejects {} line {}: it is no reject: nothing was touched",
                                EscapeForDisplay(path), number),
                    "a line is {ns, _id, code, reason, file, line, document}");
      }
      if (std::find(found.begin(), found.end(), ns) == found.end()) found.push_back(std::move(ns));
    });
  }
  return found;
}

}  // namespace haul
