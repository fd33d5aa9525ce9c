#include "core/cli/closed_output.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

namespace haul {
namespace {

// True for a pipe or socket whose other side was closed.
bool ReaderIsGone() {
  pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

}  // namespace

void EndWithTheReader(const Error& error) {
  if (error.code() != ExitCode::kLocalStorage || !ReaderIsGone()) return;
  ::signal(SIGPIPE, SIG_DFL);
  ::raise(SIGPIPE);
  _exit(static_cast<int>(ExitCode::kLocalStorage));
}

}  // namespace haul
