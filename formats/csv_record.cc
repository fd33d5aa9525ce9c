#include "formats/csv_record.h"

#include <cstring>

namespace haul {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

struct Scan {
  std::size_t size = 0;
  bool ended = false;  // by a line end, not by the end of the text
  std::string_view problem = {};
};

// Walks one record and hands each cell to `cell(begin, end, doubled)`: where its text lies, and
// whether quotes in it are doubled.
template <typename CellSink>
class RecordScan {
 public:
  RecordScan(std::string_view text, CellSink& cell) : text_(text), cell_(cell) {}

  Scan Run() {
    for (;;) {
      SkipBlanks();
      const bool quoted = at_ < text_.size() && text_[at_] == '"';
      const std::string_view problem = quoted ? Quoted() : Unquoted();
      if (!problem.empty()) return ToLineEnd(problem);
      if (at_ == text_.size()) return {at_, false, {}};
      if (text_[at_++] == '\n') return {at_, true, {}};
    }
  }

 private:
  void SkipBlanks() {
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
  }

  // Both end at a comma, a line end or the end of the text.
  std::string_view Quoted() {
    const std::size_t begin = ++at_;
    bool doubled = false;
    for (;;) {
      at_ = text_.find('"', at_);
      if (at_ == std::string_view::npos) {
        at_ = text_.size();
        return "a quoted cell does not end";
      }
      if (text_.substr(at_ + 1, 1) != "\"") break;
      doubled = true;
      at_ += 2;
    }
    cell_(begin, at_, doubled);
    ++at_;
    SkipBlanks();
    const bool ends = at_ == text_.size() || text_[at_] == ',' || text_[at_] == '\n';
    return ends ? std::string_view() : "text follows the closing quote of a cell";
  }

  std::string_view Unquoted() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') {
      if (text_[at_] == '"') return "a quote stands in a cell without quotes around it";
      ++at_;
    }
    std::size_t end = at_;
    while (end > begin && IsBlank(text_[end - 1])) --end;
    cell_(begin, end, false);
    return {};
  }

  Scan ToLineEnd(std::string_view problem) const {
    const std::size_t line_end = text_.find('\n', at_);
    if (line_end == std::string_view::npos) return {text_.size(), false, problem};
    return {line_end + 1, true, problem};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  CellSink& cell_;
};

}  // namespace

bool CsvRecord::Split(std::string_view text) {
  text_ = text;
  cells_.clear();
  unquoted_.clear();
  problem_ = {};
  if (text.empty() || text.starts_with('\n') || text.starts_with("\r\n")) {
    size_ = text.find('\n') + 1;
    return false;
  }
  const auto add = [this](std::size_t begin, std::size_t end, bool doubled) {
    if (!doubled) {
      cells_.push_back({false, begin, end - begin});
      return;
    }
    const std::size_t unquoted = unquoted_.size();
    for (std::size_t at = begin; at < end; ++at) {
      unquoted_ += text_[at];
      if (text_[at] == '"') ++at;
    }
    cells_.push_back({true, unquoted, unquoted_.size() - unquoted});
  };
  const Scan scan = RecordScan(text, add).Run();
  size_ = scan.size;
  problem_ = scan.problem;
  return true;
}

std::string_view CsvRecord::cell(std::size_t i) const {
  const Cell& cell = cells_[i];
  return (cell.unquoted_elsewhere ? std::string_view(unquoted_) : text_)
      .substr(cell.begin, cell.size);
}

std::optional<std::size_t> CsvRecordSize(std::string_view text) {
  const std::size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return std::nullopt;
  if (text.substr(0, line_end).find('"') == std::string_view::npos) return line_end + 1;
  const auto ignore = [](std::size_t, std::size_t, bool) {};
  const Scan scan = RecordScan(text, ignore).Run();
  if (!scan.ended) return std::nullopt;
  return scan.size;
}

}  // namespace haul
