#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "formats/frame_index.h"

namespace haul {

/// The frames that manifest.partial records, by file (its final path below `root`), by offset. A
/// line that is cut or no record ends the journal: what follows a crash is not to be trusted. Two
/// records of one place: the first counts. Empty where there is no journal.
[[nodiscard]] std::map<std::string, std::vector<FrameEntry>> ReadPartialManifest(
    const std::filesystem::path& root);

}  // namespace haul
