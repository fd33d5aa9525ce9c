#include "formats/document_stream.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.h"
#include "core/bson/framing.h"

namespace haul {
namespace {

PlainWindow::Options WindowOptions(const DocumentStream::Options& options) {
  return {options.name, options.codec, options.stored_bytes_read};
}

}  // namespace

DocumentStream::DocumentStream(const LocalFileReader& file, Options options)
    : own_source_(std::make_unique<LocalFileSource>(file)),
      options_(std::move(options)),
      window_(*own_source_, WindowOptions(options_)) {}

DocumentStream::DocumentStream(ByteSource& source, Options options)
    : options_(std::move(options)), window_(source, WindowOptions(options_)) {}

bool DocumentStream::Next(Batch& batch) {
  batch.Clear();
  while (batch.documents() < kBatchDocuments) {
    const Framed framed = FrameDocument(window_.unread());
    if (framed.state == Framed::State::kBad) window_.FailAt(window_.offset(), framed.problem);
    if (framed.state == Framed::State::kIncomplete) {
      if (window_.Fill(framed.size)) continue;
      if (!window_.unread().empty()) {
        window_.FailAt(window_.offset(), "the last document is cut short");
      }
      if (batch.empty()) CheckEnd();
      break;
    }
    if (!batch.empty() && batch.bytes().size() + framed.size > kBatchBytes) break;
    batch.Append(window_.unread().first(framed.size));
    window_.Consume(framed.size);
    ++documents_;
  }
  return !batch.empty();
}

void DocumentStream::CheckEnd() const {
  if (options_.documents.has_value() && *options_.documents != documents_) {
    throw Error(ExitCode::kCorrupt, fmt::format("read {}: holds {} documents, the manifest says {}",
                                                options_.name, documents_, *options_.documents));
  }
  if (options_.plain_bytes.has_value() && *options_.plain_bytes != window_.offset()) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("read {}: holds {} bytes of documents, the manifest says {}",
                            options_.name, window_.offset(), *options_.plain_bytes));
  }
}

}  // namespace haul
