#include "formats/date_layout.h"

#include <gtest/gtest.h>

namespace haul {
namespace {

using Time = std::optional<std::int64_t>;

Time Go(std::string_view layout, std::string_view text) {
  return DateLayout::FromGo(layout).Parse(text);
}

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kLeapDay2024 = 1709164800000;

TEST(GoLayout, ReadsDatesAndTimes) {
  EXPECT_EQ(Go("2006-01-02", "2024-02-29"), kLeapDay2024);
  EXPECT_EQ(Go("2006-01-02T15:04:05Z07:00", "2024-02-29T01:00:00Z"), kLeapDay2024 + kHour);
  EXPECT_EQ(Go("2006-01-02T15:04:05Z07:00", "2024-02-29T01:00:00+01:00"), kLeapDay2024);
  EXPECT_EQ(Go("Mon Jan _2 15:04:05 2006", "Thu Feb  1 00:00:00 1970"), 31 * kDay);
  EXPECT_EQ(Go("Monday, January 2, 2006", "thursday, FEBRUARY 29, 2024"), kLeapDay2024);
  EXPECT_EQ(Go("1/2/06 3:04 PM", "2/29/24 12:30 AM"), kLeapDay2024 + kHour / 2);
  EXPECT_EQ(Go("1/2/06 03:04pm", "2/29/24 12:30pm"), kLeapDay2024 + 12 * kHour + kHour / 2);
  EXPECT_EQ(Go("2006-002", "1970-032"), 31 * kDay);
  EXPECT_EQ(Go("2006__2", "1970  1"), 0);
  EXPECT_EQ(Go("_2006", "_1970"), 0);
  EXPECT_EQ(Go("06", "69"), -365 * kDay);
  EXPECT_EQ(Go("20060102150405", "19700102000001"), kDay + 1000);
  EXPECT_EQ(Go("2006", "1970"), 0);
}

TEST(GoLayout, ReadsFractions) {
  EXPECT_EQ(Go("2006 05.000", "1970 01.250"), 1250);
  EXPECT_EQ(Go("2006 05.000", "1970 01.25"), Time());
  EXPECT_EQ(Go("2006 05.999", "1970 01.2"), 1200);
  EXPECT_EQ(Go("2006 05.999", "1970 01"), 1000);
  EXPECT_EQ(Go("2006 05", "1970 01.123456789"), 1123);
  EXPECT_EQ(Go("2006 05", "1970 01,5"), 1500);
  EXPECT_EQ(Go("2006 05", "1970 01."), Time());
}

TEST(GoLayout, ReadsZones) {
  EXPECT_EQ(Go("2006 -0700", "1970 +0130"), -kHour - kHour / 2);
  EXPECT_EQ(Go("2006 -07", "1970 -02"), 2 * kHour);
  EXPECT_EQ(Go("2006 Z0700", "1970 Z"), 0);
  EXPECT_EQ(Go("2006 -07:00:00", "1970 -00:00:01"), 1000);
  EXPECT_EQ(Go("2006 MST", "1970 UTC"), 0);
  EXPECT_EQ(Go("2006 MST", "1970 GMT-3"), 3 * kHour);
  EXPECT_EQ(Go("2006 MST", "1970 EST"), Time());
  EXPECT_EQ(Go("2006 -07:00", "1970 Z"), Time());
  EXPECT_EQ(Go("2006 -0700", "1970 +2500"), Time());
}

TEST(GoLayout, RefusesTimesThatDoNotExist) {
  for (const char* text :
       {"2020-13-45", "2023-02-29", "2024-00-01", "2024-01-00", "2024-04-31", "24-01-01",
        "2024-1-01", "2024-01-1", "2024-01-01x", "x2024-01-01", "", "2024-01", "2024-01-01 "}) {
    EXPECT_EQ(Go("2006-01-02", text), Time()) << text;
  }
  EXPECT_EQ(Go("15:04", "24:00"), Time());
  EXPECT_EQ(Go("15:04", "10:60"), Time());
  EXPECT_EQ(Go("03", "13"), Time());
  EXPECT_EQ(Go("2006 002", "2023 366"), Time());
  EXPECT_EQ(Go("2006 002 01", "2023 032 01"), Time());
  EXPECT_EQ(Go("2006 Jan", "2023 Foo"), Time());
}

TEST(SqlServerLayout, IsTranslated) {
  const auto parse = [](std::string_view layout, std::string_view text) {
    return DateLayout::FromSqlServer(layout).Parse(text);
  };
  EXPECT_EQ(parse("yyyy-MM-dd HH:mm:ss", "2024-02-29 01:00:00"), kLeapDay2024 + kHour);
  EXPECT_EQ(parse("dddd d MMMM yy h:mm tt", "Thursday 29 February 24 1:00 AM"),
            kLeapDay2024 + kHour);
  EXPECT_EQ(parse("yyyy-MM-dd HH:mm:ss.fff zzz", "2024-02-29 01:00:00.250 +01:00"),
            kLeapDay2024 + 250);
}

TEST(OracleLayout, IsTranslated) {
  const auto parse = [](std::string_view layout, std::string_view text) {
    return DateLayout::FromOracle(layout).Parse(text);
  };
  EXPECT_EQ(parse("YYYY-MM-DD HH24:MI:SS", "2024-02-29 01:00:00"), kLeapDay2024 + kHour);
  EXPECT_EQ(parse("dd-mon-yy hh:mi am tzh:tzm", "29-FEB-24 01:00 AM +01:00"), kLeapDay2024);
  EXPECT_EQ(parse("YYYY SS.FF3", "1970 01.250"), 1250);
  EXPECT_EQ(parse("YYYY SS.FF", "1970 01.5"), 1500);
}

}  // namespace
}  // namespace haul
