#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/pipeline/batch.h"
#include "formats/text_blocks.h"

namespace haul {

/// What became of one block.
struct ParsedBlock {
  Batch batch;
  std::vector<std::uint64_t> lines;  ///< of each document: the line in which it begins
  std::vector<BadRecord> bad;        ///< in the order of their lines; the run goes on
  /// What ends the run: the batch holds what stands before it, and what stands behind it, also in
  /// later blocks, is not to be used.
  std::optional<Error> fault;

  void Clear() {
    batch.Clear();
    lines.clear();
    bad.clear();
    fault.reset();
  }
};

/// Turns blocks of text into documents; one for each worker.
class RecordParser {
 public:
  RecordParser() = default;
  RecordParser(const RecordParser&) = delete;
  RecordParser& operator=(const RecordParser&) = delete;
  virtual ~RecordParser() = default;

  /// Replaces what `parsed` holds; throws nothing for what the text holds.
  virtual void Parse(const TextBlock& block, ParsedBlock& parsed) = 0;
};

}  // namespace haul
