#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/io/codec.h"
#include "core/pipeline/document_sink.h"

namespace haul {

/// One collection's documents (or the oplog's) on their way into a dump: a file of a directory, a
/// namespace of an archive. Several threads write at once, each through its own sink. Thread-safe
/// but for Finish() and what follows it.
class CollectionOutput {
 public:
  struct SinkOptions {
    /// The batches come in `_id` order.
    bool id_ordered = false;
    /// The partition's number.
    std::optional<std::uint64_t> range = {};
  };

  CollectionOutput() = default;
  CollectionOutput(const CollectionOutput&) = delete;
  CollectionOutput& operator=(const CollectionOutput&) = delete;
  virtual ~CollectionOutput() = default;

  /// The sink uses the caller's encoder (of this dump's codec), so that a worker keeps one for all
  /// collections; encoder and output must outlive the sink. A batch of more than kMaxFrameBytes is
  /// kLimit.
  [[nodiscard]] virtual std::unique_ptr<DocumentSink> NewSink(FrameEncoder& encoder,
                                                              SinkOptions options) = 0;
  [[nodiscard]] std::unique_ptr<DocumentSink> NewSink(FrameEncoder& encoder) {
    return NewSink(encoder, SinkOptions{});
  }

  /// Exactly once, when all sinks are finished: the collection is whole. A sink that was destroyed
  /// unfinished leaves a gap: kInternal.
  virtual void Finish() = 0;
};

}  // namespace haul
