#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "formats/archive_reader.h"
#include "restore/input.h"
#include "restore/plan.h"

namespace haul {

/// One stream of documents of all collections: the workers take turns at reading the next piece of
/// it, whichever collection that is of, while the others write theirs. So memory is what their
/// claims hold however the archive interleaves, and a collection is complete once its end came with
/// a good CRC and all its claims are settled. What is not in the plan is read, checked and passed
/// over.
class ArchiveFeed final : public RestoreFeed {
 public:
  struct Stream {
    std::string path;  ///< "-": standard input
    std::string name;  ///< for messages
    bool readable_twice = false;
    ArchiveReader& reader;
  };
  /// What holds the documents of a member, as messages and DataFile::name say it.
  [[nodiscard]] static std::string NameOf(const ArchiveMember& member, const std::string& archive);

  /// All must outlive it.
  ArchiveFeed(Stream stream, const RestorePlan& plan, const RestoreOptions& options,
              const StopFlag& stop);

  [[nodiscard]] Amount Expected(std::size_t collection) const override;
  [[nodiscard]] std::string Name(std::size_t collection) const override;
  [[nodiscard]] Count Documents(std::size_t collection) const override;
  /// A file is read a second time and as a whole, by one worker.
  void Verify(std::size_t part, std::size_t parts, const Concerns& concerns) const override;
  [[nodiscard]] bool CanVerify() const override { return stream_.readable_twice; }
  [[nodiscard]] bool Next(Claim& claim) override;
  [[nodiscard]] std::unique_ptr<DocumentSource> UserDocuments(DumpedAdminData::Kind kind) override;
  [[nodiscard]] std::unique_ptr<DocumentSource> Oplog() override;
  [[nodiscard]] std::vector<std::string> Finish() override;

 private:
  friend class ArchivedOplog;

  struct Collection {
    const PlannedCollection* planned = nullptr;
    std::size_t most_workers = 1;
    std::atomic<std::uint64_t> handed_out{0};
    // Guarded by mutex_.
    std::uint64_t issued = 0;
    std::uint64_t settled = 0;
    bool ended = false;
  };
  /// Users, roles or version, kept until all else is there.
  struct Kept {
    ByteBuffer documents;
    bool ended = false;
  };
  /// What becomes of a member; nothing: it is passed over.
  struct Destination {
    std::optional<std::size_t> collection;
    std::optional<DumpedAdminData::Kind> kept;
    bool oplog = false;
  };

  void AddDestinations();
  [[nodiscard]] std::size_t MostWorkers(const PlannedCollection& planned) const;
  /// True where the collection of the claim is complete by it.
  [[nodiscard]] bool Settle(Claim& claim);
  /// Reads until there is something for a worker; false at the end, or where the oplog begins that
  /// is to be replayed.
  [[nodiscard]] bool ReadNext(Claim& claim);
  [[nodiscard]] bool TakePiece(const ArchiveReader::Piece& piece, Claim& claim);
  void Keep(DumpedAdminData::Kind kind, const ArchiveReader::Piece& piece, const Batch& batch);
  /// False where a stop was requested.
  [[nodiscard]] bool AwaitTurn(const Claim& claim);
  void BeginOplog(const ArchiveReader::Piece& piece, Batch& batch);

  Stream stream_;
  const RestorePlan& plan_;
  const RestoreOptions& options_;
  const StopFlag& stop_;
  std::deque<Collection> collections_;
  std::vector<Destination> destinations_;  // by member

  std::mutex read_mutex_;  // guards the stream and what follows
  bool broken_ = false;
  bool over_ = false;
  bool at_oplog_ = false;  ///< its entries are for Oplog()
  Batch oplog_batch_;      ///< the first of them
  std::map<DumpedAdminData::Kind, Kept> kept_;

  std::mutex mutex_;
  std::condition_variable settled_;
};

}  // namespace haul
