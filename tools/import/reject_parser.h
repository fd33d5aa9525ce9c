#pragma once

#include <string>
#include <vector>

#include "core/bson/json_parser.h"
#include "core/plan/namespace.h"
#include "formats/record_parser.h"

namespace haul {

/// The lines of a file of rejects (formats/reject_file.h) for one namespace: their documents. A
/// record that was no document is read again as JSON, because it may have been put right by hand. A
/// line that holds "<redacted>" in place of a secret is bad.
class RejectParser final : public RecordParser {
 public:
  explicit RejectParser(const Namespace& source) : source_(source.ToString()) {}

  void Parse(const TextBlock& block, ParsedBlock& parsed) override;

 private:
  void ParseLine(std::string_view line, std::uint64_t number, ParsedBlock& parsed);

  const std::string source_;
  JsonParser parser_;
  ByteBuffer line_;
  ByteBuffer document_;
};

/// Of all lines, each once, in the order of the file. Error kCorrupt, naming the line, for a file
/// that holds anything but rejects; kLocalStorage.
[[nodiscard]] std::vector<Namespace> NamespacesOfRejects(const std::string& path);

}  // namespace haul
