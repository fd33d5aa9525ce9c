#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"

namespace haul {

enum class CodecId : std::uint8_t { kNone, kGzip, kZstd };

/// Turns one run of bytes into one frame that decodes on its own; frames after one another are
/// again a legal file (zstd frames, gzip members, plain bytes). Reuses its context; one thread at a
/// time.
class FrameEncoder {
 public:
  FrameEncoder() = default;
  FrameEncoder(const FrameEncoder&) = delete;
  FrameEncoder& operator=(const FrameEncoder&) = delete;
  virtual ~FrameEncoder() = default;

  /// The frame: a view into the encoder (or, for `none`, into `plain`), valid until the next call.
  [[nodiscard]] virtual ByteView Encode(ByteView plain) = 0;
};

/// Decodes a stream piece by piece, concatenated frames and members included (zstd's skippable
/// frames yield nothing), checksums checked. A zstd window above 128 MiB is refused (kLimit). One
/// thread at a time.
class StreamDecoder {
 public:
  StreamDecoder() = default;
  StreamDecoder(const StreamDecoder&) = delete;
  StreamDecoder& operator=(const StreamDecoder&) = delete;
  virtual ~StreamDecoder() = default;

  struct Progress {
    std::size_t consumed = 0;  ///< of `input`
    std::size_t produced = 0;  ///< in `output`
  };
  /// Goes on until `input` is used up or `output` is full; with an empty `input` it hands out what
  /// is left. No progress at all means: more input is needed. Error kCorrupt for bytes that are no
  /// such stream.
  [[nodiscard]] virtual Progress Decode(ByteView input, std::span<std::uint8_t> output) = 0;
  /// True where the input may end here: between frames or members, and before the first.
  [[nodiscard]] virtual bool AtBoundary() const = 0;
  /// Forgets what came before, an error included: the next byte begins a stream.
  virtual void Reset() = 0;
};

/// One row a codec; nothing else in haul switches on a codec.
struct Codec {
  CodecId id;
  std::string_view name;       ///< as in --compress and the manifest
  std::string_view extension;  ///< "", ".gz", ".zst"
  ByteView magic;              ///< first bytes of a frame with data; empty = none
  /// True where a stream may begin so (zstd: a skippable frame too); `none` knows no beginning:
  /// false.
  bool (*recognises)(ByteView first_bytes);
  int min_level, max_level, default_level;
  std::unique_ptr<FrameEncoder> (*new_encoder)(int level);
  /// Bytes that carry `note` (at most 1 KiB) between frames or after the last, and that every
  /// decoder of the codec passes over; `none` has no room for one: empty.
  ByteBuffer (*encode_note)(ByteView note);
  std::unique_ptr<StreamDecoder> (*new_decoder)();
};

/// All rows, `none` first.
[[nodiscard]] std::span<const Codec> Codecs();
[[nodiscard]] const Codec& GetCodec(CodecId id);
/// The row whose extension ends `file_name`, else `none`.
[[nodiscard]] const Codec& CodecByFileName(std::string_view file_name);

/// What --compress names: "zstd", "zstd:9", "gzip:1", "none".
struct CodecChoice {
  CodecId id = CodecId::kZstd;
  int level = 2;
};
/// Throws Error kUsage for an unknown name or a level out of range.
[[nodiscard]] CodecChoice ParseCodecChoice(std::string_view text);

/// Decodes one whole frame whose plain size is known; the caller vouches that `plain_size` is sane
/// to allocate. `plain` then holds exactly these bytes. Error kCorrupt where the frame is cut,
/// followed by other bytes or has another size. Resets the decoder first.
void DecodeFrame(StreamDecoder& decoder, ByteView frame, std::size_t plain_size, ByteBuffer& plain);

}  // namespace haul
