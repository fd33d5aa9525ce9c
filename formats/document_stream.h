#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/io/codec.h"
#include "core/pipeline/document_source.h"
#include "core/storage/byte_source.h"
#include "core/storage/local.h"
#include "formats/plain_window.h"

namespace haul {

/// The documents of one file or pipe from its begin to its end, through a codec or plain; what
/// cannot be read in claims. Holds one document and a window, however large the file is. Strict:
/// bytes left over behind the last document, a stream that is cut, bytes behind a stream and a
/// length out of range are Error kCorrupt naming the file and the byte. Where Next() throws, the
/// batch holds the whole documents before the fault that it had not handed out yet.
class DocumentStream final : public DocumentSource {
 public:
  struct Options {
    std::string name = {};  ///< for messages
    CodecId codec = CodecId::kNone;
    std::optional<std::uint64_t> documents = std::nullopt;    ///< how many there must be in the end
    std::optional<std::uint64_t> plain_bytes = std::nullopt;  ///< how long they must be together
    std::atomic<std::uint64_t>* stored_bytes_read = nullptr;
  };

  /// `file` must outlive the stream.
  DocumentStream(const LocalFileReader& file, Options options);
  /// `source` must outlive the stream.
  DocumentStream(ByteSource& source, Options options);

  [[nodiscard]] bool Next(Batch& batch) override;

 private:
  void CheckEnd() const;

  std::unique_ptr<ByteSource> own_source_;  // null: somebody else's
  Options options_;
  PlainWindow window_;
  std::uint64_t documents_ = 0;
};

}  // namespace haul
