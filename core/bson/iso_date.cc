#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/bson/extended_json_wrapper.h"

namespace haul {
namespace {

// Takes fields off the front of a text; once something does not fit, `ok` stays false.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  int Number(std::size_t digits) {
    int value = 0;
    if (rest_.size() < digits) return Fail();
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return Fail();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void Expect(char c) {
    if (!Take(c)) Fail();
  }

  // The digits after a decimal point as milliseconds.
  int Milliseconds() {
    int value = 0;
    int scale = 100;
    bool any = false;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      value += (rest_.front() - '0') * scale;
      scale /= 10;
      any = true;
      rest_.remove_prefix(1);
    }
    if (!any) Fail();
    return value;
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }

 private:
  int Fail() {
    ok_ = false;
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

std::chrono::minutes ReadZone(Fields& fields) {
  if (fields.Take('Z')) return {};
  const int sign = fields.Take('-') ? -1 : 1;
  if (sign == 1) fields.Expect('+');
  const int hours = fields.Number(2);
  int minutes = 0;
  if (fields.Take(':') || !fields.done()) minutes = fields.Number(2);
  return std::chrono::minutes(sign * (hours * 60 + minutes));
}

}  // namespace

std::optional<std::int64_t> ParseIsoDate(std::string_view text) {
  Fields fields(text);
  const int year = fields.Number(4);
  fields.Expect('-');
  const int month = fields.Number(2);
  fields.Expect('-');
  const int day = fields.Number(2);
  fields.Expect('T');
  const int hour = fields.Number(2);
  fields.Expect(':');
  const int minute = fields.Number(2);
  const int second = fields.Take(':') ? fields.Number(2) : 0;
  const int milliseconds = fields.Take('.') ? fields.Milliseconds() : 0;
  const std::chrono::minutes zone = ReadZone(fields);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!fields.done() || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                    std::chrono::minutes(minute) - zone + std::chrono::seconds(second) +
                    std::chrono::milliseconds(milliseconds);
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace haul
