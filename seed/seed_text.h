#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/bson/json_scanner.h"
#include "seed/seed_value.h"

namespace haul {

/// The text of a seed file: Extended JSON v2 with `//` comments and trailing commas, one value or
/// several (lines of JSON). A byte order mark is skipped. Values are read one at a time; the text
/// must outlive the reader. Faults (also a field that an object has twice, and more than 200 levels
/// of nesting) are Error kUsage with cause and line.
class SeedText {
 public:
  explicit SeedText(std::string_view text);

  /// What a file is made of, handed out as it is read.
  struct Parts {
    /// A `$$seed` object; before the documents unless it stands behind them.
    std::function<void(SeedValue&& settings)> settings;
    /// `path` is its place in the file: "documents[2]", "[2]".
    std::function<void(SeedValue&& document, const std::string& path)> document;
  };
  /// Reads all of the file: {"$$seed": …, "documents": […]}, an array, or one document or several
  /// after another.
  void Read(const Parts& parts);

  /// True where a value follows.
  [[nodiscard]] bool HasMore();
  [[nodiscard]] SeedValue Next();

 private:
  void ReadDocuments(const std::string& path, const Parts& parts);
  void ReadTopObject(const std::string& path, const Parts& parts);
  void ReadRestOfHeader(const Parts& parts);
  void HandOut(SeedValue&& object, const std::string& path, const Parts& parts);
  void ReadMembers(SeedValue& object);
  [[nodiscard]] SeedValue ReadValue();
  void ReadObject(SeedValue& object);
  void ReadArray(SeedValue& array);
  void EnterLevel(char bracket);
  [[nodiscard]] std::string ReadNameAndColon();
  void ReadComma(char closing);
  void RefuseRepeatedNames(const SeedValue& object) const;
  void Unwrap(SeedValue& object) const;

  JsonScanner scan_;
  int depth_ = 0;
};

/// The value as BSON, directives as the plain documents that they look like.
void AppendPlainBson(const SeedValue& value, ByteBuffer& out);

}  // namespace haul
