#include "tools/import/feed.h"

#include <chrono>
#include <utility>

namespace haul {

RecordFeed::RecordFeed(TextBlocks& blocks, bool in_turn, const StopFlag& stop)
    : blocks_(blocks), in_turn_(in_turn), stop_(stop) {}

bool RecordFeed::Peek(RecordParser& parser) {
  TextBlock block;
  if (!Read(block)) return false;
  peeked_.emplace();
  parser.Parse(block, *peeked_);
  return true;
}

bool RecordFeed::Read(TextBlock& block) {
  const std::lock_guard reading(read_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || stop_.requested()) return false;
  }
  std::optional<Error> fault;
  try {
    if (blocks_.Next(block)) return true;
  } catch (const Error& error) {
    fault = error;
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  if (!fault_) fault_ = std::move(fault);
  return false;
}

bool RecordFeed::Next(RecordParser& parser, TextBlock& scratch, ParsedBlock& parsed,
                      std::uint64_t& number) {
  {
    const std::unique_lock lock(mutex_);
    if (peeked_) {
      parsed = std::move(*peeked_);
      peeked_.reset();
      scratch.number = 0;
      number = 0;
    } else {
      number = UINT64_MAX;
    }
  }
  if (number == UINT64_MAX) {
    if (!Read(scratch)) return false;
    number = scratch.number;
    parser.Parse(scratch, parsed);
  }
  return InTurn(number, parsed);
}

void RecordFeed::Break(Error fault) {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  if (!fault_) fault_ = std::move(fault);
}

bool RecordFeed::InTurn(std::uint64_t number, ParsedBlock& parsed) {
  constexpr std::chrono::milliseconds kLook{50};
  std::unique_lock lock(mutex_);
  if (in_turn_) {
    while (turn_ != number && !stop_.requested()) changed_.wait_for(lock, kLook);
    ++turn_;
    changed_.notify_all();
    if (broken_ || stop_.requested()) return false;
  }
  if (parsed.fault) {
    broken_ = true;
    ended_ = true;
    // It stands before anything that was found wrong with what is behind it.
    fault_ = std::move(parsed.fault);
  }
  return true;
}

}  // namespace haul
