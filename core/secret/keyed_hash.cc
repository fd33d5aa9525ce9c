#include "core/secret/keyed_hash.h"

#include <fmt/format.h>
#include <sodium.h>

#include <cstring>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/secret/secret_text.h"
#include "core/secret/sodium_start.h"

namespace haul {

std::string Sha256Hex(std::string_view text) {
  StartSodium();
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), AsBytes(text).data(), text.size());
  return ToHex(AsText(digest));
}

KeyedHash::KeyedHash(std::string_view key) {
  static_assert(sizeof(crypto_auth_hmacsha256_state) <= sizeof state_);
  StartSodium();
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, AsBytes(key).data(), key.size());
  std::memcpy(state_.data(), &state, sizeof state);
  WipeBytes(&state, sizeof state);
}

KeyedHash::~KeyedHash() { WipeBytes(state_.data(), state_.size()); }

KeyedHash KeyedHash::FromKey(std::string_view key, std::string_view what) {
  if (key.size() < kMinKeySize) {
    throw Error(ExitCode::kUsage,
                fmt::format("{}: a key of {}, and it takes at least {}", what,
                            FormatCount(key.size(), "byte"), kMinKeySize),
                "make one with: openssl rand -hex 32");
  }
  return KeyedHash(key);
}

KeyedHash KeyedHash::Random() {
  StartSodium();
  std::array<char, 32> key{};
  randombytes_buf(key.data(), key.size());
  KeyedHash hash(std::string_view(key.data(), key.size()));
  WipeBytes(key.data(), key.size());
  return hash;
}

KeyedHash::Digest KeyedHash::Of(std::uint8_t kind, ByteView bytes) const {
  crypto_auth_hmacsha256_state state;
  std::memcpy(&state, state_.data(), sizeof state);
  crypto_auth_hmacsha256_update(&state, &kind, 1);
  crypto_auth_hmacsha256_update(&state, bytes.data(), bytes.size());
  Digest digest{};
  crypto_auth_hmacsha256_final(&state, digest.data());
  return digest;
}

}  // namespace haul
