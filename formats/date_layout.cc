#include "formats/date_layout.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace haul {

enum class DateLayout::Token : std::uint8_t {
  kEnd,
  kLongYear,
  kYear,
  kLongMonth,
  kMonth,
  kNumMonth,
  kZeroMonth,
  kLongWeekDay,
  kWeekDay,
  kDay,
  kUnderDay,
  kZeroDay,
  kUnderYearDay,
  kZeroYearDay,
  kHour,
  kHour12,
  kZeroHour12,
  kMinute,
  kZeroMinute,
  kSecond,
  kZeroSecond,
  kUpperHalf,
  kLowerHalf,
  kZoneName,
  kZone,
  kZuluZone,     // the same, or "Z"
  kFraction,     // just so many digits
  kAnyFraction,  // any number of digits, or none
};

struct DateLayout::Fields {
  int year = 0;
  int month = 0;  // 0: not told
  int day = 0;
  int year_day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
  int afternoon = -1;  // not told
  std::chrono::seconds zone{0};

  [[nodiscard]] std::optional<std::int64_t> Time() const;
};

namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::size_t kShortName = 3;

bool IsDigit(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}
bool IsLower(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= 'a' && text[at] <= 'z';
}
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Takes one or up to `most` digits off the front; with `exact` there are that many.
std::optional<int> TakeNumber(std::string_view& text, std::size_t most, bool exact) {
  std::size_t size = 0;
  int value = 0;
  for (; size < most && IsDigit(text, size); ++size) value = value * 10 + (text[size] - '0');
  if (size == 0 || (exact && size != most)) return std::nullopt;
  text.remove_prefix(size);
  return value;
}

// The place of the name that the text begins with, in any case.
template <std::size_t kCount>
std::optional<int> TakeName(std::string_view& text,
                            const std::array<std::string_view, kCount>& names, bool short_names) {
  for (std::size_t i = 0; i < kCount; ++i) {
    const std::string_view name = names[i].substr(0, short_names ? kShortName : names[i].size());
    const auto same = [](char a, char b) { return Lower(a) == Lower(b); };
    if (text.size() < name.size() || !std::equal(name.begin(), name.end(), text.begin(), same)) {
      continue;
    }
    text.remove_prefix(name.size());
    return static_cast<int>(i);
  }
  return std::nullopt;
}

bool BeginsFraction(std::string_view text) {
  return (text.starts_with('.') || text.starts_with(',')) && IsDigit(text, 1);
}

// The point and `digits` digits, or all that are there.
std::optional<int> TakeFraction(std::string_view& text, std::optional<std::size_t> digits) {
  if (!BeginsFraction(text)) return std::nullopt;
  std::size_t size = 1;
  int milliseconds = 0;
  int scale = 100;
  for (; IsDigit(text, size) && (!digits || size <= *digits); ++size) {
    milliseconds += (text[size] - '0') * scale;
    scale /= 10;
  }
  if (digits && size != *digits + 1) return std::nullopt;
  text.remove_prefix(size);
  return milliseconds;
}

// A number in its range into `field`.
bool Store(std::optional<int> number, int least, int most, int& field) {
  if (!number || *number < least || *number > most) return false;
  field = *number;
  return true;
}

// Literal text; a run of spaces stands for any number of them.
bool SkipLiteral(std::string_view literal, std::string_view& text) {
  while (!literal.empty()) {
    if (literal.front() == ' ') {
      if (!text.empty() && text.front() != ' ') return false;
      literal.remove_prefix(std::min(literal.find_first_not_of(' '), literal.size()));
      text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
      continue;
    }
    if (text.empty() || text.front() != literal.front()) return false;
    literal.remove_prefix(1);
    text.remove_prefix(1);
  }
  return true;
}

// An offset of the form that `form` is an example of: "-07", "-0700", "-07:00", "-070000" …
bool TakeOffset(std::string_view form, std::string_view& text, std::chrono::seconds& zone) {
  if (text.size() < form.size() || (text[0] != '+' && text[0] != '-')) return false;
  std::array<int, 3> parts{};
  std::size_t part = 0;
  for (std::size_t at = 1; at < form.size(); ++part) {
    if (form[at] == ':') {
      if (text[at++] != ':') return false;
    }
    if (!IsDigit(text, at) || !IsDigit(text, at + 1)) return false;
    parts[part] = (text[at] - '0') * 10 + (text[at + 1] - '0');
    at += 2;
  }
  constexpr int kMostHours = 24;
  constexpr int kMostMinutes = 60;
  if (parts[0] > kMostHours || parts[1] > kMostMinutes || parts[2] > kMostMinutes) return false;
  zone = std::chrono::hours(parts[0]) + std::chrono::minutes(parts[1]) +
         std::chrono::seconds(parts[2]);
  if (text[0] == '-') zone = -zone;
  text.remove_prefix(form.size());
  return true;
}

