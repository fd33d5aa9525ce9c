#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "core/base/byte_buffer.h"
#include "core/storage/byte_sink.h"

namespace haul {

/// Puts what several workers make into the order of their turns: each waits with its piece until
/// all before it are out, so that no more is held than the workers have in hand. Thread-safe.
class OrderedOutput {
 public:
  /// `sink` must outlive it.
  explicit OrderedOutput(ByteSink& sink) : sink_(sink) {}

  /// Writes and clears `text` if it is this turn's time, else leaves it. False: see Finish().
  [[nodiscard]] bool TryWrite(std::uint64_t turn, ByteBuffer& text);
  /// Waits for the turn, writes and clears `text`, calls `then` before any other turn writes, and
  /// ends the turn. Exactly once for each turn. False where the output was closed: nothing more
  /// comes out, and the worker may go home. Throws what the sink and `then` throw, and is then
  /// closed.
  [[nodiscard]] bool Finish(std::uint64_t turn, ByteBuffer& text,
                            const std::function<void()>& then);
  /// Nobody waits or writes any more. What was written stays.
  void Close();

 private:
  void Write(ByteBuffer& text);

  ByteSink& sink_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t turn_ = 0;
  bool closed_ = false;
};

}  // namespace haul
