#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan/collection_spec.h"
#include "formats/data_file_reader.h"
#include "formats/manifest.h"

namespace haul {

/// One collection, view or time-series collection of a dump.
struct DumpedCollection {
  /// From its metadata. Without metadata: a plain collection without options and indexes. Names are
  /// as the dump has them: the database is the folder's name. A time-series collection is one entry
  /// under its logical name, its data the file of system.buckets.X.
  CollectionSpec spec;
  bool has_metadata = false;
  /// Nothing: a view, or a collection whose data was not dumped.
  std::optional<DataFile> data;
};

/// Users, roles or the version of their schema: $admin.system.users.bson in a database's folder, or
/// system.users.bson in the folder admin. Not among the collections.
struct DumpedAdminData {
  enum class Kind : std::uint8_t { kUsers, kRoles, kVersion };
  Kind kind = Kind::kUsers;
  std::string database;  ///< whose users and roles; "admin" = the whole server's
  DataFile data;
};

/// What a path holds that a restore is pointed at: a dump's root, one database's folder or one data
/// file, told apart by content. Opening reads names, manifests and metadata, and writes nothing
/// anywhere. A value; const methods are thread-safe.
class DumpReader {
 public:
  enum class Shape : std::uint8_t { kRoot, kDatabaseFolder, kDataFile };
  enum class State : std::uint8_t {
    kComplete,    ///< a manifest lists everything
    kForeign,     ///< no manifest: mongodump's, or a file that was copied elsewhere
    kIncomplete,  ///< an unfinished run, opened because `allow_incomplete` said so
  };

  struct Options {
    /// Of an unfinished run use what manifest.partial records and its hashes confirm.
    bool allow_incomplete = false;
    /// A directory without any collection is a dump of nothing, not an error.
    bool allow_empty = false;
    /// Which collections are wanted, by their logical name as the dump has it; empty = all. What is
    /// not selected is neither listed nor checked. Admin data is asked for under admin.system.users
    /// etc.
    std::function<bool(const Namespace&)> selects;
  };

  /// Throws Error:
  /// - kUsage: the path does not exist or holds no dump; a folder is root and database folder at
  /// once;
  /// - kCorrupt: manifest damaged; a listed file missing or of another size; a .bson* file that the
  ///   manifest does not list; an unfinished run without `allow_incomplete`; metadata that is not
  ///   metadata; one collection in two files; a name that is empty, holds NUL or leaves the
  ///   directory; a listed file that a symbolic link leads out of the dump;
  /// - kUnsupported: a manifest of a newer format; kLocalStorage: the disk fails.
  /// A manifest is looked for in the root; for a folder or file in the directory above the
  /// database's folder, and counts only where it lists files of that folder.
  [[nodiscard]] static DumpReader Open(const std::filesystem::path& path, const Options& options);

  [[nodiscard]] Shape shape() const { return shape_; }
  [[nodiscard]] State state() const { return state_; }
  /// The manifest's directory, else the directory that holds the database folders.
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  /// Sorted by namespace.
  [[nodiscard]] const std::vector<DumpedCollection>& collections() const { return collections_; }
  [[nodiscard]] const std::vector<DumpedAdminData>& admin_data() const { return admin_data_; }
  /// oplog.bson at the root of a dump; nothing in a database's folder, or where there is none.
  [[nodiscard]] const std::optional<DataFile>& oplog() const { return oplog_; }
  /// Nothing where there is no manifest.
  [[nodiscard]] const std::optional<Manifest>& manifest() const { return manifest_; }
  /// Of the server that was dumped, as the prelude of the database's folder or of the root says;
  /// empty where unknown.
  [[nodiscard]] std::string ServerVersion(std::string_view database) const;
  /// Things that the user should see: an unfinished later run, frames left out. Escaped for
  /// display.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
  /// Files that were passed over, one line each. Escaped for display.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  /// Checks, before the first write, all that does not need the documents: the hash of every
  /// selected metadata and prelude file against the manifest, size, index and seek table of every
  /// selected data file. Open() has checked the manifest itself. Throws the first fault as
  /// DataFileReader does. The hash of each frame: DataFileReader::VerifyFrame, in parallel where
  /// wanted.
  void Verify() const;

 private:
  friend class DumpScan;
  DumpReader() = default;

  Shape shape_ = Shape::kRoot;
  State state_ = State::kForeign;
  std::filesystem::path root_;
  std::vector<DumpedCollection> collections_;
  std::vector<DumpedAdminData> admin_data_;
  std::optional<DataFile> oplog_;
  std::optional<Manifest> manifest_;
  std::map<std::string, std::string, std::less<>> server_versions_;  // "" = the root's
  std::vector<std::string> warnings_;
  std::vector<std::string> notes_;
};

}  // namespace haul
