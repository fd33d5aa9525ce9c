#include "core/cli/environment.h"

#include <gtest/gtest.h>

#include <string>

#include "error_text.h"
#include "temporary_file.h"

namespace haul {
namespace {

Environment Read(std::string_view text) {
  const TemporaryFile file(text);
  Environment environment;
  environment.AddFile(file.path());
  return environment;
}

TEST(EnvFile, ReadsLinesAsAShellDoes) {
  const Environment environment = Read(
      "A=1\r\n  # comment\n\nexport B=two words \nC='# not $a comment'\nD=\"say \\\"hi\\\"\" # "
      "x\nE=\nF=a#b");
  EXPECT_EQ(environment.Get("A"), "1");
  EXPECT_EQ(environment.Get("B"), "two words");
  EXPECT_EQ(environment.Get("C"), "# not $a comment");
  EXPECT_EQ(environment.Get("D"), "say \"hi\"");
  EXPECT_FALSE(environment.Get("E").has_value());
  EXPECT_EQ(environment.Get("F"), "a#b");
}

TEST(EnvFile, NamesTheLineThatIsWrongButNotItsContent) {
  for (const char* line :
       {"secret", "1A=secret", "=secret", "A='secret", "A='secret'x", "A B=secret"}) {
    const std::string failure =
        ErrorText([&] { static_cast<void>(Read(std::string("X=1\n") + line)); });
    EXPECT_TRUE(failure.ends_with(": line 2 is not NAME=value")) << failure;
    EXPECT_EQ(failure.find("secret"), std::string::npos);
  }
}

TEST(EnvFile, RefusesAFileThatIsMissingADirectoryOrTooLarge) {
  Environment environment;
  EXPECT_EQ(ErrorText([&] { environment.AddFile("/none/.env"); }),
            "2: read /none/.env: No such file or directory");
  EXPECT_EQ(ErrorText([&] { environment.AddFile("/tmp"); }), "2: read /tmp: Is a directory");
  EXPECT_NE(ErrorText([&] { static_cast<void>(Read(std::string(65537, '#'))); }), "no error");
  EXPECT_EQ(ErrorText([&] { static_cast<void>(Read(std::string(65536, '#'))); }), "no error");
}

}  // namespace
}  // namespace haul
