#include "restore/input.h"

#include "restore/archive_input.h"
#include "restore/folder_input.h"
#include "restore/standard_input.h"

namespace haul {

std::unique_ptr<RestoreInput> OpenRestoreInput(const RestoreOptions& options) {
  if (options.archive) {
    return std::make_unique<ArchiveInput>(ArchivePath(*options.archive));
  }
  if (options.path == "-") return std::make_unique<StandardInput>(options);
  if (IsArchiveFile(options.path)) return std::make_unique<ArchiveInput>(options.path);
  return std::make_unique<FolderInput>(options);
}

}  // namespace haul
