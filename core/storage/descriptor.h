#pragma once

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

namespace haul {

/// An open file descriptor, closed at the end of its scope. For core/storage only.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  [[nodiscard]] int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

/// Repeats a system call that a signal interrupted.
template <typename Call>
auto RetryInterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

/// All bytes, however the kernel splits them. Throws kLocalStorage naming `path`.
void WriteAll(int fd, std::string_view bytes, const std::filesystem::path& path);
/// fsync, unless the file system has none for such a file. Throws kLocalStorage.
void SyncDescriptor(int fd, const std::filesystem::path& path);
/// close, whose error may be the only word of a lost write (NFS). Throws kLocalStorage.
void CloseChecked(int fd, const std::filesystem::path& path);
/// renameat2 with RENAME_NOREPLACE or what comes nearest to it. 0, or -1 with errno.
int RenameNoReplace(int from_directory, const char* from, int to_directory, const char* to);

}  // namespace haul
