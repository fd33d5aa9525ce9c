#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "restore/feed.h"
#include "restore/input.h"
#include "restore/plan.h"

namespace haul {

/// The data files of a dump: the largest collection first, all workers on one collection as far as
/// its order and the limits allow.
class FolderFeed final : public RestoreFeed {
 public:
  using Opener = std::function<std::unique_ptr<CollectionFeed>(const DataFile&)>;
  /// Opens all data files. All must outlive it.
  FolderFeed(const RestorePlan& plan, const RestoreOptions& options, const StopFlag& stop,
             const Opener& open = OpenFile);

  [[nodiscard]] Amount Expected(std::size_t collection) const override;
  [[nodiscard]] std::string Name(std::size_t collection) const override;
  [[nodiscard]] Count Documents(std::size_t collection) const override;
  void Verify(std::size_t part, std::size_t parts, const Concerns& concerns) const override;
  [[nodiscard]] bool CanVerify() const override;
  [[nodiscard]] bool Next(Claim& claim) override;
  [[nodiscard]] std::unique_ptr<DocumentSource> UserDocuments(DumpedAdminData::Kind kind) override;
  [[nodiscard]] std::unique_ptr<DocumentSource> Oplog() override;
  /// Each file was read to its end already.
  [[nodiscard]] std::vector<std::string> Finish() override { return {}; }

 private:
  struct Collection {
    std::unique_ptr<CollectionFeed> feed;  ///< null: no data
    std::size_t most_workers = 1;
    // Guarded by mutex_.
    std::size_t workers = 0;
    bool drained = false;
    bool done = false;
  };

  [[nodiscard]] static std::unique_ptr<CollectionFeed> OpenFile(const DataFile& file);
  [[nodiscard]] std::size_t MostWorkers(const PlannedCollection& planned,
                                        const CollectionFeed& feed) const;
  [[nodiscard]] bool NextDocuments(Claim& claim);
  /// Nothing: no work is left. Waits where all that is left is taken.
  [[nodiscard]] std::optional<std::size_t> Join();
  [[nodiscard]] std::optional<std::size_t> FindWork() const;
  /// True for the last worker that leaves a drained collection.
  [[nodiscard]] bool Leave(std::size_t index);

  const RestorePlan& plan_;
  const RestoreOptions& options_;
  const StopFlag& stop_;
  std::deque<Collection> collections_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace haul
