#include "core/cli/config_file.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/cli/mongo_uri.h"
#include "core/cli/small_file.h"
#include "core/cli/yaml_text.h"

namespace haul {
namespace {

std::optional<std::string>& Member(ConfigFile& config, const std::string& key,
                                   const std::string& what) {
  if (key == "uri") return config.uri;
  if (key == "password") return config.password;
  if (key == "sslPEMKeyPassword" || key == "tlsCertificateKeyFilePassword") {
    return config.key_file_password;
  }
  throw Error(ExitCode::kUsage, fmt::format("{}: unknown key '{}'", what, EscapeForDisplay(key)),
              "known are uri, password, tlsCertificateKeyFilePassword and sslPEMKeyPassword");
}

bool HoldsSecret(const ConfigFile& config) {
  const bool in_uri = config.uri && !SecretsIn(*config.uri).empty();
  return config.password || config.key_file_password || in_uri;
}

}  // namespace

ConfigFile ReadConfigFile(const std::string& path) {
  const std::string what = "config file " + EscapeForDisplay(path);
  ConfigFile config;
  for (const auto& entry : ParseYamlObject(ReadTextFile(path), what)) {
    const std::string key = YamlScalar(entry.first, what);
    std::optional<std::string>& member = Member(config, key, what);
    if (member) throw Error(ExitCode::kUsage, fmt::format("{}: {} stands there twice", what, key));
    member = YamlScalar(entry.second, fmt::format("{}: {}", what, key));
  }
  if (HoldsSecret(config)) static_cast<void>(ReadPrivateFile(path));
  return config;
}

}  // namespace haul
