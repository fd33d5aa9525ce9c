#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/pipeline/batch.h"
#include "core/pipeline/document_source.h"
#include "core/pipeline/stop.h"
#include "core/report/progress.h"
#include "formats/data_file_reader.h"
#include "formats/dump_reader.h"
#include "restore/options.h"

namespace haul {

struct RestorePlan;

/// What one worker holds of a restore's documents. It keeps its claim for the whole of its work.
struct Claim {
  enum class Kind : std::uint8_t {
    kNone,       ///< nothing yet
    kDocuments,  ///< `batch` is to be written
    kComplete,   ///< all documents of the collection were handed out, checked and settled
  };
  Kind kind = Kind::kNone;
  std::size_t collection = 0;  ///< its place in RestorePlan::collections
  Batch batch;
  std::uint64_t advance = 0;  ///< what the batch adds to Progress, in the unit of Expected()

  // The feed's own.
  ClaimScratch scratch;
  std::optional<std::size_t> joined;
  std::uint64_t turn = 0;
};

/// Hands the documents of a plan's collections out to any number of workers at once. Memory is what
/// their claims hold. Thread-safe. Errors are kCorrupt with the place in the dump unless said
/// otherwise.
class RestoreFeed {
 public:
  RestoreFeed() = default;
  RestoreFeed(const RestoreFeed&) = delete;
  RestoreFeed& operator=(const RestoreFeed&) = delete;
  virtual ~RestoreFeed() = default;

  /// As far as it is known before reading: plain bytes, or stored ones where only those are known.
  [[nodiscard]] virtual Amount Expected(std::size_t collection) const = 0;
  /// What holds the documents of the collection, escaped for display; for messages.
  [[nodiscard]] virtual std::string Name(std::size_t collection) const = 0;

  struct Count {
    std::optional<std::uint64_t> expected;  ///< as the dump says
    std::uint64_t handed_out = 0;
  };
  [[nodiscard]] virtual Count Documents(std::size_t collection) const = 0;

  /// Looks through the documents of the collections that `concerns` names, as far as they can be
  /// read twice, and throws the first fault. `part` of `parts` may be looked through at once.
  using Concerns = std::function<bool(std::size_t collection)>;
  virtual void Verify(std::size_t part, std::size_t parts, const Concerns& concerns) const = 0;

  /// False: the documents come only once, through a pipe, and Verify() looks at nothing.
  [[nodiscard]] virtual bool CanVerify() const = 0;

  /// The call says that what the claim held is settled, and fills it anew. Each collection becomes
  /// complete once, for one worker. Waits where all that is left is in the hands of others. False:
  /// no work is left, or a stop was requested.
  [[nodiscard]] virtual bool Next(Claim& claim) = 0;

  /// The documents of the plan's users, roles or their schema's version; null where there are none
  /// or they are not known yet. Known at the latest when Next() has answered false for lack of
  /// work.
  [[nodiscard]] virtual std::unique_ptr<DocumentSource> UserDocuments(
      DumpedAdminData::Kind kind) = 0;

  /// The entries of the dump's oplog; null where it holds none. Once, when Next() has answered
  /// false for lack of work. The feed must outlive the source.
  [[nodiscard]] virtual std::unique_ptr<DocumentSource> Oplog() = 0;

  /// When all else is done: what is left of the dump is read and checked, so that nothing is
  /// claimed of a dump that was not read to its end. Answers what the user should know of it,
  /// escaped for display.
  [[nodiscard]] virtual std::vector<std::string> Finish() = 0;
};

/// What a restore is pointed at, opened; nothing of its documents was used yet.
class RestoreInput {
 public:
  RestoreInput() = default;
  RestoreInput(const RestoreInput&) = delete;
  RestoreInput& operator=(const RestoreInput&) = delete;
  virtual ~RestoreInput() = default;

  /// For messages; escaped for display.
  [[nodiscard]] virtual std::string Name() const = 0;
  [[nodiscard]] virtual DumpReader::Shape shape() const = 0;
  /// The databases that it holds anything of.
  [[nodiscard]] virtual std::set<std::string> Databases() const = 0;

  struct Contents {
    std::vector<DumpedCollection> collections;
    std::vector<DumpedAdminData> admin_data;
    std::optional<DataFile> oplog;
    bool snapshot = false;              ///< of one time without the oplog
    std::vector<std::string> warnings;  ///< for the user; escaped for display
    std::vector<std::string> notes;     ///< for who wants to know more
  };
  /// As DumpReader::Options::selects. What is not selected is not among the contents; its documents
  /// are passed over.
  using Selects = std::function<bool(const Namespace&)>;
  [[nodiscard]] virtual Contents Select(const Selects& selects) = 0;

  /// Checks of what was selected all that can be checked without the documents.
  virtual void Verify() const = 0;

  /// Once, after Select(). All must outlive the feed. Throws Error as DataFileReader does.
  [[nodiscard]] virtual std::unique_ptr<RestoreFeed> NewFeed(const RestorePlan& plan,
                                                             const RestoreOptions& options,
                                                             const StopFlag& stop) = 0;
};

/// Opens what the options name. Throws Error as DumpReader::Open does.
[[nodiscard]] std::unique_ptr<RestoreInput> OpenRestoreInput(const RestoreOptions& options);

}  // namespace haul
