#include "core/cli/write_concern.h"

#include <gtest/gtest.h>

#include <string>

#include "error_text.h"

namespace haul {
namespace {

TEST(WriteConcern, IsANumberAWordOrJson) {
  EXPECT_EQ(WriteConcern{}.w, "majority");
  EXPECT_EQ(ParseWriteConcern("1").Nodes(), 1);
  EXPECT_FALSE(ParseWriteConcern("majority").Nodes().has_value());
  EXPECT_EQ(ParseWriteConcern("my-tag").w, "my-tag");
  const WriteConcern concern = ParseWriteConcern(R"({"w": 2, j: true, wtimeout:5000})");
  EXPECT_EQ(concern.Nodes(), 2);
  EXPECT_EQ(concern.journal, true);
  EXPECT_EQ(concern.timeout, std::chrono::seconds(5));
  EXPECT_EQ(ParseWriteConcern("{j: false}").w, "majority");
}

TEST(WriteConcern, RefusesWhatItDoesNotUnderstand) {
  const auto failure = [](std::string_view text) {
    const std::string whole = ErrorText([&] { static_cast<void>(ParseWriteConcern(text)); });
    return whole.substr(0, whole.find(" ["));
  };
  EXPECT_EQ(failure(""), "2: write concern: '' is neither a number nor a name");
  EXPECT_EQ(failure("two nodes"), "2: write concern: 'two nodes' is neither a number nor a name");
  EXPECT_EQ(failure("-1"), "2: write concern: w: -1 is not 0 to 50");
  EXPECT_EQ(failure("51"), "2: write concern: w: 51 is not 0 to 50");
  EXPECT_EQ(failure("{w: 1, fsync: true}"), "2: write concern: unknown member 'fsync'");
  EXPECT_EQ(failure("{j: maybe}"), "2: write concern: j is neither true nor false");
  EXPECT_EQ(failure("{wtimeout: -5}"),
            "2: write concern: wtimeout is not a number of milliseconds");
  EXPECT_EQ(failure("{w: 0, j: true}"), "2: write concern: w: 0 contradicts j: true");
  EXPECT_EQ(failure("{w: [1]}"), "2: write concern: w: not a single value");
  EXPECT_NE(failure("{w: 1"), "no error");
  EXPECT_NE(failure("{\xff\x00}"), "no error");
  EXPECT_NE(failure("{" + std::string(70000, ' ') + "}"), "no error");
}

}  // namespace
}  // namespace haul
