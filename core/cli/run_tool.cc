#include "core/cli/run_tool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/version.h"
#include "core/cli/general_options.h"
#include "core/cli/mongo_uri.h"
#include "core/cli/option_text.h"
#include "core/cli/signals.h"
#include "core/report/terminal.h"

namespace haul {
namespace {

int Number(ExitCode code) { return static_cast<int>(code); }

// Scripts for the old tools know success and failure only.
int Reported(const Command& command, ExitCode code) {
  if (!command.imitates) return Number(code);
  return code == ExitCode::kOk ? 0 : 1;
}

std::string VersionText(const Command& command) {
  if (!command.imitates) return fmt::format("{} {}\n", command.name, kVersion);
  return fmt::format("{} version: {} (haul)\n", command.name, kVersion);
}

Log::Options LogOptions(const Command& command, const GeneralOptions& general) {
  LogLevel level = LogLevel::kInfo;
  if (general.verbose == 1) level = LogLevel::kVerbose;
  if (general.verbose > 1) level = LogLevel::kDebug;
  if (general.quiet) level = LogLevel::kError;
  LogFormat format = command.imitates ? LogFormat::kMongoTools : LogFormat::kText;
  if (general.log_format == "json") format = LogFormat::kJson;
  return {.program = command.name, .level = level, .format = format};
}

// A dump of many collections holds many files open; the soft limit is meant for select().
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// A standard stream that is closed gives its number to the next file or connection that is opened,
// and what is meant for the stream would go there. Held so, a write fails.
void HoldStandardStreams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", O_PATH);
  }
}

// A disk that is full must not look like success; a pager that was closed early is fine.
ExitCode Print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if ((written && std::fflush(stdout) == 0) || errno == EPIPE) return ExitCode::kOk;
  throw ErrnoError("write", "stdout");
}

void WarnOfVisibleSecrets(Log& log, const ParsedOptions& parsed) {
  for (const std::string& what : parsed.visible_secrets()) {
    log.Warn(
        fmt::format("the password in {} on the command line was visible to other users; use a "
                    "prompt, --passwordFile, or env:NAME or file:PATH in place of a URI",
                    what));
  }
}

// Every way out of a tool's body ends here as an Error.
Error AsError(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {ExitCode::kLimit, "out of memory", "use fewer --jobs"};
  } catch (const std::exception& error) {
    return {ExitCode::kInternal, fmt::format("internal error: {}", RedactUri(error.what())),
            "please report this with the command line that led to it"};
  } catch (...) {
    return {ExitCode::kInternal, "internal error of unknown type"};
  }
}

ExitCode RunBody(Log& log, const std::function<ExitCode()>& body) {
  ExitCode code = ExitCode::kOk;
  try {
    code = body();
  } catch (...) {
    const Error error = AsError(std::current_exception());
    log.ShowLive({});
    ReportError(log, error);
    code = error.code();
  }
  if (const auto signal = ReceivedSignal()) code = MoreSevere(code, *signal);
  return code;
}

// A program that reads our lines wants its format also where its command line is wrong.
bool AsksForJson(std::span<char*> argv) {
  std::string line;
  for (const char* argument : argv) line += fmt::format(" {}", argument);
  for (const std::string_view name : {"--logFormat", "--log-format"}) {
    if (line.find(fmt::format(" {}=json", name)) != std::string::npos) return true;
    if (line.find(fmt::format(" {} json", name)) != std::string::npos) return true;
  }
  return false;
}

std::optional<ParsedOptions> Parse(const Command& command, std::span<char*> argv,
                                   Environment& environment, GeneralOptions& general) {
  try {
    return ParseCommandLine(command, argv, environment);
  } catch (...) {
    if (AsksForJson(argv)) general.log_format = "json";
    Log log(LogOptions(command, general));
    ReportError(log, AsError(std::current_exception()));
    return std::nullopt;
  }
}

}  // namespace

void ReportError(Log& log, const Error& error) {
  log.Error(RedactUri(error.message()), RedactUri(error.hint()),
            {{"exitCode", std::int64_t{Number(error.code())}}});
}

void ExitAtOnce(Log& log, ExitCode code) {
  log.ShowLive({});
  std::fflush(stdout);
  _exit(Number(code));
}

bool CalledAs(std::string_view tool, int argc, char** argv) {
  if (argc == 0) return false;
  const std::string_view path = argv[0];
  return path.substr(path.rfind('/') + 1) == tool;
}

int RunTool(Command command, int argc, char** argv,
            const std::function<ExitCode(const Invocation&)>& body) {
  HoldStandardStreams();
  GeneralOptions general;
  command.groups.push_back(GeneralGroup(general));
  Environment environment = Environment::OfProcess();
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  const auto parsed = Parse(command, arguments.subspan(argc > 0 ? 1 : 0), environment, general);
  if (!parsed) return Reported(command, ExitCode::kUsage);

  // Outlives main: workers that were left behind may still look at it.
  static StopFlag stop;
  CatchSignals(stop);
  RaiseFileLimit();
  Log log(LogOptions(command, general));
  return Reported(command, RunBody(log, [&]() -> ExitCode {
                    if (general.help) return Print(HelpText(command, TerminalWidth(STDOUT_FILENO)));
                    if (general.version) return Print(VersionText(command));
                    WarnOfVisibleSecrets(log, *parsed);
                    return body({*parsed, environment, log, stop});
                  }));
}

}  // namespace haul
