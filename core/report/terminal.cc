#include "core/report/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace haul {

bool IsTerminal(int fd) { return isatty(fd) == 1; }

std::size_t TerminalWidth(int fd, std::size_t otherwise) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return otherwise;
  return size.ws_col;
}

}  // namespace haul
