#include "formats/dump_name.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/expect_error.h"

namespace haul {
namespace {

TEST(FileStem, EscapesAsMongodumpDoes) {
  EXPECT_EQ(FileStem("Az09-_.~"), "Az09-_.~");
  EXPECT_EQ(FileStem("with space"), "with+space");
  EXPECT_EQ(FileStem("a/b"), "a%2Fb");
  EXPECT_EQ(FileStem("percent%2Fslash"), "percent%252Fslash");
  EXPECT_EQ(FileStem("quote\"'"), "quote%22%27");
  EXPECT_EQ(FileStem("star*"), "star%2A");
  EXPECT_EQ(FileStem("a+$\n\\"), "a%2B%24%0A%5C");
  EXPECT_EQ(FileStem("\xC3\xBCn\xC3\xAF"
                     "code"),
            "%C3%BCn%C3%AFcode");
  EXPECT_EQ(FileStem("../x"), "..%2Fx");
}

TEST(FileStem, ShortensFrom239BytesOn) {
  EXPECT_EQ(FileStem(std::string(238, 'M')), std::string(238, 'M'));
  EXPECT_EQ(FileStem(std::string(240, 'M')),
            std::string(208, 'M') + "%24AdXKbNA-UDXvws4IH59cmKcHaw8");
  // 80 slashes are 240 bytes once escaped; the cut falls inside of an escape.
  const std::string slashes = FileStem(std::string(80, '/'));
  EXPECT_EQ(slashes.size(), 238U);
  EXPECT_EQ(slashes.substr(204, 7), "%2F%%24");
}

TEST(FileStem, TellsShortenedNamesApart) {
  EXPECT_TRUE(IsShortenedStem(FileStem(std::string(239, 'M'))));
  EXPECT_TRUE(IsShortenedStem(FileStem(std::string(100, '/'))));
  EXPECT_FALSE(IsShortenedStem(FileStem(std::string(238, 'M'))));
  EXPECT_FALSE(IsShortenedStem(FileStem(std::string(40, '$'))));
  EXPECT_FALSE(IsShortenedStem(std::string(208, 'M') + "%24" + std::string(27, '%')));
  EXPECT_NE(FileStem(std::string(240, 'M')), FileStem(std::string(241, 'M')));
}

TEST(CollectionFromStem, UndoesFileStem) {
  std::string every_byte;
  for (int byte = 1; byte < 256; ++byte) {
    every_byte = std::string(1, static_cast<char>(byte)) + "x";
    EXPECT_EQ(CollectionFromStem(FileStem(every_byte)), every_byte);
  }
  EXPECT_EQ(CollectionFromStem("a%2fb"), "a/b");
}

TEST(CollectionFromStem, RefusesAMalformedEscape) {
  ExpectError([] { static_cast<void>(CollectionFromStem("ab%2")); }, ExitCode::kCorrupt,
              "read the dump file name 'ab%2': malformed escape at byte 2");
  EXPECT_TRUE(Caught([] { static_cast<void>(CollectionFromStem("%")); }));
  EXPECT_TRUE(Caught([] { static_cast<void>(CollectionFromStem("%zz")); }));
  EXPECT_TRUE(Caught([] { static_cast<void>(CollectionFromStem("%+1")); }));
}

}  // namespace
}  // namespace haul
