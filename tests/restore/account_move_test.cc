#include "restore/account_move.h"

#include <gtest/gtest.h>

#include "core/bson/element.h"
#include "core/bson/extended_json.h"

namespace haul::testing {
namespace {

AccountMove ToCopy() {
  return {.from = "shop", .to = "copy", .collection = [](const Namespace& ns) {
            return Namespace{"copy", ns.collection == "items" ? "goods" : ns.collection};
          }};
}

std::string Moved(const std::string& json) {
  const auto moved = MoveAccount(ParseExtendedJson(json, "account").bytes(), ToCopy());
  return moved ? std::string(AsText(moved->bytes())) : "nothing";
}
std::string Bytes(const std::string& json) {
  return std::string(AsText(ParseExtendedJson(json, "expected").bytes()));
}

TEST(MoveAccount, RewritesADatabaseWhereverAUserNamesIt) {
  EXPECT_EQ(
      Moved(
          R"({"_id":"shop.anna","user":"anna","db":"shop","credentials":{"SCRAM-SHA-1":{"salt":"s"}},
                      "roles":[{"role":"reader","db":"shop"},{"role":"clusterMonitor","db":"admin"}],
                      "customData":{"db":"shop"}})"),
      Bytes(
          R"({"_id":"copy.anna","user":"anna","db":"copy","credentials":{"SCRAM-SHA-1":{"salt":"s"}},
                      "roles":[{"role":"reader","db":"copy"},{"role":"clusterMonitor","db":"admin"}],
                      "customData":{"db":"shop"}})"));
}

TEST(MoveAccount, RewritesTheResourcesOfARole) {
  EXPECT_EQ(Moved(R"({"_id":"shop.reader","role":"reader","db":"shop","privileges":[
                      {"resource":{"db":"shop","collection":"items"},"actions":["find"]},
                      {"resource":{"db":"shop","collection":""},"actions":["find"]},
                      {"resource":{"db":"other","collection":"items"},"actions":["find"]},
                      {"resource":{"cluster":true},"actions":["ping"]}],
                      "roles":[{"role":"base","db":"shop"}]})"),
            Bytes(R"({"_id":"copy.reader","role":"reader","db":"copy","privileges":[
                      {"resource":{"db":"copy","collection":"goods"},"actions":["find"]},
                      {"resource":{"db":"copy","collection":""},"actions":["find"]},
                      {"resource":{"db":"other","collection":"items"},"actions":["find"]},
                      {"resource":{"cluster":true},"actions":["ping"]}],
                      "roles":[{"role":"base","db":"copy"}]})"));
}

TEST(MoveAccount, MakesAUserWhoIsNotTheOneThatItWas) {
  const std::string id = "AAAAAAAAAAAAAAAAAAAAAA==";
  const std::string user = R"({"_id":"shop.a","userId":{"$binary":{"base64":")" + id +
                           R"(","subType":"04"}},"user":"a","db":"shop","roles":[]})";
  const std::string moved = Moved(user);
  const auto uuid = FindElement(AsBytes(moved), "userId");
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->value.size(), 5U + 16U);
  EXPECT_NE(AsText(uuid->value.subspan(5)), std::string(16, '\0'));
  EXPECT_NE(moved, Moved(user));
}

TEST(MoveAccount, LeavesOutWhatIsOfAnotherDatabase) {
  EXPECT_EQ(Moved(R"({"_id":"other.a","user":"a","db":"other","roles":[]})"), "nothing");
  EXPECT_EQ(Moved(R"({"_id":"x"})"), "nothing");
}

TEST(MoveAccount, TakesAccountsThatAreNotOfTheUsualForm) {
  EXPECT_EQ(Moved(R"({"_id":"shop.a","user":"a","db":"shop","roles":7,"privileges":"x"})"),
            Bytes(R"({"_id":"copy.a","user":"a","db":"copy","roles":7,"privileges":"x"})"));
}

}  // namespace
}  // namespace haul::testing
