#include "core/storage/rooted_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/storage/descriptor.h"

namespace haul {
namespace {

constexpr std::size_t kMaxBytes = 16 * kMiB;

[[noreturn]] void Refuse(const std::string& name, std::string_view cause) {
  throw Error(ExitCode::kUsage, fmt::format("read {}: {}", EscapeForDisplay(name), cause));
}

[[noreturn]] void RefuseByErrno(const std::string& name) {
  if (errno == ELOOP) Refuse(name, "a part of it is a link, and none is followed");
  Refuse(name, std::generic_category().message(errno));
}

}  // namespace

std::string ReadRootedFile(const std::filesystem::path& root, const std::string& name) {
  const std::filesystem::path path(name);
  if (path.is_absolute() || name.empty()) Refuse(name, "a path below the seed root is expected");
  Descriptor at(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!at.valid()) RefuseByErrno(name);
  for (auto part = path.begin(); part != path.end(); ++part) {
    if (*part == "..") Refuse(name, "it leaves the seed root");
    const bool last = std::next(part) == path.end();
    const int flags = last ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY;
    Descriptor next(::openat(at.get(), part->c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    // A folder opened so is no folder where it is a link.
    if (!next.valid() && errno == ENOTDIR && !last) {
      Refuse(name, "a part of it is a link or no folder, and no link is followed");
    }
    if (!next.valid()) RefuseByErrno(name);
    at = std::move(next);
  }
  struct stat status {};
  if (::fstat(at.get(), &status) != 0) RefuseByErrno(name);
  if (!S_ISREG(status.st_mode)) Refuse(name, "it is no regular file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > kMaxBytes) Refuse(name, "larger than 16 MiB");
  std::string content(size, '\0');
  for (std::size_t read = 0; read < size;) {
    const ssize_t got = ::read(at.get(), content.data() + read, size - read);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) RefuseByErrno(name);
    if (got == 0) Refuse(name, "it became shorter while it was read");
    read += static_cast<std::size_t>(got);
  }
  return content;
}

}  // namespace haul
