#include "dump/documents_output.h"

#include <fmt/format.h>

#include <mutex>

#include "core/base/error.h"
#include "core/storage/byte_sink.h"

namespace haul {
namespace {

class DocumentsOutput final : public DumpOutput, private CollectionOutput {
 public:
  explicit DocumentsOutput(const DumpOptions& options)
      : sink_(NewStandardOutputSink(options.sync ? Sync::kDurable : Sync::kNone)) {}

  void WriteDefinition(const PlannedCollection& /*planned*/) override {}
  CollectionOutput& Open(const PlannedCollection& /*planned*/) override { return *this; }
  CollectionOutput& OpenOplog() override { return *this; }
  void Commit(ManifestPart /*part*/) override { sink_->Commit(); }

  [[nodiscard]] Leftover Unfinished() const override {
    return {"what standard output got is not the whole collection", "run again"};
  }

 private:
  class Sink final : public DocumentSink {
   public:
    explicit Sink(DocumentsOutput& output) : output_(output) {}
    void Write(const Batch& batch) override {
      const std::lock_guard lock(output_.mutex_);
      output_.sink_->Append(batch.bytes());
    }
    void Finish() override {}

   private:
    DocumentsOutput& output_;
  };

  std::unique_ptr<DocumentSink> NewSink(FrameEncoder& /*encoder*/,
                                        SinkOptions /*options*/) override {
    return std::make_unique<Sink>(*this);
  }
  void Finish() override {}

  std::mutex mutex_;
  const std::unique_ptr<ByteSink> sink_;
};

}  // namespace

std::unique_ptr<DumpOutput> NewDocumentsOutput(const DumpOptions& options, const DumpPlan& plan) {
  for (const PlannedCollection& planned : plan.collections) {
    if (!planned.data_path.empty()) continue;
    throw Error(
        ExitCode::kUsage,
        fmt::format("{} is a view, which has no documents of its own", Display(planned.spec.ns)),
        "add --viewsAsCollections to write what it yields");
  }
  return std::make_unique<DocumentsOutput>(options);
}

}  // namespace haul
