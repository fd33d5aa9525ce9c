#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element_scan.h"
#include "core/bson/json_text.h"
#include "tools/inspect/render.h"

namespace haul {
namespace {

constexpr std::size_t kMaxNesting = 1000;
constexpr std::size_t kTabsPerLevel = 3;

struct Level {
  ByteView document;
  std::size_t at = 4;
};

/// One document on its way into the text. The nesting comes from data, so it is not the stack's.
class DebugText {
 public:
  explicit DebugText(ByteBuffer& out) : text_(out) {}

  void Write(ByteView document) {
    if (const char* problem = DocumentFrameProblem(document); problem != nullptr) {
      throw Error(ExitCode::kCorrupt, fmt::format("a document {}", problem));
    }
    Open(document);
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.at == level.document.size() - 1) {
        levels_.pop_back();
      } else {
        WriteElement(level);
      }
    }
  }

 private:
  void Open(ByteView document) {
    if (levels_.size() > kMaxNesting) {
      throw Error(ExitCode::kLimit,
                  fmt::format("a document is nested deeper than {} levels", kMaxNesting));
    }
    levels_.push_back({document});
    Tabs(0);
    text_.Raw("--- new object ---\n");
    Tabs(1);
    text_.Raw("size : ");
    text_.Integer(static_cast<std::int64_t>(document.size()));
    text_.Raw('\n');
  }

  void WriteElement(Level& level) {
    const ElementScan scan = ScanElement(level.document, level.at);
    const Element& element = scan.element;
    if (scan.problem != nullptr) {
      throw Error(ExitCode::kCorrupt,
                  fmt::format("element '{}' at byte {} {}", EscapeForDisplay(element.key), level.at,
                              scan.problem));
    }
    level.at += element.whole.size();
    Tabs(2);
    text_.Raw(EscapeForDisplay(element.key));
    text_.Raw('\n');
    Tabs(3);
    text_.Raw("type: ");
    const auto type = static_cast<std::int8_t>(element.type);
    text_.Raw(fmt::format("{:4}", type));
    text_.Raw(" size: ");
    text_.Integer(static_cast<std::int64_t>(element.whole.size()));
    text_.Raw('\n');
    if (element.AsDocument()) Open(element.value);
  }

  void Tabs(std::size_t more) {
    const std::size_t tabs = (levels_.size() - 1) * kTabsPerLevel + more;
    for (std::size_t i = 0; i < tabs; ++i) text_.Raw('\t');
  }

  JsonText text_;
  std::vector<Level> levels_;
};

}  // namespace

void AppendDebug(ByteView document, ByteBuffer& text) { DebugText(text).Write(document); }

}  // namespace haul
