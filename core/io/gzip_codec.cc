#include "core/io/gzip_codec.h"

#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

#include "core/base/error.h"
#include "core/io/little_endian.h"

namespace haul {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // 32 KiB, with a gzip header

// zlib counts in unsigned int and takes input as mutable.
constexpr std::size_t kMaxPiece = std::numeric_limits<uInt>::max();

void SetInput(z_stream& stream, ByteView input) {
  stream.next_in = const_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(std::min(input.size(), kMaxPiece));
}

void SetOutput(z_stream& stream, std::span<std::uint8_t> output) {
  stream.next_out = output.data();
  stream.avail_out = static_cast<uInt>(std::min(output.size(), kMaxPiece));
}

class GzipEncoder final : public FrameEncoder {
 public:
  explicit GzipEncoder(int level) : compressor_(libdeflate_alloc_compressor(level)) {
    if (compressor_ == nullptr) throw std::bad_alloc();
  }
  ~GzipEncoder() override { libdeflate_free_compressor(compressor_); }

  ByteView Encode(ByteView plain) override {
    if (plain.size() > kMaxPiece) {
      throw Error(ExitCode::kLimit, "compress with gzip: more than 4 GiB in one member");
    }
    frame_.Clear();
    frame_.Resize(libdeflate_gzip_compress_bound(compressor_, plain.size()));
    const std::size_t size = libdeflate_gzip_compress(compressor_, plain.data(), plain.size(),
                                                      frame_.data(), frame_.size());
    if (size == 0) {
      throw Error(ExitCode::kInternal, "compress with gzip: the member does not fit its bound");
    }
    frame_.Resize(size);
    return frame_.view();
  }

 private:
  libdeflate_compressor* compressor_;
  ByteBuffer frame_;
};

class GzipDecoder final : public StreamDecoder {
 public:
  GzipDecoder() {
    if (inflateInit2(&stream_, kGzipWindowBits) != Z_OK) throw std::bad_alloc();
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }

  Progress Decode(ByteView input, std::span<std::uint8_t> output) override {
    Progress done;
    while (done.produced < output.size() && (done.consumed < input.size() || !at_boundary_)) {
      const Progress step = Step(input.subspan(done.consumed), output.subspan(done.produced));
      done.consumed += step.consumed;
      done.produced += step.produced;
      if (step.consumed == 0 && step.produced == 0) break;
    }
    return done;
  }

  [[nodiscard]] bool AtBoundary() const override { return at_boundary_; }

  void Reset() override {
    inflateReset(&stream_);
    at_boundary_ = true;
  }

 private:
  Progress Step(ByteView input, std::span<std::uint8_t> output) {
    SetInput(stream_, input);
    SetOutput(stream_, output);
    const std::size_t in_size = stream_.avail_in;
    const std::size_t out_size = stream_.avail_out;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR) throw Error(ExitCode::kLimit, "decompress gzip: out of memory");
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      throw Error(
          ExitCode::kCorrupt,
          fmt::format("decompress gzip: {}", stream_.msg == nullptr ? "bad data" : stream_.msg));
    }
    const Progress step{in_size - stream_.avail_in, out_size - stream_.avail_out};
    at_boundary_ = status == Z_STREAM_END || (at_boundary_ && step.consumed == 0);
    if (status == Z_STREAM_END) inflateReset(&stream_);
    return step;
  }

  z_stream stream_{};
  bool at_boundary_ = true;
};

}  // namespace

std::unique_ptr<FrameEncoder> NewGzipEncoder(int level) {
  return std::make_unique<GzipEncoder>(level);
}

std::unique_ptr<StreamDecoder> NewGzipDecoder() { return std::make_unique<GzipDecoder>(); }

bool BeginsLikeGzip(ByteView first_bytes) {
  return first_bytes.size() >= 2 && first_bytes[0] == 0x1F && first_bytes[1] == 0x8B;
}

ByteBuffer EncodeGzipNote(ByteView note) {
  constexpr std::array<std::uint8_t, 10> kHeader = {0x1F, 0x8B, 8, 0x04, 0, 0, 0, 0, 0, 0xFF};
  constexpr std::array<std::uint8_t, 10> kEmptyBody = {3, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  constexpr std::size_t kSubfieldHeaderBytes = 4;
  ByteBuffer member;
  member.Append(kHeader);
  AppendLittleEndian(member, static_cast<std::uint16_t>(kSubfieldHeaderBytes + note.size()));
  member.Append(AsBytes("HA"));
  AppendLittleEndian(member, static_cast<std::uint16_t>(note.size()));
  member.Append(note);
  member.Append(kEmptyBody);
  return member;
}

}  // namespace haul
