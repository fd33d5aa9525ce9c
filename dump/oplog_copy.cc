#include "dump/oplog_copy.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.h"
#include "core/mongo/oplog_tail.h"
#include "core/plan/oplog_entry.h"
#include "dump/oplog_safety.h"

namespace haul {

void OplogCopy::Work(DumpOutput& output) {
  const Client client = deployment_.Acquire();
  const auto encoder = GetCodec(codec_.id).new_encoder(codec_.level);
  CollectionOutput& file = output.OpenOplog();
  const auto sink = file.NewSink(*encoder);
  OplogTail tail(deployment_, client, start_);
  while (!deployment_.stop().requested()) {
    if (!end_known_ && collections_done_()) {
      end_ = NewestOplogTime(deployment_, client);
      end_known_ = true;
    }
    if (AtEnd()) break;
    for (const ByteView entry : tail.Next()) {
      Take(entry, *sink);
      if (AtEnd()) break;
    }
  }
  if (!AtEnd()) return;
  Flush(*sink);
  sink->Finish();
  file.Finish();
}

bool OplogCopy::AtEnd() const { return end_known_ && last_ >= end_; }

void OplogCopy::Take(ByteView entry, DocumentSink& sink) {
  const OplogEntry parsed = ParseOplogEntry(entry);
  if (const auto unsafe = WhyUnsafe(parsed)) {
    throw Error(ExitCode::kSourceChanged,
                fmt::format("the oplog holds, at {}, {}: what was dumped before and after it does "
                            "not fit together",
                            parsed.time.ToString(), *unsafe),
                "run again when nothing of the kind goes on ($out and convertToCapped rename "
                "collections too); --snapshot alone does without the oplog");
  }
  batch_.Append(entry);
  ++amount_.documents;
  amount_.bytes += entry.size();
  if (batch_.bytes().size() >= kBatchBytes) Flush(sink);
  last_ = parsed.time;
}

void OplogCopy::Flush(DocumentSink& sink) {
  sink.Write(batch_);
  batch_.Clear();
}

}  // namespace haul
