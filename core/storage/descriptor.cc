#include "core/storage/descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <cstdio>

#include "core/base/error.h"

namespace haul {

void WriteAll(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = RetryInterrupted([&] { return write(fd, bytes.data(), bytes.size()); });
    if (written < 0 && errno == EAGAIN) {
      // A pipe that its other end made non-blocking is full, not broken.
      pollfd full{.fd = fd, .events = POLLOUT, .revents = 0};
      RetryInterrupted([&] { return poll(&full, 1, -1); });
      continue;
    }
    if (written < 0) {
      const char* hint = errno == ENOSPC || errno == EDQUOT ? "free some space there"
                         : errno == EPIPE ? "what read it has ended: look there first"
                                          : "";
      throw ErrnoError("write", path.native()).WithHint(hint);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void SyncDescriptor(int fd, const std::filesystem::path& path) {
  const int status = RetryInterrupted([&] { return fsync(fd); });
  // EINVAL: a file system that cannot sync directories; there is nothing to wait for.
  if (status < 0 && errno != EINVAL) throw ErrnoError("sync", path.native());
}

void CloseChecked(int fd, const std::filesystem::path& path) {
  // After EINTR the descriptor is gone on Linux: no second call.
  if (close(fd) < 0 && errno != EINTR) throw ErrnoError("close", path.native());
}

int RenameNoReplace(int from_directory, const char* from, int to_directory, const char* to) {
  if (renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  // A hard link is the older way to get a name only if it is free.
  if (linkat(from_directory, from, to_directory, to, 0) == 0) {
    return unlinkat(from_directory, from, 0);
  }
  if (errno == EEXIST) return -1;
  struct stat existing {};
  if (fstatat(to_directory, to, &existing, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return -1;
  }
  return renameat(from_directory, from, to_directory, to);
}

}  // namespace haul
