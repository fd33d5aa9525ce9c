#include "dump/destination.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <string_view>

#include "core/base/error.h"
#include "core/base/text.h"
#include "dump/options.h"

namespace haul {
namespace {

Error Usage(std::string message, std::string hint) {
  return {ExitCode::kUsage, std::move(message), std::move(hint)};
}

CodecChoice ResolveCodec(const DumpFlags& flags, const ParsedOptions& parsed,
                         const Destination& destination) {
  const bool chosen = parsed.Given("compress");
  if (flags.gzip && chosen && ParseCodecChoice(flags.compress).id != CodecId::kGzip) {
    throw Usage("--gzip and --compress name two codecs", "give one of them");
  }
  if (flags.gzip) return ParseCodecChoice("gzip");
  // What reads a pipe is another tool as often as haul, and both ends are mostly one machine.
  if (destination.is_standard_output() && !chosen) return ParseCodecChoice("none");
  return ParseCodecChoice(flags.compress);
}

std::string ArchivePath(std::string path, const CodecChoice& codec) {
  if (path.ends_with('/') && !std::filesystem::is_directory(path)) {
    throw Usage(fmt::format("--archive={}: there is no such directory", EscapeForDisplay(path)),
                "name a file, or make the directory first");
  }
  if (path == "-" || !std::filesystem::is_directory(path)) return path;
  return (std::filesystem::path(path) / "archive").native() +
         std::string(GetCodec(codec.id).extension);
}

}  // namespace

std::string Destination::Name() const { return path.empty() ? "standard output" : path; }

Destination ResolveDestination(const DumpFlags& flags, const ParsedOptions& parsed,
                               const Environment& environment,
                               std::chrono::system_clock::time_point now) {
  Destination destination;
  if (flags.archive && parsed.Given("out")) {
    throw Usage("--out and --archive exclude each other",
                "--archive=FILE names the file; a directory there gets a file 'archive'");
  }
  if (flags.archive) destination.kind = Destination::Kind::kArchive;
  destination.path = flags.archive.value_or(flags.out);
  if (!flags.imitates) destination.path = ExpandTimePattern(destination.path, now);
  if (destination.path.empty() && !flags.archive) {
    throw Usage("--out is empty", "name a directory");
  }
  if (destination.path == "-") {
    if (!flags.archive) destination.kind = Destination::Kind::kDocuments;
    destination.path.clear();
  }
  destination.codec = ResolveCodec(flags, parsed, destination);
  if (flags.archive) destination.path = ArchivePath(destination.path, destination.codec);
  if (destination.kind == Destination::Kind::kDocuments && destination.codec.id != CodecId::kNone) {
    throw Usage("--out - writes bare documents, which are not packed",
                "leave out --compress and --gzip, and pipe it into zstd or gzip");
  }
  destination.spool_directory = environment.Get("TMPDIR").value_or(destination.spool_directory);
  return destination;
}

std::string ExpandTimePattern(const std::string& pattern,
                              std::chrono::system_clock::time_point now) {
  constexpr std::string_view kKnown = "YmdHMSjFTGVuy";
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::string expanded;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (pattern[i] == '%' && next == '%') {
      expanded += '%';
      ++i;
    } else if (pattern[i] == '%' && next != '\0' && kKnown.find(next) != std::string_view::npos) {
      expanded += fmt::format(fmt::runtime(fmt::format("{{:%{}}}", next)), utc);
      ++i;
    } else {
      expanded += pattern[i];
    }
  }
  return expanded;
}

}  // namespace haul
