#include "formats/plain_source.h"

#include <algorithm>
#include <cstring>

namespace haul {
namespace {

constexpr std::size_t kMagicBytes = 8;

CodecId CodecByMagic(PeekedSource& source) {
  for (const Codec& codec : Codecs()) {
    if (codec.recognises(source.Peek(kMagicBytes))) return codec.id;
  }
  return CodecId::kNone;
}

}  // namespace

std::size_t PlainSource::Read(std::span<std::uint8_t> bytes) {
  if (!window_) {
    window_.emplace(stored_, PlainWindow::Options{options_.name, CodecByMagic(stored_),
                                                  options_.stored_bytes_read});
  }
  if (window_->unread().empty() && !window_->Fill(1)) return 0;
  const std::size_t size = std::min(bytes.size(), window_->unread().size());
  std::memcpy(bytes.data(), window_->unread().data(), size);
  window_->Consume(size);
  return size;
}

}  // namespace haul