// "UTC", "GMT", "GMT+3", "GMT-11".
bool TakeZoneName(std::string_view& text, std::chrono::seconds& zone) {
  const bool gmt = text.starts_with("GMT");
  if (!gmt && !text.starts_with("UTC")) return false;
  text.remove_prefix(3);
  const bool offset = gmt && (text.starts_with('+') || text.starts_with('-'));
  if (!offset) return text.empty() || Lower(text.front()) < 'a' || Lower(text.front()) > 'z';
  constexpr int kMostHours = 23;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  int hours = 0;
  if (!Store(TakeNumber(text, 2, false), 0, kMostHours, hours)) return false;
  zone = std::chrono::hours(sign * hours);
  return true;
}

struct Form {
  std::string_view text;
  DateLayout::Token token = DateLayout::Token::kEnd;
};

using Token = DateLayout::Token;
// Of two that fit the first counts.
constexpr std::array<Form, 33> kForms = {{{"January", Token::kLongMonth},
                                          {"Jan", Token::kMonth},
                                          {"Monday", Token::kLongWeekDay},
                                          {"Mon", Token::kWeekDay},
                                          {"MST", Token::kZoneName},
                                          {"01", Token::kZeroMonth},
                                          {"02", Token::kZeroDay},
                                          {"03", Token::kZeroHour12},
                                          {"04", Token::kZeroMinute},
                                          {"05", Token::kZeroSecond},
                                          {"06", Token::kYear},
                                          {"002", Token::kZeroYearDay},
                                          {"15", Token::kHour},
                                          {"1", Token::kNumMonth},
                                          {"2006", Token::kLongYear},
                                          {"2", Token::kDay},
                                          {"_2", Token::kUnderDay},
                                          {"__2", Token::kUnderYearDay},
                                          {"3", Token::kHour12},
                                          {"4", Token::kMinute},
                                          {"5", Token::kSecond},
                                          {"PM", Token::kUpperHalf},
                                          {"pm", Token::kLowerHalf},
                                          {"-070000", Token::kZone},
                                          {"-07:00:00", Token::kZone},
                                          {"-0700", Token::kZone},
                                          {"-07:00", Token::kZone},
                                          {"-07", Token::kZone},
                                          {"Z070000", Token::kZuluZone},
                                          {"Z07:00:00", Token::kZuluZone},
                                          {"Z0700", Token::kZuluZone},
                                          {"Z07:00", Token::kZuluZone},
                                          {"Z07", Token::kZuluZone}}};

// ".000" or ",999" behind which no digit comes.
Form FractionForm(std::string_view layout) {
  const bool point = layout.starts_with('.') || layout.starts_with(',');
  if (!point || layout.size() < 2 || (layout[1] != '0' && layout[1] != '9')) return {};
  const std::size_t end = std::min(layout.find_first_not_of(layout[1], 1), layout.size());
  if (IsDigit(layout, end)) return {};
  return {layout.substr(0, end), layout[1] == '0' ? Token::kFraction : Token::kAnyFraction};
}

// The token at the front; kEnd where there is none.
Form FormAt(std::string_view layout) {
  for (const Form& form : kForms) {
    if (!layout.starts_with(form.text)) continue;
    const bool short_name = form.token == Token::kMonth || form.token == Token::kWeekDay;
    if (short_name && IsLower(layout, kShortName)) continue;
    if (form.token == Token::kUnderDay && layout.starts_with("_2006")) continue;
    return form;
  }
  return FractionForm(layout);
}

std::optional<int> HalfOfDay(std::string_view& text, std::string_view before_noon,
                             std::string_view after_noon) {
  const bool after = text.starts_with(after_noon);
  if (!after && !text.starts_with(before_noon)) return std::nullopt;
  text.remove_prefix(2);
  return after ? 1 : 0;
}

}  // namespace

DateLayout DateLayout::FromGo(std::string_view layout) {
  DateLayout made;
  std::string before;
  while (!layout.empty()) {
    const Form form = FormAt(layout);
    if (form.token == Token::kEnd) {
      before += layout.front();
      layout.remove_prefix(1);
      continue;
    }
    made.parts_.push_back({std::exchange(before, {}), form.token, std::string(form.text)});
    layout.remove_prefix(form.text.size());
  }
  made.parts_.push_back({before, Token::kEnd, {}});
  return made;
}

std::optional<std::int64_t> DateLayout::Parse(std::string_view text) const {
  Fields fields;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (!SkipLiteral(part.before, text) || !Take(part, text, fields)) return std::nullopt;
    const bool second = part.token == Token::kSecond || part.token == Token::kZeroSecond;
    if (!second || !BeginsFraction(text)) continue;
    const Token next = parts_[i + 1].token;
    if (next == Token::kFraction || next == Token::kAnyFraction) continue;
    fields.millisecond = TakeFraction(text, std::nullopt).value_or(0);
  }
  if (!text.empty()) return std::nullopt;
  return fields.Time();
}

