#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/local.h"
#include "formats/frame_index.h"

namespace haul {

/// manifest.partial, the journal of a run: it is there, synced, before the first data file, gets a
/// line for each appended frame, and is removed once the manifest is durable. Layout:
/// formats/README.md. Lines are buffered and handed over a few times a second; a line that got lost
/// in a crash only means that its frame is written again. Thread-safe.
class PartialManifest {
 public:
  /// Creates it in `root`, synced with its directory. A leftover is written over.
  PartialManifest(const std::filesystem::path& root, std::string_view run_id, Sync sync);
  /// Hands over what it can.
  ~PartialManifest();
  PartialManifest(const PartialManifest&) = delete;
  PartialManifest& operator=(const PartialManifest&) = delete;

  /// `range` is the partition that the frame belongs to, where the run has numbered them.
  void Add(std::string_view file, const FrameEntry& frame, std::optional<std::uint64_t> range);
  /// Hands over the lines that are still buffered: before a process leaves without unwinding.
  void Flush();
  void Remove();

 private:
  void HandOver();

  std::mutex mutex_;
  std::filesystem::path path_;
  LocalAppender journal_;
  std::string pending_;
  std::chrono::steady_clock::time_point handed_over_;
};

/// The run that the journal in `root` belongs to; empty where the journal is cut before its name.
/// Nothing where there is no journal.
[[nodiscard]] std::optional<std::string> PartialManifestRun(const std::filesystem::path& root);

}  // namespace haul
