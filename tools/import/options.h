#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bson/document.h"
#include "core/cli/connection_options.h"
#include "core/cli/options.h"
#include "core/mongo/keyed_command.h"
#include "formats/delimited_records.h"

namespace haul {

/// What the user typed. Every field's value here is its option's default.
struct ImportFlags {
  ConnectionFlags connection;
  std::vector<std::string> positionals;
  std::string file;
  std::string retry;
  std::string database;
  std::string collection;
  std::string type = "json";
  bool json_array = false;
  bool legacy = false;
  std::string fields;
  std::string field_file;
  bool header_line = false;
  bool columns_have_types = false;
  std::optional<std::string> parse_grace;
  bool ignore_blanks = false;
  bool use_array_index_fields = false;
  std::string mode = "insert";
  std::string upsert_fields;
  bool upsert = false;
  std::string skip_existing;
  bool drop = false;
  std::vector<std::string> defaults;
  std::string date_fields;
  std::vector<std::string> hashes;
  std::string default_password_variable;
  bool new_ids = false;
  std::string transform;
  std::string mask_key_file;
  bool maintain_order = false;
  bool stop_on_error = false;
  bool bypass_validation = false;
  std::string write_concern;
  std::string rejects;
  bool dry_run = false;
  std::optional<std::uint64_t> jobs;
  std::optional<std::uint64_t> insertion_workers;
  bool imitates = false;  ///< called as mongoimport
  std::string without_effect;
};

[[nodiscard]] Command ImportCommand(ImportFlags& flags);

enum class RecordType : std::uint8_t { kJson, kCsv, kTsv };

/// How columns become fields.
struct ColumnOptions {
  bool header_line = false;          ///< the input's first record names the columns
  std::vector<std::string> columns;  ///< where it does not
  bool have_types = false;
  ParseGrace grace = ParseGrace::kSkipRow;
  bool ignore_blanks = false;
  bool array_indexes = false;
};

/// What is done to each document before it is written.
struct ShapeOptions {
  std::vector<std::string> defaults;  ///< FIELD=VALUE
  std::vector<std::string> date_fields;
  std::vector<std::string> hashes;  ///< FIELD=ALGORITHM
  std::string default_password;     ///< for hashed fields that are absent; "" = none
  bool new_ids = false;
  std::string transform_file;
  std::string mask_key_file;
};

/// How documents meet those that are there.
struct WriteMode {
  std::optional<KeyedMode> keyed;  ///< nothing: inserted
  std::vector<std::string> key;
  /// Documents with no part of the key are inserted as new ones, as mongoimport does it.
  bool inserts_keyless = false;
};

/// The same, checked and ready: nothing left to parse.
struct ImportOptions {
  ConnectionOptions connection;
  std::string path;        ///< a file or directory; "-" = standard input
  bool retry = false;      ///< `path` is a file of rejects
  std::string database;    ///< of the target; empty = as a directory or the rejects have it
  std::string collection;  ///< empty = as a directory or the rejects have it
  RecordType type = RecordType::kJson;
  bool json_array = false;
  ColumnOptions columns;
  ShapeOptions shape;
  WriteMode mode;
  bool drop = false;
  bool maintain_order = false;
  bool stop_on_error = false;
  bool bypass_validation = false;
  Document write_concern;
  std::string rejects;
  bool rejects_fail = true;  ///< rejected documents are exit 3
  bool dry_run = false;
  std::size_t jobs = 4;
};

/// Throws Error kUsage for what contradicts itself. No connection is made.
[[nodiscard]] ImportOptions CheckImportOptions(const ImportFlags& flags,
                                               const ParsedOptions& parsed,
                                               const Environment& environment);

}  // namespace haul
