#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/codec.h"
#include "core/plan/collection_spec.h"
#include "formats/dump_writer.h"
#include "formats/manifest.h"
#include "tests/conformance/test_documents.h"
#include "tests/support/temporary_directory.h"

namespace haul::testing {

/// All that a stored stream of that codec decodes to.
[[nodiscard]] inline std::string Decoded(CodecId codec, std::string_view stored) {
  const auto decoder = GetCodec(codec).new_decoder();
  std::string plain;
  std::vector<std::uint8_t> output(100'000);
  for (;;) {
    const auto step = decoder->Decode(AsBytes(stored), output);
    stored.remove_prefix(step.consumed);
    plain += AsText(ByteView(output).first(step.produced));
    if (step.consumed == 0 && step.produced == 0) break;
  }
  return decoder->AtBoundary() && stored.empty() ? plain : "cut: " + plain;
}

/// Every file below `root` by its relative path, with its content.
[[nodiscard]] inline std::map<std::string, std::string> Tree(const std::filesystem::path& root) {
  std::map<std::string, std::string> tree;
  if (!std::filesystem::exists(root)) return tree;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    tree[entry.path().lexically_relative(root).native()] = ReadAll(entry.path());
  }
  return tree;
}

[[nodiscard]] inline std::vector<std::string> NamesIn(const std::filesystem::path& root) {
  std::vector<std::string> names;
  for (const auto& [name, content] : Tree(root)) names.push_back(name);
  return names;
}

[[nodiscard]] inline CollectionSpec PlainSpec(const std::string& database,
                                              const std::string& collection) {
  CollectionSpec spec;
  spec.ns = {database, collection};
  spec.uuid = "00112233445566778899aabbccddeeff";
  return spec;
}

/// One run over plain collections: what the tests of the writer repeat.
struct TestRun {
  DumpWriter::Options options = {};
  std::vector<Namespace> collections = {};
  std::int64_t documents = 3;  ///< in each collection
  std::string id = {};
  std::string prelude_folder = {};

  [[nodiscard]] std::vector<std::string> Planned() const {
    std::vector<std::string> planned;
    for (const Namespace& ns : collections) {
      planned.push_back(DumpWriter::DataPath(ns, options.codec.id));
      planned.push_back(DumpWriter::MetadataPath(ns, options.codec.id));
    }
    return planned;
  }
  std::unique_ptr<DumpWriter> Start() const { return DumpWriter::Create(options, Planned()); }
  void WriteCollections(DumpWriter& writer) const {
    const auto encoder = writer.NewEncoder();
    for (const Namespace& ns : collections) {
      writer.WriteMetadata(PlainSpec(ns.database, ns.collection));
      DataFileWriter& file = writer.OpenDataFile(DumpWriter::DataPath(ns, options.codec.id), ns);
      const auto sink = file.NewSink(*encoder);
      Batch batch;
      for (const std::string& document : NumberedDocuments(documents)) {
        batch.Append(AsBytes(document));
      }
      sink->Write(batch);
      sink->Finish();
      file.Finish();
    }
  }
  void Commit(DumpWriter& writer) const {
    ManifestPart part;
    part.id = id;
    part.server_version = "6.0.5";
    part.tool_version = "0.1.0";
    writer.Commit(std::move(part), prelude_folder);
  }
  void Do() const {
    const auto writer = Start();
    WriteCollections(*writer);
    Commit(*writer);
  }
};

[[nodiscard]] inline Manifest ManifestOf(const std::filesystem::path& root) {
  return ParseManifest(ReadAll(root / kManifestName));
}

}  // namespace haul::testing
