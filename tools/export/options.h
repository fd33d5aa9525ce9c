#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/bson/document.h"
#include "core/cli/connection_options.h"
#include "core/cli/options.h"
#include "core/io/codec.h"
#include "core/storage/local.h"
#include "tools/export/document_text.h"
#include "tools/export/shape.h"

namespace haul {

/// The server counts in int64.
inline constexpr std::uint64_t kMostDocuments = std::uint64_t{1} << 62;

/// What the user typed. Every field's value here is its option's default.
struct ExportFlags {
  ConnectionFlags connection;
  std::string database;
  std::vector<std::string> collections;
  std::vector<std::string> exclude_collections;
  std::optional<std::string> query;
  std::optional<std::string> query_file;
  std::optional<std::string> sort;
  std::uint64_t skip = 0;
  std::uint64_t limit = 0;
  std::optional<std::string> aggregate;
  bool assert_exists = false;
  std::optional<std::string> fields;
  std::optional<std::string> field_file;
  std::string type = "json";
  std::string json_format = "relaxed";
  bool json_array = false;
  bool pretty = false;
  bool no_header_line = false;
  bool csv_safe = false;
  ShapeFlags shape;
  std::string out;
  std::string compress = "none";
  bool overwrite = false;
  bool no_sync = false;
  bool dry_run = false;
  std::string rejects;
  std::optional<std::uint64_t> jobs;
  bool imitates = false;          ///< called as mongoexport
  bool csv = false;               ///< --type csv of old scripts
  bool slave_ok = false;          ///< --readPreference nearest of old scripts
  bool force_table_scan = false;  ///< of old scripts, without effect
};

[[nodiscard]] Command ExportCommand(ExportFlags& flags);

/// Which documents, and how the server is asked for them.
struct ExportSelection {
  std::optional<Document> filter = {};
  Document more;                             ///< projection, sort, skip, limit
  bool ordered = false;                      ///< `more` asks for a sort, a skip or a limit
  std::optional<Document> aggregation = {};  ///< {pipeline: [...]}
};

/// The same, checked and ready: nothing left to parse.
struct ExportOptions {
  explicit ExportOptions(Shape documents_shape) : shape(std::move(documents_shape)) {}

  ConnectionOptions connection;
  std::string database;
  std::vector<std::string> collections;  ///< empty: all of the database, into a directory
  std::vector<std::string> exclude_collections;
  ExportSelection selection;
  bool assert_exists = false;
  Shape shape;
  TextForm form;
  bool to_directory = false;
  std::string out;  ///< a file, or the directory; empty: standard output
  CodecChoice codec;
  bool overwrite = false;  ///< of a directory; a file is replaced anyway
  Sync sync = Sync::kDurable;
  bool dry_run = false;
  std::string rejects;
  bool rejects_named = false;  ///< by the user, so that it is probed before anything is read
  std::size_t jobs = 4;
};

/// Throws Error kUsage for what contradicts itself. No connection is made.
[[nodiscard]] ExportOptions CheckExportOptions(const ExportFlags& flags,
                                               const ParsedOptions& parsed,
                                               const Environment& environment);

}  // namespace haul
