#include "restore/folder_input.h"

#include <algorithm>

#include "core/base/text.h"
#include "restore/folder_feed.h"

namespace haul {

// A first look; the second one opens only what is selected.
FolderInput::FolderInput(const RestoreOptions& options) : options_(options) {
  const auto remember = [&](const Namespace& ns) {
    databases_.insert(ns.database);
    return false;
  };
  const DumpReader look =
      DumpReader::Open(options.path, {.allow_incomplete = options.allow_incomplete,
                                      .allow_empty = options.allow_missing,
                                      .selects = remember});
  shape_ = look.shape();
}

std::string FolderInput::Name() const { return EscapeForDisplay(options_.path); }

RestoreInput::Contents FolderInput::Select(const Selects& selects) {
  dump_ = DumpReader::Open(options_.path, {.allow_incomplete = options_.allow_incomplete,
                                           .allow_empty = options_.allow_missing,
                                           .selects = selects});
  Contents contents;
  for (const DumpedCollection& dumped : dump_->collections()) {
    contents.collections.push_back({dumped.spec.Clone(), dumped.has_metadata, dumped.data});
  }
  contents.admin_data = dump_->admin_data();
  contents.oplog = dump_->oplog();
  if (const auto& manifest = dump_->manifest()) {
    contents.snapshot = std::ranges::all_of(manifest->parts, IsSnapshot);
  }
  contents.warnings = dump_->warnings();
  contents.notes = dump_->notes();
  return contents;
}

void FolderInput::Verify() const { dump_->Verify(); }

std::unique_ptr<RestoreFeed> FolderInput::NewFeed(const RestorePlan& plan,
                                                  const RestoreOptions& options,
                                                  const StopFlag& stop) {
  return std::make_unique<FolderFeed>(plan, options, stop);
}

}  // namespace haul
