#include "tests/formats/reader/dump_fixture.h"

#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "core/base/error.h"
#include "formats/data_file_writer.h"
#include "formats/dump_writer.h"
#include "tests/conformance/test_documents.h"

namespace haul::testing {

namespace fs = std::filesystem;

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (fs::temp_directory_path() / "haul-test-XXXXXX").native();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = fs::canonical(name);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void WriteFile(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> FilesBelow(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string Concatenated(const std::vector<std::string>& documents) {
  std::string all;
  for (const std::string& document : documents) all += document;
  return all;
}

std::string Compressed(CodecId codec, std::string_view plain) {
  const Codec& row = GetCodec(codec);
  const auto encoder = row.new_encoder(row.default_level);
  return std::string(AsText(encoder->Encode(AsBytes(plain))));
}

void WriteDump(const fs::path& root, CodecId codec, const DumpContent& content) {
  std::vector<std::string> planned;
  for (const auto& [name, batches] : content) {
    planned.push_back(DumpWriter::DataPath(SplitNamespace(name), codec));
    planned.push_back(DumpWriter::MetadataPath(SplitNamespace(name), codec));
  }
  DumpWriter::Options options;
  options.root = root;
  options.codec = {codec, GetCodec(codec).default_level};
  options.sync = Sync::kNone;
  const auto writer = DumpWriter::Create(options, planned);
  const auto encoder = writer->NewEncoder();
  for (const auto& [name, batches] : content) {
    CollectionSpec spec;
    spec.ns = SplitNamespace(name);
    writer->WriteMetadata(spec);
    DataFileWriter& file = writer->OpenDataFile(DumpWriter::DataPath(spec.ns, codec), spec.ns);
    const auto sink = file.NewSink(*encoder);
    for (const auto& documents : batches) {
      Batch batch;
      for (const std::string& document : documents) batch.Append(AsBytes(document));
      sink->Write(batch);
    }
    sink->Finish();
    file.Finish();
  }
  ManifestPart part;
  part.tool_version = "0.1.0";
  part.server_version = "6.0.5";
  writer->Commit(std::move(part), "");
}

DumpReader Open(const fs::path& path) { return DumpReader::Open(path, {}); }

DumpReader OpenIncomplete(const fs::path& path) {
  DumpReader::Options options;
  options.allow_incomplete = true;
  return DumpReader::Open(path, options);
}

std::vector<std::string> Names(const DumpReader& dump) {
  std::vector<std::string> names;
  for (const DumpedCollection& collection : dump.collections()) {
    names.push_back(collection.spec.ns.ToString());
  }
  return names;
}

const DumpedCollection& Find(const DumpReader& dump, std::string_view ns) {
  for (const DumpedCollection& collection : dump.collections()) {
    if (collection.spec.ns.ToString() == ns) return collection;
  }
  throw std::runtime_error("the dump does not list " + std::string(ns));
}

std::vector<std::string> ReadAll(const DataFile& file) {
  const DataFileReader reader(file);
  const auto source = reader.NewSource();
  std::vector<std::string> all;
  Batch batch;
  while (source->Next(batch)) {
    for (std::string& document : DocumentsOf(batch)) all.push_back(std::move(document));
  }
  return all;
}

void ReadWhole(const fs::path& path) {
  const DumpReader dump = Open(path);
  dump.Verify();
  for (const DumpedCollection& collection : dump.collections()) {
    if (!collection.data.has_value()) continue;
    const std::size_t documents = ReadAll(*collection.data).size();
    EXPECT_EQ(documents, collection.data->documents.value_or(documents));
  }
}

}  // namespace haul::testing
