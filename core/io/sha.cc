#include "core/io/sha.h"

#include <openssl/evp.h>

#include <cstddef>

#include "core/base/error.h"

namespace haul {
namespace {

template <std::size_t kSize>
std::array<std::uint8_t, kSize> Digest(ByteView bytes, const EVP_MD* method) {
  std::array<std::uint8_t, kSize> digest{};
  if (EVP_MD_size(method) != static_cast<int>(kSize) ||
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, method, nullptr) != 1) {
    throw Error(ExitCode::kInternal, "a hash function is not available in OpenSSL");
  }
  return digest;
}

}  // namespace

std::array<std::uint8_t, 20> Sha1(ByteView bytes) { return Digest<20>(bytes, EVP_sha1()); }
std::array<std::uint8_t, 32> Sha256(ByteView bytes) { return Digest<32>(bytes, EVP_sha256()); }

}  // namespace haul
