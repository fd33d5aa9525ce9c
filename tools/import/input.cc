#include "tools/import/input.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/io/checksum.h"
#include "formats/json_cut.h"
#include "formats/json_records.h"
#include "tools/import/reject_parser.h"

namespace haul {
namespace {

constexpr std::size_t kHeadBytes = 64 * kKiB;
// Some dozen documents: hashing one password takes a quarter of a second.
constexpr std::size_t kSmallBlockBytes = 2 * kKiB;

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
  throw Error(ExitCode::kUnsupported, "CSV and TSV are not read");
}

std::unique_ptr<RecordParser> ImportInput::NewParser() const {
  if (task_.of_rejects) return std::make_unique<RejectParser>(task_.source);
  return std::make_unique<JsonRecordParser>(layout_, task_.name);
}

void ImportInput::CheckHash() const {
  if (hashed_ == nullptr || hashed_->Hex() == task_.hash) return;
  throw Error(ExitCode::kCorrupt,
              fmt::format("import {}: its bytes are not those that were exported", task_.name),
              "take another copy of the export");
}

}  // namespace haul
