#include "tools/inspect/show.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/base/units.h"
#include "core/cli/signals.h"
#include "core/pipeline/workers.h"
#include "core/storage/ordered_output.h"
#include "tools/inspect/render.h"

namespace haul {
namespace {

constexpr std::chrono::milliseconds kGrace{500};
// Small enough to be still in the cache when it is written.
constexpr std::size_t kPieceBytes = 256 * kKiB;
constexpr std::uint64_t kFaultsListed = 100;

/// What one portion of the input comes to besides its text.
struct Report {
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;
  std::uint64_t read_back_differently = 0;
  std::vector<Error> faults;
};

class Show {
 public:
  Show(DocumentFeed& feed, ByteSink& sink, const InspectOptions& options,
       const Invocation& invocation)
      : feed_(feed),
        output_(sink),
        options_(options),
        log_(invocation.log),
        stop_(invocation.stop) {}

  [[nodiscard]] Shown Run() {
    const CrewEnd end = RunWorkers(options_.jobs, stop_, kGrace, [this](std::size_t) { Work(); });
    if (end == CrewEnd::kAbandoned) ExitAtOnce(log_, ReceivedSignal().value_or(ExitCode::kFailure));
    shown_.stopped = end == CrewEnd::kStopped;
    TellTheRest();
    return shown_;
  }

 private:
  void Work() {
    try {
      Batch batch;
      ClaimScratch scratch;
      ByteBuffer text;
      Renderer renderer(options_);
      Portion portion;
      while (!stop_.requested() && feed_.Next(batch, scratch, portion)) {
        if (!Put(batch, portion, renderer, text)) return;
      }
    } catch (...) {
      output_.Close();
      throw;
    }
  }

  // False where nothing more comes out.
  bool Put(const Batch& batch, const Portion& portion, Renderer& renderer, ByteBuffer& text) {
    Report report;
    for (std::size_t i = portion.begin; i < portion.end; ++i) {
      if (text.size() >= kPieceBytes && !output_.TryWrite(portion.turn, text)) return false;
      ++report.documents;
      report.bytes += batch.at(i).size();
      try {
        renderer.Render(batch.at(i), text);
        if (renderer.reads_back_differently()) ++report.read_back_differently;
      } catch (const Error& error) {
        report.faults.push_back(
            error.WithContext(fmt::format("document {} cannot be shown", portion.first + i + 1)));
        if (options_.objcheck) break;
      }
    }
    if (portion.fault && (report.faults.empty() || !options_.objcheck)) {
      report.faults.push_back(*portion.fault);
    }
    return output_.Finish(portion.turn, text, [&] { Take(report); });
  }

  // One turn at a time.
  void Take(const Report& report) {
    shown_.documents += report.documents;
    shown_.bytes += report.bytes;
    read_back_differently_ += report.read_back_differently;
    for (const Error& fault : report.faults) {
      shown_.code = MoreSevere(shown_.code, fault.code());
      if (++shown_.faults <= kFaultsListed) log_.Error(fault.message(), fault.hint());
    }
    if (options_.objcheck && shown_.faults > 0) output_.Close();
  }

  void TellTheRest() {
    if (shown_.faults > kFaultsListed) {
      log_.Error(fmt::format("{} more faults of that kind are not listed",
                             FormatCount(shown_.faults - kFaultsListed)));
    }
    if (read_back_differently_ > 0 && options_.form == DocumentForm::kJson) {
      log_.Warn(
          fmt::format("in {} of {} documents an object begins with a field such as $oid: the "
                      "JSON is right, but reads back as another value",
                      FormatCount(read_back_differently_), FormatCount(shown_.documents)));
    }
  }

  DocumentFeed& feed_;
  OrderedOutput output_;
  const InspectOptions& options_;
  Log& log_;
  StopFlag& stop_;
  Shown shown_;
  std::uint64_t read_back_differently_ = 0;
};

}  // namespace

Shown ShowDocuments(DocumentFeed& feed, ByteSink& sink, const InspectOptions& options,
                    const Invocation& invocation) {
  return Show(feed, sink, options, invocation).Run();
}

}  // namespace haul
