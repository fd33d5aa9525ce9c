#include "seed/file_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <span>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "formats/columns.h"
#include "formats/delimited_records.h"

namespace haul {
namespace {

constexpr std::uintmax_t kMaxBytes = 256 * kMiB;

std::string ReadWhole(const std::filesystem::path& path) {
  std::error_code problem;
  const std::uintmax_t size = std::filesystem::file_size(path, problem);
  if (!problem && size > kMaxBytes) {
    throw Error(ExitCode::kLimit,
                fmt::format("read {}: larger than 256 MiB, nothing was touched",
                            EscapeForDisplay(path.native())),
                "seeds are data for development: haul-import loads large files");
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(problem ? 0 : static_cast<std::size_t>(size), '\0');
  if (problem || !file || !file.read(text.data(), static_cast<std::streamsize>(text.size()))) {
    throw Error(ExitCode::kUsage, fmt::format("read {}: {}", EscapeForDisplay(path.native()),
                                              problem ? problem.message() : "it cannot be read"));
  }
  return text;
}

// What is in memory already, as a source.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : rest_(text) {}
  [[nodiscard]] std::size_t Read(std::span<std::uint8_t> bytes) override {
    const std::size_t size = std::min(bytes.size(), rest_.size());
    std::copy_n(rest_.begin(), size, bytes.begin());
    rest_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view rest_;
};

Error InFile(const std::string& file, const Error& error) {
  return error.WithContext(EscapeForDisplay(file));
}

}  // namespace

void AppendDocument(const CompiledDocument& document, const Moment& moment, ByteBuffer& out) {
  document.document->Append(moment, out);
}

SeedFileReader::SeedFileReader(Context context)
    : context_(context), shown_(context.source.path.string()) {}

void SeedFileReader::Fail(std::uint32_t line, const std::string& path, const std::string& cause,
                          std::string hint) const {
  throw Error(ExitCode::kUsage,
              fmt::format("{}: line {}, {}: {}", EscapeForDisplay(shown_), line,
                          EscapeForDisplay(path), cause),
              std::move(hint));
}

void SeedFileReader::ReadFolderSettings() {
  const std::filesystem::path& path = context_.source.settings;
  if (path.empty()) return;
  folder_settings_file_ = path.string();
  try {
    const std::string text = ReadWhole(path);
    SeedText reader(text);
    SeedValue value = reader.HasMore() ? reader.Next() : SeedValue();
    const SeedValue* inner = value.Find("$$seed");
    if (inner != nullptr && value.members.size() == 1) value = SeedValue(*inner);
    if (!value.IsObject() || reader.HasMore()) {
      throw Error(ExitCode::kUsage, "one object of settings is expected");
    }
    folder_settings_ = std::move(value);
  } catch (const Error& error) {
    throw InFile(folder_settings_file_, error);
  }
}

void SeedFileReader::Read(const Admission& admit) {
  admit_ = &admit;
  ReadFolderSettings();
  const std::string text = ReadWhole(context_.source.path);
  FormatOf(context_.source.path) == SeedFormat::kJson ? ReadJson(text) : ReadTable(text);
  if (place_.file == nullptr) return;
  ChooseKey();
  CheckKeys();
}

void SeedFileReader::ReadJson(const std::string& text) {
  bool begun = false;
  const auto begin = [&] {
    if (!std::exchange(begun, true)) Begin();
  };
  const SeedText::Parts parts{.settings =
                                  [&](SeedValue&& settings) {
                                    if (begun || own_settings_) {
                                      Fail(settings.line, "$$seed",
                                           "it stands in front of all documents, once");
                                    }
                                    if (!settings.IsObject())
                                      Fail(settings.line, "$$seed", "an object is expected");
                                    own_settings_ = std::move(settings);
                                  },
                              .document =
                                  [&](SeedValue&& document, const std::string& path) {
                                    begin();
                                    if (place_.file != nullptr) Add({document, path});
                                  }};
  try {
    SeedText(text).Read(parts);
    begin();
  } catch (const Error& error) {
    // What is known of the place already names the file.
    if (error.message().starts_with(EscapeForDisplay(shown_))) throw;
    if (!folder_settings_file_.empty() &&
        error.message().starts_with(EscapeForDisplay(folder_settings_file_))) {
      throw;
    }
    throw InFile(shown_, error);
  }
}

void SeedFileReader::ReadTable(const std::string& text) {
  Begin();
  if (place_.file == nullptr) return;
  const bool csv = FormatOf(context_.source.path) == SeedFormat::kCsv;
  const TextLayout layout = csv ? TextLayout::kCsv : TextLayout::kTsv;
  TextSource source(text);
  TextBlocks blocks(source, layout, {.name = shown_});
  const Columns columns(ReadHeader(blocks, layout), {});
  DelimitedRecordParser parser(layout, columns, {.name = shown_});
  TextBlock block;
  ParsedBlock parsed;
  while (blocks.Next(block)) {
    parser.Parse(block, parsed);
    if (!parsed.bad.empty()) {
      throw Error(ExitCode::kUsage,
                  fmt::format("{}: line {}: {}", EscapeForDisplay(shown_), parsed.bad.front().line,
                              parsed.bad.front().reason));
    }
    for (std::size_t i = 0; i < parsed.batch.documents(); ++i) {
      CompiledDocument document;
      document.line = static_cast<std::uint32_t>(parsed.lines[i]);
      document.has_id = FindElement(parsed.batch.at(i), "_id").has_value();
      document.document = std::make_unique<Constant>(
          WrappedValue{BsonType::kDocument, std::string(AsText(parsed.batch.at(i)))});
      place_.file->documents.push_back(std::move(document));
      paths_.push_back(fmt::format("[{}]", paths_.size()));
    }
  }
}

void SeedFileReader::Begin() {
  std::vector<SettingsPart> parts;
  if (folder_settings_) {
    parts.push_back(
        {&*folder_settings_, folder_settings_file_, context_.source.settings.parent_path()});
  }
  if (own_settings_) {
    parts.push_back({&*own_settings_, shown_, context_.source.path.parent_path()});
  }
  const SettingsText settings(std::move(parts));
  place_ = (*admit_)(settings);
  if (place_.file == nullptr) return;
  const SeedCompiler::Context compiler{.run = context_.run,
                                       .file = shown_,
                                       .root = context_.source.root,
                                       .collection = place_.collection,
                                       .references = context_.references,
                                       .generated = *place_.generated};
  place_.file->shown = shown_;
  const bool weak =
      context_.options.environment == "development" || context_.options.environment == "test";
  place_.file->settings = settings.Compile({compiler, weak});
  compiler_.emplace(compiler);
}

void SeedFileReader::Add(const SeedPlace& place) {
  CompiledDocument document = compiler_->CompileDocument(place);
  place_.file->documents.push_back(std::move(document));
  paths_.push_back(place.path);
}

void SeedFileReader::ChooseKey() {
  SeedFile& file = *place_.file;
  const auto has_id = [](const CompiledDocument& document) { return document.has_id; };
  std::vector<std::string> key = file.settings.key;
  if (key.empty()) key = context_.options.key;
  if (key.empty() && std::all_of(file.documents.begin(), file.documents.end(), has_id)) {
    key = {"_id"};
  }
  if (!key.empty()) file.key.emplace(key, fmt::format("the key of {}", shown_));
}

void SeedFileReader::CheckKeys() {
  if (!place_.file->key) return;
  for (std::size_t i = 0; i < place_.file->documents.size(); ++i) CheckKey(i);
}

void SeedFileReader::CheckKey(std::size_t index) {
  const SeedFile& file = *place_.file;
  const CompiledDocument& document = file.documents[index];
  for (const std::string& path : file.key->paths()) {
    const std::string top = path.substr(0, path.find('.'));
    if (document.volatile_fields.count(top) == 0) continue;
    Fail(document.line, fmt::format("{}.{}", paths_[index], top),
         "the key differs from run to run, so a second run would not know the document again",
         "name another key, or give the value a name ({\"$$uuid\": \"NAME\"})");
  }
  // What references stand for is not known yet, and copies are looked at when they are made.
  if (document.copies != 1 || !document.references.empty()) return;
  ByteBuffer bytes;
  AppendDocument(document, {}, bytes);
  std::vector<Element> values;
  const KeyFields::Found found = file.key->Find(bytes.view(), values);
  if (!found.first_absent.empty()) {
    Fail(document.line, paths_[index],
         fmt::format("the key field {} is absent or null", EscapeForDisplay(found.first_absent)),
         "every document needs a value of its key; _id is the key where all have one");
  }
  const std::uint64_t hash = HashKey(values);
  const auto [begin, end] = keys_.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    const CompiledDocument& other = file.documents[at->second];
    ByteBuffer other_bytes;
    AppendDocument(other, {}, other_bytes);
    std::vector<Element> other_values;
    static_cast<void>(file.key->Find(other_bytes.view(), other_values));
    if (!SameKey(values, other_values)) continue;
    Fail(document.line, paths_[index],
         fmt::format("the key stands twice in the file: {} at line {} has it, too",
                     EscapeForDisplay(paths_[at->second]), other.line));
  }
  keys_.emplace(hash, index);
}

}  // namespace haul
