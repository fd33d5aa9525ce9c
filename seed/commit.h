#pragma once

#include "core/mongo/deployment.h"
#include "seed/file_writer.h"

namespace haul {

/// Writes what was prepared in one transaction, and again where another's write or a new primary
/// broke it. With --clear the old documents go in it, too. Throws Error: then nothing is stored,
/// unless its message says that this is not known; kRejected where a document was refused, which
/// is listed.
void CommitPrepared(const SeedContext& context, const PreparedWrites& prepared);

}  // namespace haul
