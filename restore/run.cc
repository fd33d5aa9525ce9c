#include "restore/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/cli/signals.h"
#include "core/mongo/deployment.h"
#include "core/pipeline/workers.h"
#include "core/report/progress.h"
#include "core/report/progress_renderer.h"
#include "restore/indexes_only.h"
#include "restore/load.h"
#include "restore/opening.h"
#include "restore/plan.h"
#include "restore/replay.h"
#include "restore/report.h"
#include "restore/target.h"
#include "restore/users.h"

namespace haul {
namespace {

using Clock = std::chrono::steady_clock;

// Below the five seconds in which a signalled run has to be over.
constexpr std::chrono::milliseconds kGrace{3500};
constexpr std::chrono::milliseconds kRemoveGrace{1000};

/// One run of the tool: its phases share what is here.
class Restore {
 public:
  Restore(const RestoreOptions& options, const RestorePlan& plan, const Invocation& invocation)
      : options_(options),
        plan_(plan),
        invocation_(invocation),
        log_(invocation.log),
        rejects_(options.rejects),
        deployment_({.uri = options.connection.uri, .retry_for = options.connection.retry_for},
                    invocation.stop),
        target_(deployment_, plan, options),
        indexes_({deployment_, options.write_concern, progress_, log_,
                  options.indexes.convert_legacy, options.stop_on_error}),
        feed_(plan.input->NewFeed(plan, options, invocation.stop)),
        load_({deployment_, plan, options, *feed_, rejects_, progress_, log_, indexes_,
               target_.placements()}) {}

  /// Everything that can be found out without touching the target.
  void Check();
  /// The plan, with what it does to what is there. After Check().
  [[nodiscard]] std::string PlanText() const {
    return plan_.ToText(
        [this](const Namespace& target) { return target_.placements().At(target).ToText(); });
  }
  /// Writes. The exit code says whether all of it is there.
  [[nodiscard]] ExitCode Run();

 private:
  using Work = std::function<void(std::size_t)>;

  [[nodiscard]] bool RunPhases();
  /// False: a signal ended it.
  [[nodiscard]] bool RunPhase(const char* name, std::size_t workers, const Work& work);
  [[nodiscard]] bool VerifyWhatNothingProtects();
  void VerifyDocuments(std::size_t index) const;
  void PrepareCollections();
  void Finish();
  void MergeUsers();
  void ReplayOplog();
  /// Before anything is replaced, so that a dump that is cut replaces nothing; an oplog, which is
  /// the last in a dump, changes what was replaced.
  void FinishFeed();
  [[nodiscard]] bool EndPhases();
  [[nodiscard]] ExitCode Stopped();
  [[nodiscard]] Error Failed(const Error& error);

