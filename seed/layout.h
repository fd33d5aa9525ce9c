#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace haul {

/// "10-users", "2_roles.json": what stands before and behind the separator (one of `-_. `, spaces
/// around it allowed). Without digits in front the whole text is the name and comes last.
struct OrderedName {
  static constexpr std::uint64_t kLast = UINT64_MAX;

  std::uint64_t order = kLast;
  std::string name;

  auto operator<=>(const OrderedName&) const = default;
};
[[nodiscard]] OrderedName SplitOrder(std::string_view text);

/// One file that holds documents, and where the layout says that they go.
struct SeedSource {
  std::filesystem::path path;      ///< to open; also how messages name it
  std::filesystem::path root;      ///< what `$$file` may not leave
  std::filesystem::path settings;  ///< the folder's `_seed.json`; empty: there is none
  OrderedName collection;          ///< by the folder's name, or the file's where it was given alone
  bool collection_is_given = false;  ///< by --collection, so it beats what the settings say
};

struct SeedLayout {
  std::vector<SeedSource> sources;   ///< in their order
  std::vector<std::string> remarks;  ///< what was passed over that somebody may have meant
};

/// Finds the files of `paths`: each a file, a folder with data files directly inside (one
/// collection) or a folder of such folders. `collection` (may be empty) renames the collection of
/// files and of folders that are one. Throws Error kUsage where there is no file at all, where a
/// path is neither, and for layouts that say two things.
[[nodiscard]] SeedLayout FindSeedFiles(const std::vector<std::string>& paths,
                                       const std::string& collection);

/// How the contents of a file are laid out, by its name's ending.
enum class SeedFormat { kJson, kCsv, kTsv };
[[nodiscard]] SeedFormat FormatOf(const std::filesystem::path& path);

}  // namespace haul
