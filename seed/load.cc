#include "seed/load.h"

#include <chrono>

namespace haul {
namespace {

// Below the five seconds in which a signalled run has to be over.
constexpr std::chrono::milliseconds kGrace{3500};
constexpr std::size_t kChunk = 1000;
// A hash takes as long as thousands of documents: small pieces spread them over all workers.
constexpr std::size_t kHashedChunk = 4;

}  // namespace

bool SeedFeed::AtDocument() {
  for (; file_ < collection_.files.size(); ++file_, document_ = 0) {
    const SeedFile& file = *collection_.files[file_];
    for (; document_ < file.documents.size(); ++document_, copy_ = 0) {
      if (file.levels[document_] == level_ && copy_ < file.documents[document_].copies) return true;
    }
  }
  return false;
}

bool SeedFeed::Next(Chunk& chunk) {
  const std::lock_guard lock(mutex_);
  chunk.items.clear();
  if (!AtDocument()) return false;
  chunk.file = file_;
  const SeedFile& file = *collection_.files[file_];
  const std::size_t size = file.settings.hashed.empty() ? kChunk : kHashedChunk;
  while (chunk.items.size() < size && AtDocument() && file_ == chunk.file) {
    chunk.items.push_back({&file.documents[document_], document_, copy_++});
  }
  return true;
}

SeedLoad::SeedLoad(const SeedContext& context, Progress& progress, StopFlag& stop)
    : context_(context), progress_(progress), stop_(stop), clients_(context.options.jobs) {
  for (const SeedCollection& collection : context.plan.collections) {
    collections_.push_back(&progress_.Add(Display(collection.ns), {collection.Count(), 0}));
    auto& states = states_.emplace_back();
    for (std::size_t i = 0; i < collection.files.size(); ++i) {
      states.push_back(std::make_unique<FileState>());
    }
  }
}

bool SeedLoad::Run(std::size_t collection) {
  const SeedCollection& planned = context_.plan.collections[collection];
  for (std::uint32_t level = 0; level < planned.levels; ++level) {
    // Outlives workers that are left behind.
    auto feed = std::make_shared<SeedFeed>(planned, level);
    const CrewEnd end = RunWorkers(
        clients_.size(), stop_, kGrace,
        [this, collection, feed](std::size_t worker) { Work(worker, collection, *feed); });
    abandoned_ = end == CrewEnd::kAbandoned;
    if (end != CrewEnd::kDone) return false;
  }
  collections_[collection]->Finish();
  return true;
}

void SeedLoad::Work(std::size_t worker, std::size_t collection, SeedFeed& feed) {
  SeedFeed::Chunk chunk;
  while (!stop_.requested() && feed.Next(chunk)) {
    std::optional<Client>& client = clients_[worker];
    if (!client) client.emplace(context_.deployment.Acquire());
    FileState& state = *states_[collection][chunk.file];
    SeedFileWriter(context_, *client,
                   {.collection = collection,
                    .file = chunk.file,
                    .counts = state.counts,
                    .keys = state.keys,
                    .progress = *collections_[collection]})
        .Write(chunk.items);
  }
}

}  // namespace haul
