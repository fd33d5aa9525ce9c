#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"
#include "core/plan/namespace.h"
#include "core/report/log.h"
#include "core/report/progress.h"
#include "core/transform/transform.h"
#include "formats/reject_file.h"
#include "formats/text_blocks.h"

namespace haul {

/// What could not be imported of one input: written to the reject file, counted in the progress,
/// and the first one logged. What an option declared secret is never written. Thread-safe.
class ImportRejects {
 public:
  struct Target {
    Namespace ns;
    std::string input;  ///< the name of the file
    /// Changes a document into what may be written; empty where nothing is secret.
    Transform redaction;
  };
  /// All must outlive it.
  ImportRejects(RejectFile& file, Log& log, Progress& progress, Target target);

  void AddDocument(ByteView document, std::int32_t code, const std::string& reason,
                   std::uint64_t line);
  /// A record that is no document.
  void AddRecord(const BadRecord& record);

 private:
  void Report(std::uint64_t line, std::string_view reason);

  RejectFile& file_;
  Log& log_;
  Progress& progress_;
  const Target target_;
  std::atomic<bool> shown_{false};
};

/// What stands in a reject in place of a secret.
inline constexpr std::string_view kRedacted = "<redacted>";

}  // namespace haul
