#include "core/io/spool.h"

#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <string>

#include "core/base/error.h"
#include "core/io/little_endian.h"

namespace haul {
namespace {

constexpr const char* kObject = "a temporary file";

std::FILE* OpenUnnamed(const std::string& directory) {
  std::string path = directory + "/haul-spool-XXXXXX";
  const int fd = mkstemp(path.data());
  if (fd < 0) throw ErrnoError("create", path);
  unlink(path.c_str());
  std::FILE* file = fdopen(fd, "w+b");
  if (file == nullptr) {
    const Error error = ErrnoError("open", path);
    close(fd);
    throw error;
  }
  return file;
}

void Write(std::FILE* file, ByteView bytes) {
  if (bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size()) {
    throw ErrnoError("write", kObject);
  }
}

void Read(std::FILE* file, std::uint8_t* into, std::size_t size) {
  if (size == 0) return;
  if (std::fread(into, 1, size, file) != size) throw ErrnoError("read", kObject);
}

}  // namespace

void Spool::MoveToFile() {
  if (file_) return;
  file_.reset(OpenUnnamed(directory_));
  Write(file_.get(), memory_.view());
  memory_ = ByteBuffer();
}

void Spool::Append(ByteView piece, bool in_memory) {
  ByteBuffer length;
  AppendLittleEndian(length, static_cast<std::uint32_t>(piece.size()));
  if (in_memory && !file_) {
    memory_.Append(length.view());
    memory_.Append(piece);
    return;
  }
  MoveToFile();
  Write(file_.get(), length.view());
  Write(file_.get(), piece);
}

void Spool::ForEach(const std::function<void(ByteView)>& take) const {
  constexpr std::size_t kLength = 4;
  for (std::size_t at = 0; at < memory_.size();) {
    const auto size = ReadLittleEndian<std::uint32_t>(memory_.view().subspan(at));
    take(memory_.view().subspan(at + kLength, size));
    at += kLength + size;
  }
  if (!file_) return;
  if (std::fflush(file_.get()) != 0) throw ErrnoError("write", kObject);
  const long end = std::ftell(file_.get());
  if (end < 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0) throw ErrnoError("read", kObject);
  ByteBuffer piece;
  while (std::ftell(file_.get()) < end) {
    std::array<std::uint8_t, kLength> length{};
    Read(file_.get(), length.data(), length.size());
    piece.Resize(ReadLittleEndian<std::uint32_t>(length));
    Read(file_.get(), piece.data(), piece.size());
    take(piece.view());
  }
}

}  // namespace haul
