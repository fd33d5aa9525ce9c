#include "restore/standard_input.h"

#include <utility>

#include "formats/codec_probe.h"
#include "formats/document_stream.h"
#include "restore/feed.h"
#include "restore/folder_feed.h"

namespace haul {

RestoreInput::Contents StandardInput::Select(const Selects& selects) {
  Contents contents;
  const Namespace ns{options_.database, options_.collection};
  if (!selects(ns)) return contents;
  DumpedCollection& dumped = contents.collections.emplace_back();
  dumped.spec.ns = ns;
  dumped.data.emplace().name = Name();
  return contents;
}

std::unique_ptr<RestoreFeed> StandardInput::NewFeed(const RestorePlan& plan,
                                                    const RestoreOptions& options,
                                                    const StopFlag& stop) {
  const auto open = [this](const DataFile& file) {
    auto stream = std::make_unique<DocumentStream>(
        source_, DocumentStream::Options{.name = file.name, .codec = ProbeCodec(source_)});
    return std::make_unique<CollectionFeed>(std::move(stream), file.name);
  };
  return std::make_unique<FolderFeed>(plan, options, stop, open);
}

}  // namespace haul
