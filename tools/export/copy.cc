#include "tools/export/copy.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/base/units.h"
#include "core/cli/signals.h"
#include "core/pipeline/workers.h"
#include "core/storage/ordered_output.h"
#include "formats/document_feed.h"
#include "tools/export/document_text.h"

namespace haul {
namespace {

// Below the five seconds in which a signalled run has to be over.
constexpr std::chrono::milliseconds kGrace{3000};
// Small enough to be still in the cache when it is written.
constexpr std::size_t kPieceBytes = 256 * kKiB;
// What a worker holds of the text of its batch while others write.
constexpr std::size_t kMostHeld = 4 * kMiB;

/// What one portion of the input comes to besides its text.
struct Report {
  std::uint64_t documents = 0;
  std::uint64_t filtered = 0;
  std::uint64_t read_back_differently = 0;
  std::uint64_t text_bytes = 0;
  std::uint64_t bytes = 0;
  struct Reject {
    std::size_t document;
    std::string reason;
  };
  std::vector<Reject> rejects;
};

bool IsOfTheDocument(ExitCode code) {
  return code == ExitCode::kRejected || code == ExitCode::kCorrupt || code == ExitCode::kLimit;
}

/// What a worker changes and writes documents with.
class Pen {
 public:
  Pen(const TextForm& form, const Transform& transform) : text_(form), transform_(transform) {}

  void Write(ByteView document, ByteBuffer& text, Report& report) {
    if (!transform_.empty()) {
      shaped_.Clear();
      if (transform_.Apply(document, shaped_) == Transform::Fate::kFiltered) {
        ++report.filtered;
        return;
      }
      document = shaped_.view();
    }
    const std::size_t before = text.size();
    text_.Append(document, text);
    if (text_.reads_back_differently()) ++report.read_back_differently;
    ++report.documents;
    report.text_bytes += text.size() - before;
  }

 private:
  DocumentText text_;
  const Transform& transform_;
  ByteBuffer shaped_;
};

// A file beside a masked export must not hold what was masked.
Document IdOnly(ByteView document) {
  Document shown;
  bson_iter_t id;
  const bson_t whole = BorrowBson(document);
  if (bson_iter_init_find(&id, &whole, "_id")) bson_append_iter(shown.bson(), "_id", -1, &id);
  return shown;
}

class Writing {
 public:
  Writing(const ExportContext& context, const ExportTask& task)
      : context_(context), task_(task), feed_(task.documents, {}), output_(task.sink) {}

  [[nodiscard]] ExportOutcome Run() {
    task_.progress.Start();
    const CrewEnd end = RunWorkers(context_.options.jobs, context_.invocation.stop, kGrace,
                                   [this](std::size_t) { Work(); });
    if (end == CrewEnd::kAbandoned) {
      ExitAtOnce(context_.invocation.log, ReceivedSignal().value_or(ExitCode::kFailure));
    }
    outcome_.stopped = end == CrewEnd::kStopped || context_.invocation.stop.requested();
    task_.progress.Finish();
    return outcome_;
  }

 private:
  void Work() {
    try {
      Batch batch;
      ClaimScratch scratch;
      ByteBuffer text;
      Pen pen(context_.options.form, task_.transform);
      Portion portion;
      while (!context_.invocation.stop.requested() && feed_.Next(batch, scratch, portion)) {
        if (!Put(batch, portion, pen, text)) return;
      }
    } catch (...) {
      output_.Close();
      throw;
    }
  }

  // False where nothing more comes out.
  bool Put(const Batch& batch, const Portion& portion, Pen& pen, ByteBuffer& text) {
    Report report;
    for (std::size_t i = portion.begin; i < portion.end; ++i) {
      if (!Drain(portion.turn, text)) return false;
      try {
        pen.Write(batch.at(i), text, report);
      } catch (const Error& error) {
        if (!IsOfTheDocument(error.code())) throw;
        report.rejects.push_back({i, error.message()});
      }
    }
    report.bytes = batch.bytes().size();
    const bool going_on = output_.Finish(portion.turn, text, [&] { Take(batch, report); });
    if (portion.fault) throw *portion.fault;
    return going_on;
  }

  bool Drain(std::uint64_t turn, ByteBuffer& text) {
    if (text.size() < kPieceBytes) return true;
    return text.size() < kMostHeld ? output_.TryWrite(turn, text) : output_.AwaitWrite(turn, text);
  }

  // One turn at a time.
  void Take(const Batch& batch, const Report& report) {
    for (const Report::Reject& reject : report.rejects) AddReject(batch, reject);
    outcome_.documents += report.documents;
    outcome_.filtered += report.filtered;
    outcome_.rejected += report.rejects.size();
    outcome_.read_back_differently += report.read_back_differently;
    outcome_.plain_bytes += report.text_bytes;
    task_.progress.Add(report.documents, report.bytes);
  }

  void AddReject(const Batch& batch, const Report::Reject& reject) {
    const ByteView document = batch.at(reject.document);
    if (!context_.rejects) context_.rejects.emplace(context_.options.rejects);
    const Document id = task_.transform.empty() ? Document() : IdOnly(document);
    context_.rejects->Add({.ns = task_.ns,
                           .document = task_.transform.empty() ? document : id.bytes(),
                           .reason = reject.reason,
                           .file = {}});
  }

  const ExportContext& context_;
  const ExportTask& task_;
  DocumentFeed feed_;
  OrderedOutput output_;
  ExportOutcome outcome_;
};

}  // namespace

ExportOutcome WriteDocuments(const ExportContext& context, const ExportTask& task) {
  return Writing(context, task).Run();
}

}  // namespace haul
