#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/mongo/deployment.h"
#include "core/pipeline/batch.h"
#include "core/plan/namespace.h"

namespace haul {

/// Which documents of a batch a collection already holds with exactly the same bytes.
struct DuplicateCheck {
  CommandResult last;                 ///< of the command that failed, if one did
  std::vector<std::uint32_t> same;    ///< already there, byte for byte
  std::vector<std::uint32_t> others;  ///< another document with that `_id`, or none
};

/// Reads the documents with the same `_id`s as those that `indices` name, in chunks, from the
/// primary, and compares bytes. Where a read fails, `last.ok` is false and the lists are
/// incomplete: ask again or give up.
[[nodiscard]] DuplicateCheck FindSameDocuments(const Client& client, const Namespace& ns,
                                               const Batch& batch,
                                               std::span<const std::uint32_t> indices);

}  // namespace haul
