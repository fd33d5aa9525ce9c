#pragma once

#include <optional>
#include <string>

namespace haul {

/// What the YAML file of --config may say; the secrets need not be there.
struct ConfigFile {
  std::optional<std::string> uri = {};
  std::optional<std::string> password = {};
  std::optional<std::string> key_file_password = {};  ///< tlsCertificateKeyFilePassword
};

/// Throws Error kUsage: not YAML, an unknown key, a key without a single value, or a file with a
/// secret in it that others may read.
[[nodiscard]] ConfigFile ReadConfigFile(const std::string& path);

}  // namespace haul
