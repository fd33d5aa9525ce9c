#include "seed/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSettingsName = "_seed.json";
constexpr std::array<std::string_view, 3> kJsonEndings = {".json", ".jsonl", ".ndjson"};
constexpr std::array<std::string_view, 5> kScripts = {".js", ".cjs", ".mjs", ".ts", ".cts"};

std::string Ending(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending;
}

template <typename Endings>
bool IsOneOf(const Endings& endings, std::string_view ending) {
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool IsDataFile(const fs::path& path) {
  const std::string ending = Ending(path);
  return path.filename() != kSettingsName &&
         (IsOneOf(kJsonEndings, ending) || ending == ".csv" || ending == ".tsv");
}

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

std::string Shown(const fs::path& path) { return EscapeForDisplay(path.native()); }

struct Folder {
  std::vector<fs::path> files;    // data files
  std::vector<fs::path> folders;  // that are not hidden
  std::vector<fs::path> scripts;
  fs::path settings;
};

bool InOrder(const fs::path& a, const fs::path& b) {
  const OrderedName left = SplitOrder(a.filename().string());
  const OrderedName right = SplitOrder(b.filename().string());
  return std::pair(left, a) < std::pair(right, b);
}

Folder List(const fs::path& path) {
  Folder folder;
  std::error_code problem;
  for (fs::directory_iterator at(path, problem), end; !problem && at != end;
       at.increment(problem)) {
    const fs::path& entry = at->path();
    if (IsHidden(entry)) continue;
    const fs::file_status status = fs::status(entry, problem);
    if (problem) break;
    if (fs::is_directory(status)) {
      folder.folders.push_back(entry);
    } else if (entry.filename() == kSettingsName) {
      folder.settings = entry;
    } else if (IsDataFile(entry)) {
      folder.files.push_back(entry);
    } else if (IsOneOf(kScripts, Ending(entry))) {
      folder.scripts.push_back(entry);
    }
  }
  if (problem) {
    throw Error(ExitCode::kUsage, fmt::format("read {}: {}", Shown(path), problem.message()));
  }
  std::sort(folder.files.begin(), folder.files.end(), InOrder);
  std::sort(folder.folders.begin(), folder.folders.end(), InOrder);
  std::sort(folder.scripts.begin(), folder.scripts.end());
  return folder;
}

class Finder {
 public:
  Finder(const std::string& collection, SeedLayout& layout)
      : collection_(collection), layout_(layout) {}

  void AddPath(const fs::path& path) {
    std::error_code problem;
    const fs::file_status status = fs::status(path, problem);
    if (fs::is_directory(status)) return AddFolder(path);
    if (fs::exists(status)) return AddFile(path);
    throw Error(ExitCode::kUsage,
                fmt::format("read {}: {}", Shown(path),
                            problem ? problem.message() : "there is no such file or folder"),
                "name a seed file or a folder of them; without one it is ./seeds");
  }

 private:
  void AddFile(const fs::path& path) {
    if (!IsDataFile(path)) {
      throw Error(ExitCode::kUsage,
                  fmt::format("{} is no seed file: its name ends with none of .json, .jsonl, "
                              ".ndjson, .csv, .tsv",
                              Shown(path)));
    }
    const fs::path root = path.has_parent_path() ? path.parent_path() : fs::path(".");
    Add(path, root, {}, SplitOrder(path.stem().string()));
  }

  void AddFolder(const fs::path& path) {
    const Folder folder = List(path);
    Remark(folder);
    if (!folder.files.empty()) return AddCollection(path, path, folder);
    if (!folder.settings.empty()) {
      throw Error(ExitCode::kUsage,
                  fmt::format("{} stands in a folder without data files", Shown(folder.settings)),
                  "it belongs into the folder of a collection, beside the files it speaks of");
    }
    for (const fs::path& inner : folder.folders) {
      const Folder collection = List(inner);
      Remark(collection);
      if (!collection.files.empty() && !collection_.empty()) {
        throw Error(ExitCode::kUsage,
                    fmt::format("--collection: {} is a folder of collections, which have names",
                                Shown(path)),
                    "use --only NAME, or name one file or one collection's folder");
      }
      AddCollection(inner, path, collection);
    }
  }

  void AddCollection(const fs::path& path, const fs::path& root, const Folder& folder) {
    for (const fs::path& inner : folder.folders) {
      if (List(inner).files.empty()) continue;
      throw Error(ExitCode::kUsage,
                  fmt::format("{} holds data files and a folder of them ({})", Shown(path),
                              Shown(inner.filename())),
                  "a folder with data files directly inside is one collection: move its files into "
                  "a folder of their own");
    }
    const fs::path named = fs::absolute(path).lexically_normal();
    const fs::path name = named.has_filename() ? named.filename() : named.parent_path().filename();
    for (const fs::path& file : folder.files) {
      Add(file, root, folder.settings, SplitOrder(name.string()));
    }
  }

  void Add(const fs::path& path, const fs::path& root, const fs::path& settings,
           OrderedName collection) {
    if (!collection_.empty()) collection.name = collection_;
    layout_.sources.push_back({.path = path,
                               .root = root,
                               .settings = settings,
                               .collection = std::move(collection),
                               .collection_is_given = !collection_.empty()});
  }

  void Remark(const Folder& folder) {
    for (const fs::path& script : folder.scripts) {
      layout_.remarks.push_back(
          fmt::format("{} is passed over: haul-seed runs no scripts", Shown(script)));
    }
  }

  const std::string& collection_;
  SeedLayout& layout_;
};

}  // namespace

OrderedName SplitOrder(std::string_view text) {
  constexpr std::size_t kMostDigits = 18;
  const OrderedName whole{.order = OrderedName::kLast, .name = std::string(text)};
  std::uint64_t order = 0;
  std::size_t at = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    if (at == kMostDigits) return whole;
    order = order * 10 + static_cast<std::uint64_t>(text[at] - '0');
  }
  const std::string_view rest = text.substr(at);
  const std::size_t spaces = std::min(rest.find_first_not_of(' '), rest.size());
  const bool separated =
      spaces < rest.size() && (rest[spaces] == '-' || rest[spaces] == '_' || rest[spaces] == '.');
  if (at == 0 || (!separated && spaces == 0)) return whole;
  const std::size_t begin = rest.find_first_not_of(' ', separated ? spaces + 1 : spaces);
  if (begin == std::string_view::npos) return whole;
  return {.order = order, .name = std::string(rest.substr(begin))};
}

SeedFormat FormatOf(const fs::path& path) {
  const std::string ending = Ending(path);
  if (ending == ".csv") return SeedFormat::kCsv;
  return ending == ".tsv" ? SeedFormat::kTsv : SeedFormat::kJson;
}

SeedLayout FindSeedFiles(const std::vector<std::string>& paths, const std::string& collection) {
  SeedLayout layout;
  Finder finder(collection, layout);
  for (const std::string& path : paths) finder.AddPath(path);
  if (layout.sources.empty()) {
    throw Error(ExitCode::kUsage,
                fmt::format("there is no seed file in {}",
                            EscapeForDisplay(fmt::format("{}", fmt::join(paths, ", ")))),
                "seed files are seeds/10-users/users.json: a folder for each collection");
  }
  return layout;
}

}  // namespace haul
