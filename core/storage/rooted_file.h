#pragma once

#include <filesystem>
#include <string>

namespace haul {

/// The content of a file below `root`, named relative to it. No part of the name is followed as a
/// link, none is "..", so that nothing outside is read whatever a seed file says. Error kUsage
/// where that is so, where there is no such regular file, and where it is larger than 16 MiB.
[[nodiscard]] std::string ReadRootedFile(const std::filesystem::path& root,
                                         const std::string& name);

}  // namespace haul
