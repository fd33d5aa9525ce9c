#include "tools/import/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/storage/local.h"
#include "formats/dump_file.h"
#include "formats/manifest.h"
#include "formats/metadata_json.h"
#include "tools/import/reject_parser.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxManifest = std::uint64_t{1} << 30;

Error Unusable(const std::string& path, std::string_view cause, std::string hint = {}) {
  return {ExitCode::kUsage, fmt::format("import {}: {}", EscapeForDisplay(path), cause),
          std::move(hint)};
}

std::uint64_t SizeOf(const fs::path& path) {
  std::error_code unknown;
  const auto size = fs::file_size(path, unknown);
  return unknown ? 0 : size;
}

std::string ShownName(const std::string& path) {
  return path == "-" ? "standard input" : EscapeForDisplay(path);
}

ImportPlan PlanFile(const ImportOptions& options) {
  ImportTask task;
  task.path = options.path;
  task.name = ShownName(options.path);
  task.target = {options.database, options.collection};
  task.source = task.target;
  if (options.path != "-") task.bytes = SizeOf(options.path);
  ImportPlan plan;
  plan.tasks.push_back(std::move(task));
  return plan;
}

ImportPlan PlanRejects(const ImportOptions& options) {
  ImportPlan plan;
  for (const Namespace& source : NamespacesOfRejects(options.path)) {
    ImportTask task;
    task.path = options.path;
    task.name = ShownName(options.path);
    task.source = source;
    task.target = {options.database.empty() ? source.database : options.database,
                   options.collection.empty() ? source.collection : options.collection};
    task.of_rejects = true;
    plan.tasks.push_back(std::move(task));
  }
  return plan;
}

/// The directory of an export, and what of it is wanted.
class ExportPlan {
 public:
  explicit ExportPlan(const ImportOptions& options);
  [[nodiscard]] ImportPlan Plan() const;

 private:
  [[nodiscard]] bool Selects(const Namespace& ns) const;
  [[nodiscard]] Namespace TargetOf(const Namespace& ns) const;
  void Add(const ManifestFile& metadata, ImportPlan& plan) const;
  [[nodiscard]] const ManifestFile* DataOf(const Namespace& ns) const;

  const ImportOptions& options_;
  fs::path root_;
  Manifest manifest_;
  std::string selected_database_;  ///< of several; empty = all
  std::string into_database_;      ///< the one that is there goes there; empty = its own
};

fs::path RootOf(const fs::path& path) {
  if (fs::exists(path / kManifestName)) return path;
  const fs::path parent = fs::absolute(path).lexically_normal().parent_path();
  return fs::exists(parent / kManifestName) ? parent : fs::path();
}

ExportPlan::ExportPlan(const ImportOptions& options) : options_(options) {
  const fs::path path = fs::path(options.path) / "";
  root_ = RootOf(path.parent_path());
  if (root_.empty()) {
    throw Unusable(options.path, "the directory has no manifest.json, so it is no export",
                   "name a file; a whole export of haul-export has a manifest");
  }
  manifest_ = ParseManifest(ReadSmallFile(root_ / kManifestName, kMaxManifest));
  if (!IsExport(manifest_)) {
    throw Unusable(options.path, "the directory is a dump", "bring it back with haul-restore");
  }
  std::set<std::string> databases;
  for (const ManifestPart& part : manifest_.parts) {
    for (const ManifestFile& file : part.files) databases.insert(file.ns.database);
  }
  if (root_ != path.parent_path()) selected_database_ = path.parent_path().filename();
  const bool several = databases.size() > 1 && selected_database_.empty();
  (several ? selected_database_ : into_database_) = options.database;
}

bool ExportPlan::Selects(const Namespace& ns) const {
  return (selected_database_.empty() || ns.database == selected_database_) &&
         (options_.collection.empty() || ns.collection == options_.collection);
}

Namespace ExportPlan::TargetOf(const Namespace& ns) const {
  return {into_database_.empty() ? ns.database : into_database_, ns.collection};
}

const ManifestFile* ExportPlan::DataOf(const Namespace& ns) const {
  for (const ManifestPart& part : manifest_.parts) {
    for (const ManifestFile& file : part.files) {
      if (file.role == ManifestFile::Role::kJson && file.ns == ns) return &file;
    }
  }
  return nullptr;
}

void ExportPlan::Add(const ManifestFile& metadata, ImportPlan& plan) const {
  DumpFile file;
  file.path = metadata.path;
  file.name = ParseDumpFileName(fs::path(metadata.path).filename().native());
  file.listed = &metadata;
  CollectionSpec spec = ParseMetadataJson(ReadDumpText(root_, file), metadata.ns);
  const Namespace source = spec.ns;
  spec.ns = TargetOf(source);
  const ManifestFile* const data = DataOf(metadata.ns);
  if (data == nullptr) {
    if (spec.type == CollectionType::kView) plan.views.push_back(std::move(spec));
    return;
  }
  ImportTask task;
  task.path = PathBelow(root_, data->path);
  task.name = EscapeForDisplay(data->path);
  task.source = source;
  task.target = spec.ns;
  task.spec = std::move(spec);
  task.bytes = data->stored_bytes;
  task.hash = data->hash;
  task.records = data->documents;
  if (!fs::exists(task.path) || SizeOf(task.path) != data->stored_bytes) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("import {}: it has not the {} bytes that the manifest says", task.name,
                            data->stored_bytes),
                "take another copy of the export");
  }
  plan.tasks.push_back(std::move(task));
}

ImportPlan ExportPlan::Plan() const {
  ImportPlan plan;
  for (const ManifestPart& part : manifest_.parts) {
    for (const ManifestFile& file : part.files) {
      if (file.role == ManifestFile::Role::kMetadata && Selects(file.ns)) Add(file, plan);
    }
  }
  if (plan.tasks.empty() && plan.views.empty()) {
    throw Unusable(options_.path, "the export holds nothing of what was asked for",
                   "--db and --collection select, or leave them out");
  }
  std::stable_sort(plan.tasks.begin(), plan.tasks.end(),
                   [](const ImportTask& a, const ImportTask& b) { return a.bytes > b.bytes; });
  return plan;
}

}  // namespace

ImportPlan PlanImport(const ImportOptions& options) {
  if (options.path != "-" && !fs::exists(options.path)) {
    throw Unusable(options.path, "no such file or directory");
  }
  if (options.retry) return PlanRejects(options);
  if (options.path == "-" || !fs::is_directory(options.path)) return PlanFile(options);
  if (options.type != RecordType::kJson || options.json_array) {
    throw Unusable(options.path, "a directory of an export holds lines of JSON",
                   "leave out --type and --jsonArray");
  }
  return ExportPlan(options).Plan();
}

}  // namespace haul
