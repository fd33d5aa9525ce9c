#include "formats/document_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/framing.h"

namespace haul {
namespace {

constexpr std::size_t kWindow = std::size_t{512} * 1024;

}  // namespace

DocumentStream::DocumentStream(const LocalFileReader& file, Options options)
    : own_source_(std::make_unique<LocalFileSource>(file)),
      source_(*own_source_),
      options_(std::move(options)) {
  if (options_.codec != CodecId::kNone) decoder_ = GetCodec(options_.codec).new_decoder();
}

DocumentStream::DocumentStream(ByteSource& source, Options options)
    : source_(source), options_(std::move(options)) {
  if (options_.codec != CodecId::kNone) decoder_ = GetCodec(options_.codec).new_decoder();
}

bool DocumentStream::Next(Batch& batch) {
  batch.Clear();
  while (batch.documents() < kBatchDocuments) {
    const Framed framed = FrameDocument(Unread());
    if (framed.state == Framed::State::kBad) FailAt(plain_offset_, framed.problem);
    if (framed.state == Framed::State::kIncomplete) {
      if (MakeRoomAndFill(framed.size)) continue;
      if (!Unread().empty()) FailAt(plain_offset_, "the last document is cut short");
      if (batch.empty()) CheckEnd();
      break;
    }
    if (!batch.empty() && batch.bytes().size() + framed.size > kBatchBytes) break;
    batch.Append(Unread().first(framed.size));
    plain_at_ += framed.size;
    plain_offset_ += framed.size;
    ++documents_;
  }
  return !batch.empty();
}

// `wanted` comes from a length that may be damaged, but FrameDocument has bounded it.
bool DocumentStream::MakeRoomAndFill(std::size_t wanted) {
  const std::size_t unread = Unread().size();
  if (plain_at_ > 0) {
    std::memmove(plain_.data(), plain_.data() + plain_at_, unread);
    plain_at_ = 0;
  }
  const std::size_t room = std::max(wanted, kWindow);
  plain_.Resize(unread + room);
  const std::span<std::uint8_t> free(plain_.data() + unread, room);
  const std::size_t filled = decoder_ == nullptr ? ReadSource(free) : FillDecoded(free);
  plain_.Resize(unread + filled);
  return filled > 0;
}

std::size_t DocumentStream::FillDecoded(std::span<std::uint8_t> room) {
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

bool DocumentStream::ReadStored() {
  stored_.Resize(kWindow);
  stored_at_ = 0;
  stored_.Resize(ReadSource({stored_.data(), stored_.size()}));
  return !stored_.empty();
}

std::size_t DocumentStream::ReadSource(std::span<std::uint8_t> room) {
  const std::size_t read = source_.Read(room);
  source_at_ += read;
  if (options_.stored_bytes_read != nullptr) *options_.stored_bytes_read += read;
  return read;
}

StreamDecoder::Progress DocumentStream::Decode(std::span<std::uint8_t> room) {
  try {
    return decoder_->Decode(stored_.view().subspan(stored_at_), room);
  } catch (const Error& error) {
    const std::uint64_t block = source_at_ - stored_.size() + stored_at_;
    throw error.WithContext(fmt::format("read {} from byte {} on", options_.name, block));
  }
}

void DocumentStream::CheckEnd() const {
  if (options_.documents.has_value() && *options_.documents != documents_) {
    throw Error(ExitCode::kCorrupt, fmt::format("read {}: holds {} documents, the manifest says {}",
                                                options_.name, documents_, *options_.documents));
  }
  if (options_.plain_bytes.has_value() && *options_.plain_bytes != plain_offset_) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("read {}: holds {} bytes of documents, the manifest says {}",
                            options_.name, plain_offset_, *options_.plain_bytes));
  }
}

void DocumentStream::FailAt(std::uint64_t plain_offset, std::string_view problem) const {
  const std::string_view of = decoder_ == nullptr ? "" : " of the decompressed data";
  throw Error(ExitCode::kCorrupt,
              fmt::format("read {} at byte {}{}: {}", options_.name, plain_offset, of, problem));
}

}  // namespace haul
