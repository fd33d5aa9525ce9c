#include "core/storage/byte_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/storage/descriptor.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

class FileSink final : public ByteSink {
 public:
  FileSink(const fs::path& file, FileSinkOptions options)
      : directory_(file.parent_path()),
        options_(options),
        writer_(directory_, file.filename().native(), options.sync,
                options.overwrite ? Unfinished::kReplace : Unfinished::kRefuse) {}

  void Append(ByteView bytes) override { writer_.Append(bytes); }
  void Commit() override {
    options_.overwrite ? writer_.CommitReplacing() : writer_.Commit();
    SyncDirectory(directory_, options_.sync);
  }

 private:
  const fs::path directory_;
  const FileSinkOptions options_;
  LocalFileWriter writer_;
};

class StreamSink final : public ByteSink {
 public:
  StreamSink(Descriptor descriptor, std::string name, Sync sync)
      : descriptor_(std::move(descriptor)), name_(std::move(name)), sync_(sync) {
    // The more a pipe holds, the less its two ends wait for each other. A hint only.
    fcntl(descriptor_.get(), F_SETPIPE_SZ, static_cast<int>(kMiB));
  }

  void Append(ByteView bytes) override { WriteAll(descriptor_.get(), AsText(bytes), name_); }
  void Commit() override {
    if (sync_ == Sync::kDurable) SyncFile();
    CloseChecked(descriptor_.Release(), name_);
  }

 private:
  void SyncFile() const {
    struct stat status {};
    const bool is_file = fstat(descriptor_.get(), &status) == 0 && S_ISREG(status.st_mode);
    if (is_file) SyncDescriptor(descriptor_.get(), name_);
  }

  Descriptor descriptor_;
  const std::string name_;
  const Sync sync_;
};

void RequireFree(const fs::path& file) {
  std::error_code none;
  if (fs::symlink_status(file, none).type() == fs::file_type::not_found) return;
  throw Error(ExitCode::kConflict,
              fmt::format("write {}: it is already there; it was not touched",
                          EscapeForDisplay(file.native())),
              "choose another name, or --overwrite to replace it once the new one is whole");
}

}  // namespace

std::unique_ptr<ByteSink> NewFileSink(const fs::path& file, FileSinkOptions options) {
  // A link is followed, so that the file it names is replaced and not the link.
  fs::path absolute = fs::absolute(file);
  if (options.overwrite && fs::exists(absolute)) absolute = fs::canonical(absolute);
  if (!options.overwrite) RequireFree(absolute);
  CreateDirectories(absolute.parent_path(), options.sync);
  try {
    return std::make_unique<FileSink>(absolute, options);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kConflict) throw;
    throw error.WithHint("an earlier run did not finish it: remove it, or use --overwrite");
  }
}

std::unique_ptr<ByteSink> NewStandardOutputSink(Sync sync) {
  Descriptor copy(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!copy.valid()) throw ErrnoError("write", "standard output");
  return std::make_unique<StreamSink>(std::move(copy), "standard output", sync);
}

std::unique_ptr<ByteSink> NewDeviceSink(const fs::path& path) {
  Descriptor device(RetryInterrupted([&] { return open(path.c_str(), O_WRONLY | O_CLOEXEC); }));
  if (!device.valid()) throw ErrnoError("open", path.native());
  return std::make_unique<StreamSink>(std::move(device), path.native(), Sync::kNone);
}

std::unique_ptr<ByteSink> NewOutputSink(const std::string& file, FileSinkOptions options) {
  if (file.empty()) return NewStandardOutputSink(options.sync);
  if (IsDevice(file)) return NewDeviceSink(file);
  return NewFileSink(file, options);
}

bool IsDevice(const fs::path& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

}  // namespace haul
