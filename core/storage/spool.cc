#include "core/storage/spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "core/base/error.h"
#include "core/io/little_endian.h"

namespace haul {
namespace {

constexpr std::size_t kLength = sizeof(std::uint32_t);

Descriptor OpenNameless(const std::filesystem::path& directory) {
  Descriptor file(RetryInterrupted(
      [&] { return open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); }));
  if (file.valid()) return file;
  std::string name = (directory / ".haul-spool-XXXXXX").native();
  file = Descriptor(mkostemp(name.data(), O_CLOEXEC));
  if (!file.valid()) throw ErrnoError("create a temporary file in", directory.native());
  unlink(name.c_str());
  return file;
}

}  // namespace

SpoolFile::SpoolFile(const std::filesystem::path& directory)
    : directory_(directory), file_(OpenNameless(directory)) {}

void SpoolFile::Append(ByteView bytes) {
  WriteAll(file_.get(), AsText(bytes), directory_);
  size_ += bytes.size();
}

void SpoolFile::ReadAt(std::uint64_t offset, std::size_t length, ByteBuffer& bytes) const {
  bytes.Clear();
  bytes.Resize(length);
  for (std::size_t done = 0; done < length;) {
    const ssize_t read = RetryInterrupted([&] {
      return pread(file_.get(), bytes.data() + done, length - done,
                   static_cast<off_t>(offset + done));
    });
    if (read <= 0) throw ErrnoError("read a temporary file in", directory_.native());
    done += static_cast<std::size_t>(read);
  }
}

void Spool::Append(ByteView piece, bool in_memory) {
  AppendLittleEndian(memory_, static_cast<std::uint32_t>(piece.size()));
  memory_.Append(piece);
  if (in_memory && file_ == nullptr) return;
  if (file_ == nullptr) file_ = std::make_unique<SpoolFile>(directory_);
  file_->Append(memory_.view());
  memory_ = ByteBuffer();
}

void Spool::ForEach(const std::function<void(ByteView)>& take) const {
  for (std::size_t at = 0; at < memory_.size();) {
    const auto size = ReadLittleEndian<std::uint32_t>(memory_.view().subspan(at));
    take(memory_.view().subspan(at + kLength, size));
    at += kLength + size;
  }
  if (file_ == nullptr) return;
  ByteBuffer piece;
  for (std::uint64_t at = 0; at < file_->size(); at += kLength + piece.size()) {
    file_->ReadAt(at, kLength, piece);
    const auto size = ReadLittleEndian<std::uint32_t>(piece.view());
    file_->ReadAt(at + kLength, size, piece);
    take(piece.view());
  }
}

}  // namespace haul
