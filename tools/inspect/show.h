#pragma once

#include <cstdint>

#include "core/base/error.h"
#include "core/cli/run_tool.h"
#include "core/storage/byte_sink.h"
#include "formats/document_feed.h"
#include "tools/inspect/options.h"

namespace haul {

/// What came of showing documents.
struct Shown {
  std::uint64_t documents = 0;  ///< looked at: shown and not
  std::uint64_t bytes = 0;      ///< of BSON, of these documents
  std::uint64_t faults = 0;     ///< documents, frames or ends of input that could not be shown
  ExitCode code = ExitCode::kOk;
  bool stopped = false;  ///< by a signal
};

/// Writes all that `feed` yields to `sink`, in its order, with `options.jobs` workers; each fault
/// is an error line on stderr, the first hundred at least. With --objcheck the first fault is the
/// end. Does not commit the sink. Throws Error where the sink does.
[[nodiscard]] Shown ShowDocuments(DocumentFeed& feed, ByteSink& sink, const InspectOptions& options,
                                  const Invocation& invocation);

}  // namespace haul
