#include "core/storage/ordered_output.h"

namespace haul {

bool OrderedOutput::TryWrite(std::uint64_t turn, ByteBuffer& text) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    if (turn_ != turn) return true;
  }
  // Only the owner of the turn writes, so the sink needs no lock.
  Write(text);
  return true;
}

bool OrderedOutput::Finish(std::uint64_t turn, ByteBuffer& text,
                           const std::function<void()>& then) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || turn_ == turn; });
    if (closed_) return false;
  }
  Write(text);
  try {
    then();
  } catch (...) {
    Close();
    throw;
  }
  const std::lock_guard lock(mutex_);
  ++turn_;
  changed_.notify_all();
  return !closed_;
}

void OrderedOutput::Write(ByteBuffer& text) {
  try {
    if (!text.empty()) sink_.Append(text.view());
  } catch (...) {
    Close();
    throw;
  }
  text.Clear();
}

void OrderedOutput::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

}  // namespace haul
