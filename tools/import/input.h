#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/storage/byte_source.h"
#include "formats/columns.h"
#include "formats/plain_source.h"
#include "formats/record_parser.h"
#include "formats/text_blocks.h"
#include "tools/import/options.h"
#include "tools/import/plan.h"

namespace haul {

/// A source that hashes what is read of it.
class HashedSource;

/// One input, open: its text unpacked and cut into blocks, and how its records are parsed.
class ImportInput {
 public:
  /// Opens it, recognises compression and layout and reads the header. `small_blocks` where a
  /// document may take long. Error kLocalStorage, kUsage or kCorrupt for a header that cannot be.
  ImportInput(const ImportOptions& options, const ImportTask& task, bool small_blocks);
  ~ImportInput();
  ImportInput(const ImportInput&) = delete;
  ImportInput& operator=(const ImportInput&) = delete;

  [[nodiscard]] TextBlocks& blocks() { return *blocks_; }
  /// True where nothing behind the first fault may be used: in an array, in documents over several
  /// lines, and with --parseGrace stop.
  [[nodiscard]] bool ends_at_fault() const;
  /// One for each worker; thread-safe.
  [[nodiscard]] std::unique_ptr<RecordParser> NewParser() const;
  /// How many bytes of the file were read, as it lies on the disk.
  [[nodiscard]] std::uint64_t stored_bytes_read() const { return stored_read_.load(); }
  /// After the last block. Error kCorrupt where the file is not the one that was exported.
  void CheckHash() const;

 private:
  [[nodiscard]] TextLayout FindLayout();
  void ReadColumns();

  const ImportOptions& options_;
  const ImportTask& task_;
  std::atomic<std::uint64_t> stored_read_{0};
  std::unique_ptr<OpenedSource> file_;
  std::unique_ptr<HashedSource> hashed_;
  std::unique_ptr<PlainSource> plain_;
  std::unique_ptr<PeekedSource> peeked_;
  TextLayout layout_ = TextLayout::kJsonLines;
  std::unique_ptr<TextBlocks> blocks_;
  std::optional<Columns> columns_;  ///< of CSV and TSV
};

}  // namespace haul
