#include "core/io/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/gzip_codec.h"
#include "core/io/zstd_codec.h"

namespace haul {
namespace {

class PlainEncoder final : public FrameEncoder {
 public:
  ByteView Encode(ByteView plain) override { return plain; }
};

class PlainDecoder final : public StreamDecoder {
 public:
  Progress Decode(ByteView input, std::span<std::uint8_t> output) override {
    const std::size_t size = std::min(input.size(), output.size());
    if (size != 0) std::memcpy(output.data(), input.data(), size);
    return {size, size};
  }
  [[nodiscard]] bool AtBoundary() const override { return true; }
  void Reset() override {}
};

std::unique_ptr<FrameEncoder> NewPlainEncoder(int /*level*/) {
  return std::make_unique<PlainEncoder>();
}
std::unique_ptr<StreamDecoder> NewPlainDecoder() { return std::make_unique<PlainDecoder>(); }
ByteBuffer NoNote(ByteView /*note*/) { return {}; }
bool BeginsLikeAnything(ByteView /*first_bytes*/) { return false; }

constexpr std::array<std::uint8_t, 2> kGzipMagic = {0x1F, 0x8B};
constexpr std::array<std::uint8_t, 4> kZstdMagic = {0x28, 0xB5, 0x2F, 0xFD};

constexpr std::array<Codec, 3> kCodecs = {{
    {.id = CodecId::kNone,
     .name = "none",
     .extension = "",
     .magic = {},
     .recognises = BeginsLikeAnything,
     .min_level = 0,
     .max_level = 0,
     .default_level = 0,
     .new_encoder = NewPlainEncoder,
     .encode_note = NoNote,
     .new_decoder = NewPlainDecoder},
    {.id = CodecId::kGzip,
     .name = "gzip",
     .extension = ".gz",
     .magic = kGzipMagic,
     .recognises = BeginsLikeGzip,
     .min_level = 1,
     .max_level = 9,
     .default_level = 6,
     .new_encoder = NewGzipEncoder,
     .encode_note = EncodeGzipNote,
     .new_decoder = NewGzipDecoder},
    {.id = CodecId::kZstd,
     .name = "zstd",
     .extension = ".zst",
     .magic = kZstdMagic,
     .recognises = BeginsLikeZstd,
     .min_level = 1,
     .max_level = 22,
     .default_level = 2,
     .new_encoder = NewZstdEncoder,
     .encode_note = EncodeZstdNote,
     .new_decoder = NewZstdDecoder},
}};

std::optional<int> ParseLevel(std::string_view text, const Codec& codec) {
  int level = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), level);
  const bool whole = status == std::errc{} && end == text.data() + text.size();
  if (!whole || level < codec.min_level || level > codec.max_level) return std::nullopt;
  return level;
}

Error UnknownCodec(std::string_view text) {
  return {ExitCode::kUsage, fmt::format("unknown compression '{}'", EscapeForDisplay(text)),
          "write zstd, zstd:LEVEL, gzip, gzip:LEVEL or none"};
}

}  // namespace

std::span<const Codec> Codecs() { return kCodecs; }

const Codec& GetCodec(CodecId id) {
  for (const Codec& codec : kCodecs) {
    if (codec.id == id) return codec;
  }
  throw Error(ExitCode::kInternal, "look up a codec: no such row");
}

const Codec& CodecByFileName(std::string_view file_name) {
  for (const Codec& codec : kCodecs) {
    if (!codec.extension.empty() && file_name.ends_with(codec.extension)) return codec;
  }
  return GetCodec(CodecId::kNone);
}

CodecChoice ParseCodecChoice(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto* row = std::find_if(kCodecs.begin(), kCodecs.end(),
                                 [&](const Codec& codec) { return codec.name == name; });
  if (row == kCodecs.end()) throw UnknownCodec(text);
  if (colon == std::string_view::npos) return {row->id, row->default_level};
  if (row->max_level == 0) throw UnknownCodec(text);
  const auto level = ParseLevel(text.substr(colon + 1), *row);
  if (!level) {
    throw Error(ExitCode::kUsage,
                fmt::format("compression '{}': the level is not a number from {} to {}",
                            EscapeForDisplay(text), row->min_level, row->max_level));
  }
  return {row->id, *level};
}

void DecodeFrame(StreamDecoder& decoder, ByteView frame, std::size_t plain_size,
                 ByteBuffer& plain) {
  decoder.Reset();
  plain.Clear();
  plain.Resize(plain_size + 1);  // one byte of room shows a frame that holds more
  StreamDecoder::Progress done;
  for (;;) {
    const auto step = decoder.Decode(frame.subspan(done.consumed),
                                     {plain.data() + done.produced, plain.size() - done.produced});
    done.consumed += step.consumed;
    done.produced += step.produced;
    if (step.consumed == 0 && step.produced == 0) break;
  }
  if (done.produced > plain_size || done.consumed != frame.size()) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("decompress a frame: it holds more than {} bytes", plain_size));
  }
  if (!decoder.AtBoundary() || done.produced < plain_size) {
    throw Error(ExitCode::kCorrupt, fmt::format("decompress a frame: it ends after {} of {} bytes",
                                                done.produced, plain_size));
  }
  plain.Resize(plain_size);
}

}  // namespace haul
