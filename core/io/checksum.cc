#include "core/io/checksum.h"

#include <sodium.h>

#include <cstddef>
#include <cstdlib>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {
namespace {

// sodium_init() picks the implementation for this processor; without it hashing is half as fast.
void InitOnce() {
  static const int status = sodium_init();
  if (status < 0) throw Error(ExitCode::kInternal, "start libsodium: no source of randomness");
}

crypto_generichash_state* AsState(void* bytes) {
  return static_cast<crypto_generichash_state*>(bytes);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

Hash256 Blake2b256(ByteView bytes) {
  InitOnce();
  Hash256 hash;
  crypto_generichash(hash.data(), hash.size(), bytes.data(), bytes.size(), nullptr, 0);
  return hash;
}

std::string HashToHex(const Hash256& hash) { return ToHex(AsText(hash)); }

Hash256 HashFromHex(std::string_view hex) {
  Hash256 hash;
  bool valid = hex.size() == 2 * hash.size();
  for (std::size_t i = 0; valid && i < hash.size(); ++i) {
    const int high = HexDigit(hex[2 * i]);
    const int low = HexDigit(hex[2 * i + 1]);
    valid = high >= 0 && low >= 0;
    hash[i] = static_cast<std::uint8_t>((high << 4) | low);
  }
  if (!valid) throw Error(ExitCode::kCorrupt, "read a hash: expected 64 lower-case hex digits");
  return hash;
}

Blake2b256Stream::Blake2b256Stream() {
  static_assert(sizeof(crypto_generichash_state) <= sizeof(state_));
  InitOnce();
  crypto_generichash_init(AsState(state_.data()), nullptr, 0, sizeof(Hash256));
}

void Blake2b256Stream::Update(ByteView bytes) {
  crypto_generichash_update(AsState(state_.data()), bytes.data(), bytes.size());
}

Hash256 Blake2b256Stream::Finish() {
  Hash256 hash;
  crypto_generichash_final(AsState(state_.data()), hash.data(), hash.size());
  return hash;
}

}  // namespace haul
