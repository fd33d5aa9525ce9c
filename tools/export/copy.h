#pragma once

#include <cstdint>

#include "core/base/error.h"
#include "core/cli/run_tool.h"
#include "core/pipeline/document_source.h"
#include "core/report/progress.h"
#include "core/storage/byte_sink.h"
#include "formats/reject_file.h"
#include "tools/export/options.h"

namespace haul {

/// What the writing of documents works with; all of it outlives it.
struct ExportContext {
  const ExportOptions& options;
  const Invocation& invocation;
  RejectFile& rejects;
};

/// One collection on its way into text.
struct ExportTask {
  Namespace ns;
  DocumentSource& documents;
  ByteSink& sink;
  CollectionProgress& progress;
};

/// What came of it.
struct ExportOutcome {
  std::uint64_t documents = 0;  ///< written
  std::uint64_t rejected = 0;   ///< could not be written: in the reject file
  std::uint64_t read_back_differently = 0;
  std::uint64_t plain_bytes = 0;  ///< of text
  bool stopped = false;           ///< by a signal
};

/// Writes all that the source yields to the sink, in its order, with `options.jobs` workers that
/// take turns at reading. Does not commit the sink. Throws what source and sink throw.
[[nodiscard]] ExportOutcome WriteDocuments(const ExportContext& context, const ExportTask& task);

}  // namespace haul
