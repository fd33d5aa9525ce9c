#include "seed/commit.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/mongo/keyed_writer.h"
#include "core/mongo/write_command.h"

namespace haul {
namespace {

// How often a transaction that others broke is tried.
constexpr int kTries = 5;

class Commit {
 public:
  Commit(const SeedContext& context, const PreparedWrites& prepared)
      : context_(context), prepared_(prepared), client_(context.deployment.Acquire()) {}

  /// False: it may be tried again.
  [[nodiscard]] bool Try(bool last) {
    client_.BeginTransaction();
    try {
      if (context_.options.clear) Clear();
      for (const auto& [key, batch] : prepared_.all()) Write(key, batch);
    } catch (const Error& error) {
      client_.AbortTransaction();
      if (refused_) Refuse();
      if (error.code() == ExitCode::kUnavailable && !last) return false;
      throw Error(error.code(), error.message() + "; nothing of the transaction was stored",
                  error.hint());
    }
    if (!refused_) return client_.CommitTransaction();
    client_.AbortTransaction();
    Refuse();
  }

 private:
  struct Refused {
    Namespace ns;
    std::string file;
    std::string reason;
  };

  void Clear() {
    for (const SeedCollection& collection : context_.plan.collections) {
      const Document command = DeleteAllCommand(collection.ns.collection);
      client_.Command(collection.ns.database, command.bson(), "empty " + Display(collection.ns));
    }
  }

  void Write(const PreparedWrites::Key& key, const Batch& batch) {
    const SeedCollection& collection = context_.plan.collections[key.collection];
    const SeedFile& file = *collection.files[key.file];
    const bool inserts = key.mode == KeyedMode::kInsertIfAbsent;
    const KeyFields fields = inserts && file.key ? *file.key : KeyFields({"_id"}, "the key");
    KeyedCounts counts;
    KeyedWriter(context_.deployment, client_, fields, counts,
                {.ns = collection.ns,
                 .mode = key.mode,
                 .write_concern = {},
                 // The first one that is refused ends the transaction.
                 .ordered = true,
                 .stop_on_reject = true,
                 .on_reject =
                     [&](const RejectedDocument& reject) {
                       const std::string reason =
                           reject.reason.substr(0, reject.reason.find(" dup key:"));
                       refused_ = Refused{collection.ns, file.shown, reason};
                     },
                 .on_outcome = {}})
        .Write(batch);
    if (!inserts || counts.present == 0) return;
    throw Error(ExitCode::kUnavailable,
                fmt::format("{}: another run has just written what this one prepared",
                            Display(collection.ns)),
                "run it again: what is there is recognised");
  }

  [[noreturn]] void Refuse() const {
    throw Error(ExitCode::kRejected,
                fmt::format("{}: a document for {} was refused, so nothing of the transaction was "
                            "stored: {}",
                            EscapeForDisplay(refused_->file), Display(refused_->ns),
                            EscapeForDisplay(refused_->reason)));
  }

  const SeedContext& context_;
  const PreparedWrites& prepared_;
  Client client_;
  std::optional<Refused> refused_;
};

}  // namespace

void CommitPrepared(const SeedContext& context, const PreparedWrites& prepared) {
  for (int tried = 1; tried <= kTries; ++tried) {
    if (Commit(context, prepared).Try(tried == kTries)) return;
  }
  throw Error(ExitCode::kUnavailable,
              "commit the transaction: others' writes broke it again and again; nothing of it was "
              "stored",
              "run it again");
}

}  // namespace haul
