#include "core/cli/password_prompt.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "core/base/error.h"
#include "core/cli/signals.h"

namespace haul {
namespace {

/// A child process whose controlling terminal is ours to type on.
class Typist {
 public:
  explicit Typist(const std::function<int()>& child) {
    pid_ = ::forkpty(&master_, nullptr, nullptr, nullptr);
    if (pid_ == 0) ::_exit(child());
  }
  Typist(const Typist&) = delete;
  Typist& operator=(const Typist&) = delete;
  ~Typist() { ::close(master_); }

  /// What the terminal shows, until it shows `text` or the child is gone.
  std::string ReadUntil(std::string_view text) {
    std::string seen;
    char c = '\0';
    while (seen.find(text) == std::string::npos && ::read(master_, &c, 1) == 1) seen += c;
    return seen;
  }
  void Type(std::string_view text) {
    ASSERT_EQ(::write(master_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  int ExitCodeOfChild() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  int master_ = -1;
  pid_t pid_ = -1;
};

TEST(PasswordPrompt, ReadsALineWithoutEcho) {
  Typist typist([] { return AskOnTerminal("password: ") == "s3cret word" ? 0 : 1; });
  EXPECT_EQ(typist.ReadUntil("password: "), "password: ");
  typist.Type("s3cret word\n");
  const std::string rest = typist.ReadUntil("\n");
  EXPECT_EQ(rest.find("s3cret"), std::string::npos) << rest;
  EXPECT_EQ(typist.ExitCodeOfChild(), 0);
}

TEST(PasswordPrompt, EndsOnAnInterruptWithTheSignalsCode) {
  Typist typist([] {
    static StopFlag stop;
    CatchSignals(stop);
    try {
      static_cast<void>(AskOnTerminal("password: "));
    } catch (const Error& error) {
      return static_cast<int>(error.code());
    }
    return 1;
  });
  typist.ReadUntil("password: ");
  typist.Type("\x03");
  typist.ReadUntil("\n");
  EXPECT_EQ(typist.ExitCodeOfChild(), 130);
}

TEST(PasswordPrompt, AsksNobodyWhereThereIsNoTerminal) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();
    ::_exit(AskOnTerminal("password: ").has_value() ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(PasswordPrompt, GivesUpWhereTheTerminalHangsUp) {
  Typist typist([] { return AskOnTerminal("password: ").has_value() ? 1 : 0; });
  typist.ReadUntil("password: ");
  typist.Type("\x04");
  typist.ReadUntil("\n");
  EXPECT_EQ(typist.ExitCodeOfChild(), 0);
}

}  // namespace
}  // namespace haul
