#include "dump/archive_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "core/base/text.h"
#include "core/storage/byte_sink.h"
#include "formats/archive_writer.h"
#include "formats/metadata_json.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

// A copy of what is known before the first document.
ManifestPart OriginOf(const ManifestPart& part) {
  ManifestPart origin;
  origin.id = part.id.empty() ? RandomHex(16) : part.id;
  origin.tool_version = part.tool_version;
  origin.server_version = part.server_version;
  origin.started = part.started;
  origin.cluster_time_start = part.cluster_time_start;
  origin.consistency = part.consistency;
  origin.snapshot_time = part.snapshot_time;
  origin.oplog_start = part.oplog_start;
  origin.read_alone = part.read_alone;
  origin.options = part.options.Clone();
  return origin;
}

ArchiveCollection EntryOf(const PlannedCollection& planned) {
  if (planned.metadata_path.empty()) return {.ns = planned.archive_ns, .metadata = "", .type = ""};
  return {.ns = planned.spec.ns,
          .metadata = ToMetadataJson(planned.spec),
          .type = std::string(TypeName(planned.spec.type))};
}

// Every worker is in one collection at a time.
std::size_t MostOpen(const DumpOptions& options) {
  if (options.parallel_collections == 0) return options.jobs;
  return std::min(options.jobs, options.parallel_collections);
}

ArchivePrelude PreludeOf(const DumpOptions& options, const DumpPlan& plan,
                         const ManifestPart& part) {
  ArchivePrelude prelude;
  prelude.concurrent_collections = static_cast<std::int32_t>(MostOpen(options));
  prelude.origin = OriginOf(part);
  prelude.codec = options.destination.codec.id;
  for (const PlannedCollection& planned : plan.collections) {
    prelude.collections.push_back(EntryOf(planned));
  }
  if (plan.oplog_start) {
    prelude.collections.push_back({.ns = {"", kArchiveOplog}, .metadata = "", .type = ""});
  }
  return prelude;
}

std::unique_ptr<ByteSink> SinkFor(const DumpOptions& options) {
  const Destination& to = options.destination;
  const Sync sync = options.sync ? Sync::kDurable : Sync::kNone;
  if (to.is_standard_output()) return NewStandardOutputSink(sync);
  if (IsDevice(to.path)) return NewDeviceSink(to.path);
  return NewFileSink(to.path, {.sync = sync, .overwrite = options.overwrite});
}

fs::path SpoolDirectory(const Destination& to) {
  if (to.is_standard_output() || IsDevice(to.path)) return to.spool_directory;
  return fs::absolute(to.path).parent_path();
}

class ArchiveOutput final : public DumpOutput {
 public:
  ArchiveOutput(const DumpOptions& options, ArchivePrelude prelude)
      : destination_(options.destination),
        writer_(SinkFor(options), std::move(prelude),
                {.codec = destination_.codec, .spool_directory = SpoolDirectory(destination_)}) {}

  void WriteDefinition(const PlannedCollection& planned) override {
    if (planned.data_path.empty()) writer_.Open(planned.archive_ns).Finish();
  }
  CollectionOutput& Open(const PlannedCollection& planned) override {
    return writer_.Open(planned.archive_ns);
  }
  CollectionOutput& OpenOplog() override { return writer_.Open({"", kArchiveOplog}); }
  void Commit(ManifestPart /*part*/) override { writer_.Commit(); }

  [[nodiscard]] Leftover Unfinished() const override {
    const std::string name = EscapeForDisplay(destination_.Name());
    if (destination_.is_standard_output() || IsDevice(destination_.path)) {
      return {fmt::format("what {} got is an archive without an end, which no restore takes for "
                          "a whole one",
                          name),
              "run again"};
    }
    return {fmt::format("{}{} is left unfinished, and {} was not touched", name, kPartSuffix, name),
            "run again with --overwrite"};
  }

 private:
  const Destination destination_;
  ArchiveWriter writer_;
};

}  // namespace

std::unique_ptr<DumpOutput> NewArchiveOutput(const DumpOptions& options, const DumpPlan& plan,
                                             const ManifestPart& part) {
  ArchivePrelude prelude = PreludeOf(options, plan, part);
  // A name that an archive cannot hold is found before a file is made.
  static_cast<void>(EncodeArchivePrelude(prelude));
  return std::make_unique<ArchiveOutput>(options, std::move(prelude));
}

}  // namespace haul
