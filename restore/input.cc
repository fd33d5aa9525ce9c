#include "restore/input.h"

#include "restore/folder_input.h"

namespace haul {

std::unique_ptr<RestoreInput> OpenRestoreInput(const RestoreOptions& options) {
  return std::make_unique<FolderInput>(options);
}

}  // namespace haul
