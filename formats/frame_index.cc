#include "formats/frame_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "core/base/error.h"
#include "core/io/little_endian.h"

namespace haul {
namespace {

constexpr std::array<std::uint8_t, 8> kIndexMagic = {'H', 'A', 'U', 'L', 'I', 'D', 'X', '1'};
constexpr std::size_t kCountBytes = 4;
constexpr std::size_t kFixedEntryBytes = 4 + 4 + 4 + sizeof(Hash256);
constexpr std::size_t kMinEntryBytes = kFixedEntryBytes + 2 + 2;
constexpr std::size_t kMinIndexBytes = kIndexMagic.size() + kCountBytes + sizeof(Hash256);
// A frame that does not compress grows a little.
constexpr std::size_t kMaxStoredBytes = kMaxFrameBytes + kMaxFrameBytes / 64;

// https://github.com/facebook/zstd/blob/dev/contrib/seekable_format/zstd_seekable_compression_format.md
constexpr std::uint32_t kIndexFrameMagic = 0x184D2A5D;
constexpr std::uint32_t kSeekTableMagic = 0x184D2A5E;
constexpr std::uint32_t kSeekTableFooterMagic = 0x8F92EAB1;
constexpr std::size_t kSkippableHeaderBytes = 8;
constexpr std::size_t kSeekEntryBytes = 8;
constexpr std::size_t kSeekFooterBytes = 9;
static_assert(kZstdFooterBytes == kSeekEntryBytes + kSeekFooterBytes);

Error BadIndex(std::string_view cause) {
  return {ExitCode::kCorrupt, fmt::format("read a frame index: {}", cause)};
}

void AppendId(ByteBuffer& index, std::string_view id) {
  AppendLittleEndian(index, static_cast<std::uint16_t>(id.size()));
  index.Append(AsBytes(id));
}

void AppendEntry(ByteBuffer& index, const FrameEntry& frame) {
  AppendLittleEndian(index, frame.stored_size);
  AppendLittleEndian(index, frame.plain_size);
  AppendLittleEndian(index, frame.documents);
  index.Append(frame.hash);
  AppendId(index, frame.first_id);
  AppendId(index, frame.last_id);
}

/// Walks the entries, every length checked against what is left.
class EntryReader {
 public:
  explicit EntryReader(ByteView rest) : rest_(rest) {}

