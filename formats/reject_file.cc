#include "formats/reject_file.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/document.h"
#include "core/bson/extended_json.h"

namespace haul {
namespace {

constexpr mode_t kOwnerOnly = 0600;

void AppendText(Document& line, const char* key, std::string_view text) {
  const std::string shown = IsUtf8(text) ? std::string(text) : EscapeForDisplay(text);
  bson_append_utf8(line.bson(), key, -1, shown.data(), static_cast<int>(shown.size()));
}

// What JSON cannot hold throws; what it holds but reads back otherwise (a field named "$oid", say)
// would come back changed from a retry.
std::optional<std::string> ExactJson(ByteView document) {
  try {
    std::string json = ToCanonicalJson(document);
    const Document again = ParseExtendedJson(json, "a rejected document");
    if (AsText(again.bytes()) == AsText(document)) return json;
  } catch (const Error&) {
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string> IdJson(ByteView document) {
  try {
    Document alone;
    bson_iter_t iterator;
    const bson_t whole = BorrowBson(document);
    if (!bson_iter_init_find(&iterator, &whole, "_id")) return std::nullopt;
    bson_append_iter(alone.bson(), "_id", -1, &iterator);
    return ToCanonicalJson(alone.bytes());
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string Binary(const char* key, ByteView bytes) {
  Document line;
  bson_append_binary(line.bson(), key, -1, BSON_SUBTYPE_BINARY, bytes.data(),
                     static_cast<std::uint32_t>(bytes.size()));
  return ToCanonicalJson(line.bytes());
}

// The fields of a JSON object without its braces.
std::string_view Inner(std::string_view object) { return object.substr(1, object.size() - 2); }

// `"document":…` or what stands in its place.
std::string Content(const RejectFile::Reject& reject) {
  if (reject.document.empty()) {
    if (!IsUtf8(reject.text)) {
      return std::string(Inner(Binary("textBytes", AsBytes(reject.text))));
    }
    return fmt::format(R"("text":"{}")", EscapeJson(reject.text));
  }
  const std::optional<std::string> json = ExactJson(reject.document);
  return json ? "\"document\":" + *json : std::string(Inner(Binary("bson", reject.document)));
}

std::string Line(const RejectFile::Reject& reject) {
  Document head;
  AppendText(head, "ns", reject.ns.ToString());
  Document cause;
  bson_append_int32(cause.bson(), "code", -1, reject.code);
  AppendText(cause, "reason", reject.reason);
  if (!reject.file.empty()) AppendText(cause, "file", reject.file);
  if (reject.line != 0) {
    bson_append_int64(cause.bson(), "line", -1, static_cast<std::int64_t>(reject.line));
  }
  const std::optional<std::string> id =
      reject.document.empty() ? std::nullopt : IdJson(reject.document);
  return fmt::format("{{{}{}{},{},{}}}\n", Inner(ToCanonicalJson(head.bytes())),
                     id.has_value() ? "," : "", id.has_value() ? Inner(*id) : "",
                     Inner(ToCanonicalJson(cause.bytes())), Content(reject));
}

int OpenNew(const std::filesystem::path& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
}

bool IsSpecial(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  return S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode);
}

}  // namespace

std::string RejectFile::DefaultName() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("haul-rejects-{:%Y%m%dT%H%M%SZ}.json", fmt::gmtime(now));
}

std::string RejectFile::OwnName() {
  const std::filesystem::path name = DefaultName();
  return fmt::format("{}-{}{}", name.stem().string(), getpid(), name.extension().string());
}

RejectFile::RejectFile(std::filesystem::path path)
    : path_(std::move(path)), special_(IsSpecial(path_)) {
  if (special_) {
    OpenFile();
    return;
  }
  const int probe = OpenNew(path_);
  if (probe < 0 && errno == EEXIST) {
    throw Error(ExitCode::kConflict,
                fmt::format("create the reject file {}: it exists, nothing was touched",
                            EscapeForDisplay(path_.native())),
                "move it away or name another file with --rejects");
  }
  if (probe < 0) throw ErrnoError("create the reject file", path_.native());
  ::close(probe);
  ::unlink(path_.c_str());
}

RejectFile::~RejectFile() {
  if (fd_ >= 0) ::close(fd_);
}

void RejectFile::OpenFile() {
  fd_ = special_ ? ::open(path_.c_str(), O_WRONLY | O_CLOEXEC) : OpenNew(path_);
  if (fd_ < 0) throw ErrnoError("create the reject file", path_.native());
}

void RejectFile::Add(const Reject& reject) {
  const std::string line = Line(reject);
  const std::lock_guard lock(mutex_);
  if (fd_ < 0) OpenFile();
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw ErrnoError("write the reject file", path_.native());
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  ++count_;
}

void RejectFile::Finish() {
  const std::lock_guard lock(mutex_);
  if (fd_ < 0 || special_) return;
  if (::fsync(fd_) != 0) throw ErrnoError("sync the reject file", path_.native());
}

std::uint64_t RejectFile::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

}  // namespace haul
