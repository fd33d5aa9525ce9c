#include "core/io/sha1.h"

#include <openssl/evp.h>

#include "core/base/error.h"

namespace haul {
std::array<std::uint8_t, 20> Sha1(ByteView bytes) {
  std::array<std::uint8_t, 20> digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1) {
    throw Error(ExitCode::kInternal, "SHA-1 is not available in OpenSSL");
  }
  return digest;
}

}  // namespace haul
