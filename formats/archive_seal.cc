#include "formats/archive_seal.h"

#include "core/io/checksum.h"
#include "formats/archive_format.h"

namespace haul {
namespace {

std::size_t SealSize(CodecId codec) { return EncodeArchiveSeal(codec, 0, 0).size(); }

std::size_t LongestSeal() {
  std::size_t longest = 0;
  for (const Codec& codec : Codecs()) longest = std::max(longest, SealSize(codec.id));
  return longest;
}

}  // namespace

std::size_t SealedSource::Read(std::span<std::uint8_t> bytes) {
  static const std::size_t kLongest = LongestSeal();
  const std::size_t read = source_.Read(bytes);
  if (!watches_) return read;
  // What is longer than a seal pushes the tail out as a whole; else the two are joined.
  const ByteView fresh = bytes.first(read);
  const std::size_t pushed_out =
      tail_.size() + read > kLongest ? tail_.size() + read - kLongest : 0;
  const std::size_t of_tail = std::min(pushed_out, tail_.size());
  const std::size_t of_fresh = pushed_out - of_tail;
  crc_ = Crc64(tail_.view().first(of_tail), crc_);
  crc_ = Crc64(fresh.first(of_fresh), crc_);
  size_ += pushed_out;
  ByteBuffer tail;
  tail.Append(tail_.view().subspan(of_tail));
  tail.Append(fresh.subspan(of_fresh));
  tail_ = std::move(tail);
  return read;
}

bool SealedSource::Holds(CodecId codec) const {
  const std::size_t seal_size = SealSize(codec);
  if (tail_.size() < seal_size) return false;
  const ByteView before = tail_.view().first(tail_.size() - seal_size);
  const ByteView seal = tail_.view().last(seal_size);
  const ByteBuffer expected = EncodeArchiveSeal(codec, size_ + before.size(), Crc64(before, crc_));
  return AsText(expected.view()) == AsText(seal);
}

}  // namespace haul
