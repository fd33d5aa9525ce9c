#include "core/storage/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "core/storage/descriptor.h"

namespace haul {

std::size_t LocalFileSource::Read(std::span<std::uint8_t> bytes) {
  const std::size_t read = file_.ReadSome(at_, bytes);
  at_ += read;
  return read;
}

OpenedSource::OpenedSource(const std::filesystem::path& path) : path_(path) {
  if (path_ == "-") {
    fd_ = STDIN_FILENO;
    path_ = "standard input";
    return;
  }
  fd_ = RetryInterrupted([&] { return open(path_.c_str(), O_RDONLY | O_CLOEXEC); });
  struct stat status = {};
  if (fd_ < 0 || fstat(fd_, &status) < 0) throw ErrnoError("open", path_.native());
  regular_file_ = S_ISREG(status.st_mode);
}

OpenedSource::~OpenedSource() {
  if (fd_ > STDIN_FILENO) close(fd_);
}

std::size_t OpenedSource::Read(std::span<std::uint8_t> bytes) {
  const ssize_t got = RetryInterrupted([&] { return read(fd_, bytes.data(), bytes.size()); });
  if (got < 0) throw ErrnoError("read", path_.native());
  return static_cast<std::size_t>(got);
}

ByteView PeekedSource::Peek(std::size_t size) {
  while (peeked_.size() - at_ < size) {
    const std::size_t begin = peeked_.size();
    const std::size_t missing = size - (begin - at_);
    peeked_.Resize(begin + missing);
    const std::size_t read = source_.Read({peeked_.data() + begin, missing});
    peeked_.Resize(begin + read);
    if (read == 0) break;
  }
  const ByteView ahead = peeked_.view().subspan(at_);
  return ahead.first(std::min(size, ahead.size()));
}

std::size_t PeekedSource::Read(std::span<std::uint8_t> bytes) {
  if (at_ == peeked_.size()) return source_.Read(bytes);
  const std::size_t size = std::min(bytes.size(), peeked_.size() - at_);
  std::memcpy(bytes.data(), peeked_.data() + at_, size);
  at_ += size;
  return size;
}

}  // namespace haul