bool DateLayout::Take(const Part& part, std::string_view& text, Fields& fields) {
  switch (part.token) {
    case Token::kEnd:
      return true;
    case Token::kLongYear:
      return Store(TakeNumber(text, 4, true), 0, 9999, fields.year);
    case Token::kYear:
      if (!Store(TakeNumber(text, 2, true), 0, 99, fields.year)) return false;
      fields.year += fields.year >= 69 ? 1900 : 2000;
      return true;
    case Token::kLongMonth:
    case Token::kMonth:
      if (!Store(TakeName(text, kMonths, part.token == Token::kMonth), 0, 11, fields.month)) {
        return false;
      }
      ++fields.month;
      return true;
    case Token::kNumMonth:
    case Token::kZeroMonth:
      return Store(TakeNumber(text, 2, part.token == Token::kZeroMonth), 1, 12, fields.month);
    case Token::kLongWeekDay:
    case Token::kWeekDay:
      return TakeName(text, kDays, part.token == Token::kWeekDay).has_value();
    case Token::kUnderDay:
    case Token::kDay:
    case Token::kZeroDay:
      if (part.token == Token::kUnderDay && text.starts_with(' ')) text.remove_prefix(1);
      return Store(TakeNumber(text, 2, part.token == Token::kZeroDay), 1, 31, fields.day);
    case Token::kUnderYearDay:
    case Token::kZeroYearDay:
      for (int i = 0; i < 2 && part.token == Token::kUnderYearDay && text.starts_with(' '); ++i) {
        text.remove_prefix(1);
      }
      return Store(TakeNumber(text, 3, part.token == Token::kZeroYearDay), 1, 366, fields.year_day);
    default:
      return TakeTime(part, text, fields);
  }
}

bool DateLayout::TakeTime(const Part& part, std::string_view& text, Fields& fields) {
  switch (part.token) {
    case Token::kHour:
      return Store(TakeNumber(text, 2, false), 0, 23, fields.hour);
    case Token::kHour12:
    case Token::kZeroHour12:
      return Store(TakeNumber(text, 2, part.token == Token::kZeroHour12), 0, 12, fields.hour);
    case Token::kMinute:
    case Token::kZeroMinute:
      return Store(TakeNumber(text, 2, part.token == Token::kZeroMinute), 0, 59, fields.minute);
    case Token::kSecond:
    case Token::kZeroSecond:
      return Store(TakeNumber(text, 2, part.token == Token::kZeroSecond), 0, 59, fields.second);
    case Token::kUpperHalf:
      return Store(HalfOfDay(text, "AM", "PM"), 0, 1, fields.afternoon);
    case Token::kLowerHalf:
      return Store(HalfOfDay(text, "am", "pm"), 0, 1, fields.afternoon);
    case Token::kZoneName:
      return TakeZoneName(text, fields.zone);
    case Token::kZuluZone:
      if (text.starts_with('Z')) {
        text.remove_prefix(1);
        return true;
      }
      [[fallthrough]];
    case Token::kZone:
      return TakeOffset(part.form, text, fields.zone);
    case Token::kAnyFraction:
      if (!BeginsFraction(text)) return true;
      fields.millisecond = TakeFraction(text, std::nullopt).value_or(0);
      return true;
    case Token::kFraction:
      return Store(TakeFraction(text, part.form.size() - 1), 0, 999, fields.millisecond);
    default:
      return false;
  }
}

std::optional<std::int64_t> DateLayout::Fields::Time() const {
  using std::chrono::milliseconds;
  const std::chrono::year of_year(year);
  std::chrono::sys_days date = of_year / std::chrono::January / 1;
  if (year_day > 0) {
    date += std::chrono::days(year_day - 1);
    const std::chrono::year_month_day told(date);
    const bool contradicts =
        (month > 0 && told.month() != std::chrono::month(static_cast<unsigned>(month))) ||
        (day > 0 && told.day() != std::chrono::day(static_cast<unsigned>(day)));
    if (told.year() != of_year || contradicts) return std::nullopt;
  } else {
    const std::chrono::year_month_day told(
        of_year, std::chrono::month(static_cast<unsigned>(std::max(month, 1))),
        std::chrono::day(static_cast<unsigned>(std::max(day, 1))));
    if (!told.ok()) return std::nullopt;
    date = told;
  }
  int hours = hour;
  if (afternoon == 1 && hour < 12) hours += 12;
  if (afternoon == 0 && hour == 12) hours = 0;
  const milliseconds of_day = std::chrono::hours(hours) + std::chrono::minutes(minute) +
                              std::chrono::seconds(second) + milliseconds(millisecond);
  const auto time = std::chrono::time_point_cast<milliseconds>(date) + of_day - zone;
  return time.time_since_epoch().count();
}

}  // namespace haul
