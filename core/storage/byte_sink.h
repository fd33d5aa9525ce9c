#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/byte_buffer.h"
#include "core/storage/local.h"

namespace haul {

/// Where bytes go one after another: a file that counts only when it is whole, or a pipe. One
/// thread at a time. Errors are kLocalStorage with name and cause; a pipe whose reader is gone is
/// one of them.
class ByteSink {
 public:
  ByteSink() = default;
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;
  virtual ~ByteSink() = default;

  /// All bytes or throws.
  virtual void Append(ByteView bytes) = 0;
  /// Exactly once, after the last Append: what was written now counts. Destroyed without it, a file
  /// never gets its name; what went into a pipe is gone.
  virtual void Commit() = 0;
};

/// A file, as LocalFileWriter: FILE.part until Commit(). Missing directories are made. Error
/// kConflict where FILE, or what an unfinished run left of it, is there and `overwrite` is not
/// set; kLocked where another run writes it. With `overwrite` an older FILE stays until Commit().
struct FileSinkOptions {
  Sync sync = Sync::kDurable;
  bool overwrite = false;
};
[[nodiscard]] std::unique_ptr<ByteSink> NewFileSink(const std::filesystem::path& file,
                                                    FileSinkOptions options);

/// Standard output. Commit() waits for the disk where it is a file, per `sync`.
[[nodiscard]] std::unique_ptr<ByteSink> NewStandardOutputSink(Sync sync);

/// A device or named pipe that is already there; waits until a pipe has a reader.
[[nodiscard]] std::unique_ptr<ByteSink> NewDeviceSink(const std::filesystem::path& path);

/// What a tool's option names: standard output where `file` is empty, a device or named pipe that
/// is already there, else a file.
[[nodiscard]] std::unique_ptr<ByteSink> NewOutputSink(const std::string& file,
                                                      FileSinkOptions options);

/// True where the path is there and neither a regular file nor a directory.
[[nodiscard]] bool IsDevice(const std::filesystem::path& path);

}  // namespace haul
