#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/cli/options.h"
#include "core/plan/namespace.h"
#include "core/plan/namespace_filter.h"

namespace haul {

/// What the user typed. Every field's value here is its option's default.
struct InspectFlags {
  std::vector<std::string> positionals;
  std::string bson_file;
  std::string out_file;
  std::string database;
  std::string collection;
  std::vector<std::string> ns_include;
  std::vector<std::string> ns_exclude;
  std::string type = "json";
  std::string json_format = "canonical";
  bool pretty = false;
  bool json = false;
  bool count = false;
  bool objcheck = false;
  bool gzip = false;
  bool imitates = false;  ///< called as bsondump
  std::uint64_t skip = 0;
  std::optional<std::uint64_t> limit;
  std::optional<std::uint64_t> jobs;
};

[[nodiscard]] Command InspectCommand(InspectFlags& flags);

/// What becomes of each document.
enum class DocumentForm : std::uint8_t { kJson, kDebug, kCountOnly };

/// The same, checked and ready: nothing left to parse.
struct InspectOptions {
  std::string path;      ///< "-": standard input
  std::string out_file;  ///< empty: standard output
  NamespaceFilter filter;
  bool narrows = false;             ///< an option of `filter` was given
  std::optional<Namespace> chosen;  ///< the one collection whose documents are asked for
  DocumentForm form = DocumentForm::kJson;
  bool relaxed = false;
  bool pretty = false;
  bool objcheck = false;
  bool summary_as_json = false;
  std::uint64_t skip = 0;
  std::optional<std::uint64_t> limit;
  /// Something was asked that only makes sense for documents ("--limit"); empty: nothing.
  std::string asks_for_documents;
  std::size_t jobs = 4;
};

/// Throws Error kUsage for what contradicts itself. Nothing is opened.
[[nodiscard]] InspectOptions CheckInspectOptions(const InspectFlags& flags,
                                                 const ParsedOptions& parsed);

}  // namespace haul
