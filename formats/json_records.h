#pragma once

#include <string>

#include "core/bson/json_parser.h"
#include "formats/record_parser.h"

namespace haul {

/// Extended JSON in lines, documents or an array, as JsonParser reads it. Empty lines are nothing;
/// a line may hold several objects, which are taken all or none. In lines a line that does not hold
/// is bad and the run goes on; in documents and arrays the first problem is the fault, Error
/// kCorrupt: "read FILE line 7: CAUSE".
class JsonRecordParser final : public RecordParser {
 public:
  /// `name` for messages.
  JsonRecordParser(TextLayout layout, std::string name) : layout_(layout), name_(std::move(name)) {}

  void Parse(const TextBlock& block, ParsedBlock& parsed) override;

 private:
  void ParseLines(const TextBlock& block, ParsedBlock& parsed);
  void ParseLine(std::string_view line, std::uint64_t number, ParsedBlock& parsed);
  void ParseObjects(const TextBlock& block, ParsedBlock& parsed);

  const TextLayout layout_;
  const std::string name_;
  JsonParser parser_;
};

}  // namespace haul
