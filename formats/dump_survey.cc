#include "formats/dump_survey.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/plan/namespace.h"
#include "core/storage/local.h"
#include "formats/partial_manifest.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kOuterExtensions = {".age", ".gz", ".zst"};
constexpr std::array<std::string_view, 2> kCollectionExtensions = {".metadata.json", ".bson"};
constexpr std::string_view kPreludeName = "prelude.json";

std::string_view WithoutOuterExtensions(std::string_view name) {
  for (const std::string_view extension : kOuterExtensions) {
    if (name.ends_with(extension)) name.remove_suffix(extension.size());
  }
  return name;
}

bool IsDumpFile(std::string_view name) {
  const std::string_view plain = WithoutOuterExtensions(name);
  return plain == kPreludeName ||
         std::ranges::any_of(kCollectionExtensions, [&](std::string_view extension) {
           return plain.ends_with(extension);
         });
}

bool IsLeftover(std::string_view name) {
  if (name == kPartialManifestName) return true;
  if (!name.ends_with(kPartSuffix)) return false;
  name.remove_suffix(kPartSuffix.size());
  return name.starts_with("manifest.") || name.starts_with(kPreludeName) || IsDumpFile(name);
}

void Classify(const std::string& name, const std::string& path, DumpSurvey& survey) {
  if (IsLeftover(name)) {
    survey.leftovers.insert(path);
  } else if (IsDumpFile(name)) {
    survey.files.insert(path);
  }
}

void SurveyNames(const fs::path& root, DumpSurvey& survey) {
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
    const std::string name = entry.path().filename();
    if (!entry.is_directory()) {
      Classify(name, name, survey);
    } else if (entry.is_symlink()) {
      survey.linked_folders.insert(name);
    } else {
      for (const fs::directory_entry& file : fs::directory_iterator(entry.path())) {
        const std::string file_name = file.path().filename();
        if (!file.is_directory()) Classify(file_name, name + '/' + file_name, survey);
      }
    }
  }
}

// A crash between the commit and the removal of the journal leaves a whole dump.
void ForgetCommittedJournal(const fs::path& root, DumpSurvey& survey) {
  const auto run = PartialManifestRun(root);
  const bool committed = run && std::ranges::any_of(survey.manifest->parts, [&](const auto& part) {
                           return part.id == *run;
                         });
  if (committed) survey.leftovers.erase(std::string(kPartialManifestName));
}

}  // namespace

std::set<std::string> DumpSurvey::Unlisted() const {
  std::set<std::string> unlisted = files;
  if (!manifest) return unlisted;
  for (const ManifestPart& part : manifest->parts) {
    for (const ManifestFile& file : part.files) unlisted.erase(file.path);
  }
  return unlisted;
}

DumpSurvey SurveyDump(const fs::path& root) try {
  DumpSurvey survey;
  if (!fs::exists(root)) return survey;
  SurveyNames(root, survey);
  const fs::path manifest = root / kManifestName;
  if (fs::exists(manifest)) {
    survey.manifest = ParseManifest(ReadSmallFile(manifest, kMaxManifestBytes));
    ForgetCommittedJournal(root, survey);
  }
  return survey;
} catch (const fs::filesystem_error& error) {
  throw FileSystemError("list", error);
} catch (const Error& error) {
  throw error.WithContext(EscapeForDisplay(root.native()));
}

std::string CollectionKey(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view folder = slash == std::string_view::npos ? "" : path.substr(0, slash);
  std::string_view stem = WithoutOuterExtensions(path.substr(slash + 1));
  if (stem == kPreludeName) return {};
  for (const std::string_view extension : kCollectionExtensions) {
    if (!stem.ends_with(extension)) continue;
    stem.remove_suffix(extension.size());
    break;
  }
  return std::string(folder) + '/' + std::string(LogicalCollection(stem));
}

}  // namespace haul
