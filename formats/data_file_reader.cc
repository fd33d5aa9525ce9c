#include "formats/data_file_reader.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.h"
#include "formats/codec_probe.h"
#include "formats/data_file_index.h"
#include "formats/document_stream.h"

namespace haul {
namespace {

/// The claims of an indexed file one after another.
class ClaimedDocuments final : public DocumentSource {
 public:
  ClaimedDocuments(const DataFileReader& reader, std::atomic<std::uint64_t>* stored_bytes_read)
      : reader_(reader), stored_bytes_read_(stored_bytes_read) {}

  [[nodiscard]] bool Next(Batch& batch) override {
    batch.Clear();
    while (batch.empty() && next_ < reader_.claims().size()) {
      reader_.ReadClaim(next_, batch, scratch_);
      if (stored_bytes_read_ != nullptr) *stored_bytes_read_ += reader_.claims()[next_].stored_size;
      ++next_;
    }
    return !batch.empty();
  }

 private:
  const DataFileReader& reader_;
  std::atomic<std::uint64_t>* stored_bytes_read_;
  ClaimScratch scratch_;
  std::size_t next_ = 0;
};

template <typename Call>
void WithFrame(const DataFile& file, const FrameEntry& frame, Call call) {
  try {
    call();
  } catch (const Error& error) {
    throw error.WithContext(fmt::format("read {}: the frame at byte {}", file.name, frame.offset));
  }
}

template <typename Value>
std::uint64_t Sum(const std::vector<FrameEntry>& frames, Value value) {
  std::uint64_t sum = 0;
  for (const FrameEntry& frame : frames) sum += frame.*value;
  return sum;
}

}  // namespace

DataFileReader::DataFileReader(DataFile file)
    : file_(std::move(file)), reader_(file_.path), codec_(file_.codec) {
  CheckSize();
  if (!file_.listed && !file_.finished_frames.has_value()) {
    codec_ = ProbeCodec(reader_, file_.codec);
  }
  frames_ = LoadFrames(reader_, file_, codec_);
}

void DataFileReader::CheckSize() const {
  if (file_.listed && reader_.size() != file_.stored_bytes) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("read {}: it is {} bytes long, the manifest says {}", file_.name,
                            reader_.size(), file_.stored_bytes));
  }
  if (reader_.size() == 0 && file_.codec != CodecId::kNone && !file_.finished_frames.has_value()) {
    throw Error(ExitCode::kCorrupt, fmt::format("read {}: the file is empty, not even a {} stream",
                                                file_.name, GetCodec(file_.codec).name));
  }
}

std::optional<std::uint64_t> DataFileReader::documents() const {
  if (frames_.has_value()) return Sum(*frames_, &FrameEntry::documents);
  return file_.documents;
}

std::optional<std::uint64_t> DataFileReader::plain_bytes() const {
  if (frames_.has_value()) return Sum(*frames_, &FrameEntry::plain_size);
  return file_.plain_bytes;
}

const std::vector<FrameEntry>& DataFileReader::claims() const {
  static const std::vector<FrameEntry> kNone;
  return frames_.has_value() ? *frames_ : kNone;
}

void DataFileReader::VerifyFrame(std::size_t i, ClaimScratch& scratch) const {
  const FrameEntry& frame = claims().at(i);
  WithFrame(file_, frame, [&] {
    reader_.ReadAt(frame.offset, frame.stored_size, scratch.stored);
    if (Blake2b256(scratch.stored.view()) != frame.hash) {
      throw Error(ExitCode::kCorrupt, "its bytes were changed, the hash does not match");
    }
  });
}

void DataFileReader::ReadClaim(std::size_t i, Batch& batch, ClaimScratch& scratch) const {
  VerifyFrame(i, scratch);
  const FrameEntry& frame = claims()[i];
  if (scratch.decoder == nullptr || scratch.decoder_codec != codec_) {
    scratch.decoder = GetCodec(codec_).new_decoder();
    scratch.decoder_codec = codec_;
  }
  WithFrame(file_, frame, [&] {
    DecodeFrame(*scratch.decoder, scratch.stored.view(), frame.plain_size, scratch.plain);
    batch.Adopt(scratch.plain);
    if (batch.documents() == frame.documents) return;
    throw Error(ExitCode::kCorrupt, fmt::format("it holds {} documents, the index says {}",
                                                batch.documents(), frame.documents));
  });
}

std::unique_ptr<DocumentSource> DataFileReader::NewSource(
    std::atomic<std::uint64_t>* stored_bytes_read) const {
  if (indexed()) return std::make_unique<ClaimedDocuments>(*this, stored_bytes_read);
  return std::make_unique<DocumentStream>(reader_, DocumentStream::Options{
                                                       .name = file_.name,
                                                       .codec = codec_,
                                                       .documents = file_.documents,
                                                       .plain_bytes = file_.plain_bytes,
                                                       .stored_bytes_read = stored_bytes_read,
                                                   });
}

}  // namespace haul
