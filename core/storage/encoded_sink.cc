#include "core/storage/encoded_sink.h"

#include <algorithm>
#include <utility>

namespace haul {
namespace {

class EncodedSink final : public ByteSink {
 public:
  EncodedSink(std::unique_ptr<ByteSink> sink, CodecChoice codec)
      : sink_(std::move(sink)), encoder_(GetCodec(codec.id).new_encoder(codec.level)) {}

  void Append(ByteView bytes) override {
    while (!bytes.empty()) {
      const std::size_t taken = std::min(bytes.size(), kFrameBytes - plain_.size());
      plain_.Append(bytes.first(taken));
      bytes = bytes.subspan(taken);
      if (plain_.size() == kFrameBytes) Flush();
    }
  }
  void Commit() override {
    if (!plain_.empty() || !wrote_) Flush();
    sink_->Commit();
  }

 private:
  static constexpr std::size_t kFrameBytes = std::size_t{1} << 20;

  void Flush() {
    sink_->Append(encoder_->Encode(plain_.view()));
    plain_.Clear();
    wrote_ = true;
  }

  std::unique_ptr<ByteSink> sink_;
  std::unique_ptr<FrameEncoder> encoder_;
  ByteBuffer plain_;
  bool wrote_ = false;
};

class MeasuredSink final : public ByteSink {
 public:
  MeasuredSink(std::unique_ptr<ByteSink> sink, SinkMeasure& measure)
      : sink_(std::move(sink)), measure_(measure) {}

  void Append(ByteView bytes) override {
    hash_.Update(bytes);
    measure_.bytes += bytes.size();
    sink_->Append(bytes);
  }
  void Commit() override {
    measure_.hash = HashToHex(hash_.Finish());
    sink_->Commit();
  }

 private:
  std::unique_ptr<ByteSink> sink_;
  SinkMeasure& measure_;
  Blake2b256Stream hash_;
};

}  // namespace

std::unique_ptr<ByteSink> NewEncodedSink(std::unique_ptr<ByteSink> sink, CodecChoice codec) {
  if (codec.id == CodecId::kNone) return sink;
  return std::make_unique<EncodedSink>(std::move(sink), codec);
}

std::unique_ptr<ByteSink> NewMeasuredSink(std::unique_ptr<ByteSink> sink, SinkMeasure& measure) {
  return std::make_unique<MeasuredSink>(std::move(sink), measure);
}

}  // namespace haul
