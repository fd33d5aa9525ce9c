#pragma once

#include <string>

namespace haul {

/// The whole of a configuration file. Throws Error kUsage where it cannot be read or is larger than
/// 64 KiB.
[[nodiscard]] std::string ReadTextFile(const std::string& path);

/// Throws Error kUsage where the file cannot be opened for reading.
void CheckReadable(const std::string& path);

/// The same of a file that holds a secret: kUsage also where group or others have any right on it
/// (pipes, as from a shell's <(…), are fine).
[[nodiscard]] std::string ReadPrivateFile(const std::string& path);

/// The secret that a private file holds: without the line end at its end. Throws Error kUsage where
/// it is empty, too.
[[nodiscard]] std::string ReadSecretFile(const std::string& path);

}  // namespace haul
