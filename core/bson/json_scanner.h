#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/bson/element.h"

namespace haul {

/// Which text a JsonScanner takes.
enum class JsonDialect : std::uint8_t {
  kStrict,     ///< RFC 8259; a fault names the byte
  kCommented,  ///< `//` comments count as space; a fault names the line
};

/// Reads the smallest parts of JSON: words, strings, numbers, and what stands between them. What
/// they are parts of is the caller's. The text must outlive it. Every fault is Error kUsage with
/// the cause and where it stands.
class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text, JsonDialect dialect = JsonDialect::kStrict)
      : text_(text), dialect_(dialect) {}

  void SkipSpace();
  [[nodiscard]] bool AtEnd() const { return at_ == text_.size(); }
  /// The next character; a fault at the end.
  [[nodiscard]] char Peek() const;
  /// Steps over `c` where it comes next.
  bool Take(char c);

  /// At a double quote: the string behind it, unescaped, valid UTF-8.
  [[nodiscard]] std::string ReadString();
  /// A string that may be a field's name: it holds no NUL.
  [[nodiscard]] std::string ReadName();
  /// A value that is neither object nor array: its bytes as BSON has them are appended.
  BsonType ReadScalar(std::string& bson);

  [[nodiscard]] std::uint32_t line() const { return line_; }
  [[noreturn]] void Fail(std::string_view cause) const;

 private:
  BsonType ReadStringValue(std::string& bson);
  BsonType ReadNumber(std::string& bson);
  void AppendPlain(std::string& text, std::string_view plain) const;
  void ReadEscape(std::string& text);
  void ReadWord(std::string_view word);

  std::string_view text_;
  JsonDialect dialect_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
};

}  // namespace haul
