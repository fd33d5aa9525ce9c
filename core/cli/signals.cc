#include "core/cli/signals.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>

namespace haul {
namespace {

constexpr std::array kStopping = {SIGINT, SIGTERM, SIGHUP};

// A handler can only reach globals; both are lock-free, hence safe in it.
std::atomic<StopFlag*> stop_flag{nullptr};
std::atomic<int> first_signal{0};
static_assert(std::atomic<StopFlag*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

extern "C" void OnSignal(int number) {
  int none = 0;
  if (!first_signal.compare_exchange_strong(none, number)) _exit(128 + number);
  if (StopFlag* const stop = stop_flag.load()) stop->Request();
}

void Handle(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  // Interrupted reads and writes go on: the stop flag is looked at between batches.
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, nullptr);
}

bool IsIgnored(int number) {
  struct sigaction action {};
  return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void CatchSignals(StopFlag& stop) {
  first_signal.store(0);
  stop_flag.store(&stop);
  for (const int number : kStopping) {
    // nohup, or a shell's background job: its owner wants this signal to be ignored.
    if (!IsIgnored(number)) Handle(number, OnSignal);
  }
  Handle(SIGPIPE, SIG_IGN);
  Handle(SIGXFSZ, SIG_IGN);
}

std::optional<ExitCode> ReceivedSignal() {
  switch (first_signal.load()) {
    case SIGINT:
      return ExitCode::kInterrupted;
    case SIGTERM:
      return ExitCode::kTerminated;
    case SIGHUP:
      return ExitCode::kHangup;
    default:
      return std::nullopt;
  }
}

}  // namespace haul
