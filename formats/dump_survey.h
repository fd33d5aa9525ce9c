#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/manifest.h"

namespace haul {

/// What a directory holds of dumps, before a run writes there. Looks at names in the directory and
/// in its folders, not below; links to folders are not followed. Paths are relative, with '/'.
struct DumpSurvey {
  std::optional<Manifest> manifest;
  std::set<std::string> files;      ///< data, metadata, preludes, under their final names
  std::set<std::string> leftovers;  ///< .part files and manifest.partial of a run that did not end
  std::set<std::string> linked_folders;

  /// Data, metadata and preludes that the manifest, if there is one, does not list.
  [[nodiscard]] std::set<std::string> Unlisted() const;
};

/// A directory that is not there is an empty survey. Error kCorrupt, kUnsupported for the manifest.
[[nodiscard]] DumpSurvey SurveyDump(const std::filesystem::path& root);

/// Which collection a file of a dump belongs to, whatever its codec: "shop/orders" for
/// shop/orders.bson.zst, shop/orders.metadata.json.gz and shop/system.buckets.orders.bson.
/// Empty for a prelude.
[[nodiscard]] std::string CollectionKey(std::string_view path);

}  // namespace haul
