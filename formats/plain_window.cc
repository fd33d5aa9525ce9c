#include "formats/plain_window.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/error.h"

namespace haul {
namespace {

constexpr std::size_t kWindow = std::size_t{512} * 1024;

}  // namespace

PlainWindow::PlainWindow(ByteSource& source, Options options)
    : source_(source), options_(std::move(options)) {
  if (options_.codec != CodecId::kNone) decoder_ = GetCodec(options_.codec).new_decoder();
}

bool PlainWindow::Fill(std::size_t wanted) {
  const std::size_t left = unread().size();
  if (plain_at_ > 0) {
    std::memmove(plain_.data(), plain_.data() + plain_at_, left);
    plain_at_ = 0;
  }
  const std::size_t room = std::max(wanted, kWindow);
  plain_.Resize(left + room);
  const std::span<std::uint8_t> free(plain_.data() + left, room);
  const std::size_t filled = decoder_ == nullptr ? ReadSource(free) : FillDecoded(free);
  plain_.Resize(left + filled);
  return filled > 0;
}

std::size_t PlainWindow::FillDecoded(std::span<std::uint8_t> room) {
  while (true) {
    if (stored_at_ == stored_.size() && !decoder_may_hold_more_ && !ReadStored()) {
      if (decoder_->AtBoundary()) return 0;
      throw Error(ExitCode::kCorrupt,
                  fmt::format("read {}: the {} stream is cut short at byte {}", options_.name,
                              GetCodec(options_.codec).name, source_at_));
    }
    const StreamDecoder::Progress progress = Decode(room);
    stored_at_ += progress.consumed;
    decoder_may_hold_more_ = progress.produced == room.size();
    if (progress.produced > 0) return progress.produced;
    if (progress.consumed == 0 && stored_at_ < stored_.size()) {
      throw Error(ExitCode::kInternal, fmt::format("read {}: the {} decoder stands still",
                                                   options_.name, GetCodec(options_.codec).name));
    }
  }
}

bool PlainWindow::ReadStored() {
  stored_.Resize(kWindow);
  stored_at_ = 0;
  stored_.Resize(ReadSource({stored_.data(), stored_.size()}));
  return !stored_.empty();
}

std::size_t PlainWindow::ReadSource(std::span<std::uint8_t> room) {
  const std::size_t read = source_.Read(room);
  source_at_ += read;
  if (options_.stored_bytes_read != nullptr) *options_.stored_bytes_read += read;
  return read;
}

StreamDecoder::Progress PlainWindow::Decode(std::span<std::uint8_t> room) {
  try {
    return decoder_->Decode(stored_.view().subspan(stored_at_), room);
  } catch (const Error& error) {
    const std::uint64_t block = source_at_ - stored_.size() + stored_at_;
    throw error.WithContext(fmt::format("read {} from byte {} on", options_.name, block));
  }
}

void PlainWindow::FailAt(std::uint64_t offset, std::string_view problem) const {
  const std::string_view of = decoder_ == nullptr ? "" : " of the decompressed data";
  throw Error(ExitCode::kCorrupt,
              fmt::format("read {} at byte {}{}: {}", options_.name, offset, of, problem));
}

}  // namespace haul
