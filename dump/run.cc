#include "dump/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/base/version.h"
#include "core/cli/signals.h"
#include "core/mongo/deployment.h"
#include "core/pipeline/workers.h"
#include "core/report/progress.h"
#include "core/report/progress_renderer.h"
#include "core/report/summary.h"
#include "core/report/terminal.h"
#include "core/storage/byte_sink.h"
#include "core/storage/local.h"
#include "dump/copy.h"
#include "dump/oplog_copy.h"
#include "dump/output.h"
#include "dump/plan.h"

namespace haul {
namespace {

using Clock = std::chrono::steady_clock;

// Below the five seconds in which a signalled run has to be over.
constexpr std::chrono::milliseconds kGrace{4000};

void CheckFreeSpace(const DumpPlan& plan, const DumpOptions& options, Log& log) {
  const Destination& to = options.destination;
  if (to.is_standard_output() || IsDevice(to.path)) return;
  const std::uint64_t estimate = plan.EstimateStored(to.codec);
  const std::uint64_t free = FreeSpace(to.path);
  if (estimate <= free) return;
  const std::string message =
      fmt::format("the dump may take {}, and {} has {} free", FormatBytes(estimate),
                  EscapeForDisplay(to.path), FormatBytes(free));
  if (options.check_space) {
    throw Error(ExitCode::kLocalStorage, message + "; nothing was written",
                "free some space, choose another --out, or leave out --checkSpace");
  }
  log.Warn(message);
}

// Before anything is read or written.
void CheckDeployment(const DumpOptions& options, const ServerInfo& server) {
  constexpr int kFirstWithSnapshots = 5;
  if (!options.snapshot && !options.oplog) return;
  const std::string option = options.snapshot ? "--snapshot" : "--oplog";
  const std::string hint =
      fmt::format("leave out {}: each collection is then dumped as it is while it is read", option);
  if (server.mongos) {
    throw Error(
        ExitCode::kUnsupported,
        fmt::format("{} needs a replica set, and this is a mongos; nothing was written", option),
        hint + ", or dump each shard alone");
  }
  if (server.replica_set.empty()) {
    throw Error(ExitCode::kUnsupported,
                fmt::format("{} needs a replica set, and this server stands alone; nothing was "
                            "written",
                            option),
                hint);
  }
  if (options.snapshot && server.major < kFirstWithSnapshots) {
    throw Error(ExitCode::kUnsupported,
                fmt::format("--snapshot needs MongoDB 5.0 or later, and this is {}; nothing was "
                            "written",
                            server.version),
                "--oplog works with older servers");
  }
}

ManifestPart BeginPart(const DumpPlan& plan, const DumpSource& source) {
  ManifestPart part;
  part.tool_version = kVersion;
  part.server_version = source.deployment.info().version;
  part.started = FormatIsoTime(std::chrono::system_clock::now());
  part.cluster_time_start = ClusterTime(source.client);
  part.consistency = "none";
  part.options = source.options.selection.Clone();
  if (plan.catalogue.time) {
    part.consistency = "snapshot";
    part.snapshot_time = plan.catalogue.time->ToString();
    part.read_alone = plan.ReadAlone();
  } else if (plan.oplog_start) {
    part.consistency = "oplog";
  }
  if (plan.oplog_start) part.oplog_start = plan.oplog_start->ToString();
  return part;
}

std::string ReadSoFar(const CopyState& copy) {
  return fmt::format("{} of {} collections were read", copy.finished(), copy.collections());
}

[[noreturn]] void ThrowIncomplete(const Error& error, const CopyState& copy,
                                  const DumpOutput& output) {
  const auto [safe, next] = output.Unfinished();
  throw Error(error.code(), fmt::format("{}; {}; {}", error.message(), ReadSoFar(copy), safe),
              error.hint().empty() ? fmt::format("{} once the cause is gone", next)
                                   : fmt::format("{}; then {}", error.hint(), next));
}

ExitCode Stopped(CrewEnd end, const CopyState& copy, const DumpOutput& output, Log& log) {
  const ExitCode code = ReceivedSignal().value_or(ExitCode::kFailure);
  const auto [safe, next] = output.Unfinished();
  log.Warn(fmt::format("stopped by a signal: {}; {}; {}", ReadSoFar(copy), safe, next));
  if (end == CrewEnd::kAbandoned) ExitAtOnce(log, code);
  return code;
}

std::string MissingObject(const DumpOptions& options) {
  if (!options.collection.empty()) {
    return "no collection " + Display({options.database, options.collection});
  }
  if (options.database.empty()) return "nothing of what was asked for";
  return "nothing of database " + EscapeForDisplay(options.database) + " that was asked for";
}

void LogSnapshot(const DumpPlan& plan, Log& log) {
  if (!plan.catalogue.time) return;
  log.Info(fmt::format("reading at cluster time {}", plan.catalogue.time->ToString()));
  for (const Namespace& ns : plan.ReadAlone()) {
    log.Warn(
        fmt::format("{}: the server keeps no history of it, so it is not part of the "
                    "snapshot and is read as it is",
                    ns.ToString()));
  }
}

void LogOplog(const OplogCopy& oplog, const ManifestPart& part, Log& log) {
  log.Info(fmt::format("the oplog from {} to {}: {}, {}", part.oplog_start, part.oplog_end,
                       FormatCount(oplog.amount().documents, "entry", "entries"),
                       FormatBytes(oplog.amount().bytes)));
}

void LogPlan(const DumpPlan& plan, const DumpOptions& options, Log& log) {
  const CollectionSize total = plan.TotalSize();
  log.Info(fmt::format("dumping {} collection{} (about {} documents, {}) from {} to {}",
                       plan.collections.size(), plan.collections.size() == 1 ? "" : "s",
                       FormatCount(total.documents), FormatBytes(total.bytes),
                       options.connection.display_target, options.destination.Name()));
}

// Before anything is asked of the server.
void RefuseTerminal(const Destination& destination) {
  if (!destination.is_standard_output() || !IsTerminal(STDOUT_FILENO)) return;
  throw Error(ExitCode::kUsage, "standard output is a terminal, which is no place for a dump",
              "redirect it, or name a file: --archive=FILE");
}

}  // namespace

ExitCode RunDump(const DumpOptions& options, const Invocation& invocation) {
  Log& log = invocation.log;
  const Clock::time_point begin = Clock::now();
  if (!options.dry_run) RefuseTerminal(options.destination);
  Deployment deployment({.uri = options.connection.uri, .retry_for = options.connection.retry_for},
                        invocation.stop);
  for (const std::string& warning : deployment.uri_warnings()) {
    log.Warn("connection string: " + warning);
  }
  const Client client = deployment.Acquire();
  CheckDeployment(options, deployment.info());
  const DumpSource source{deployment, client, options};
  const DumpPlan plan = MakeDumpPlan(source);
  for (const std::string& warning : plan.catalogue.warnings) log.Warn(warning);
  if (plan.collections.empty()) {
    log.Warn(fmt::format("the server holds {}; nothing was written", MissingObject(options)));
    return ExitCode::kOk;
  }
  if (options.dry_run) {
    std::fputs((options.json ? plan.ToJson() : plan.ToText()).c_str(), stdout);
    return ExitCode::kOk;
  }
  CheckFreeSpace(plan, options, log);

  ManifestPart part = BeginPart(plan, source);
  const auto output = OpenDumpOutput(options, plan, part);
  LogPlan(plan, options, log);
  LogSnapshot(plan, log);

  Progress progress;
  CopyState copy({deployment, plan, options, *output, progress, log});
  OplogCopy oplog(deployment, options.destination.codec, plan.oplog_start.value_or(Timestamp{}),
                  [&copy] { return copy.finished() == copy.collections(); });
  try {
    CrewEnd end;
    {
      const ProgressRenderer renderer(progress, log, ProgressRenderer::For(log));
      copy.Begin();
      const std::size_t workers = options.jobs + (plan.oplog_start ? 1 : 0);
      end = RunWorkers(workers, invocation.stop, kGrace, [&](std::size_t index) {
        index < options.jobs ? copy.Work() : oplog.Work(*output);
      });
    }
    if (end != CrewEnd::kDone) return Stopped(end, copy, *output, log);
    if (plan.catalogue.time) CheckUnchanged(source, plan.catalogue);
    if (plan.oplog_start) {
      part.oplog_end = oplog.end().ToString();
      LogOplog(oplog, part, log);
    }
    part.cluster_time_end = ClusterTime(client);
    part.finished = FormatIsoTime(std::chrono::system_clock::now());
    output->Commit(std::move(part));
  } catch (const Error& error) {
    ThrowIncomplete(error, copy, *output);
  }
  LogSummary(log, {.verb = "dumped",
                   .done = progress.done(),
                   .elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() -
                                                                                    begin)});
  return ExitCode::kOk;
}

}  // namespace haul
