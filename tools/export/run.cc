#include "tools/export/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/base/version.h"
#include "core/cli/closed_output.h"
#include "core/cli/signals.h"
#include "core/mongo/catalog.h"
#include "core/report/progress_renderer.h"
#include "core/report/summary.h"
#include "core/report/terminal.h"
#include "core/storage/encoded_sink.h"
#include "tools/export/copy.h"
#include "tools/export/directory.h"
#include "tools/export/plan.h"

namespace haul {
namespace {

using Clock = std::chrono::steady_clock;

/// No documents, of a collection that does not exist.
class NoDocuments final : public DocumentSource {
 public:
  [[nodiscard]] bool Next(Batch& batch) override {
    batch.Clear();
    return false;
  }
};

std::string TargetName(const ExportOptions& options) {
  return options.out.empty() ? "standard output" : EscapeForDisplay(options.out);
}

void RefuseTerminal(const ExportOptions& options) {
  if (!options.out.empty() || options.codec.id == CodecId::kNone || options.dry_run) return;
  if (!IsTerminal(STDOUT_FILENO)) return;
  throw Error(ExitCode::kUsage, "standard output is a terminal, which shows nothing of packed text",
              "redirect it, name a file with --out, or leave out --compress");
}

/// One run of the tool.
class Export {
 public:
  Export(const ExportOptions& options, const Invocation& invocation)
      : options_(options),
        invocation_(invocation),
        log_(invocation.log),
        deployment_({.uri = options.connection.uri, .retry_for = options.connection.retry_for},
                    invocation.stop),
        client_(deployment_.Acquire()) {
    if (options.rejects_named) rejects_.emplace(options.rejects);
  }

  [[nodiscard]] ExitCode Run();

 private:
  void CheckShape();
  void PrintPlan() const;
  void OneCollection();
  void IntoDirectory();
  [[nodiscard]] ExportOutcome Write(const PlannedExport& planned, ByteSink& sink);
  [[nodiscard]] ManifestPart BeginPart() const;
  [[nodiscard]] ExitCode Report(Clock::time_point begin);