  const RestoreOptions& options_;
  const RestorePlan& plan_;
  const Invocation& invocation_;
  Log& log_;
  RejectFile rejects_;
  Deployment deployment_;
  Progress progress_;
  RestoreTarget target_;
  IndexBuilds indexes_;
  std::unique_ptr<RestoreFeed> feed_;
  Load load_;
  std::optional<Replay> replay_;
  RestoreReport report_{
      {options_, plan_, log_, progress_, rejects_, target_, indexes_, load_, replay_}};
  std::atomic<std::size_t> next_collection_{0};
  std::size_t views_in_the_way_ = 0;
  bool wrote_ = false;
  bool abandoned_ = false;
};

void Restore::Check() {
  for (const std::string& warning : deployment_.uri_warnings()) {
    log_.Warn("connection string: " + warning);
  }
  for (const std::string& warning : plan_.warnings) log_.Warn(warning);
  for (const std::string& note : plan_.notes) log_.Verbose(note);
  plan_.input->Verify();
  if (plan_.users) CheckUsers(*feed_);
  target_.Check(log_);
  if (!options_.oplog_replay) return;
  CheckReplay(deployment_, plan_);
  replay_.emplace(Replay::Context{deployment_, plan_, options_, progress_, log_});
}

bool Restore::RunPhase(const char* name, std::size_t workers, const Work& work) {
  progress_.SetPhase(name);
  const CrewEnd end = RunWorkers(workers, invocation_.stop, kGrace, work);
  abandoned_ = end == CrewEnd::kAbandoned;
  return end == CrewEnd::kDone;
}

bool Restore::RunPhases() {
  const ProgressRenderer renderer(progress_, log_, ProgressRenderer::For(log_));
  const std::size_t jobs = options_.jobs;
  if (!VerifyWhatNothingProtects()) return false;
  wrote_ = true;
  return RunPhase("removing leftovers", 1, [this](std::size_t) { target_.RemoveLeftovers(); }) &&
         RunPhase("creating collections", jobs, [this](std::size_t) { PrepareCollections(); }) &&
         RunPhase("", jobs, [this](std::size_t) { load_.Work(); }) &&
         (replay_ ||
          RunPhase("reading the rest of the dump", 1, [this](std::size_t) { FinishFeed(); })) &&
         RunPhase("replacing collections", jobs, [this](std::size_t) { target_.swaps().Work(); }) &&
         RunPhase("creating views and users", 1, [this](std::size_t) { Finish(); }) && EndPhases();
}

bool Restore::EndPhases() {
  if (!replay_) return true;
  return RunPhase("replaying the oplog", 1, [this](std::size_t) { ReplayOplog(); }) &&
         RunPhase("", options_.jobs, [this](std::size_t) { indexes_.Work(); });
}

void Restore::ReplayOplog() {
  const std::unique_ptr<DocumentSource> oplog = feed_->Oplog();
  if (oplog == nullptr) {
    throw Error(ExitCode::kSourceChanged,
                fmt::format("--oplogReplay: {} holds no oplog, so that the collections are of "
                            "different times",
                            plan_.input->Name()));
  }
  replay_->Run(*oplog);
  if (invocation_.stop.requested()) return;
  FinishFeed();
  if (options_.with_indexes) replay_->AddIndexes(indexes_);
}

// What is dropped first.
bool Restore::VerifyWhatNothingProtects() {
  if (target_.placements().Count(Placement::Way::kDropFirst) == 0) return true;
  if (!feed_->CanVerify()) {
    log_.Warn(
        fmt::format("{} comes through a pipe: it is not looked through before collections "
                    "are dropped",
                    plan_.input->Name()));
    return true;
  }
  return RunPhase("checking the dump", options_.jobs,
                  [this](std::size_t index) { VerifyDocuments(index); });
}

void Restore::VerifyDocuments(std::size_t index) const {
  feed_->Verify(index, options_.jobs, [this](std::size_t collection) {
    const Namespace& target = plan_.collections[collection].spec.ns;
    return target_.placements().At(target).way == Placement::Way::kDropFirst;
  });
}

void Restore::FinishFeed() {
  for (const std::string& remark : feed_->Finish()) log_.Info(remark);
}

void Restore::PrepareCollections() {
  std::optional<CatalogWriter> catalog;
  while (!invocation_.stop.requested()) {
    const std::size_t next = next_collection_.fetch_add(1);
    if (next >= plan_.collections.size()) return;
    if (!catalog) catalog.emplace(deployment_);
    target_.Prepare(*catalog, plan_.collections[next]);
  }
}

void Restore::Finish() {
  CatalogWriter catalog(deployment_);
  for (const PlannedCollection& view : plan_.views) {
    if (invocation_.stop.requested()) return;
    if (target_.PrepareView(catalog, view)) continue;
    ++views_in_the_way_;
    log_.Warn(
        fmt::format("the view {} exists with another definition and stays as it is; --drop "
                    "replaces it",
                    Display(view.spec.ns)));
  }
  if (invocation_.stop.requested()) return;
  if (plan_.users) MergeUsers();
}

void Restore::MergeUsers() {
  const MergedUsers merged = RestoreUsers(deployment_, *feed_, *plan_.users, options_);
  if (merged.users + merged.roles == 0) {
    log_.Warn("the dump holds no users and roles of what was asked for: none were touched");
    return;
  }
  log_.Info(fmt::format("merged {} and {}", FormatCount(merged.users, "user"),
                        FormatCount(merged.roles, "role")));
  for (const std::string& kept : merged.kept) {
    log_.Warn(
        fmt::format("{} is not in the dump, and stays because this run logs in with it", kept));
  }
}

ExitCode Restore::Stopped() {
  const ExitCode code = ReceivedSignal().value_or(ExitCode::kFailure);
  report_.LogStopped();
  const CrewEnd removed = RunWorkers(1, invocation_.stop, kRemoveGrace,
                                     [this](std::size_t) { target_.swaps().Remove(); });
  abandoned_ = abandoned_ || removed == CrewEnd::kAbandoned;
  report_.WarnOfStanding();
  report_.WarnOfBuilding();
  rejects_.Finish();
  if (abandoned_) ExitAtOnce(log_, code);
  return code;
}

Error Restore::Failed(const Error& error) {
  rejects_.Finish();
  // A server that has just been waited for in vain is not waited for again.
  if (error.code() != ExitCode::kUnavailable) target_.swaps().Remove();
  report_.WarnOfStanding();
  if (wrote_) return report_.Explain(error);
  return {error.code(), error.message() + "; nothing was touched", error.hint()};
}

ExitCode Restore::Run() {
  const Clock::time_point begin = Clock::now();
  report_.LogBegin();
  try {
    if (!RunPhases()) return Stopped();
  } catch (const Error& error) {
    throw Failed(error);
  }
  rejects_.Finish();
  report_.LogEnd(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin));
  const bool all_there = (load_.totals().rejected == 0 || !options_.rejects_fail) &&
                         indexes_.failed() == 0 && views_in_the_way_ == 0 &&
                         (!replay_ || replay_->complete());
  return all_there ? ExitCode::kOk : ExitCode::kRejected;
}

}  // namespace

ExitCode RunRestore(const RestoreOptions& options, const Invocation& invocation) {
  const std::optional<RestorePlan> planned = PlanUnlessStopped(options, invocation);
  if (!planned) return ReceivedSignal().value_or(ExitCode::kFailure);
  const RestorePlan& plan = *planned;
  if (plan.Empty()) {
    invocation.log.Warn("the dump holds nothing of what was asked for; nothing was touched");
    return ExitCode::kOk;
  }
  if (options.indexes_only) return RunIndexesOnly(options, plan, invocation);
  Restore restore(options, plan, invocation);
  restore.Check();
  if (options.dry_run) {
    std::fputs(restore.PlanText().c_str(), stdout);
    return ExitCode::kOk;
  }
  return restore.Run();
}

}  // namespace haul
