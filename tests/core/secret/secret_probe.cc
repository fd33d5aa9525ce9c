// Prints what core/secret makes, one line each, for checks by other implementations.
//   hash SCHEME PASSWORD | verify HASH PASSWORD | sign ALGORITHM SECRET SECONDS NOW CLAIMS

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/bson/extended_json.h"
#include "core/secret/password.h"
#include "core/secret/token.h"

namespace haul {
namespace {

std::string Sign(const std::vector<std::string>& words) {
  TokenSpec spec;
  spec.algorithm = ParseTokenAlgorithm(words.at(2), "probe");
  spec.secret = SecretText(words.at(3));
  spec.lifetime = std::chrono::seconds(std::stol(words.at(4)));
  CheckTokenSpec(spec, "probe");
  const std::chrono::sys_seconds now(std::chrono::seconds(std::stol(words.at(5))));
  return SignToken(spec, ParseExtendedJson(words.at(6), "claims").bytes(), now);
}

std::string Answer(const std::vector<std::string>& words) {
  const std::string& verb = words.at(1);
  if (verb == "hash") return HashPassword(ParsePasswordScheme(words.at(2), "probe"), words.at(3));
  if (verb == "verify") return VerifyPassword(words.at(2), words.at(3)) ? "yes" : "no";
  return Sign(words);
}

}  // namespace
}  // namespace haul

int main(int argc, char** argv) {
  try {
    fmt::print("{}\n", haul::Answer({argv, argv + argc}));
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return EXIT_FAILURE;
  }
}
