#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "core/bson/document.h"
#include "core/bson/element.h"

namespace haul {

/// Builds BSON byte by byte, well-formed or not, without asking a library what it would allow.
class BsonBuilder {
 public:
  /// `value` are the bytes after the key.
  BsonBuilder& Add(BsonType type, std::string_view key, std::string_view value);
  BsonBuilder& AddString(std::string_view key, std::string_view text);
  BsonBuilder& AddInt32(std::string_view key, std::int32_t value);
  BsonBuilder& AddDouble(std::string_view key, double value);

  /// The elements with the length before them and the 0 behind them.
  [[nodiscard]] std::string bytes() const;

 private:
  std::string elements_;
};

/// The little-endian bytes of a number, and a string value as BSON has it.
[[nodiscard]] std::string RawInt32(std::int32_t value);
[[nodiscard]] std::string RawInt64(std::int64_t value);
[[nodiscard]] std::string RawDouble(double value);
[[nodiscard]] std::string RawString(std::string_view text);

/// Documents of every BSON type, the same for the same seed on every machine: nested, with empty,
/// repeated, long and `$` field names, every special double and decimal, binaries of all subtypes.
/// All of them are valid BSON and survive a trip through canonical Extended JSON (so a NaN is the
/// usual one, and no field is named as an Extended JSON wrapper). Not thread-safe.
class RandomDocuments {
 public:
  struct Options {
    int max_fields = 8;     ///< of each document
    int max_nesting = 4;    ///< documents, arrays and scopes below the outermost
    bool with_id = false;   ///< an `_id` first, unique for this generator
    bool storable = false;  ///< no `$` names: what every server takes
  };

  explicit RandomDocuments(std::uint64_t seed) : RandomDocuments(seed, Options{}) {}
  RandomDocuments(std::uint64_t seed, Options options) : random_(seed), options_(options) {}

  [[nodiscard]] Document Next();
  /// {"a": {"a": … {}}}: `nesting` documents inside the outermost; every second one is an array.
  [[nodiscard]] static Document Nested(int nesting);

  /// From 0 up to but without `bound`.
  [[nodiscard]] std::uint64_t Below(std::uint64_t bound);

 private:
  [[nodiscard]] std::string Fields(int nesting, bool array, bool outermost);
  [[nodiscard]] std::string Value(BsonType type, int nesting);
  [[nodiscard]] BsonType Type(int nesting);
  [[nodiscard]] std::string Name();
  [[nodiscard]] std::string Text();
  [[nodiscard]] std::string TextWithoutNul();
  [[nodiscard]] double Double();
  [[nodiscard]] std::string Decimal();
  [[nodiscard]] std::string Binary();
  [[nodiscard]] std::string Bytes(std::size_t count);

  std::mt19937_64 random_;
  Options options_;
  std::int64_t next_id_ = 0;
};

}  // namespace haul
