// Dumps made by the real mongodump against what the server held.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/bson/extended_json.h"
#include "tests/formats/reader/dump_fixture.h"

namespace haul::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kDumps = fs::path(HAUL_GOLDEN_DIR) / "dumps";

std::string Sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string Digest(const std::vector<std::string>& documents) {
  std::vector<std::string> each;
  for (const std::string& document : documents) each.push_back(Sha256(document));
  std::sort(each.begin(), each.end());
  return ToHex(Sha256(Concatenated(each)));
}

const Document& Expected() {
  static const Document kExpected =
      ParseExtendedJson(ReadFile(kDumps / "expected.json"), "expected.json");
  return kExpected;
}

class GoldenDump : public ::testing::TestWithParam<const char*> {
 protected:
  const DumpReader dump_ = Open(kDumps / GetParam());
};

TEST_P(GoldenDump, HoldsEveryNamespaceOfTheServer) {
  std::set<std::string> expected;
  ElementWalk walk(Expected().bytes());
  while (const auto entry = walk.Next()) {
    const Namespace ns = SplitNamespace(entry->key);
    expected.insert(ns.database + '.' + std::string(LogicalCollection(ns.collection)));
  }
  const std::vector<std::string> names = Names(dump_);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), expected);
  EXPECT_EQ(names.size(), expected.size());
  EXPECT_EQ(dump_.shape(), DumpReader::Shape::kRoot);
  EXPECT_EQ(dump_.state(), DumpReader::State::kForeign);
  EXPECT_TRUE(dump_.notes().empty());
}

TEST_P(GoldenDump, HoldsEveryDocumentByteForByte) {
  for (const DumpedCollection& collection : dump_.collections()) {
    const std::string ns = collection.spec.DataNamespace().ToString();
    if (!collection.data.has_value()) {
      EXPECT_EQ(collection.spec.type, CollectionType::kView);
      continue;
    }
    const auto expected = FindElement(Expected().bytes(), ns);
    ASSERT_TRUE(expected.has_value()) << ns;
    const std::vector<std::string> documents = ReadAll(*collection.data);
    const auto count = FindElement(*expected->AsDocument(), "count");
    EXPECT_EQ(static_cast<std::int64_t>(documents.size()), *count->AsInteger()) << ns;
    EXPECT_EQ(Digest(documents), *FindElement(*expected->AsDocument(), "digest")->AsString()) << ns;
  }
}

TEST_P(GoldenDump, HoldsTypesOptionsAndIndexes) {
  for (const DumpedCollection& collection : dump_.collections()) {
    const CollectionSpec& spec = collection.spec;
    const auto expected = FindElement(Expected().bytes(), spec.ns.ToString());
    ASSERT_TRUE(expected.has_value());
    EXPECT_TRUE(collection.has_metadata);
    EXPECT_EQ(TypeName(spec.type), *FindElement(*expected->AsDocument(), "type")->AsString());
    const auto options = FindElement(*expected->AsDocument(), "options");
    EXPECT_EQ(AsText(spec.options.bytes()), AsText(options->value)) << spec.ns.ToString();
    const auto indexes = FindElement(*expected->AsDocument(), "indexes");
    if (!indexes.has_value()) continue;
    std::multiset<std::string> listed;  // expected.json has them sorted
    ElementWalk walk(indexes->value);
    while (const auto index = walk.Next()) {
      listed.emplace(AsText(ParseExtendedJson(*index->AsString(), "an index").bytes()));
    }
    std::multiset<std::string> dumped;
    for (const Document& index : spec.indexes) dumped.emplace(AsText(index.bytes()));
    EXPECT_EQ(dumped, listed) << spec.ns.ToString();
  }
}

TEST_P(GoldenDump, TellsTheVersionOfTheServer) {
  EXPECT_EQ(dump_.ServerVersion("shop"), "6.0.5");
  EXPECT_EQ(dump_.ServerVersion("nowhere"), "");
}

TEST_P(GoldenDump, OpensEveryFileAlone) {
  for (const DumpedCollection& collection : dump_.collections()) {
    if (!collection.data.has_value()) continue;
    const DumpReader alone = Open(collection.data->path);
    ASSERT_EQ(alone.shape(), DumpReader::Shape::kDataFile);
    ASSERT_EQ(Names(alone), std::vector<std::string>{collection.spec.ns.ToString()});
    const DumpedCollection& same = alone.collections().front();
    EXPECT_EQ(same.spec.options, collection.spec.options);
    EXPECT_EQ(same.spec.indexes.size(), collection.spec.indexes.size());
    EXPECT_EQ(ReadAll(*same.data), ReadAll(*collection.data));
  }
}

TEST_P(GoldenDump, OpensOneDatabasesFolder) {
  const DumpReader folder = Open(kDumps / GetParam() / "odd_names");
  EXPECT_EQ(folder.shape(), DumpReader::Shape::kDatabaseFolder);
  EXPECT_EQ(folder.collections().size(), 18U);
  EXPECT_EQ(Find(folder, "odd_names.line\nbreak").data->name,
            "odd_names/line%0Abreak.bson" +
                std::string(std::string_view(GetParam()) == "dir" ? "" : ".gz"));
}

TEST(GoldenDump, ListsUsersAndRolesApart) {
  const DumpReader dump = Open(kDumps / "dir");
  std::set<DumpedAdminData::Kind> kinds;
  for (const DumpedAdminData& admin : dump.admin_data()) {
    if (admin.database != "shop") continue;
    kinds.insert(admin.kind);
    EXPECT_FALSE(ReadAll(admin.data).empty());
  }
  EXPECT_EQ(kinds.size(), 3U);
}

INSTANTIATE_TEST_SUITE_P(Made, GoldenDump, ::testing::Values("dir", "dir-gzip"),
                         [](const auto& made) {
                           return std::string_view(made.param) == "dir" ? "Plain" : "Gzip";
                         });

}  // namespace
}  // namespace haul::testing
