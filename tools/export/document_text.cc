#include "tools/export/document_text.h"

#include <string_view>
#include <utility>

#include "core/bson/json_text.h"

namespace haul {
namespace {

constexpr std::string_view kStep = "  ";
constexpr std::string_view kBetween = ",";
constexpr std::string_view kBetweenPretty = ",\n  ";

class FramedSink final : public ByteSink {
 public:
  FramedSink(std::unique_ptr<ByteSink> sink, const TextForm& form)
      : sink_(std::move(sink)), form_(form) {}

  void Append(ByteView bytes) override {
    if (!begun_ && Begin()) bytes = bytes.subspan(1);
    sink_->Append(bytes);
  }
  void Commit() override {
    const bool empty = !begun_;
    if (empty) Begin();
    if (form_.kind == TextForm::Kind::kArray) {
      sink_->Append(AsBytes(form_.pretty && !empty ? "\n]\n" : "]\n"));
    }
    sink_->Commit();
  }

 private:
  // True where the separator before the first document is replaced by what was written.
  bool Begin() {
    begun_ = true;
    if (form_.kind == TextForm::Kind::kArray) {
      sink_->Append(AsBytes("["));
      return true;
    }
    if (form_.kind == TextForm::Kind::kTable && form_.header) {
      ByteBuffer header;
      DelimitedWriter(form_.table).AppendHeader(header);
      sink_->Append(header.view());
    }
    return false;
  }

  std::unique_ptr<ByteSink> sink_;
  const TextForm& form_;
  bool begun_ = false;
};

}  // namespace

DocumentText::DocumentText(const TextForm& form)
    : form_(form), json_({.relaxed = form.relaxed, .sort_regex_options = true}) {
  if (form.kind == TextForm::Kind::kTable) table_.emplace(form.table);
}

bool DocumentText::reads_back_differently() const {
  return !table_ && json_.reads_back_differently();
}

void DocumentText::Append(ByteView document, ByteBuffer& text) {
  if (table_) return table_->Append(document, text);
  if (form_.pretty) return AppendPretty(document, text);
  const std::size_t begin = text.size();
  const bool array = form_.kind == TextForm::Kind::kArray;
  if (array) text.Append(AsBytes(kBetween));
  try {
    json_.Append(document, text);
  } catch (...) {
    text.Resize(begin);
    throw;
  }
  if (!array) text.Append(AsBytes("\n"));
}

void DocumentText::AppendPretty(ByteView document, ByteBuffer& text) {
  line_.Clear();
  json_.Append(document, line_);
  if (form_.kind == TextForm::Kind::kArray) {
    text.Append(AsBytes(kBetweenPretty));
    return AppendIndented(AsText(line_.view()), text, {.step = kStep, .level = 1});
  }
  AppendIndented(AsText(line_.view()), text, {.step = kStep});
  text.Append(AsBytes("\n"));
}

std::unique_ptr<ByteSink> NewFramedSink(std::unique_ptr<ByteSink> sink, const TextForm& form) {
  return std::make_unique<FramedSink>(std::move(sink), form);
}

}  // namespace haul
