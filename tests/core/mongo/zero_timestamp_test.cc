#include "core/mongo/zero_timestamp.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/core/mongo/json.h"

namespace haul::testing {
namespace {

constexpr const char* kZero = R"({"$timestamp":{"t":0,"i":0}})";

bool IsChanged(const std::string& json) { return HasZeroTimestamp(Doc(json).bytes()); }

TEST(ZeroTimestamp, IsFoundAtTheTopLevelWhereverItStands) {
  EXPECT_TRUE(IsChanged(std::string(R"({"_id":1,"t":)") + kZero + "}"));
  EXPECT_TRUE(IsChanged(std::string(R"({"t":)") + kZero + R"(,"_id":1})"));
  EXPECT_TRUE(IsChanged(std::string(R"({"_id":1,"a":{"b":[1,2]},"c":"x","":)") + kZero + "}"));
}

TEST(ZeroTimestamp, IsLeftAloneByServersInTheIdAndBelowTheTopLevel) {
  EXPECT_FALSE(IsChanged(std::string(R"({"_id":)") + kZero + "}"));
  EXPECT_FALSE(
      IsChanged(std::string(R"({"_id":1,"a":{"t":)") + kZero + R"(},"b":[)" + kZero + "]}"));
}

TEST(ZeroTimestamp, IsOnlyTheOneWithTwoZeros) {
  EXPECT_FALSE(IsChanged(R"({"_id":1,"t":{"$timestamp":{"t":0,"i":1}}})"));
  EXPECT_FALSE(IsChanged(R"({"_id":1,"t":{"$timestamp":{"t":1,"i":0}}})"));
  EXPECT_FALSE(IsChanged(R"({"_id":1,"t":{"$date":{"$numberLong":"0"}},"n":{"$numberLong":"0"}})"));
}

TEST(ZeroTimestamp, CannotBeLookedForInWhatIsNotBson) {
  const std::string cut("\x0c\0\0\0\x11t\0\0\0\0\0\0", 12);
  EXPECT_THROW((void)HasZeroTimestamp(AsBytes(cut)), Error);
  const std::string garbage("\x08\0\0\0\x7a\x7a\x7a\0", 8);
  EXPECT_THROW((void)HasZeroTimestamp(AsBytes(garbage)), Error);
}

ServerInfo Version(const std::string& version, int major, int minor) {
  ServerInfo info;
  info.version = version;
  info.major = major;
  info.minor = minor;
  return info;
}

TEST(TimestampReplacement, CanBeSwitchedOffFromTheReleasesThatKnowTheField) {
  EXPECT_FALSE(CanBypassTimestampReplacement(Version("6.0.5", 6, 0)));
  EXPECT_FALSE(CanBypassTimestampReplacement(Version("6.0.16", 6, 0)));
  EXPECT_TRUE(CanBypassTimestampReplacement(Version("6.0.17", 6, 0)));
  EXPECT_FALSE(CanBypassTimestampReplacement(Version("7.0.12", 7, 0)));
  EXPECT_TRUE(CanBypassTimestampReplacement(Version("7.0.13-rc0", 7, 0)));
  EXPECT_TRUE(CanBypassTimestampReplacement(Version("5.0.29", 5, 0)));
  EXPECT_FALSE(CanBypassTimestampReplacement(Version("5.0.28", 5, 0)));
  EXPECT_FALSE(CanBypassTimestampReplacement(Version("4.4.29", 4, 4)));
  EXPECT_TRUE(CanBypassTimestampReplacement(Version("8.0.0", 8, 0)));
  EXPECT_TRUE(CanBypassTimestampReplacement(Version("8.1.0", 8, 1)));
  EXPECT_FALSE(CanBypassTimestampReplacement(Version("6.1.0", 6, 1)));
  EXPECT_FALSE(CanBypassTimestampReplacement(Version("7.1.0", 7, 1)));
}

}  // namespace
}  // namespace haul::testing
