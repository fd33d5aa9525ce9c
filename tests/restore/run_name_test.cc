#include "restore/run_name.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "core/plan/beside_name.h"

namespace haul::testing {
namespace {

std::string RunOfAProcessThatEnded() {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string run = NewRunName();
    const bool written = write(ends[1], run.data(), run.size()) == ssize_t{kRunDigits};
    _exit(written ? 0 : 1);
  }
  std::string run(kRunDigits, '\0');
  EXPECT_EQ(read(ends[0], run.data(), run.size()), ssize_t{kRunDigits});
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  for (const int end : ends) close(end);
  return run;
}

TEST(RunName, FitsIntoTheNameOfACollection) {
  EXPECT_EQ(RunOfBesideName(BesideName(NewRunName(), 1)), NewRunName());
}

TEST(RunName, TellsARunThatIsGoingOnFromOneThatEnded) {
  EXPECT_FALSE(IsDeadRunOfThisMachine(NewRunName()));
  EXPECT_TRUE(IsDeadRunOfThisMachine(RunOfAProcessThatEnded()));
}

TEST(RunName, SaysNothingOfOtherMachines) {
  std::string elsewhere = RunOfAProcessThatEnded();
  elsewhere[10] = elsewhere[10] == '0' ? '1' : '0';
  EXPECT_FALSE(IsDeadRunOfThisMachine(elsewhere));
}

TEST(RunName, TellsWhenTheRunBegan) {
  const auto age = std::chrono::system_clock::now() - BeginOfRun(NewRunName());
  EXPECT_GE(age, std::chrono::seconds(0));
  EXPECT_LT(age, std::chrono::seconds(5));
}

}  // namespace
}  // namespace haul::testing
