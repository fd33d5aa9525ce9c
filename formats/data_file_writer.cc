#include "formats/data_file_writer.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/bson/element.h"

namespace haul {
namespace {

// Above this a worker waits for the disk itself, while the others go on; below, thousands of waits
// would add up, and one pass at the end finds them done.
constexpr std::uint64_t kWaitAtOnceBytes = 4 * kMiB;

// Type byte and value bytes; empty where there is no `_id` or it is too long to keep.
std::string IndexedId(ByteView document) {
  const auto id = FindElement(document, "_id");
  if (!id || id->value.size() >= kMaxIndexedIdBytes) return {};
  std::string kept(1, static_cast<char>(id->type));
  kept += AsText(id->value);
  return kept;
}

void SetIds(FrameEntry& frame, const Batch& batch) {
  frame.first_id = IndexedId(batch.front());
  frame.last_id = IndexedId(batch.back());
  if (!frame.first_id.empty() && !frame.last_id.empty()) return;
  frame.first_id.clear();
  frame.last_id.clear();
}

ManifestFile NewEntry(const DataFileWriter::Target& target) {
  ManifestFile entry;
  entry.path = target.path;
  entry.role = target.role;
  entry.ns = target.ns;
  entry.codec = target.codec;
  return entry;
}

}  // namespace

class DataFileSink final : public DocumentSink {
 public:
  DataFileSink(DataFileWriter& writer, FrameEncoder& encoder, DataFileWriter::SinkOptions options)
      : writer_(writer), encoder_(encoder), options_(options) {}

  void Write(const Batch& batch) override {
    if (batch.empty()) return;
    if (batch.bytes().size() > kMaxFrameBytes) {
      throw Error(
          ExitCode::kLimit,
          fmt::format("write {}: a batch of {} is more than a frame may hold",
                      EscapeForDisplay(writer_.entry_.path), FormatBytes(batch.bytes().size())));
    }
    const ByteView stored = encoder_.Encode(batch.bytes());
    FrameEntry frame;
    frame.stored_size = static_cast<std::uint32_t>(stored.size());
    frame.plain_size = static_cast<std::uint32_t>(batch.bytes().size());
    frame.documents = static_cast<std::uint32_t>(batch.documents());
    frame.hash = Blake2b256(stored);
    if (options_.id_ordered) SetIds(frame, batch);
    writer_.AppendFrame(stored, frame, options_.range);
  }

  void Finish() override {
    const std::lock_guard lock(writer_.mutex_);
    --writer_.open_sinks_;
  }

 private:
  DataFileWriter& writer_;
  FrameEncoder& encoder_;
  DataFileWriter::SinkOptions options_;
};

DataFileWriter::DataFileWriter(const Target& target, PartialManifest& journal)
    : file_(target.root, target.path, target.sync), journal_(journal), entry_(NewEntry(target)) {}

std::unique_ptr<DocumentSink> DataFileWriter::NewSink(FrameEncoder& encoder, SinkOptions options) {
  const std::lock_guard lock(mutex_);
  ++open_sinks_;
  return std::make_unique<DataFileSink>(*this, encoder, options);
}

void DataFileWriter::AppendFrame(ByteView stored, FrameEntry& frame,
                                 std::optional<std::uint64_t> range) {
  {
    const std::lock_guard lock(mutex_);
    frame.offset = file_.size();
    file_.Append(stored);
    frames_.push_back(frame);
  }
  journal_.Add(entry_.path, frame, range);
}

void DataFileWriter::Finish() {
  if (finished_ || open_sinks_ != 0) {
    throw Error(ExitCode::kInternal, fmt::format("finish {}: a part of it was not written",
                                                 EscapeForDisplay(entry_.path)));
  }
  if (frames_.empty()) AppendEmptyFrame();
  SealIndex();
  for (const FrameEntry& frame : frames_) {
    entry_.documents += frame.documents;
    entry_.plain_bytes += frame.plain_size;
  }
  entry_.frames = frames_.size();
  entry_.stored_bytes = file_.size();
  frames_ = {};
  file_.size() > kWaitAtOnceBytes ? file_.Close() : file_.Release();
  finished_ = true;
}

// gzip readers refuse a file of 0 bytes: an empty collection is one empty member. An empty .bson is
// right as it is, and the tail makes a .zst that zstd accepts.
void DataFileWriter::AppendEmptyFrame() {
  if (entry_.codec != CodecId::kGzip) return;
  const Codec& codec = GetCodec(entry_.codec);
  const std::unique_ptr<FrameEncoder> encoder = codec.new_encoder(codec.default_level);
  const ByteView stored = encoder->Encode({});
  FrameEntry frame;
  frame.stored_size = static_cast<std::uint32_t>(stored.size());
  frame.hash = Blake2b256(stored);
  AppendFrame(stored, frame, std::nullopt);
}

void DataFileWriter::SealIndex() {
  if (entry_.codec == CodecId::kZstd) {
    const ByteBuffer tail = EncodeZstdTail(frames_);
    file_.Append(tail.view());
    entry_.hash = HashToHex(Blake2b256(tail.view()));
    return;
  }
  index_ = EncodeFrameIndex(frames_);
  entry_.index_bytes = index_.size();
  entry_.hash = HashToHex(Blake2b256(index_.view()));
}

}  // namespace haul
