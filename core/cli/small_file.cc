#include "core/cli/small_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {
namespace {

constexpr std::size_t kMaxFileBytes = 65536;
constexpr mode_t kForOthers = S_IRWXG | S_IRWXO;

struct Descriptor {
  explicit Descriptor(int number) : fd(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  const int fd;
};

Error FileError(const std::string& path, std::string_view cause, std::string hint = {}) {
  return {ExitCode::kUsage, fmt::format("read {}: {}", EscapeForDisplay(path), cause),
          std::move(hint)};
}

std::string LastSystemError() { return std::generic_category().message(errno); }

std::string ReadSmallFile(const std::string& path, bool private_only) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.fd < 0 || ::fstat(file.fd, &status) != 0) throw FileError(path, LastSystemError());
  if (private_only && S_ISREG(status.st_mode) && (status.st_mode & kForOthers) != 0) {
    throw FileError(path, "others may read it, and it holds a secret",
                    fmt::format("chmod 600 {}", EscapeForDisplay(path)));
  }
  std::string text(kMaxFileBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw FileError(path, LastSystemError());
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kMaxFileBytes) throw FileError(path, "larger than 64 KiB");
  text.resize(size);
  return text;
}

}  // namespace

std::string ReadTextFile(const std::string& path) { return ReadSmallFile(path, false); }

void CheckReadable(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) throw FileError(path, LastSystemError());
}

std::string ReadPrivateFile(const std::string& path) { return ReadSmallFile(path, true); }

std::string ReadSecretFile(const std::string& path) {
  std::string text = ReadPrivateFile(path);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) throw FileError(path, "it is empty");
  return text;
}

}  // namespace haul
