#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/base/error.h"

namespace haul {

/// How hard a local write is pushed to the disk.
enum class Sync : std::uint8_t {
  kDurable,  ///< write-behind early, fsync at Commit, fsync of the directory
  kNone,     ///< --noSync: mongodump's guarantee
};

/// True for a relative name ("shop/orders.bson") that stays below the directory that it is resolved
/// in: no empty, "." or ".." component, no NUL, not absolute.
[[nodiscard]] bool StaysBelow(std::string_view name);

inline constexpr std::string_view kPartSuffix = ".part";

/// What becomes of a .part file that an earlier run left.
enum class Unfinished : std::uint8_t {
  kRefuse,   ///< kConflict
  kReplace,  ///< its bytes go; kLocked where its run is still at work
};

/// A file being written: invisible under its final name until Commit(). It is written as
/// "<name>.part" (mode 0600, O_EXCL). Below `root` no link is followed and missing directories are
/// made (0700); a name that would leave `root` is kUsage. Append is not thread-safe: callers that
/// share a file hold their own short lock. Errors are kLocalStorage with path and cause, kConflict
/// where a file of that name (or, on a file system that folds case, a similar one) is already
/// there. Destroyed uncommitted, the .part file stays: it marks the run as incomplete.
class LocalFileWriter {
 public:
  /// `name` is relative to `root`, with '/'.
  LocalFileWriter(std::filesystem::path root, std::string name, Sync sync,
                  Unfinished unfinished = Unfinished::kRefuse);
  ~LocalFileWriter();
  LocalFileWriter(const LocalFileWriter&) = delete;
  LocalFileWriter& operator=(const LocalFileWriter&) = delete;

  /// All bytes or throws; EINTR and short writes are handled. Starts write-behind every few MiB.
  void Append(ByteView bytes);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Flushes to the disk (per Sync) and closes; the .part name stays.
  void Close();
  /// Closes without waiting for the disk, so that thousands of small files cost neither a
  /// descriptor nor a wait each: the wait comes with WaitForDisk().
  void Release();
  /// Per Sync, returns when the disk has all bytes. After Release() or Close().
  void WaitForDisk();
  [[nodiscard]] bool on_disk() const { return on_disk_; }
  /// For the caller who has called SyncFileSystem() since Release().
  void AssumeOnDisk() { on_disk_ = true; }
  /// Close() and WaitForDisk() if not yet, then rename to the final name (never over another file).
  /// The directory is not synced: SyncDirectory does that once for all files in it.
  void Commit();
  /// The same, over a file of that name where there is one.
  void CommitReplacing();

 private:
  [[nodiscard]] std::filesystem::path part_path() const;
  void TakeOver(int directory, const char* part);
  void StartWriteBehind();
  void Rename(int (*rename_in)(int directory, const char* part, const char* final_name));

  std::filesystem::path root_;
  std::string name_;
  Sync sync_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t write_behind_from_ = 0;
  bool on_disk_ = false;
};

/// A file under its final name that only ever grows (a journal). Created with mode 0600 where it is
/// not there, never through a link. Not thread-safe. Errors kLocalStorage.
class LocalAppender {
 public:
  explicit LocalAppender(const std::filesystem::path& path);
  ~LocalAppender();
  LocalAppender(const LocalAppender&) = delete;
  LocalAppender& operator=(const LocalAppender&) = delete;

  void Append(std::string_view bytes);
  /// Returns when the disk has it all; with kNone at once.
  void WaitForDisk(Sync sync);

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

/// A file being read at any offset, by several threads at once (pread). Errors kLocalStorage; a
/// directory or device where a file should be is kCorrupt ("is a directory, not a file").
class LocalFileReader {
 public:
  explicit LocalFileReader(const std::filesystem::path& path);
  ~LocalFileReader();
  LocalFileReader(const LocalFileReader&) = delete;
  LocalFileReader& operator=(const LocalFileReader&) = delete;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Exactly `length` bytes into the cleared buffer; Error kCorrupt where the file ends before.
  void ReadAt(std::uint64_t offset, std::size_t length, ByteBuffer& bytes) const;
  /// At most bytes.size() into the front of `bytes`; 0 only at the end of the file.
  [[nodiscard]] std::size_t ReadSome(std::uint64_t offset, std::span<std::uint8_t> bytes) const;

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

/// One run at a time in a directory (an advisory lock on it, which the process's end releases).
/// Error kLocked where another process or object holds it. A file system without locks is not an
/// error.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::filesystem::path& path);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  /// False where the file system has no locks: then nothing is known about other runs.
  [[nodiscard]] bool held() const { return held_; }

 private:
  int fd_ = -1;
  bool held_ = false;
};

/// The whole of a small file. Error kLimit above `max_bytes`.
[[nodiscard]] std::string ReadSmallFile(const std::filesystem::path& path, std::uint64_t max_bytes);
/// Temp file, fsync, rename over `path`, fsync of the directory (per Sync).
void WriteFileAtomically(const std::filesystem::path& path, std::string_view content, Sync sync);
/// Creates the directory and its missing parents, mode 0700 for those that it makes; with kDurable
/// the new names are synced.
void CreateDirectories(const std::filesystem::path& path, Sync sync = Sync::kNone);
void SyncDirectory(const std::filesystem::path& path, Sync sync);
/// Returns when the file system of that directory has all its bytes on the disk: for thousands of
/// small files fifty times faster than to wait for each.
void SyncFileSystem(const std::filesystem::path& path, Sync sync);
/// Removes a name; one that is not there is no error.
void RemoveFile(const std::filesystem::path& path);
/// Gives the content of `from` a second name: a hard link, or a copy where the file system has
/// none. Missing directories of `to` are made. Error kConflict where `to` exists.
void LinkOrCopy(const std::filesystem::path& from, const std::filesystem::path& to, Sync sync);
/// True where another file system is mounted on the directory: its name cannot be exchanged.
[[nodiscard]] bool IsMountPoint(const std::filesystem::path& path);
/// What std::filesystem reports, as ErrnoError words it.
[[nodiscard]] Error FileSystemError(std::string_view operation,
                                    const std::filesystem::filesystem_error& cause);
/// Exchanges two names on one file system in one step (renameat2 RENAME_EXCHANGE). Where the file
/// system cannot, `b` steps aside for a moment; a failure in between puts it back.
void ExchangeNames(const std::filesystem::path& a, const std::filesystem::path& b);
/// Renames and never replaces: kConflict where `to` exists.
void RenameWithoutReplacing(const std::filesystem::path& from, const std::filesystem::path& to);
/// Unpredictable lower-case hex, two digits a byte: for names and ids.
[[nodiscard]] std::string RandomHex(std::size_t bytes);
/// Bytes that an unprivileged user can still write where `path` lies (or will lie).
[[nodiscard]] std::uint64_t FreeSpace(const std::filesystem::path& path);

}  // namespace haul
