#pragma once

#include "core/pipeline/batch.h"

namespace haul {

/// Documents from somewhere (a partition of a collection, a data file), in the source's order.
/// One thread at a time. Held to tests/conformance/document_source_suite.h.
class DocumentSource {
 public:
  DocumentSource() = default;
  DocumentSource(const DocumentSource&) = delete;
  DocumentSource& operator=(const DocumentSource&) = delete;
  virtual ~DocumentSource() = default;

  /// Clears `batch` and fills it with the next documents, at least one; about kBatchBytes unless
  /// one document alone is larger. False at the end and ever after, with `batch` empty. Throws
  /// Error; after an error the source is only good for destruction.
  [[nodiscard]] virtual bool Next(Batch& batch) = 0;
};

}  // namespace haul
