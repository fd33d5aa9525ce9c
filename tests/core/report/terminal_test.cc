#include "core/report/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include "core/report/log.h"
#include "core/report/progress_renderer.h"

namespace haul {
namespace {

TEST(Terminal, TellsAPseudoTerminalAndItsWidth) {
  winsize size{.ws_row = 24, .ws_col = 61, .ws_xpixel = 0, .ws_ypixel = 0};
  int master = -1;
  int slave = -1;
  ASSERT_EQ(::openpty(&master, &slave, nullptr, nullptr, &size), 0);
  EXPECT_TRUE(IsTerminal(slave));
  EXPECT_EQ(TerminalWidth(slave), 61U);
  const Log log({.fd = slave});
  const ProgressRenderer::Options options = ProgressRenderer::For(log);
  EXPECT_EQ(options.style, ProgressStyle::kLive);
  EXPECT_EQ(options.width(), 61U);
  ::close(slave);
  ::close(master);
}

TEST(Terminal, FallsBackWhereThereIsNone) {
  const int null = ::open("/dev/null", O_WRONLY);
  EXPECT_FALSE(IsTerminal(null));
  EXPECT_EQ(TerminalWidth(null), 80U);
  EXPECT_EQ(TerminalWidth(null, 100), 100U);
  ::close(null);
}

}  // namespace
}  // namespace haul
