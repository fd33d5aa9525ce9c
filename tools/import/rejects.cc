#include "tools/import/rejects.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/text.h"
#include "core/base/units.h"

namespace haul {

ImportRejects::ImportRejects(RejectFile& file, Log& log, Progress& progress, Target target)
    : file_(file), log_(log), progress_(progress), target_(std::move(target)) {}

void ImportRejects::AddDocument(ByteView document, std::int32_t code, const std::string& reason,
                                std::uint64_t line) {
  RejectFile::Reject reject{.ns = target_.ns,
                            .document = document,
                            .code = code,
                            .reason = reason,
                            .file = target_.input,
                            .line = line};
  ByteBuffer redacted;
  if (!target_.redaction.empty()) {
    static_cast<void>(target_.redaction.Apply(document, redacted));
    reject.document = redacted.view();
  }
  file_.Add(reject);
  Report(line, reason);
}

void ImportRejects::AddRecord(const BadRecord& record) {
  const bool secret = !target_.redaction.empty();
  file_.Add({.ns = target_.ns,
             .document = {},
             .code = 0,
             .reason = record.reason,
             .file = target_.input,
             .line = record.line,
             .text = secret ? kRedacted : std::string_view(record.text)});
  Report(record.line, record.reason);
}

void ImportRejects::Report(std::uint64_t line, std::string_view reason) {
  progress_.Reject(1);
  const std::string place = line == 0 ? "" : fmt::format(" line {}", line);
  const std::string text = fmt::format("rejected {}{}: {}", EscapeForDisplay(target_.input), place,
                                       EscapeForDisplay(reason));
  shown_.exchange(true) ? log_.Verbose(text) : log_.Warn(text);
}

}  // namespace haul