  const ExportOptions& options_;
  const Invocation& invocation_;
  Log& log_;
  Deployment deployment_;
  const Client client_;
  std::optional<RejectFile> rejects_;
  Progress progress_;
  std::vector<PlannedExport> plan_;
  ExportOutcome total_;
};

ExitCode Export::Run() {
  const Clock::time_point begin = Clock::now();
  for (const std::string& warning : deployment_.uri_warnings()) {
    log_.Warn("connection string: " + warning);
  }
  plan_ = MakeExportPlan({deployment_, client_, options_}, log_);
  CheckShape();
  if (options_.dry_run) {
    PrintPlan();
    return ExitCode::kOk;
  }
  log_.Info(fmt::format(
      "exporting {} from {} to {}",
      plan_.size() == 1 ? Display(plan_.front().spec.ns) : FormatCount(plan_.size(), "collection"),
      options_.connection.display_target, TargetName(options_)));
  {
    const ProgressRenderer renderer(progress_, log_, ProgressRenderer::For(log_));
    options_.to_directory ? IntoDirectory() : OneCollection();
  }
  if (total_.stopped) {
    log_.Warn("stopped by a signal: nothing was written under its final name; run it again");
    return ReceivedSignal().value_or(ExitCode::kFailure);
  }
  return Report(begin);
}

// Steps that meet no document were meant for some: what they should have masked would go out as it
// is.
void Export::CheckShape() {
  if (options_.shape.has_random_key()) {
    log_.Warn(
        "masked values have a random key of this run: they cannot be joined with those of "
        "another export; --maskKeyFile gives a key that stays");
  }
  std::vector<Namespace> exported;
  for (const PlannedExport& planned : plan_) exported.push_back(planned.spec.ns);
  const std::vector<std::string> unmatched = options_.shape.Unmatched(exported);
  for (const std::string& pattern : unmatched) {
    log_.Warn(fmt::format("--transform: nothing that is exported is '{}'", pattern));
  }
  if (unmatched.empty() || options_.shape.MatchesAny(exported)) return;
  throw Error(ExitCode::kUsage,
              "--transform: its steps would change no document; nothing was written",
              "check the names in the file, or leave out --transform");
}

void Export::PrintPlan() const {
  for (const PlannedExport& planned : plan_) {
    const CollectionSize expected = planned.Expected(options_.selection);
    std::string amount = "documents";
    if (expected.documents > 0) {
      amount = fmt::format("about {}, {}", FormatCount(expected.documents, "document"),
                           FormatBytes(expected.bytes));
    }
    if (planned.definition_only) amount = "definition only";
    if (!planned.exists) amount = "does not exist, an empty export";
    std::puts(
        fmt::format("{}  {}, {}", Display(planned.spec.ns), TypeName(planned.spec.type), amount)
            .c_str());
  }
  std::puts(fmt::format("to {}", TargetName(options_)).c_str());
}

ExportOutcome Export::Write(const PlannedExport& planned, ByteSink& sink) {
  const CollectionSize expected = planned.Expected(options_.selection);
  CollectionProgress& progress =
      progress_.Add(planned.spec.ns.ToString(), {expected.documents, expected.bytes});
  std::unique_ptr<DocumentSource> source = std::make_unique<NoDocuments>();
  if (planned.exists) {
    source =
        std::make_unique<CollectionReader>(deployment_, client_, planned.Read(options_.selection));
  }
  const Transform transform = options_.shape.For(planned.spec.ns);
  const ExportOutcome outcome = WriteDocuments(
      {options_, invocation_, rejects_}, {planned.spec.ns, transform, *source, sink, progress});
  total_.documents += outcome.documents;
  total_.filtered += outcome.filtered;
  total_.rejected += outcome.rejected;
  total_.read_back_differently += outcome.read_back_differently;
  total_.stopped = total_.stopped || outcome.stopped;
  if (outcome.stopped) return outcome;
  CheckSameCollection({deployment_, client_, options_}, planned);
  sink.Commit();
  if (log_.format() != LogFormat::kMongoTools) {
    LogCollectionDone(
        log_, {.verb = "exported", .ns = planned.spec.ns.ToString(), .done = progress.done()});
  }
  return outcome;
}

void Export::OneCollection() {
  auto sink = NewOutputSink(options_.out, {.sync = options_.sync, .overwrite = true});
  sink = NewFramedSink(NewEncodedSink(std::move(sink), options_.codec), options_.form);
  static_cast<void>(Write(plan_.front(), *sink));
}

ManifestPart Export::BeginPart() const {
  ManifestPart part;
  part.tool_version = kVersion;
  part.server_version = deployment_.info().version;
  part.started = FormatIsoTime(std::chrono::system_clock::now());
  part.cluster_time_start = ClusterTime(client_);
  part.consistency = "none";
  BSON_APPEND_UTF8(part.options.bson(), "db", options_.database.c_str());
  bson_concat(part.options.bson(), options_.shape.Description().bson());
  return part;
}

void Export::IntoDirectory() {
  ExportDirectory directory({.path = options_.out,
                             .codec = options_.codec,
                             .sync = options_.sync,
                             .overwrite = options_.overwrite});
  ManifestPart part = BeginPart();
  for (const PlannedExport& planned : plan_) {
    directory.WriteMetadata(planned.spec);
    if (planned.definition_only) continue;
    const auto sink = NewFramedSink(directory.OpenData(planned.spec.ns), options_.form);
    const ExportOutcome outcome = Write(planned, *sink);
    if (outcome.stopped) return;
    directory.FinishData(planned.spec.ns, outcome.documents, outcome.plain_bytes);
  }
  part.cluster_time_end = ClusterTime(client_);
  part.finished = FormatIsoTime(std::chrono::system_clock::now());
  directory.Commit(std::move(part));
}

ExitCode Export::Report(Clock::time_point begin) {
  if (rejects_) rejects_->Finish();
  if (total_.filtered > 0) {
    log_.Info(fmt::format("{} left out by --transform", FormatCount(total_.filtered, "document")));
  }
  if (total_.rejected > 0) {
    log_.Error(fmt::format(
        "{} could not be written and {} in {}", FormatCount(total_.rejected, "document"),
        total_.rejected == 1 ? "is" : "are", EscapeForDisplay(options_.rejects)));
  }
  if (total_.read_back_differently > 0 && options_.form.kind != TextForm::Kind::kTable) {
    log_.Warn(
        fmt::format("in {} of {} documents an object begins with a field such as $oid: the "
                    "JSON is right, but reads back as another value",
                    FormatCount(total_.read_back_differently), FormatCount(total_.documents)));
  }
  LogSummary(
      log_, {.verb = "exported",
             .done = progress_.done(),
             .rejected = total_.rejected,
             .elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin),
             .more = {{"filtered", total_.filtered}}});
  return total_.rejected > 0 ? ExitCode::kRejected : ExitCode::kOk;
}

}  // namespace

ExitCode RunExport(const ExportOptions& options, const Invocation& invocation) {
  RefuseTerminal(options);
  try {
    return Export(options, invocation).Run();
  } catch (const Error& error) {
    if (options.out.empty()) EndWithTheReader(error);
    throw;
  }
}

}  // namespace haul
