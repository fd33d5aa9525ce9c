#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"
#include "core/plan/namespace.h"

namespace haul {

/// Where documents go that a target refused: a file of canonical Extended JSON lines
/// {ns, _id, code, reason, file, line, document}, mode 0600, one line a document, in the order of
/// arrival. `document` is replaced by `bson` (base64 of the bytes) where Extended JSON cannot hold
/// it, and by `text` where it is a record of a text that is no document (`textBytes`, base64, where
/// it is not UTF-8). The file is created with the first reject and never replaces another.
/// Thread-safe.
class RejectFile {
 public:
  struct Reject {
    Namespace ns;
    ByteView document;
    std::int32_t code = 0;  ///< the server's, or 0
    std::string_view reason;
    std::string_view file;       ///< the input that held it; may be empty
    std::uint64_t line = 0;      ///< of the input, from 1; 0 = unknown
    std::string_view text = {};  ///< the record, where there is no document
  };

  /// "haul-rejects-20240131T235959Z.json".
  [[nodiscard]] static std::string DefaultName();

  /// The same with the process's number, "haul-rejects-20240131T235959Z-4711.json": runs that begin
  /// in one second in one directory must not share a file.
  [[nodiscard]] static std::string OwnName();

  /// Probes that the file can be made and leaves nothing behind. Error kUsage where it exists or
  /// cannot be written.
  explicit RejectFile(std::filesystem::path path);
  ~RejectFile();
  RejectFile(const RejectFile&) = delete;
  RejectFile& operator=(const RejectFile&) = delete;

  /// Error kLocalStorage where it cannot be written: then the document is not accounted for.
  void Add(const Reject& reject);
  /// Flushes to the disk. Error kLocalStorage. Safe to call more than once.
  void Finish();

  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  void OpenFile();

  const std::filesystem::path path_;
  bool special_ = false;  // a device or pipe: there before, and it stays
  mutable std::mutex mutex_;
  int fd_ = -1;
  std::uint64_t count_ = 0;
};

}  // namespace haul
