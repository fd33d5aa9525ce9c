#include "core/storage/local.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/io/checksum.h"
#include "core/storage/descriptor.h"

namespace haul {
namespace {

constexpr std::uint64_t kWriteBehindBytes = 8 * kMiB;
constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;

// The directory of `name` below `root`, opened component by component so that no link below `root`
// is followed, whoever put it there.
Descriptor OpenParentBelow(const std::filesystem::path& root, std::string_view name) {
  Descriptor directory(
      RetryInterrupted([&] { return open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!directory.valid()) throw ErrnoError("open", root.native());
  for (std::size_t slash = name.find('/'); slash != std::string_view::npos;
       slash = name.find('/')) {
    const std::string component(name.substr(0, slash));
    name.remove_prefix(slash + 1);
    const int made = mkdirat(directory.get(), component.c_str(), kDirectoryMode);
    if (made < 0 && errno != EEXIST) {
      throw ErrnoError("create directory", (root / component).native());
    }
    Descriptor next(RetryInterrupted([&] {
      return openat(directory.get(), component.c_str(),
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }));
    if (!next.valid()) throw ErrnoError("open directory", (root / component).native());
    directory = std::move(next);
  }
  return directory;
}

std::string LastComponent(std::string_view name) {
  return std::string(name.substr(name.rfind('/') + 1));
}

Error AlreadyThere(std::string_view operation, const std::filesystem::path& path) {
  return {ExitCode::kConflict, fmt::format("{} {}: a file with this name is already there",
                                           operation, EscapeForDisplay(path.native()))};
}

Error WrittenByAnother(const std::filesystem::path& path) {
  return {ExitCode::kLocked,
          fmt::format("write {}: another run is writing it", EscapeForDisplay(path.native()))};
}

// So that others see that this run is at work. A file system without locks is no error.
bool LockForThisRun(int fd) { return flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

void CheckIsFile(int fd, const std::filesystem::path& path, struct stat& status) {
  if (fstat(fd, &status) < 0) throw ErrnoError("read", path.native());
  if (S_ISREG(status.st_mode)) return;
  const std::string_view kind = S_ISDIR(status.st_mode) ? "a directory" : "a device or pipe";
  throw Error(ExitCode::kCorrupt,
              fmt::format("read {}: is {}, not a file", EscapeForDisplay(path.native()), kind));
}

// A final name may be as long as names can be: then a hash stands for its end.
std::string PartName(const std::string& final_name) {
  constexpr std::size_t kLongestName = 255;
  constexpr std::size_t kHashDigits = 32;
  const std::string suffix(kPartSuffix);
  if (final_name.size() + suffix.size() <= kLongestName) return final_name + suffix;
  const std::string hash = HashToHex(Blake2b256(AsBytes(final_name))).substr(0, kHashDigits);
  return final_name.substr(0, kLongestName - suffix.size() - kHashDigits) + hash + suffix;
}

}  // namespace

bool StaysBelow(std::string_view name) {
  if (name.find('\0') != std::string_view::npos) return false;
  for (std::string_view rest = name;;) {
    const std::size_t slash = rest.find('/');
    const std::string_view component = rest.substr(0, slash);
    if (component.empty() || component == "." || component == "..") return false;
    if (slash == std::string_view::npos) return true;
    rest.remove_prefix(slash + 1);
  }
}

LocalFileWriter::LocalFileWriter(std::filesystem::path root, std::string name, Sync sync,
                                 Unfinished unfinished)
    : root_(std::move(root)), name_(std::move(name)), sync_(sync) {
  if (!StaysBelow(name_)) {
    throw Error(ExitCode::kUsage,
                fmt::format("create '{}': the name leaves its directory", EscapeForDisplay(name_)));
  }
  const Descriptor directory = OpenParentBelow(root_, name_);
  const std::string part = PartName(LastComponent(name_));
  fd_ = RetryInterrupted([&] {
    return openat(directory.get(), part.c_str(),
                  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode);
  });
  if (fd_ < 0 && errno == EEXIST && unfinished == Unfinished::kReplace) {
    TakeOver(directory.get(), part.c_str());
    return;
  }
  if (fd_ < 0 && errno == EEXIST) throw AlreadyThere("create", part_path());
  if (fd_ < 0) throw ErrnoError("create", part_path().native());
  if (!LockForThisRun(fd_)) throw WrittenByAnother(part_path());
}

// The lock comes before the first byte goes: its run may be at work, or have given the file its
// final name a moment ago.
void LocalFileWriter::TakeOver(int directory, const char* part) {
  Descriptor file(
      RetryInterrupted([&] { return openat(directory, part, O_WRONLY | O_NOFOLLOW | O_CLOEXEC); }));
  if (!file.valid()) throw ErrnoError("open", part_path().native());
  const bool locked = LockForThisRun(file.get());
  struct stat opened {};
  struct stat named {};
  const bool same = locked && fstat(file.get(), &opened) == 0 &&
                    fstatat(directory, part, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
                    opened.st_ino == named.st_ino;
  if (!same) throw WrittenByAnother(part_path());
  if (ftruncate(file.get(), 0) < 0) throw ErrnoError("truncate", part_path().native());
  fd_ = file.Release();
}

LocalFileWriter::~LocalFileWriter() {
  if (fd_ >= 0) close(fd_);
}

std::filesystem::path LocalFileWriter::part_path() const {
  const std::filesystem::path path = root_ / name_;
  return path.parent_path() / PartName(path.filename().native());
}

void LocalFileWriter::Append(ByteView bytes) {
  WriteAll(fd_, AsText(bytes), part_path());
  size_ += bytes.size();
  if (size_ - write_behind_from_ >= kWriteBehindBytes) StartWriteBehind();
}

void LocalFileWriter::StartWriteBehind() {
  if (sync_ == Sync::kNone || size_ == write_behind_from_) return;
  // Only a hint: a file system without it leaves all the work to the fsync.
  sync_file_range(fd_, static_cast<off64_t>(write_behind_from_),
                  static_cast<off64_t>(size_ - write_behind_from_), SYNC_FILE_RANGE_WRITE);
  write_behind_from_ = size_;
}

void LocalFileWriter::Release() {
  if (fd_ < 0) return;
  StartWriteBehind();
  CloseChecked(std::exchange(fd_, -1), part_path());
}

void LocalFileWriter::Close() {
  if (fd_ < 0) return;
  if (sync_ == Sync::kDurable) SyncDescriptor(fd_, part_path());
  on_disk_ = true;
  CloseChecked(std::exchange(fd_, -1), part_path());
}

void LocalFileWriter::WaitForDisk() {
  if (on_disk_) return;
  if (sync_ == Sync::kDurable) {
    const Descriptor directory = OpenParentBelow(root_, name_);
    const std::string part = PartName(LastComponent(name_));
    const Descriptor file(RetryInterrupted(
        [&] { return openat(directory.get(), part.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC); }));
    if (!file.valid()) throw ErrnoError("open", part_path().native());
    SyncDescriptor(file.get(), part_path());
  }
  on_disk_ = true;
}

void LocalFileWriter::Commit() {
  Rename([](int directory, const char* part, const char* final_name) {
    return RenameNoReplace(directory, part, directory, final_name);
  });
}

void LocalFileWriter::CommitReplacing() {
  Rename([](int directory, const char* part, const char* final_name) {
    return renameat(directory, part, directory, final_name);
  });
}

void LocalFileWriter::Rename(int (*rename_in)(int, const char*, const char*)) {
  Close();
  WaitForDisk();
  const Descriptor directory = OpenParentBelow(root_, name_);
  const std::string final_name = LastComponent(name_);
  const std::string part = PartName(final_name);
  if (rename_in(directory.get(), part.c_str(), final_name.c_str()) == 0) return;
  if (errno == EEXIST) throw AlreadyThere("rename to", root_ / name_);
  throw ErrnoError("rename to", (root_ / name_).native());
}

LocalAppender::LocalAppender(const std::filesystem::path& path)
    : path_(path), fd_(RetryInterrupted([&] {
        return open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
                    kFileMode);
      })) {
  if (fd_ < 0) throw ErrnoError("open", path_.native());
}

LocalAppender::~LocalAppender() { close(fd_); }

void LocalAppender::Append(std::string_view bytes) { WriteAll(fd_, bytes, path_); }

void LocalAppender::WaitForDisk(Sync sync) {
  if (sync == Sync::kDurable) SyncDescriptor(fd_, path_);
}

LocalFileReader::LocalFileReader(const std::filesystem::path& path) : path_(path) {
  // O_NONBLOCK: a pipe in the place of a file must not stop us before it is recognised.
  Descriptor file(RetryInterrupted(
      [&] { return open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }));
  if (!file.valid()) throw ErrnoError("open", path_.native());
  struct stat status {};
  CheckIsFile(file.get(), path_, status);
  size_ = static_cast<std::uint64_t>(status.st_size);
  fd_ = file.Release();
}

LocalFileReader::~LocalFileReader() {
  if (fd_ >= 0) close(fd_);
}

void LocalFileReader::ReadAt(std::uint64_t offset, std::size_t length, ByteBuffer& bytes) const {
  bytes.Clear();
  if (offset > size_ || length > size_ - offset) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("read {}: the file ends at byte {}, wanted {} bytes from byte {}",
                            EscapeForDisplay(path_.native()), size_, length, offset));
  }
  bytes.Resize(length);
  for (std::size_t done = 0; done < length;) {
    const std::size_t read = ReadSome(offset + done, {bytes.data() + done, length - done});
    if (read == 0) {
      throw Error(ExitCode::kCorrupt,
                  fmt::format("read {}: the file became shorter while it was read",
                              EscapeForDisplay(path_.native())));
    }
    done += read;
  }
}

std::size_t LocalFileReader::ReadSome(std::uint64_t offset, std::span<std::uint8_t> bytes) const {
  const ssize_t read = RetryInterrupted(
      [&] { return pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
  if (read < 0) throw ErrnoError("read", path_.native());
  return static_cast<std::size_t>(read);
}

std::string ReadSmallFile(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const LocalFileReader file(path);
  if (file.size() > max_bytes) {
    throw Error(ExitCode::kLimit,
                fmt::format("read {}: {} is more than the {} that are read at once",
                            EscapeForDisplay(path.native()), FormatBytes(file.size()),
                            FormatBytes(max_bytes)));
  }
  ByteBuffer content;
  file.ReadAt(0, file.size(), content);
  return std::string(AsText(content.view()));
}

}  // namespace haul
