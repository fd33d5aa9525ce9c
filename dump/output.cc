#include "dump/output.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/text.h"
#include "dump/archive_output.h"
#include "dump/documents_output.h"
#include "formats/dump_writer.h"

namespace haul {
namespace {

class DirectoryOutput final : public DumpOutput {
 public:
  DirectoryOutput(const DumpOptions& options, const DumpPlan& plan)
      : root_(options.destination.path),
        prelude_folder_(plan.prelude_folder),
        writer_(DumpWriter::Create({.root = options.destination.path,
                                    .codec = options.destination.codec,
                                    .sync = options.sync ? Sync::kDurable : Sync::kNone,
                                    .overwrite = options.overwrite},
                                   plan.Paths())) {}

  void WriteDefinition(const PlannedCollection& planned) override {
    if (!planned.metadata_path.empty()) writer_->WriteMetadata(planned.spec);
  }
  CollectionOutput& Open(const PlannedCollection& planned) override {
    return writer_->OpenDataFile(planned.data_path, planned.data_ns);
  }
  CollectionOutput& OpenOplog() override { return writer_->OpenOplog(); }
  void Commit(ManifestPart part) override { writer_->Commit(std::move(part), prelude_folder_); }

  [[nodiscard]] Leftover Unfinished() const override {
    return {fmt::format("no manifest was written, so that nobody takes {} for a dump",
                        EscapeForDisplay(root_)),
            "run again with --overwrite"};
  }

 private:
  const std::string root_;
  const std::string prelude_folder_;
  const std::unique_ptr<DumpWriter> writer_;
};

}  // namespace

std::unique_ptr<DumpOutput> OpenDumpOutput(const DumpOptions& options, const DumpPlan& plan,
                                           const ManifestPart& part) {
  switch (options.destination.kind) {
    case Destination::Kind::kArchive:
      return NewArchiveOutput(options, plan, part);
    case Destination::Kind::kDocuments:
      return NewDocumentsOutput(options, plan);
    case Destination::Kind::kDirectory:
      break;
  }
  return std::make_unique<DirectoryOutput>(options, plan);
}

}  // namespace haul
