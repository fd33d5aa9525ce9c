#include "seed/run.h"

#include <fmt/format.h>

#include <chrono>
#include <string>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/cli/signals.h"
#include "core/report/progress_renderer.h"
#include "seed/commit.h"
#include "seed/load.h"
#include "seed/report.h"
#include "seed/server_start.h"
#include "seed/target.h"

namespace haul {
namespace {

using Clock = std::chrono::steady_clock;

/// One run of the tool.
class Seed {
 public:
  Seed(const SeedOptions& options, const SeedPlan& plan, const SeedRun& run,
       const Invocation& invocation)
      : options_(options),
        plan_(plan),
        run_(run),
        invocation_(invocation),
        log_(invocation.log),
        rejects_(options.dry_run ? "/dev/null" : options.rejects),
        // What a transaction's command broke on, it is never sent again by itself.
        deployment_({.uri = options.connection.uri,
                     .retry_for = options.transaction ? std::chrono::milliseconds(0)
                                                      : options.connection.retry_for},
                    invocation.stop) {}

  [[nodiscard]] ExitCode Run();

 private:
  [[nodiscard]] ExitCode Stopped(bool abandoned);
  void Commit(const SeedContext& context, const PreparedWrites& prepared, const SeedLoad& load,
              const SeedReport& report);

  const SeedOptions& options_;
  const SeedPlan& plan_;
  const SeedRun& run_;
  const Invocation& invocation_;
  Log& log_;
  RejectFile rejects_;
  Deployment deployment_;
  Progress progress_;
  SeedTarget target_{{deployment_, plan_, options_, log_}};
  ReferenceTable references_{plan_};
};

ExitCode Seed::Stopped(bool abandoned) {
  const ExitCode code = ReceivedSignal().value_or(ExitCode::kFailure);
  rejects_.Finish();
  log_.Warn("stopped: what was acknowledged stays; run it again, and it goes on with the rest");
  if (abandoned) ExitAtOnce(log_, code);
  return code;
}

void Seed::Commit(const SeedContext& context, const PreparedWrites& prepared, const SeedLoad& load,
                  const SeedReport& report) {
  if (rejects_.count() > 0) {
    throw Error(ExitCode::kRejected,
                fmt::format("{} rejected, so nothing of the transaction was stored",
                            FormatCount(rejects_.count(), "document was", "documents were")),
                fmt::format("they are listed in {}", EscapeForDisplay(rejects_.path().native())));
  }
  CommitPrepared(context, prepared);
  for (std::size_t i = 0; i < plan_.collections.size(); ++i) report.LogCollection(i, load);
}

ExitCode Seed::Run() {
  const Clock::time_point begin = Clock::now();
  for (const std::string& warning : deployment_.uri_warnings()) {
    log_.Warn("connection string: " + warning);
  }
  target_.Check();
  references_.FindInDatabase(deployment_, deployment_.Acquire(), options_.plan.database);
  const bool prepares = options_.transaction && !options_.dry_run;
  PreparedWrites prepared;
  const SeedContext context{.deployment = deployment_,
                            .plan = plan_,
                            .options = options_,
                            .run = run_,
                            .target = target_,
                            .references = references_,
                            .rejects = rejects_,
                            .log = log_,
                            .prepared = prepares ? &prepared : nullptr};
  const SeedReport report(options_, plan_, log_);
  report.LogBegin();
  if (!options_.dry_run) target_.Prepare();
  SeedLoad load(context, progress_, invocation_.stop);
  {
    const ProgressRenderer renderer(progress_, log_, ProgressRenderer::For(log_));
    for (std::size_t i = 0; i < plan_.collections.size(); ++i) {
      if (!load.Run(i)) return Stopped(load.abandoned());
      if (!prepares) report.LogCollection(i, load);
    }
  }
  rejects_.Finish();
  if (prepares) Commit(context, prepared, load, report);
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  report.LogEnd(load, rejects_, elapsed);
  return rejects_.count() == 0 ? ExitCode::kOk : ExitCode::kRejected;
}

}  // namespace

ExitCode RunSeed(const SeedOptions& options, const Invocation& invocation) {
  const SeedRun run{
      .now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()),
      .seed = options.seed,
      .environment = &invocation.environment};
  const SeedPlan plan = MakeSeedPlan(options.plan, run);
  for (const std::string& remark : plan.remarks) invocation.log.Warn(remark);
  for (const std::string& file : plan.left_out) invocation.log.Info(file);
  if (options.init_replica_set || options.wait_for.count() > 0) {
    const ServerStart start = StartOf(options);
    if (const auto made = AwaitServer(start, invocation.stop)) {
      invocation.log.Info(
          fmt::format("made the replica set {} of {}", EscapeForDisplay(*made), start.host));
    }
  }
  Seed seed(options, plan, run, invocation);
  return seed.Run();
}

}  // namespace haul