  FrameEntry Next() {
    FrameEntry frame;
    const ByteView fixed = Take(kFixedEntryBytes);
    frame.stored_size = ReadLittleEndian<std::uint32_t>(fixed);
    frame.plain_size = ReadLittleEndian<std::uint32_t>(fixed.subspan(4));
    frame.documents = ReadLittleEndian<std::uint32_t>(fixed.subspan(8));
    std::copy_n(fixed.data() + 12, frame.hash.size(), frame.hash.begin());
    frame.first_id = TakeId();
    frame.last_id = TakeId();
    if (frame.plain_size > kMaxFrameBytes || frame.stored_size > kMaxStoredBytes) {
      throw BadIndex("a frame is larger than haul writes them");
    }
    return frame;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  ByteView Take(std::size_t size) {
    if (size > rest_.size()) throw BadIndex("it is cut short");
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  std::string TakeId() {
    const auto size = ReadLittleEndian<std::uint16_t>(Take(2));
    if (size > kMaxIndexedIdBytes) throw BadIndex("an _id is longer than haul keeps them");
    return std::string(AsText(Take(size)));
  }

  ByteView rest_;
};

void AppendSkippableHeader(ByteBuffer& bytes, std::uint32_t magic, std::uint64_t size) {
  if (size > std::numeric_limits<std::uint32_t>::max() - kSkippableHeaderBytes) {
    throw Error(ExitCode::kLimit, "write a frame index: it is larger than 4 GiB");
  }
  AppendLittleEndian(bytes, magic);
  AppendLittleEndian(bytes, static_cast<std::uint32_t>(size));
}

void AppendSeekTable(ByteBuffer& tail, std::span<const FrameEntry> frames,
                     std::uint32_t index_frame_size) {
  const std::uint64_t count = frames.size() + 1;
  AppendSkippableHeader(tail, kSeekTableMagic, count * kSeekEntryBytes + kSeekFooterBytes);
  for (const FrameEntry& frame : frames) {
    AppendLittleEndian(tail, frame.stored_size);
    AppendLittleEndian(tail, frame.plain_size);
  }
  AppendLittleEndian(tail, index_frame_size);
  AppendLittleEndian(tail, std::uint32_t{0});
  AppendLittleEndian(tail, static_cast<std::uint32_t>(count));
  AppendLittleEndian(tail, std::uint8_t{0});  // no checksums of our own: the frames carry theirs
  AppendLittleEndian(tail, kSeekTableFooterMagic);
}

}  // namespace

ByteBuffer EncodeFrameIndex(std::span<const FrameEntry> frames) {
  ByteBuffer index;
  index.Append(kIndexMagic);
  AppendLittleEndian(index, static_cast<std::uint32_t>(frames.size()));
  for (const FrameEntry& frame : frames) AppendEntry(index, frame);
  index.Append(Blake2b256(index.view()));
  return index;
}

std::vector<FrameEntry> DecodeFrameIndex(ByteView index) {
  if (index.size() < kMinIndexBytes) throw BadIndex("it is cut short");
  const ByteView content = index.first(index.size() - sizeof(Hash256));
  if (!std::ranges::equal(content.first(kIndexMagic.size()), kIndexMagic)) {
    throw BadIndex("it does not begin like one");
  }
  if (!std::ranges::equal(Blake2b256(content), index.last(sizeof(Hash256)))) {
    throw BadIndex("its hash does not match");
  }
  const auto count = ReadLittleEndian<std::uint32_t>(content.subspan(kIndexMagic.size()));
  const ByteView entries = content.subspan(kIndexMagic.size() + kCountBytes);
  if (count > entries.size() / kMinEntryBytes) throw BadIndex("it is cut short");
  EntryReader reader(entries);
  std::vector<FrameEntry> frames;
  frames.reserve(count);
  std::uint64_t offset = 0;
  while (frames.size() < count) {
    frames.push_back(reader.Next());
    frames.back().offset = offset;
    offset += frames.back().stored_size;
  }
  if (!reader.empty()) throw BadIndex("more bytes follow it");
  return frames;
}

ByteBuffer EncodeZstdTail(std::span<const FrameEntry> frames) {
  const ByteBuffer index = EncodeFrameIndex(frames);
  ByteBuffer tail;
  AppendSkippableHeader(tail, kIndexFrameMagic, index.size());
  tail.Append(index.view());
  AppendSeekTable(tail, frames, static_cast<std::uint32_t>(tail.size()));
  return tail;
}

std::optional<std::uint64_t> ZstdTailSize(ByteView footer) {
  if (footer.size() != kZstdFooterBytes) return std::nullopt;
  const ByteView seek_footer = footer.last(kSeekFooterBytes);
  if (ReadLittleEndian<std::uint32_t>(seek_footer.last(4)) != kSeekTableFooterMagic) {
    return std::nullopt;
  }
  const std::uint64_t entries = ReadLittleEndian<std::uint32_t>(seek_footer);
  return ReadLittleEndian<std::uint32_t>(footer) + kSkippableHeaderBytes +
         entries * kSeekEntryBytes + kSeekFooterBytes;
}

std::optional<std::vector<FrameEntry>> DecodeZstdTail(ByteView tail) {
  if (tail.size() < kSkippableHeaderBytes ||
      ReadLittleEndian<std::uint32_t>(tail) != kIndexFrameMagic) {
    return std::nullopt;
  }
  const std::uint64_t index_size = ReadLittleEndian<std::uint32_t>(tail.subspan(4));
  if (index_size > tail.size() - kSkippableHeaderBytes) throw BadIndex("it is cut short");
  std::vector<FrameEntry> frames =
      DecodeFrameIndex(tail.subspan(kSkippableHeaderBytes, index_size));
  if (!std::ranges::equal(EncodeZstdTail(frames).view(), tail)) {
    throw BadIndex("the seek table after it differs");
  }
  return frames;
}

}  // namespace haul
