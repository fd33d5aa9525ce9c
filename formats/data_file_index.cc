#include "formats/data_file_index.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/io/checksum.h"

namespace haul {
namespace {

Error Fault(const DataFile& file, std::string_view cause) {
  return {ExitCode::kCorrupt, fmt::format("read {}: {}", file.name, cause)};
}

struct Index {
  std::vector<FrameEntry> frames;
  std::uint64_t data_end = 0;  // where the data frames must end
};

void CheckHash(const DataFile& file, ByteView index) {
  if (!file.index_hash.has_value() || Blake2b256(index) == *file.index_hash) return;
  throw Fault(file, "the hash of its index is not the manifest's");
}

std::optional<Index> ZstdIndex(const LocalFileReader& reader, const DataFile& file) {
  if (reader.size() < kZstdFooterBytes) return std::nullopt;
  ByteBuffer bytes;
  reader.ReadAt(reader.size() - kZstdFooterBytes, kZstdFooterBytes, bytes);
  const std::optional<std::uint64_t> tail_size = ZstdTailSize(bytes.view());
  if (!tail_size.has_value() || *tail_size > reader.size()) return std::nullopt;
  const std::uint64_t tail_begin = reader.size() - *tail_size;
  reader.ReadAt(tail_begin, *tail_size, bytes);
  CheckHash(file, bytes.view());
  std::optional<std::vector<FrameEntry>> frames = DecodeZstdTail(bytes.view());
  if (!frames.has_value()) return std::nullopt;
  return Index{std::move(*frames), tail_begin};
}

std::optional<Index> IndexSection(const LocalFileReader& reader, const DataFile& file) {
  if (!file.index.has_value()) return std::nullopt;
  const LocalFileReader index_file(file.index->path);
  ByteBuffer bytes;
  index_file.ReadAt(file.index->offset, file.index->bytes, bytes);
  CheckHash(file, bytes.view());
  return Index{DecodeFrameIndex(bytes.view()), reader.size()};
}

std::optional<Index> FindIndex(const LocalFileReader& reader, const DataFile& file, CodecId codec) {
  try {
    return codec == CodecId::kZstd ? ZstdIndex(reader, file) : IndexSection(reader, file);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kCorrupt || error.message().starts_with("read " + file.name)) {
      throw;
    }
    throw error.WithContext(fmt::format("read {}", file.name));
  }
}

void CheckCoverage(const DataFile& file, const Index& index) {
  std::uint64_t covered = 0;
  for (const FrameEntry& frame : index.frames) covered += frame.stored_size;
  if (covered == index.data_end) return;
  throw Fault(file, fmt::format("its index covers {} bytes of {}", covered, index.data_end));
}

void CheckAgainstManifest(const DataFile& file, const std::vector<FrameEntry>& frames) {
  std::uint64_t documents = 0;
  std::uint64_t plain_bytes = 0;
  for (const FrameEntry& frame : frames) {
    documents += frame.documents;
    plain_bytes += frame.plain_size;
  }
  const auto check = [&](std::string_view what, std::uint64_t found, std::uint64_t listed) {
    if (found == listed) return;
    throw Fault(file,
                fmt::format("its index holds {} {}, the manifest says {}", found, what, listed));
  };
  check("frames", frames.size(), file.frames);
  check("documents", documents, file.documents.value_or(documents));
  check("bytes of documents", plain_bytes, file.plain_bytes.value_or(plain_bytes));
}

void CheckInside(const LocalFileReader& reader, const DataFile& file,
                 const std::vector<FrameEntry>& frames) {
  for (const FrameEntry& frame : frames) {
    const bool sane = frame.plain_size <= kMaxFrameBytes && frame.offset <= reader.size() &&
                      frame.stored_size <= reader.size() - frame.offset;
    if (!sane) throw Fault(file, fmt::format("the frame at byte {} is not in it", frame.offset));
  }
}

}  // namespace

std::optional<std::vector<FrameEntry>> LoadFrames(const LocalFileReader& reader,
                                                  const DataFile& file, CodecId codec) {
  if (file.finished_frames.has_value()) {
    CheckInside(reader, file, *file.finished_frames);
    return file.finished_frames;
  }
  std::optional<Index> index = FindIndex(reader, file, codec);
  if (!index.has_value()) {
    if (file.listed) throw Fault(file, "it does not hold the index that the manifest vouches for");
    return std::nullopt;
  }
  CheckCoverage(file, *index);
  if (file.listed) CheckAgainstManifest(file, index->frames);
  return std::move(index->frames);
}

}  // namespace haul
