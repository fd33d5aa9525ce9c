#include "core/secret/password.h"

#include <crypt.h>
#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "core/secret/secret_text.h"
#include "core/secret/sodium_start.h"

namespace haul {
namespace {

constexpr std::size_t kMostBcryptBytes = 72;
constexpr std::size_t kBcryptSaltBytes = 16;
constexpr std::size_t kBcryptHashSize = 60;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetterOrDigit(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Takes the parts of a hash off its front.
class HashText {
 public:
  explicit HashText(std::string_view text) : rest_(text) {}

  bool Take(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  // A decimal number as it is written: no sign, no 0 in front of others.
  std::optional<std::uint32_t> Number() {
    std::uint32_t value = 0;
    const char* const begin = rest_.data();
    const auto [end, status] = std::from_chars(begin, begin + rest_.size(), value);
    const auto size = static_cast<std::size_t>(end - begin);
    if (status != std::errc() || (size > 1 && rest_.front() == '0')) return std::nullopt;
    rest_.remove_prefix(size);
    return value;
  }

  // Of the bytes that base64 without padding stands for; nothing for another text.
  std::optional<std::size_t> Base64Bytes() {
    std::size_t size = 0;
    while (size < rest_.size() &&
           (IsLetterOrDigit(rest_[size]) || rest_[size] == '+' || rest_[size] == '/')) {
      ++size;
    }
    rest_.remove_prefix(size);
    if (size % 4 == 1) return std::nullopt;
    return size * 3 / 4;
  }

  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool IsBcryptHash(std::string_view text) {
  if (text.size() != kBcryptHashSize) return false;
  const std::string_view prefix = text.substr(0, 4);
  if (prefix != "$2a$" && prefix != "$2b$" && prefix != "$2y$") return false;
  if (!IsDigit(text[4]) || !IsDigit(text[5]) || text[6] != '$') return false;
  const int cost = (text[4] - '0') * 10 + (text[5] - '0');
  if (cost < PasswordScheme::kMinCost || cost > PasswordScheme::kMaxCost) return false;
  for (const char c : text.substr(7)) {
    if (!IsLetterOrDigit(c) && c != '.' && c != '/') return false;
  }
  return true;
}

bool IsArgon2idHash(std::string_view text) {
  const auto within = [](auto value, std::size_t least, std::size_t most) {
    return value && *value >= least && *value <= most;
  };
  HashText hash(text);
  if (!hash.Take("$argon2id$v=19$m=") && !hash.Take("$argon2id$v=16$m=")) return false;
  const auto memory = hash.Number();
  if (!memory || !hash.Take(",t=")) return false;
  const auto passes = hash.Number();
  if (!within(passes, 1, UINT32_MAX) || !hash.Take(",p=")) return false;
  const auto lanes = hash.Number();
  if (!within(lanes, 1, 0xFFFFFF) || !within(memory, std::size_t{8} * *lanes, UINT32_MAX)) {
    return false;
  }
  if (!hash.Take("$") || !within(hash.Base64Bytes(), 8, 48)) return false;
  return hash.Take("$") && within(hash.Base64Bytes(), 12, 64) && hash.done();
}

/// What crypt_rn works in: 32 KiB that hold the password afterwards.
class CryptSpace {
 public:
  CryptSpace() : data_(std::make_unique<crypt_data>()) {}
  CryptSpace(const CryptSpace&) = delete;
  CryptSpace& operator=(const CryptSpace&) = delete;
  ~CryptSpace() { WipeBytes(data_.get(), sizeof *data_); }

  // Empty where libxcrypt refuses the setting.
  [[nodiscard]] std::string Hash(const SecretText& clear, const char* setting) {
    const char* const hash = crypt_rn(clear.c_str(), setting, data_.get(), sizeof *data_);
    return hash == nullptr ? std::string() : std::string(hash);
  }

 private:
  std::unique_ptr<crypt_data> data_;
};

bool BcryptTakesWhole(std::string_view clear) {
  return clear.size() <= kMostBcryptBytes && clear.find('\0') == std::string_view::npos;
}

std::string HashByBcrypt(int cost, std::string_view clear) {
  if (clear.size() > kMostBcryptBytes) {
    throw Error(ExitCode::kRejected,
                fmt::format("hash a password: {} bytes, and bcrypt uses no more than {}",
                            clear.size(), kMostBcryptBytes),
                "choose argon2id, which takes passwords of any length");
  }
  if (clear.find('\0') != std::string_view::npos) {
    throw Error(ExitCode::kRejected,
                "hash a password: it holds a NUL, and bcrypt uses nothing behind that",
                "choose argon2id, which takes every byte");
  }
  std::array<char, kBcryptSaltBytes> salt{};
  randombytes_buf(salt.data(), salt.size());
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const char* const made = crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost), salt.data(),
                                            static_cast<int>(salt.size()), setting.data(),
                                            static_cast<int>(setting.size()));
  const std::string hash =
      made == nullptr ? std::string() : CryptSpace().Hash(SecretText(clear), setting.data());
  if (!IsBcryptHash(hash)) {
    throw Error(ExitCode::kInternal,
                fmt::format("hash a password: libxcrypt refuses bcrypt with cost {}", cost));
  }
  return hash;
}

std::string HashByArgon2id(const PasswordScheme& scheme, std::string_view clear) {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), clear.data(), clear.size(), scheme.passes, scheme.memory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw Error(ExitCode::kLimit,
                fmt::format("hash a password: argon2id did not get {}", FormatBytes(scheme.memory)),
                "ask for less, as in argon2id:32MiB:3, or let fewer workers hash at once");
  }
  return hash.data();
}

}  // namespace

std::string HashPassword(const PasswordScheme& scheme, std::string_view clear) {
  StartSodium();
  if (scheme.algorithm == PasswordScheme::Algorithm::kBcrypt) {
    return HashByBcrypt(scheme.cost, clear);
  }
  return HashByArgon2id(scheme, clear);
}

bool VerifyPassword(std::string_view hash, std::string_view clear) {
  StartSodium();
  const std::string stored(hash);
  if (IsArgon2idHash(hash)) {
    return crypto_pwhash_str_verify(stored.c_str(), clear.data(), clear.size()) == 0;
  }
  // What is never hashed is not verified by its front, as bcrypt would.
  if (!IsBcryptHash(hash) || !BcryptTakesWhole(clear)) return false;
  const std::string made = CryptSpace().Hash(SecretText(clear), stored.c_str());
  return made.size() == stored.size() &&
         sodium_memcmp(made.data(), stored.data(), made.size()) == 0;
}

bool IsPasswordHash(std::string_view text) { return IsBcryptHash(text) || IsArgon2idHash(text); }

}  // namespace haul
