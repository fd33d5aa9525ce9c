#include <gtest/gtest.h>

#include <string>

#include "core/bson/element.h"
#include "core/bson/extended_json.h"
#include "core/bson/framing.h"
#include "core/bson/validate.h"
#include "tests/support/expect_error.h"
#include "tests/support/random_document.h"

// Bytes that nobody meant: an Error is fine, anything that a sanitizer sees is not.
namespace haul {
namespace {

std::size_t CountElements(ByteView document) {
  std::size_t count = 0;
  ElementWalk walk(document);
  while (walk.Next()) ++count;
  return count;
}

// A copy of exactly that size, so that a byte read behind it is seen.
void TryEverything(std::string bytes) {
  bytes.shrink_to_fit();
  const ByteView view = AsBytes(bytes);
  const Framed framed = FrameDocument(view);
  if (framed.state == Framed::State::kDocument) {
    ASSERT_LE(framed.size, view.size());
  }
  const auto walked = Caught([&] { static_cast<void>(CountElements(view)); });
  const auto validated = Caught([&] { ValidateDocument(view); });
  const auto printed = Caught([&] { static_cast<void>(ToCanonicalJson(view)); });
  for (const auto& error : {walked, validated, printed}) {
    if (!error) continue;
    ASSERT_TRUE(error->code() == ExitCode::kCorrupt || error->code() == ExitCode::kLimit);
    ASSERT_FALSE(error->message().empty());
  }
  // Validation is the strictest of the three.
  if (!validated) {
    ASSERT_FALSE(walked) << walked->message();
    ASSERT_FALSE(printed) << printed->message();
  }
}

void FixLength(std::string& bytes) {
  const std::string length = RawInt32(static_cast<std::int32_t>(bytes.size()));
  if (bytes.size() >= length.size()) bytes.replace(0, length.size(), length);
}

TEST(HostileBytes, EveryCutOfADocumentIsAnErrorAndNoMore) {
  RandomDocuments documents(31, {.max_fields = 5, .max_nesting = 2});
  for (int i = 0; i < 30; ++i) {
    const Document document = documents.Next();
    const std::string bytes(AsText(document.bytes()));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      std::string cut = bytes.substr(0, size);
      TryEverything(cut);
      ASSERT_TRUE(Caught([&] { ValidateDocument(AsBytes(cut)); }));
      FixLength(cut);
      TryEverything(cut);
    }
  }
}

TEST(HostileBytes, EveryRemovedByteIsSurvived) {
  RandomDocuments documents(32, {.max_fields = 5, .max_nesting = 2});
  for (int i = 0; i < 30; ++i) {
    const Document document = documents.Next();
    for (std::size_t at = 0; at < document.bytes().size(); ++at) {
      std::string bytes(AsText(document.bytes()));
      bytes.erase(at, 1);
      FixLength(bytes);
      TryEverything(bytes);
    }
  }
}

TEST(HostileBytes, RandomChangesAreSurvived) {
  RandomDocuments documents(33);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(AsText(documents.Next().bytes()));
    for (std::uint64_t changes = 1 + documents.Below(4); changes > 0; --changes) {
      const std::size_t at = documents.Below(bytes.size());
      bytes[at] = documents.Below(2) == 0
                      ? static_cast<char>(documents.Below(256))
                      : static_cast<char>(bytes[at] ^ (1 << documents.Below(8)));
    }
    if (documents.Below(4) != 0) FixLength(bytes);
    TryEverything(bytes);
  }
}

TEST(HostileBytes, NoiseIsSurvived) {
  RandomDocuments documents(34);
  for (int i = 0; i < 5'000; ++i) {
    std::string bytes(documents.Below(60), '\0');
    for (char& byte : bytes) byte = static_cast<char>(documents.Below(24));
    FixLength(bytes);
    if (!bytes.empty()) bytes.back() = '\0';
    TryEverything(bytes);
  }
}

TEST(HostileBytes, ChangedJsonIsSurvivedByTheReader) {
  RandomDocuments documents(35, {.max_fields = 5, .max_nesting = 2});
  for (int i = 0; i < 5'000; ++i) {
    std::string json = ToCanonicalJson(documents.Next().bytes());
    constexpr std::string_view kBytes = "{}[]\",:\\$x0-.e\0\xFF";
    for (std::uint64_t changes = 1 + documents.Below(3); changes > 0; --changes) {
      json[documents.Below(json.size())] = kBytes[documents.Below(kBytes.size())];
    }
    json.resize(json.size() - documents.Below(3) % json.size());
    const auto error = Caught([&] {
      const Document document = ParseExtendedJson(json, "text");
      ValidateDocument(document.bytes());
    });
    if (error) {
      ASSERT_EQ(error->code(), ExitCode::kUsage) << error->message();
    }
  }
}

}  // namespace
}  // namespace haul
