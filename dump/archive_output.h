#pragma once

#include <memory>

#include "dump/output.h"

namespace haul {

/// One archive (formats/archive_writer.h): in a file, on standard output or in a device. Errors as
/// NewFileSink and EncodeArchivePrelude.
[[nodiscard]] std::unique_ptr<DumpOutput> NewArchiveOutput(const DumpOptions& options,
                                                           const DumpPlan& plan,
                                                           const ManifestPart& part);

}  // namespace haul
