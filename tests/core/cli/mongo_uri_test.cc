#include "core/cli/mongo_uri.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "error_text.h"

namespace haul {
namespace {

std::string FailureOf(std::string_view text) {
  return ErrorText([&] { static_cast<void>(ParseMongoUri(text)); });
}
std::string AgainOf(std::string_view text) { return ParseMongoUri(text).ToString(); }

TEST(MongoUri, SplitsAConnectionStringIntoDecodedParts) {
  const MongoUri uri =
      ParseMongoUri("mongodb://al%40ice:p%3Ass@h1:1,h2/shop?authSource=ad%6Din&w=1&w=2");
  EXPECT_EQ(uri.username, "al@ice");
  EXPECT_EQ(uri.password, "p:ss");
  EXPECT_EQ(uri.hosts, (std::vector<std::string>{"h1:1", "h2"}));
  EXPECT_EQ(uri.database, "shop");
  EXPECT_EQ(uri.Get("AUTHSOURCE"), "admin");
  EXPECT_EQ(uri.Get("w"), "2");
  EXPECT_FALSE(uri.Get("readPreference").has_value());
}

TEST(MongoUri, WritesItselfSoThatItParsesToTheSame) {
  EXPECT_EQ(AgainOf("mongodb://h"), "mongodb://h/");
  EXPECT_EQ(AgainOf("mongodb://h?tls=true"), "mongodb://h/?tls=true");
  EXPECT_EQ(AgainOf("mongodb+srv://c.example.com/db"), "mongodb+srv://c.example.com/db");
  EXPECT_EQ(AgainOf("mongodb://[::1]:2,[fe80::1]/"), "mongodb://[::1]:2,[fe80::1]/");
  EXPECT_EQ(AgainOf("mongodb://%2Ftmp%2Fm.sock/db"), "mongodb://%2Ftmp%2Fm.sock/db");
  EXPECT_EQ(AgainOf("mongodb://u:p%40%2F%3A@h/"), "mongodb://u:p%40%2F%3A@h/");
  EXPECT_EQ(AgainOf("mongodb://h/?readPreferenceTags=dc:ny,r:1&readPreferenceTags="),
            "mongodb://h/?readPreferenceTags=dc:ny,r:1&readPreferenceTags=");
}

TEST(MongoUri, SpellsOlderOptionNamesInThePresentWay) {
  EXPECT_EQ(AgainOf("mongodb://h/?ssl=true&J=true&sslcertificateauthorityfile=/x"),
            "mongodb://h/?tls=true&journal=true&tlsCAFile=/x");
}

TEST(MongoUri, SaysWhatIsWrong) {
  EXPECT_EQ(FailureOf("http://h"),
            "2: connection string: it starts with neither mongodb:// nor mongodb+srv://");
  EXPECT_EQ(FailureOf("mongodb://"), "2: connection string: a host is empty");
  EXPECT_EQ(FailureOf("mongodb://a,,b/"), "2: connection string: a host is empty");
  EXPECT_EQ(FailureOf("mongodb://:1/"), "2: connection string: a host is empty");
  EXPECT_EQ(FailureOf("mongodb://[::1/"), "2: connection string: a host has '[' without ']'");
  EXPECT_EQ(FailureOf("mongodb://@h/"), "2: connection string: the user name is empty");
  EXPECT_EQ(FailureOf("mongodb://h/a.b"), "2: connection string: 'a.b' is not a database name");
  EXPECT_EQ(FailureOf("mongodb://h/?w"), "2: connection string: option w has no value");
  EXPECT_EQ(FailureOf("mongodb://h/?=1"), "2: connection string: an option has no name");
  EXPECT_EQ(FailureOf("mongodb://h/?tls=maybe"),
            "2: connection string: tls=maybe is neither true nor false");
  EXPECT_EQ(FailureOf("mongodb://h/?socketTimeoutMS=soon"),
            "2: connection string: socketTimeoutMS=soon is not a whole number");
  EXPECT_EQ(FailureOf("mongodb://h/?tls=true&ssl=false"),
            "2: connection string: tls and ssl contradict each other");
  EXPECT_EQ(FailureOf("mongodb+srv://a,b/"),
            "2: connection string: mongodb+srv:// takes one host name without a port");
  EXPECT_EQ(FailureOf("mongodb+srv://a:1/"),
            "2: connection string: mongodb+srv:// takes one host name without a port");
}

TEST(MongoUri, RefusesPortsThatAreNone) {
  for (const char* port : {"0", "65536", "x", "", "-1", "1x", "99999999999"}) {
    EXPECT_EQ(FailureOf(std::string("mongodb://h:") + port + "/").substr(0, 60),
              "2: connection string: a port is not a number from 1 to 65535")
        << port;
  }
}

TEST(MongoUri, NeverQuotesAPasswordThatSomebodyForgotToEncode) {
  for (const char* password :
       {"s3cr/et", "s3cr?et", "s3cr@et", "s3cr:et", "s3cr%et", "s3cr%", "#s3cr"}) {
    for (const char* after : {"@h/db", "@h:27017", "@h/?tls=true"}) {
      const std::string failure = FailureOf(std::string("mongodb://joe:") + password + after);
      EXPECT_EQ(failure.find("s3cr"), std::string::npos) << failure;
    }
  }
}

TEST(MongoUri, SurvivesTruncationAnywhere) {
  const std::string whole = "mongodb://al%40ice:p%3Ass@h1:1,[::1]:2/shop?authSource=ad%6Din&w=1";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string failure = FailureOf(whole.substr(0, size));
    EXPECT_TRUE(failure == "no error" || failure.starts_with("2: connection string: ")) << failure;
  }
}

TEST(MongoUri, SurvivesGarbageAndGreatLength) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text = "mongodb://";
    const std::string_view alphabet = "ab:/?@%,&=[]0.\x01\xff";
    for (int i = 0; i < 24; ++i) text += alphabet[random() % alphabet.size()];
    const std::string failure = FailureOf(text);
    EXPECT_TRUE(failure == "no error" || failure.starts_with("2: connection string: ")) << failure;
    if (failure != "no error") continue;
    EXPECT_EQ(AgainOf(AgainOf(text)), AgainOf(text)) << text;
  }
  EXPECT_NE(FailureOf("mongodb://" + std::string(1 << 20, '@')), "no error");
}

