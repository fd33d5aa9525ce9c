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

/// What one portion of the input comes to besides its text.
struct Report {
  std::uint64_t documents = 0;
  std::uint64_t read_back_differently = 0;
  std::uint64_t text_bytes = 0;
  std::uint64_t bytes = 0;
  struct Reject {
    std::size_t document;
    std::string reason;
  };
  std::vector<Reject> rejects;
};

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
      DocumentText writer(context_.options.form);
      Portion portion;
      while (!context_.invocation.stop.requested() && feed_.Next(batch, scratch, portion)) {
        if (!Put(batch, portion, writer, text)) return;
      }
    } catch (...) {
      output_.Close();
      throw;
    }
  }

  // False where nothing more comes out.
  bool Put(const Batch& batch, const Portion& portion, DocumentText& writer, ByteBuffer& text) {
    Report report;
    for (std::size_t i = portion.begin; i < portion.end; ++i) {
      if (text.size() >= kPieceBytes && !output_.TryWrite(portion.turn, text)) return false;
      PutDocument(batch, i, writer, text, report);
    }
    report.bytes = batch.bytes().size();
    const bool going_on = output_.Finish(portion.turn, text, [&] { Take(batch, report); });
    if (portion.fault) throw *portion.fault;
    return going_on;
  }

  static void PutDocument(const Batch& batch, std::size_t i, DocumentText& writer, ByteBuffer& text,
                          Report& report) {
    const std::size_t before = text.size();
    try {
      writer.Append(batch.at(i), text);
      if (writer.reads_back_differently()) ++report.read_back_differently;
      ++report.documents;
      report.text_bytes += text.size() - before;
    } catch (const Error& error) {
      report.rejects.push_back({i, error.message()});
    }
  }

  // One turn at a time.
  void Take(const Batch& batch, const Report& report) {
    for (const Report::Reject& reject : report.rejects) {
      context_.rejects.Add({.ns = task_.ns,
                            .document = batch.at(reject.document),
                            .reason = reject.reason,
                            .file = {}});
    }
    outcome_.documents += report.documents;
    outcome_.rejected += report.rejects.size();
    outcome_.read_back_differently += report.read_back_differently;
    outcome_.plain_bytes += report.text_bytes;
    task_.progress.Add(report.documents, report.bytes);
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
