#include "core/storage/byte_source.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "core/storage/descriptor.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

/// A pipe that already holds all that will come.
class FilledPipe {
 public:
  explicit FilledPipe(std::string_view content) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    read_end_ = Descriptor(ends[0]);
    const Descriptor write_end(ends[1]);
    WriteAll(write_end.get(), content, "pipe");
  }
  [[nodiscard]] std::string name() const { return fmt::format("/dev/fd/{}", read_end_.get()); }

 private:
  Descriptor read_end_;
};

std::string Drain(ByteSource& source, std::size_t piece) {
  std::string all;
  std::string room(piece, '\0');
  for (;;) {
    const std::size_t read =
        source.Read({reinterpret_cast<std::uint8_t*>(room.data()), room.size()});
    if (read == 0) return all;
    all.append(room, 0, read);
  }
}

TEST(OpenedSource, YieldsWhatAPipeHoldsAndThenItsEnd) {
  const FilledPipe pipe("some bytes");
  OpenedSource source(pipe.name());
  EXPECT_FALSE(source.regular_file());
  EXPECT_EQ(Drain(source, 3), "some bytes");
}

TEST(OpenedSource, NamesWhatCannotBeRead) {
  OpenedSource source("/");
  ExpectError([&] { Drain(source, 3); }, ExitCode::kLocalStorage, "read /: Is a directory");
  ExpectError([] { OpenedSource("/nowhere"); }, ExitCode::kLocalStorage,
              "open /nowhere: No such file or directory");
}

TEST(PeekedSource, TakesNothingAwayFromTheReader) {
  const FilledPipe pipe("some bytes");
  OpenedSource inner(pipe.name());
  PeekedSource source(inner);
  EXPECT_EQ(AsText(source.Peek(2)), "so");
  EXPECT_EQ(AsText(source.Peek(7)), "some by");
  EXPECT_EQ(AsText(source.Peek(4)), "some");
  EXPECT_EQ(Drain(source, 3), "some bytes");
}

TEST(PeekedSource, ShowsLessWhereTheSourceEnds) {
  const FilledPipe pipe("abc");
  OpenedSource inner(pipe.name());
  PeekedSource source(inner);
  EXPECT_EQ(AsText(source.Peek(100)), "abc");
  EXPECT_EQ(Drain(source, 2), "abc");
  EXPECT_TRUE(source.Peek(1).empty());
}

}  // namespace
}  // namespace haul
