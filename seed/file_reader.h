#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "seed/plan.h"
#include "seed/seed_text.h"

namespace haul {

/// Reads one file of the layout, with the settings that speak of it. Documents are compiled as they
/// are read. Faults are Error kUsage, a file of more than 256 MiB is kLimit.
class SeedFileReader {
 public:
  struct Context {
    const SeedSource& source;
    const PlanOptions& options;
    const SeedRun& run;
    References& references;
  };
  /// What a file is admitted to.
  struct Place {
    SeedFile* file = nullptr;  ///< null: it is left out
    std::string collection;
    PlaceCounts* generated = nullptr;  ///< of that collection
  };
  /// Asked once, before the first document: where do the documents of a file with these settings
  /// go?
  using Admission = std::function<Place(const SettingsText& settings)>;

  explicit SeedFileReader(Context context);

  void Read(const Admission& admit);

 private:
  struct Seen {
    std::size_t document = 0;
    std::string path;
  };

  void ReadFolderSettings();
  void ReadJson(const std::string& text);
  void ReadTable(const std::string& text);
  void Begin();
  void Add(const SeedPlace& place);
  void ChooseKey();
  void CheckKeys();
  void CheckKey(std::size_t index);
  [[noreturn]] void Fail(std::uint32_t line, const std::string& path, const std::string& cause,
                         std::string hint = {}) const;

  const Context context_;
  const std::string shown_;
  const Admission* admit_ = nullptr;
  std::optional<SeedValue> folder_settings_;
  std::string folder_settings_file_;
  std::optional<SeedValue> own_settings_;
  Place place_;
  std::optional<SeedCompiler> compiler_;
  std::vector<std::string> paths_;  // of the documents
  std::multimap<std::uint64_t, std::size_t> keys_;
};

/// How a document whose key is checked looks without what is made when it is written.
void AppendDocument(const CompiledDocument& document, const Moment& moment, ByteBuffer& out);

}  // namespace haul
