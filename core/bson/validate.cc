#include "core/bson/validate.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element_scan.h"

namespace haul {
namespace {

constexpr std::size_t kMaxNesting = 200;

struct Level {
  ByteView document;
  std::size_t at = 4;    // of the next element in `document`
  std::string_view key;  // of the element that is looked at
};

bool IsUtf8String(ByteView value) { return IsUtf8(AsText(value.subspan(4, value.size() - 5))); }

class Validator {
 public:
  explicit Validator(ByteView document) : whole_(document) {
    if (const char* problem = DocumentFrameProblem(document); problem != nullptr) {
      throw Error(ExitCode::kCorrupt, fmt::format("a document {}", problem));
    }
    levels_.push_back({document, 4, {}});
  }

  void Run() {
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.at == level.document.size() - 1) {
        levels_.pop_back();
        continue;
      }
      const ElementScan scan = ScanElement(level.document, level.at);
      level.key = scan.element.key;
      if (scan.problem != nullptr) Fail(scan.problem);
      if (!IsUtf8(level.key)) Fail("has a name that is not UTF-8");
      const ByteView nested = CheckValue(scan.element);
      level.at += scan.element.whole.size();
      if (!nested.empty()) Enter(nested);
    }
  }

 private:
  // The nested document that is still to be looked at, or nothing.
  ByteView CheckValue(const Element& element) {
    switch (element.type) {
      case BsonType::kDocument:
      case BsonType::kArray:
        return element.value;
      case BsonType::kString:
      case BsonType::kCode:
      case BsonType::kSymbol:
        if (!IsUtf8String(element.value)) Fail("is a string that is not UTF-8");
        return {};
      case BsonType::kDbPointer:
        if (!IsUtf8String(element.value.first(element.value.size() - 12))) {
          Fail("has a namespace that is not UTF-8");
        }
        return {};
      case BsonType::kRegex:
        if (!IsUtf8(AsText(element.value))) Fail("is a pattern that is not UTF-8");
        return {};
      case BsonType::kBool:
        if (element.value[0] > 1) Fail("is a bool that is neither 0 nor 1");
        return {};
      case BsonType::kBinary:
        if (!BinaryPayload(element.value)) Fail("has an inner length that does not fit its bytes");
        return {};
      case BsonType::kCodeWithScope: {
        const std::optional<CodeWithScope> parts = SplitCodeWithScope(element.value);
        if (!parts) Fail("has a code and a scope that do not fit its length");
        if (!IsUtf8(parts->code)) Fail("is code that is not UTF-8");
        return parts->scope;
      }
      default:
        return {};
    }
  }

  void Enter(ByteView nested) {
    if (levels_.size() > kMaxNesting) {
      throw Error(ExitCode::kLimit,
                  fmt::format("element '{}' is nested deeper than {} documents",
                              EscapeForDisplay(Path()).substr(0, 200), kMaxNesting));
    }
    levels_.push_back({nested, 4, {}});
  }

  [[nodiscard]] std::string Path() const {
    std::string path;
    for (const Level& level : levels_) {
      if (&level != &levels_.front()) path += '.';
      path += level.key;
    }
    return path;
  }

  [[noreturn]] void Fail(std::string_view problem) const {
    const Level& level = levels_.back();
    const std::ptrdiff_t offset = level.document.data() + level.at - whole_.data();
    throw Error(ExitCode::kCorrupt, fmt::format("element '{}' at byte {} {}",
                                                EscapeForDisplay(Path()), offset, problem));
  }

  ByteView whole_;
  std::vector<Level> levels_;
};

}  // namespace

void ValidateDocument(ByteView document) { Validator(document).Run(); }

}  // namespace haul
