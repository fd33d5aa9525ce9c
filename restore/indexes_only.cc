#include "restore/indexes_only.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "core/base/units.h"
#include "core/cli/signals.h"
#include "core/mongo/catalog.h"
#include "core/mongo/index_rewrite.h"
#include "core/mongo/privileges.h"
#include "core/pipeline/workers.h"
#include "core/report/progress_renderer.h"
#include "restore/index_builds.h"

namespace haul {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kGrace{3500};

// What the target lacks.
struct Missing {
  std::vector<IndexTask> tasks;
  std::size_t indexes = 0;
  std::size_t there = 0;
  std::vector<Namespace> collections;
};

// As createIndexes takes it, without what the server adds by itself.
Document Comparable(const Document& index) {
  Document result;
  bson_copy_to_excluding_noinit(index.bson(), result.bson(), "v", "ns", nullptr);
  return result;
}

void AddCollection(Missing& missing, const PlannedCollection& planned,
                   const std::vector<Document>& there, const IndexRewrite& rewrite) {
  IndexTask task{.ns = planned.spec.ns, .indexes = {}, .shown = {}};
  for (Document& index : RewriteIndexes(planned.spec, rewrite)) {
    const bool exists = std::any_of(there.begin(), there.end(), [&](const Document& other) {
      return Comparable(other) == Comparable(index);
    });
    if (exists) ++missing.there;
    if (!exists) task.indexes.push_back(std::move(index));
  }
  missing.indexes += task.indexes.size();
  if (!task.indexes.empty()) missing.tasks.push_back(std::move(task));
}

Missing FindMissing(Deployment& deployment, const RestorePlan& plan,
                    const RestoreOptions& options) {
  Missing missing;
  const Client client = deployment.Acquire();
  const Privileges rights = Privileges::Read(client);
  for (const PlannedCollection& planned : plan.collections) {
    const Namespace& ns = planned.spec.ns;
    const auto there = ListIndexes(deployment, client, ns);
    if (!there) {
      missing.collections.push_back(ns);
      continue;
    }
    AddCollection(missing, planned, *there, options.indexes);
    if (rights.Allows(ns, "createIndex")) continue;
    throw Error(
        ExitCode::kDenied,
        fmt::format("build the indexes of {}: the user has no right to createIndex; nothing "
                    "was touched",
                    Display(ns)),
        "the role restore suffices");
  }
  return missing;
}

void PrintPlan(const Missing& missing) {
  std::string text;
  for (const IndexTask& task : missing.tasks) {
    text += fmt::format("{}: {} indexes to build\n", Display(task.ns), task.indexes.size());
  }
  std::fputs(text.c_str(), stdout);
}

ExitCode Stopped(const IndexBuilds& builds, CrewEnd end, Log& log) {
  const ExitCode code = ReceivedSignal().value_or(ExitCode::kFailure);
  log.Warn("stopped by a signal; run the same command again: it builds what is missing");
  for (const Namespace& ns : builds.building()) {
    log.Warn(fmt::format("the server goes on building the indexes of {}", Display(ns)));
  }
  if (end == CrewEnd::kAbandoned) ExitAtOnce(log, code);
  return code;
}

}  // namespace

ExitCode RunIndexesOnly(const RestoreOptions& options, const RestorePlan& plan,
                        const Invocation& invocation) {
  const Clock::time_point begin = Clock::now();
  Log& log = invocation.log;
  for (const std::string& warning : plan.warnings) log.Warn(warning);
  Deployment deployment({.uri = options.connection.uri, .retry_for = options.connection.retry_for},
                        invocation.stop);
  Missing missing = FindMissing(deployment, plan, options);
  for (const Namespace& ns : missing.collections) {
    log.Warn(
        fmt::format("{} does not exist on the target: its indexes are not built", Display(ns)));
  }
  if (options.dry_run) {
    PrintPlan(missing);
    return ExitCode::kOk;
  }
  Progress progress;
  IndexBuilds builds({deployment, options.write_concern, progress, log,
                      options.indexes.convert_legacy, options.stop_on_error});
  log.Info(fmt::format("building {} indexes of {} collections on {}; {} are there already",
                       missing.indexes, missing.tasks.size(), options.connection.display_target,
                       missing.there));
  for (IndexTask& task : missing.tasks) builds.Add(std::move(task));
  const ProgressRenderer renderer(progress, log, ProgressRenderer::For(log));
  const CrewEnd end =
      RunWorkers(options.jobs, invocation.stop, kGrace, [&](std::size_t) { builds.Work(); });
  if (end != CrewEnd::kDone) return Stopped(builds, end, log);
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  log.Info(fmt::format("built {} indexes in {}, {} could not be built", builds.built(),
                       FormatDuration(elapsed), builds.failed()));
  const bool all = builds.failed() == 0 && missing.collections.empty();
  return all ? ExitCode::kOk : ExitCode::kRejected;
}

}  // namespace haul
