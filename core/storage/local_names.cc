// What concerns names rather than content: directories, renames, locks, room.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/storage/descriptor.h"
#include "core/storage/local.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kCopyBytes = kMiB;

fs::path ParentOf(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

Descriptor OpenDirectory(const fs::path& path) {
  return Descriptor(
      RetryInterrupted([&] { return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
}

void CreateDirectory(const fs::path& path, Sync sync) {
  struct stat status {};
  if (mkdir(path.c_str(), 0700) == 0) {
    SyncDirectory(ParentOf(path), sync);
    return;
  }
  const int cause = errno;
  if (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return;
  errno = cause == EEXIST ? ENOTDIR : cause;
  throw ErrnoError("create directory", path.native());
}

// A new file beside `path`, removed at the end of the scope unless its name was given away.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& path) : path_(path) {
    path_ += '.' + RandomHex(4);
    path_ += kPartSuffix;
    file_ = Descriptor(RetryInterrupted([&] {
      return open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    }));
    if (!file_.valid()) throw ErrnoError("create", path_.native());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!renamed_) unlink(path_.c_str());
  }

  void Fill(std::string_view content, Sync sync) {
    WriteAll(file_.get(), content, path_);
    if (sync == Sync::kDurable) SyncDescriptor(file_.get(), path_);
    CloseChecked(file_.Release(), path_);
  }
  void RenameOver(const fs::path& path) {
    if (rename(path_.c_str(), path.c_str()) < 0) throw ErrnoError("rename to", path.native());
    renamed_ = true;
  }

 private:
  fs::path path_;
  Descriptor file_;
  bool renamed_ = false;
};

}  // namespace

std::string RandomHex(std::size_t bytes) {
  std::string random(bytes, '\0');
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    throw ErrnoError("read", "random bytes");
  }
  return ToHex(random);
}

void WriteFileAtomically(const fs::path& path, std::string_view content, Sync sync) {
  TemporaryFile file(path);
  file.Fill(content, sync);
  file.RenameOver(path);
  SyncDirectory(ParentOf(path), sync);
}

void CreateDirectories(const fs::path& path, Sync sync) {
  fs::path made;
  for (const fs::path& component : path) {
    made /= component;
    if (!component.empty()) CreateDirectory(made, sync);
  }
}

void SyncDirectory(const fs::path& path, Sync sync) {
  if (sync == Sync::kNone) return;
  const Descriptor directory = OpenDirectory(path);
  if (!directory.valid()) throw ErrnoError("open", path.native());
  SyncDescriptor(directory.get(), path);
}

void SyncFileSystem(const fs::path& path, Sync sync) {
  if (sync == Sync::kNone) return;
  const Descriptor directory = OpenDirectory(path);
  if (!directory.valid()) throw ErrnoError("open", path.native());
  if (syncfs(directory.get()) < 0) throw ErrnoError("sync the file system of", path.native());
}

void RemoveFile(const fs::path& path) {
  if (unlink(path.c_str()) < 0 && errno != ENOENT) throw ErrnoError("remove", path.native());
}

void LinkOrCopy(const fs::path& from, const fs::path& to, Sync sync) {
  CreateDirectories(to.parent_path(), sync);
  if (link(from.c_str(), to.c_str()) == 0) return;
  if (errno == EEXIST) throw Error(ExitCode::kConflict, ErrnoError("link", to.native()).message());
  if (errno == ENOENT) throw ErrnoError("link", from.native());
  const LocalFileReader source(from);
  LocalFileWriter target(to.parent_path(), to.filename(), sync);
  ByteBuffer piece;
  for (std::uint64_t at = 0; at < source.size(); at += piece.size()) {
    source.ReadAt(at, std::min<std::uint64_t>(kCopyBytes, source.size() - at), piece);
    target.Append(piece.view());
  }
  target.Commit();
}

bool IsMountPoint(const fs::path& path) {
  struct statx status {};
  if (statx(AT_FDCWD, path.c_str(), 0, 0, &status) < 0) throw ErrnoError("read", path.native());
  return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

Error FileSystemError(std::string_view operation, const fs::filesystem_error& cause) {
  errno = cause.code().value();
  return ErrnoError(operation, cause.path1().native());
}

void ExchangeNames(const fs::path& a, const fs::path& b) {
  if (renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) throw ErrnoError("exchange names with", b.native());
  fs::path aside = b;
  aside += '.' + RandomHex(4);
  RenameWithoutReplacing(b, aside);
  if (rename(a.c_str(), b.c_str()) < 0) {
    const Error error = ErrnoError("rename to", b.native());
    rename(aside.c_str(), b.c_str());
    throw error;
  }
  RenameWithoutReplacing(aside, a);
}

void RenameWithoutReplacing(const fs::path& from, const fs::path& to) {
  if (RenameNoReplace(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str()) == 0) return;
  Error error = ErrnoError("rename to", to.native());
  if (errno == EEXIST || errno == ENOTEMPTY) throw Error(ExitCode::kConflict, error.message());
  throw error;
}

std::uint64_t FreeSpace(const fs::path& path) {
  fs::path existing = fs::absolute(path);
  struct statvfs status {};
  while (statvfs(existing.c_str(), &status) < 0) {
    if ((errno != ENOENT && errno != ENOTDIR) || existing == existing.parent_path()) {
      throw ErrnoError("read the free space of", existing.native());
    }
    existing = existing.parent_path();
  }
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

DirectoryLock::DirectoryLock(const fs::path& path) {
  Descriptor directory = OpenDirectory(path);
  if (!directory.valid()) throw ErrnoError("open", path.native());
  held_ = RetryInterrupted([&] { return flock(directory.get(), LOCK_EX | LOCK_NB); }) == 0;
  if (!held_ && errno == EWOULDBLOCK) {
    throw Error(ExitCode::kLocked, fmt::format("lock {}: another run is writing here",
                                               EscapeForDisplay(path.native())));
  }
  fd_ = directory.Release();
}

DirectoryLock::~DirectoryLock() { close(fd_); }

}  // namespace haul