TEST(MongoUri, RefusesAnEncodedNul) {
  EXPECT_NE(FailureOf("mongodb://h%00.evil/"), "no error");
  EXPECT_NE(FailureOf("mongodb://u:p%00@h/"), "no error");
}

TEST(Redact, HidesPasswordsAndSecretOptions) {
  EXPECT_EQ(RedactUri("mongodb://u:p@h/db"), "mongodb://u:***@h/db");
  EXPECT_EQ(RedactUri("mongodb://u@h/db"), "mongodb://u@h/db");
  EXPECT_EQ(RedactUri("mongodb://h:27017/db?appName=x"), "mongodb://h:27017/db?appName=x");
  EXPECT_EQ(RedactUri("cannot use \"mongodb+srv://u:p@h/\" and mongodb://a:b@c"),
            "cannot use \"mongodb+srv://u:***@h/\" and mongodb://a:***@c");
  EXPECT_EQ(RedactUri("mongodb://h/?tlsCertificateKeyFilePassword=p&w=1"),
            "mongodb://h/?tlsCertificateKeyFilePassword=***&w=1");
  EXPECT_EQ(RedactUri("mongodb://k:s@h/?authMechanismProperties=AWS_SESSION_TOKEN:t,X:y"),
            "mongodb://k:***@h/?authMechanismProperties=AWS_SESSION_TOKEN:***,X:y");
  EXPECT_EQ(RedactUri("postgresql://u:p@h/db"), "postgresql://u:***@h/db");
  EXPECT_EQ(RedactUri("no uri at all: a@b"), "no uri at all: a@b");
}

TEST(Redact, HidesPasswordsInMalformedUris) {
  EXPECT_EQ(RedactUri("mongodb://u:p/a?ss@h/db"), "mongodb://u:***@h/db");
  EXPECT_EQ(RedactUri("mongodb://u:p@ss@h/db"), "mongodb://u:***@h/db");
}

}  // namespace
}  // namespace haul
