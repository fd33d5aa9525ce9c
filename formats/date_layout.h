#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haul {

/// A layout of dates and times in one of the three notations that mongoimport's typed columns have.
/// What the text does not say is the first: of January, of the month, 00:00:00, UTC. A fraction of
/// a second is taken also where the layout has none; BSON keeps its first three digits. Time zones
/// by name are UTC, GMT and GMT+3; any other name is refused, because it does not tell the offset.
class DateLayout {
 public:
  enum class Token : std::uint8_t;

  /// A layout of Go, https://pkg.go.dev/time#pkg-constants: "2006-01-02T15:04:05Z07:00".
  [[nodiscard]] static DateLayout FromGo(std::string_view layout);
  /// Tokens of SQL Server's FORMAT: "yyyy-MM-dd HH:mm:ss.fff zzz".
  [[nodiscard]] static DateLayout FromSqlServer(std::string_view layout);
  /// Tokens of Oracle's TO_DATE in any case: "YYYY-MM-DD HH24:MI:SS".
  [[nodiscard]] static DateLayout FromOracle(std::string_view layout);

  DateLayout() = default;

  /// Milliseconds since 1970; nothing where the text does not follow the layout or names a time
  /// that does not exist (month 13, 29 February 2023, hour 24).
  [[nodiscard]] std::optional<std::int64_t> Parse(std::string_view text) const;

 private:
  struct Part {
    std::string before;  // literal text in front of the token
    Token token;
    std::string form;  // the token as the layout has it
  };
  struct Fields;

  [[nodiscard]] static bool Take(const Part& part, std::string_view& text, Fields& fields);
  [[nodiscard]] static bool TakeTime(const Part& part, std::string_view& text, Fields& fields);

  std::vector<Part> parts_;  // the last one is the end
};

}  // namespace haul
