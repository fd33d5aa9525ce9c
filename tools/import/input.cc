#include "tools/import/input.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/io/checksum.h"
#include "formats/delimited_records.h"
#include "formats/json_cut.h"
#include "formats/json_records.h"
#include "tools/import/reject_parser.h"

namespace haul {
namespace {

constexpr std::size_t kHeadBytes = 64 * kKiB;
// A few documents: hashing one password takes a quarter of a second.
constexpr std::size_t kSmallBlockBytes = kKiB;

}  // namespace

class HashedSource final : public ByteSource {
 public:
  explicit HashedSource(ByteSource& source) : source_(source) {}
  [[nodiscard]] std::size_t Read(std::span<std::uint8_t> bytes) override {
    const std::size_t size = source_.Read(bytes);
    hash_.Update(bytes.first(size));
    return size;
  }
  [[nodiscard]] std::string Hex() { return HashToHex(hash_.Finish()); }

 private:
  ByteSource& source_;
  Blake2b256Stream hash_;
};

ImportInput::ImportInput(const ImportOptions& options, const ImportTask& task, bool small_blocks)
    : options_(options), task_(task) {
  file_ = std::make_unique<OpenedSource>(task.path);
  ByteSource* stored = file_.get();
  if (!task.hash.empty()) {
    hashed_ = std::make_unique<HashedSource>(*file_);
    stored = hashed_.get();
  }
  plain_ = std::make_unique<PlainSource>(
      *stored, PlainSource::Options{.name = task.name, .stored_bytes_read = &stored_read_});
  peeked_ = std::make_unique<PeekedSource>(*plain_);
  layout_ = FindLayout();
  TextBlocks::Options cut{.name = task.name};
  if (small_blocks) cut.block_bytes = kSmallBlockBytes;
  blocks_ = std::make_unique<TextBlocks>(*peeked_, layout_, cut);
  ReadColumns();
}

ImportInput::~ImportInput() = default;

TextLayout ImportInput::FindLayout() {
  if (task_.of_rejects || task_.spec) return TextLayout::kJsonLines;
  if (options_.type == RecordType::kCsv) return TextLayout::kCsv;
  if (options_.type == RecordType::kTsv) return TextLayout::kTsv;
  if (options_.json_array) return TextLayout::kJsonArray;
  return JsonLayoutOf(AsText(peeked_->Peek(kHeadBytes)));
}

void ImportInput::ReadColumns() {
  if (options_.type == RecordType::kJson) return;
  const ColumnOptions& wanted = options_.columns;
  columns_.emplace(wanted.header_line ? ReadHeader(*blocks_, layout_) : wanted.columns,
                   Columns::Options{.have_types = wanted.have_types,
                                    .array_index_fields = wanted.array_indexes});
}

bool ImportInput::ends_at_fault() const {
  return layout_ == TextLayout::kJsonArray || layout_ == TextLayout::kJsonDocuments ||
         options_.columns.grace == ParseGrace::kStop;
}

std::unique_ptr<RecordParser> ImportInput::NewParser() const {
  if (task_.of_rejects) return std::make_unique<RejectParser>(task_.source);
  if (!columns_) return std::make_unique<JsonRecordParser>(layout_, task_.name);
  return std::make_unique<DelimitedRecordParser>(
      layout_, *columns_,
      DelimitedRecordParser::Options{.name = task_.name,
                                     .ignore_blanks = options_.columns.ignore_blanks,
                                     .grace = options_.columns.grace});
}

void ImportInput::CheckHash() const {
  if (hashed_ == nullptr || hashed_->Hex() == task_.hash) return;
  throw Error(ExitCode::kCorrupt,
              fmt::format("import {}: its bytes are not those that were exported", task_.name),
              "take another copy of the export");
}

}  // namespace haul
