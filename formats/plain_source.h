#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/storage/byte_source.h"
#include "formats/plain_window.h"

namespace haul {

/// The plain text of a source that may be packed with gzip or zstd, which its first bytes tell: no
/// text begins so. One thread at a time.
class PlainSource final : public ByteSource {
 public:
  struct Options {
    std::string name = {};                                    ///< for messages
    std::atomic<std::uint64_t>* stored_bytes_read = nullptr;  ///< grows with what was read
  };
  /// `stored` must outlive it.
  PlainSource(ByteSource& stored, Options options)
      : stored_(stored), options_(std::move(options)) {}

  /// As ByteSource, and Error kCorrupt where the packed stream is damaged or cut.
  [[nodiscard]] std::size_t Read(std::span<std::uint8_t> bytes) override;

 private:
  PeekedSource stored_;
  Options options_;
  std::optional<PlainWindow> window_;  // from the first Read() on
};

}  // namespace haul
