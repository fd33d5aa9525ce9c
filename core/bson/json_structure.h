#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace haul {

/// Where the tokens of a JSON text begin: brackets, braces, colons, commas, the opening quote of
/// each string and the first byte of every other value. Found by simdjson, 64 bytes at a time, with
/// the best instructions that this machine has. Kept from text to text, so that one index serves
/// millions of small ones. One thread at a time.
class JsonStructure {
 public:
  enum class Fault : std::uint8_t {
    kNone,
    kNotUtf8,
    kControlCharacter,  ///< below 0x20 inside a string
    kOpenString,        ///< the last string does not end
    kTooLarge,          ///< more than the index can be
  };

  JsonStructure();
  ~JsonStructure();
  JsonStructure(const JsonStructure&) = delete;
  JsonStructure& operator=(const JsonStructure&) = delete;

  /// Indexes `text`, which needs no padding. With a fault there are no tokens. What stands outside
  /// of strings is not judged.
  [[nodiscard]] Fault Find(std::string_view text);
  /// Offsets of the tokens, ascending; valid until the next Find().
  [[nodiscard]] std::span<const std::uint32_t> tokens() const { return tokens_; }

 private:
  struct Index;

  std::unique_ptr<Index> index_;
  std::span<const std::uint32_t> tokens_;
};

}  // namespace haul
