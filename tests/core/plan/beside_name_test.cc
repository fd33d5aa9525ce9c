#include "core/plan/beside_name.h"

#include <gtest/gtest.h>

namespace haul::testing {
namespace {

const std::string kRun = "0123456789abcdef0123456789ab";

TEST(BesideName, NamesItsRun) {
  EXPECT_EQ(BesideName(kRun, 7), "haul." + kRun + ".7");
  EXPECT_EQ(RunOfBesideName(BesideName(kRun, 0)), kRun);
  EXPECT_EQ(RunOfBesideName(BesideName(kRun, 123456)), kRun);
}

TEST(BesideName, IsNotSeenInNamesThatPeopleGive) {
  for (const std::string& name :
       {std::string(), std::string("haul."), "haul." + kRun, "haul." + kRun + ".",
        "haul." + kRun + ".1x", "haul." + kRun + "_1", "Haul." + kRun + ".1",
        "haul.1" + kRun + ".1", "haul." + kRun.substr(1) + ".1", "haul." + kRun.substr(1) + "G.1",
        "x.haul." + kRun + ".1", "haul." + kRun + ".1.1", std::string("haul.orders.2024")}) {
    EXPECT_FALSE(RunOfBesideName(name)) << name;
  }
}

}  // namespace
}  // namespace haul::testing
