#pragma once

#include "core/pipeline/batch.h"

namespace haul {

/// Where documents go (a data file, a collection). One thread at a time; several sinks may feed one
/// target. Held to tests/conformance/document_sink_suite.h.
class DocumentSink {
 public:
  DocumentSink() = default;
  DocumentSink(const DocumentSink&) = delete;
  DocumentSink& operator=(const DocumentSink&) = delete;
  virtual ~DocumentSink() = default;

  /// Takes all of the batch or throws Error. Documents that the target rejects one by one are
  /// counted and reported, not thrown. `batch` may be reused as soon as the call returns.
  virtual void Write(const Batch& batch) = 0;

  /// Exactly once, after the last Write: what was written now counts. A sink that is destroyed
  /// unfinished discards what its target allows to discard.
  virtual void Finish() = 0;
};

}  // namespace haul
