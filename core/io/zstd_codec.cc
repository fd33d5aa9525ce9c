#include "core/io/zstd_codec.h"

#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <new>

#include "core/base/error.h"
#include "core/io/little_endian.h"

namespace haul {
namespace {

constexpr int kMaxWindowLog = 27;  // 128 MiB

void CheckEncoder(std::size_t result) {
  if (ZSTD_isError(result) == 0) return;
  throw Error(ExitCode::kInternal,
              fmt::format("compress with zstd: {}", ZSTD_getErrorName(result)));
}

Error DecoderError(std::size_t result) {
  switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_prefix_unknown:
      return {ExitCode::kCorrupt, "decompress zstd: not a zstd frame"};
    case ZSTD_error_checksum_wrong:
      return {ExitCode::kCorrupt, "decompress zstd: the content checksum does not match"};
    case ZSTD_error_frameParameter_windowTooLarge:
      return {ExitCode::kLimit, "decompress zstd: the frame needs a window of more than 128 MiB",
              "compress the file again without --ultra and --long"};
    case ZSTD_error_memory_allocation:
      return {ExitCode::kLimit, "decompress zstd: out of memory"};
    default:
      return {ExitCode::kCorrupt, fmt::format("decompress zstd: {}", ZSTD_getErrorName(result))};
  }
}

class ZstdEncoder final : public FrameEncoder {
 public:
  explicit ZstdEncoder(int level) : context_(ZSTD_createCCtx()) {
    if (!context_) throw std::bad_alloc();
    CheckEncoder(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level));
    CheckEncoder(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1));
  }

  ByteView Encode(ByteView plain) override {
    frame_.Clear();
    frame_.Reserve(ZSTD_compressBound(plain.size()));
    const std::size_t size = ZSTD_compress2(context_.get(), frame_.data(), frame_.capacity(),
                                            plain.data(), plain.size());
    CheckEncoder(size);
    frame_.Resize(size);
    return frame_.view();
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_;
  ByteBuffer frame_;
};

class ZstdDecoder final : public StreamDecoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    if (!context_) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
  }

  Progress Decode(ByteView input, std::span<std::uint8_t> output) override {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    // Asked for more at a boundary, libzstd would wait for a next frame that need not come.
    while (in.pos < in.size || !at_boundary_) {
      const std::size_t consumed = in.pos;
      const std::size_t produced = out.pos;
      const std::size_t result = ZSTD_decompressStream(context_.get(), &out, &in);
      if (ZSTD_isError(result) != 0) throw DecoderError(result);
      at_boundary_ = result == 0;
      if (in.pos == consumed && out.pos == produced) break;
    }
    return {in.pos, out.pos};
  }

  [[nodiscard]] bool AtBoundary() const override { return at_boundary_; }

  void Reset() override {
    ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
    at_boundary_ = true;
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  bool at_boundary_ = true;
};

}  // namespace

std::unique_ptr<FrameEncoder> NewZstdEncoder(int level) {
  return std::make_unique<ZstdEncoder>(level);
}

std::unique_ptr<StreamDecoder> NewZstdDecoder() { return std::make_unique<ZstdDecoder>(); }

bool BeginsLikeZstd(ByteView first_bytes) {
  if (first_bytes.size() < 4) return false;
  const std::uint32_t magic = static_cast<std::uint32_t>(first_bytes[0]) |
                              static_cast<std::uint32_t>(first_bytes[1]) << 8 |
                              static_cast<std::uint32_t>(first_bytes[2]) << 16 |
                              static_cast<std::uint32_t>(first_bytes[3]) << 24;
  return magic == ZSTD_MAGICNUMBER ||
         (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

ByteBuffer EncodeZstdNote(ByteView note) {
  constexpr std::uint32_t kNoteMagic = 0x184D2A5C;
  ByteBuffer frame;
  AppendLittleEndian(frame, kNoteMagic);
  AppendLittleEndian(frame, static_cast<std::uint32_t>(note.size()));
  frame.Append(note);
  return frame;
}

}  // namespace haul
