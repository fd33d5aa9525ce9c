#pragma once

#include <cstdint>
#include <functional>

#include "core/bson/timestamp.h"
#include "core/mongo/deployment.h"
#include "core/pipeline/batch.h"
#include "core/pipeline/document_sink.h"
#include "core/report/progress.h"
#include "dump/options.h"
#include "dump/output.h"

namespace haul {

/// The oplog of the time that a dump takes: one worker beside those that read collections writes
/// its entries out while they appear, so that the server may overwrite what was read, and looks at
/// each. end() and amount() are for after Work().
class OplogCopy {
 public:
  /// All outlive it. `collections_done` tells, from any thread, that nothing but the oplog is left.
  OplogCopy(Deployment& deployment, const CodecChoice& codec, Timestamp start,
            std::function<bool()> collections_done)
      : deployment_(deployment),
        codec_(codec),
        start_(start),
        collections_done_(std::move(collections_done)) {}

  /// Copies until the entry that is the newest once the collections are done, that one included, or
  /// until a stop is requested. Throws Error kSourceChanged, as soon as it is seen, where an entry
  /// cannot be replayed over a dump (WhyUnsafe) or the oplog was overwritten before it was read.
  void Work(DumpOutput& output);

  [[nodiscard]] Timestamp end() const { return end_; }
  [[nodiscard]] Amount amount() const { return amount_; }

 private:
  void Take(ByteView entry, DocumentSink& sink);
  [[nodiscard]] bool AtEnd() const;
  void Flush(DocumentSink& sink);

  Deployment& deployment_;
  const CodecChoice& codec_;
  const Timestamp start_;
  const std::function<bool()> collections_done_;
  Batch batch_;
  bool end_known_ = false;
  Timestamp end_;
  Timestamp last_;  // taken
  Amount amount_;
};

}  // namespace haul
