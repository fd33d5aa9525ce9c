#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

#include "core/base/error.h"
#include "core/pipeline/stop.h"
#include "formats/record_parser.h"
#include "formats/text_blocks.h"

namespace haul {

/// Blocks of an input handed out to any number of workers, each of which parses its own.
/// Thread-safe.
///
/// Where one fault ends the input (an array, documents over several lines), a worker gets its block
/// only once all before it were found good, so that nothing behind a fault is ever used.
class RecordFeed {
 public:
  /// Both must outlive it. `stop` ends waits. `in_turn`: a fault in a block ends the input.
  RecordFeed(TextBlocks& blocks, bool in_turn, const StopFlag& stop);

  /// Parses the first block and keeps it for whoever calls Next() first. False where there is none.
  /// Before the first Next().
  [[nodiscard]] bool Peek(RecordParser& parser);
  [[nodiscard]] const ParsedBlock& peeked() const { return *peeked_; }

  /// Replaces `parsed`; `number` counts blocks from 0 without a gap. False when there is nothing
  /// left: at the end, behind a fault, or after a stop. `scratch` and `parser` are the worker's.
  [[nodiscard]] bool Next(RecordParser& parser, TextBlock& scratch, ParsedBlock& parsed,
                          std::uint64_t& number);

  /// Nothing more is handed out: a worker has found something that ends the run.
  void Break(Error fault);

  /// What was wrong with the input, once all workers are done: the damage of a file, a missing
  /// bracket. What stands before it was handed out.
  [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }

 private:
  [[nodiscard]] bool Read(TextBlock& block);
  [[nodiscard]] bool InTurn(std::uint64_t number, ParsedBlock& parsed);

  TextBlocks& blocks_;
  const bool in_turn_;
  const StopFlag& stop_;
  std::mutex read_mutex_;  // guards blocks_
  std::mutex mutex_;       // guards what follows
  std::condition_variable changed_;
  std::optional<ParsedBlock> peeked_;
  std::uint64_t turn_ = 0;  // of the block that is handed out next
  bool ended_ = false;
  bool broken_ = false;  // a block held a fault: what is behind it is void
  std::optional<Error> fault_;
};

}  // namespace haul
