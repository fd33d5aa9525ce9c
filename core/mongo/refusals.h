#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "core/pipeline/batch.h"

namespace haul {

/// A document that the target did not take.
struct RejectedDocument {
  ByteView document;
  std::int32_t code = 0;  ///< the server's, or 0
  std::string reason;
  std::size_t index = 0;  ///< of the document in the batch that was written
};

/// Called once for each reject, possibly by several writers at once; may throw.
using RejectReport = std::function<void(const RejectedDocument&)>;

/// The documents that one writer could not write. One thread.
class Refusals {
 public:
  /// `count` must outlive it; `report` may be empty.
  Refusals(std::atomic<std::uint64_t>& count, bool stop_on_first, RejectReport report);

  void Add(const Batch& batch, std::uint32_t index, int code, std::string reason);
  /// Error kRejected where there was one and the first one is to end the run.
  void StopOnFirst(const std::string& operation) const;

 private:
  std::atomic<std::uint64_t>& count_;
  bool stop_on_first_;
  RejectReport report_;
  std::string first_;
};

}  // namespace haul
