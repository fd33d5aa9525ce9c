#pragma once

#include <memory>
#include <string>

#include "core/io/checksum.h"
#include "core/io/codec.h"
#include "core/storage/byte_sink.h"

namespace haul {

/// Packs what is appended and hands it on: cut into frames by the number of bytes alone, so that
/// the same bytes pack alike however they came in pieces. Nothing appended is one empty frame,
/// which every decoder turns into nothing. With CodecId::kNone it is `sink` itself.
[[nodiscard]] std::unique_ptr<ByteSink> NewEncodedSink(std::unique_ptr<ByteSink> sink,
                                                       CodecChoice codec);

/// What went through a sink.
struct SinkMeasure {
  std::uint64_t bytes = 0;
  std::string hash;  ///< BLAKE2b-256 in hex, once the sink is committed
};

/// Hands everything on and fills in `measure`, which must outlive it.
[[nodiscard]] std::unique_ptr<ByteSink> NewMeasuredSink(std::unique_ptr<ByteSink> sink,
                                                        SinkMeasure& measure);

}  // namespace haul
