#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/cli/environment.h"
#include "core/cli/options.h"
#include "core/io/codec.h"

namespace haul {

struct DumpFlags;

/// Where a dump goes and how it is packed.
struct Destination {
  enum class Kind : std::uint8_t {
    kDirectory,
    kArchive,
    kDocuments,  ///< the bare documents of one collection
  };
  Kind kind = Kind::kDirectory;
  std::string path = "dump";  ///< patterns expanded; empty = standard output
  CodecChoice codec;
  std::string spool_directory = "/tmp";  ///< for what is kept aside while an archive is written

  [[nodiscard]] bool is_standard_output() const { return path.empty(); }
  /// The path or "standard output"; not escaped.
  [[nodiscard]] std::string Name() const;
};

/// From --out, --archive, --compress and --gzip; `now` expands the patterns of a path. Without
/// --compress and --gzip directories and archive files are zstd, and standard output is not packed.
/// Throws Error kUsage for what contradicts itself.
[[nodiscard]] Destination ResolveDestination(const DumpFlags& flags, const ParsedOptions& parsed,
                                             const Environment& environment,
                                             std::chrono::system_clock::time_point now);

/// strftime's %Y %m %d %H %M %S %j %F %T %G %V %u %y in UTC and %% ; any other text stays as it is.
[[nodiscard]] std::string ExpandTimePattern(const std::string& pattern,
                                            std::chrono::system_clock::time_point now);

}  // namespace haul
