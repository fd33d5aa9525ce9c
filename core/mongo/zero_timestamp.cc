#include "core/mongo/zero_timestamp.h"

#include <algorithm>
#include <cstdlib>

#include "core/bson/element.h"

namespace haul {
namespace {

// The third number of "6.0.17-rc1"; 0 where there is none.
int PatchVersion(const std::string& version) {
  const std::size_t minor = version.find('.');
  if (minor == std::string::npos) return 0;
  const std::size_t patch = version.find('.', minor + 1);
  if (patch == std::string::npos) return 0;
  return static_cast<int>(std::strtol(version.c_str() + patch + 1, nullptr, 10));
}

}  // namespace

bool HasZeroTimestamp(ByteView document) {
  ElementWalk walk(document);
  while (const auto element = walk.Next()) {
    if (element->type != BsonType::kTimestamp || element->key == "_id") continue;
    if (std::all_of(element->value.begin(), element->value.end(), [](auto b) { return b == 0; })) {
      return true;
    }
  }
  return false;
}

bool CanBypassTimestampReplacement(const ServerInfo& server) {
  if (server.major >= 8) return true;
  if (server.minor != 0) return false;
  const int patch = PatchVersion(server.version);
  return (server.major == 7 && patch >= 13) || (server.major == 6 && patch >= 17) ||
         (server.major == 5 && patch >= 29);
}

}  // namespace haul
