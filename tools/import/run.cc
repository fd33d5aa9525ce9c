#include "tools/import/run.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "core/cli/signals.h"
#include "core/mongo/catalog_writer.h"
#include "core/mongo/deployment.h"
#include "core/pipeline/workers.h"
#include "core/report/progress.h"
#include "core/report/progress_renderer.h"
#include "tools/import/collection_import.h"
#include "tools/import/plan.h"
#include "tools/import/report.h"
#include "tools/import/shaping.h"

namespace haul {
namespace {

using Clock = std::chrono::steady_clock;

// Below the five seconds in which a signalled run has to be over.
constexpr std::chrono::milliseconds kGrace{3500};

/// One run of the tool.
class Import {
 public:
  Import(const ImportOptions& options, const ImportPlan& plan, const Invocation& invocation)
      : options_(options),
        plan_(plan),
        invocation_(invocation),
        log_(invocation.log),
        shapings_(options.shape, invocation.environment),
        rejects_(options.rejects) {
    if (shapings_.random_key_used()) {
      log_.Warn("masks use a random key: joins with other runs do not work; --maskKeyFile");
    }
    if (options.dry_run) return;
    deployment_.emplace(ConnectionSettings{.uri = options.connection.uri,
                                           .retry_for = options.connection.retry_for},
                        invocation.stop);
    for (const std::string& warning : deployment_->uri_warnings()) {
      log_.Warn("connection string: " + warning);
    }
  }

  [[nodiscard]] ExitCode Run();

 private:
  /// False: a signal ended it.
  [[nodiscard]] bool RunTasks();
  [[nodiscard]] bool RunTask(const ImportTask& task);
  void CreateViews();
  [[nodiscard]] ExitCode Stopped();

  const ImportOptions& options_;
  const ImportPlan& plan_;
  const Invocation& invocation_;
  Log& log_;
  ShapingFactory shapings_;
  RejectFile rejects_;
  Progress progress_;
  std::optional<Deployment> deployment_;
  ImportTotals totals_;
  std::size_t failed_indexes_ = 0;
  bool wrote_ = false;
  bool abandoned_ = false;
  ImportReport report_{{options_, plan_, log_, progress_, rejects_, totals_}};
};

bool Import::RunTask(const ImportTask& task) {
  const ImportContext context{.options = options_,
                              .invocation = invocation_,
                              .shapings = shapings_,
                              .rejects = rejects_,
                              .progress = progress_,
                              .deployment = deployment_ ? &*deployment_ : nullptr};
  // A worker that hangs in a blocked call may still refer to it when the process ends.
  auto import = std::make_unique<CollectionImport>(context, task);
  import->Open();
  wrote_ = wrote_ || deployment_.has_value();
  try {
    import->Prepare();
    const CrewEnd end =
        RunWorkers(options_.jobs, invocation_.stop, kGrace, [&](std::size_t) { import->Work(); });
    totals_.Add(import->totals());
    if (end == CrewEnd::kAbandoned) {
      abandoned_ = true;
      static_cast<void>(import.release());
    }
    if (end != CrewEnd::kDone) return false;
  } catch (const Error&) {
    totals_.Add(import->totals());
    throw;
  }
  failed_indexes_ += import->Finish();
  return true;
}

bool Import::RunTasks() {
  const ProgressRenderer renderer(progress_, log_, ProgressRenderer::For(log_));
  for (const ImportTask& task : plan_.tasks) {
    if (invocation_.stop.requested() || !RunTask(task)) return false;
  }
  CreateViews();
  return true;
}

void Import::CreateViews() {
  if (!deployment_ || plan_.views.empty()) return;
  CatalogWriter catalog(*deployment_);
  CreateOptions create;
  create.write_concern = options_.write_concern.Clone();
  for (const CollectionSpec& view : plan_.views) {
    if (options_.drop) catalog.Drop(view.ns, options_.write_concern);
    if (catalog.Create(view, create)) continue;
    log_.Verbose(fmt::format("the view {} exists, and stays as it is", Display(view.ns)));
  }
}

ExitCode Import::Stopped() {
  const ExitCode code = ReceivedSignal().value_or(ExitCode::kFailure);
  report_.LogStopped();
  rejects_.Finish();
  if (abandoned_) ExitAtOnce(log_, code);
  return code;
}

ExitCode Import::Run() {
  const Clock::time_point begin = Clock::now();
  if (!options_.dry_run) report_.LogBegin();
  try {
    if (!RunTasks()) return Stopped();
  } catch (const Error& error) {
    rejects_.Finish();
    if (!wrote_) throw;
    throw report_.Explain(error);
  }
  rejects_.Finish();
  if (options_.dry_run) {
    std::fputs(report_.PlanText().c_str(), stdout);
  } else {
    report_.LogEnd(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin));
  }
  const bool rejected = totals_.rejected > 0 && options_.rejects_fail;
  return rejected || failed_indexes_ > 0 ? ExitCode::kRejected : ExitCode::kOk;
}

}  // namespace

ExitCode RunImport(const ImportOptions& options, const Invocation& invocation) {
  const ImportPlan plan = PlanImport(options);
  return Import(options, plan, invocation).Run();
}

}  // namespace haul
