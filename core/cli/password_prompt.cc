#include "core/cli/password_prompt.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cstddef>

#include "core/base/error.h"
#include "core/cli/signals.h"

namespace haul {
namespace {

/// /dev/tty with echo off, as long as it lives.
class QuietTerminal {
 public:
  QuietTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (fd_ < 0 || ::tcgetattr(fd_, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    usable_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
  ~QuietTerminal() {
    if (usable_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
    if (fd_ >= 0) ::close(fd_);
  }

  [[nodiscard]] bool usable() const { return usable_; }
  void Write(std::string_view text) const {
    // A terminal that is gone shows at the next read.
    [[maybe_unused]] const ssize_t written = ::write(fd_, text.data(), text.size());
  }
  [[nodiscard]] std::optional<std::string> ReadLine() const;

 private:
  const int fd_;
  termios before_{};
  bool usable_ = false;
};

std::optional<std::string> QuietTerminal::ReadLine() const {
  constexpr int kLookForSignalsMs = 100;
  std::string line;
  while (!line.ends_with('\n')) {
    if (const auto signal = ReceivedSignal()) {
      Write("\n");
      throw Error(*signal, "stopped while waiting for the password; nothing was touched");
    }
    pollfd readable{fd_, POLLIN, 0};
    if (::poll(&readable, 1, kLookForSignalsMs) <= 0) continue;
    char c = '\0';
    if (::read(fd_, &c, 1) != 1) return std::nullopt;
    line += c;
  }
  line.pop_back();
  return line;
}

}  // namespace

std::optional<std::string> AskOnTerminal(std::string_view question) {
  const QuietTerminal terminal;
  if (!terminal.usable()) return std::nullopt;
  terminal.Write(question);
  auto answer = terminal.ReadLine();
  terminal.Write("\n");
  return answer;
}

}  // namespace haul
