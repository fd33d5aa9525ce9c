#include "core/cli/run_tool.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <new>
#include <stdexcept>
#include <string>

#include "arguments.h"
#include "core/cli/signals.h"

namespace haul {
namespace {

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

Outcome RunTry(std::initializer_list<std::string> arguments,
               const std::function<ExitCode(const Invocation&)>& body) {
  Arguments argv(arguments);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.code = RunTool({.name = "haul-try", .summary = "Tries.", .groups = {}}, argv.argc(),
                         argv.argv(), body);
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

ExitCode Succeed(const Invocation&) { return ExitCode::kOk; }

TEST(RunTool, ReturnsWhatTheBodyReturns) {
  EXPECT_EQ(RunTry({"x"}, Succeed).code, 0);
  EXPECT_EQ(RunTry({"x"}, [](const Invocation&) { return ExitCode::kRejected; }).code, 3);
}

TEST(RunTool, PrintsHelpAndVersionOnStdout) {
  const auto never = [](const Invocation&) -> ExitCode { throw std::logic_error("ran"); };
  const Outcome help = RunTry({"x", "--help"}, never);
  EXPECT_EQ(help.code, 0);
  EXPECT_TRUE(help.out.starts_with("Usage: haul-try [OPTION]...\n"));
  EXPECT_EQ(help.err, "");
  const Outcome version = RunTry({"x", "--version"}, never);
  EXPECT_EQ(version.code, 0);
  EXPECT_TRUE(version.out.starts_with("haul-try 0."));
}

TEST(RunTool, TurnsAnErrorIntoLinesAndItsCode) {
  const Outcome outcome = RunTry({"x"}, [](const Invocation&) -> ExitCode {
    throw Error(ExitCode::kDenied, "connect mongodb://u:secret@h: denied", "first\nsecond");
  });
  EXPECT_EQ(outcome.code, 6);
  EXPECT_EQ(outcome.err,
            "haul-try: error: connect mongodb://u:***@h: denied\nhint: first\nhint: second\n");
  EXPECT_EQ(outcome.out, "");
}

TEST(RunTool, ReportsAsJsonWhereAsked) {
  const Outcome outcome = RunTry({"x", "--logFormat=json"}, [](const Invocation&) -> ExitCode {
    throw Error(ExitCode::kCorrupt, "bad \"frame\"", "take another");
  });
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.err.find(
                R"("level":"error","message":"bad \"frame\"","exitCode":4,"hint":"take another"})"),
            std::string::npos)
      << outcome.err;
}

TEST(RunTool, MapsWhatIsNoErrorOfOurs) {
  EXPECT_EQ(RunTry({"x"}, [](const Invocation&) -> ExitCode { throw std::bad_alloc(); }).code, 14);
  EXPECT_EQ(RunTry({"x"}, [](const Invocation&) -> ExitCode { throw std::logic_error("?"); }).code,
            70);
  EXPECT_EQ(RunTry({"x"}, [](const Invocation&) -> ExitCode { throw 7; }).code, 70);
}

TEST(RunTool, AnswersAWrongCommandLineWithTwo) {
  const Outcome outcome = RunTry({"x", "--hepl"}, Succeed);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "haul-try: error: unknown option --hepl\nhint: did you mean --help?\n");
}

TEST(RunTool, AnswersAWrongCommandLineInJsonWhereAsked) {
  const Outcome outcome = RunTry({"x", "--bogus", "--log-format", "json"}, Succeed);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.err.starts_with("{\"time\":")) << outcome.err;
}

TEST(RunTool, ShowsOnlyErrorsWhenQuiet) {
  const auto talk = [](const Invocation& run) -> ExitCode {
    run.log.Info("info");
    run.log.Warn("warning");
    run.log.Verbose("verbose");
    throw Error(ExitCode::kFailure, "failed");
  };
  EXPECT_EQ(RunTry({"x", "--quiet"}, talk).err, "haul-try: error: failed\n");
  EXPECT_EQ(RunTry({"x"}, talk).err, "info\nhaul-try: warning: warning\nhaul-try: error: failed\n");
  EXPECT_EQ(RunTry({"x", "-v"}, talk).err,
            "info\nhaul-try: warning: warning\nverbose\nhaul-try: error: failed\n");
}

TEST(RunTool, RequestsAStopAndReturnsTheSignalsCode) {
  // A signal is for good; it gets a process of its own.
  const auto signalled = [](int number, ExitCode own) {
    Arguments argv({"x"});
    ::_exit(RunTool({.name = "haul-try", .summary = "", .groups = {}}, argv.argc(), argv.argv(),
                    [&](const Invocation& run) {
                      if (run.stop.requested()) return ExitCode::kInternal;
                      ::raise(number);
                      return run.stop.requested() ? own : ExitCode::kInternal;
                    }));
  };
  EXPECT_EXIT(signalled(SIGINT, ExitCode::kOk), testing::ExitedWithCode(130), "");
  EXPECT_EXIT(signalled(SIGTERM, ExitCode::kRejected), testing::ExitedWithCode(143), "");
  EXPECT_EXIT(signalled(SIGHUP, ExitCode::kOk), testing::ExitedWithCode(129), "");
  EXPECT_EXIT(signalled(SIGTERM, ExitCode::kCorrupt), testing::ExitedWithCode(4), "");
}

TEST(Signals, LeaveAtOnceOnTheSecond) {
  const auto twice = [] {
    static StopFlag stop;
    CatchSignals(stop);
    ::raise(SIGTERM);
    ::raise(SIGINT);
  };
  EXPECT_EXIT(twice(), testing::ExitedWithCode(130), "");
}

TEST(Signals, MakeAClosedPipeAnOrdinaryError) {
  const auto write_to_closed = [] {
    static StopFlag stop;
    CatchSignals(stop);
    int ends[2];
    if (::pipe(ends) != 0) ::_exit(1);
    ::close(ends[0]);
    ::_exit(::write(ends[1], "x", 1) == -1 && errno == EPIPE && !ReceivedSignal() ? 0 : 1);
  };
  EXPECT_EXIT(write_to_closed(), testing::ExitedWithCode(0), "");
}

TEST(Signals, LeaveAHangupIgnoredThatNohupIgnores) {
  const auto hang_up = [] {
    ::signal(SIGHUP, SIG_IGN);
    static StopFlag stop;
    CatchSignals(stop);
    ::raise(SIGHUP);
    ::_exit(stop.requested() ? 1 : 0);
  };
  EXPECT_EXIT(hang_up(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace haul
