#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/pipeline/document_source.h"
#include "core/pipeline/stop.h"
#include "core/plan/namespace_filter.h"
#include "core/storage/byte_source.h"
#include "formats/archive_reader.h"
#include "tools/inspect/summary.h"

namespace haul {

/// True where the bytes, unpacked, begin as an archive does. Looks only at the first of them.
[[nodiscard]] bool BeginsLikeArchive(PeekedSource& source);

/// The documents of one namespace of an archive; blocks of others are read and passed over, and
/// nothing is read behind its end. Where Next() throws, the batch holds the whole documents of that
/// namespace before the fault.
class ArchiveDocuments final : public DocumentSource {
 public:
  /// `archive` must outlive this; nothing of it was read. Names as ChosenFile has them. Error
  /// kUsage where the archive does not hold `chosen`, naming what it holds.
  ArchiveDocuments(ArchiveReader& archive, const Namespace& chosen);

  [[nodiscard]] bool Next(Batch& batch) override;

 private:
  ArchiveReader& archive_;
  std::size_t member_;
  bool ended_ = false;
};

/// Reads the whole archive, of which nothing was read, and so checks it: a fault is put into
/// `fault`, and the summary holds what came before it. Of what `filter` selects. `archive` must
/// outlive the summary.
[[nodiscard]] DumpSummary Summarize(ArchiveReader& archive, const NamespaceFilter& filter,
                                    const StopFlag& stop, std::optional<Error>& fault);

}  // namespace haul
