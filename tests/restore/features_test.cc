#include <gtest/gtest.h>

#include "core/bson/extended_json.h"
#include "restore/target.h"
#include "tests/restore/command_line.h"

namespace haul::testing {
namespace {

ExitCode CodeOn(int major, int minor, std::string_view options, std::string_view index = "",
                bool with_indexes = true) {
  ServerInfo server;
  server.major = major;
  server.minor = minor;
  CollectionSpec spec;
  spec.ns = {"shop", "orders"};
  spec.options = ParseExtendedJson(options, "options");
  if (!index.empty()) spec.indexes.push_back(ParseExtendedJson(index, "index"));
  return CodeOf([&] { CheckFeatures(spec, server, with_indexes); });
}

TEST(ServerFeatures, ThatATargetLacksAreFoundByItsVersion) {
  EXPECT_EQ(CodeOn(4, 4, R"({"timeseries":{"timeField":"t"}})"), ExitCode::kUnsupported);
  EXPECT_EQ(CodeOn(5, 0, R"({"timeseries":{"timeField":"t"}})"), ExitCode::kOk);
  EXPECT_EQ(CodeOn(5, 2, R"({"clusteredIndex":{}})"), ExitCode::kUnsupported);
  EXPECT_EQ(CodeOn(6, 0, R"({"clusteredIndex":{}})"), ExitCode::kOk);
  EXPECT_EQ(CodeOn(5, 0, R"({"changeStreamPreAndPostImages":{}})"), ExitCode::kUnsupported);
  EXPECT_EQ(CodeOn(4, 4, R"({"capped":true})"), ExitCode::kOk);
}

TEST(ServerFeatures, GeoHaystackIndexesEndedWithFour) {
  constexpr const char* kIndex = R"({"key":{"pos":"geoHaystack","t":1},"name":"x"})";
  EXPECT_EQ(CodeOn(4, 4, "{}", kIndex), ExitCode::kOk);
  EXPECT_EQ(CodeOn(6, 0, "{}", kIndex), ExitCode::kUnsupported);
  EXPECT_EQ(CodeOn(6, 0, "{}", kIndex, false), ExitCode::kOk);
}

}  // namespace
}  // namespace haul::testing
