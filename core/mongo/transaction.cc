#include <fmt/format.h>

#include <string>

#include "core/mongo/deployment.h"
#include "core/mongo/driver_error.h"

namespace haul {
namespace {

constexpr const char* kCommit = "commit the transaction";

struct TransactionOptions {
  TransactionOptions() : handle(mongoc_transaction_opts_new()) {}
  TransactionOptions(const TransactionOptions&) = delete;
  TransactionOptions& operator=(const TransactionOptions&) = delete;
  ~TransactionOptions() { mongoc_transaction_opts_destroy(handle); }
  mongoc_transaction_opt_t* const handle;
};

// The write concern of a transaction is that of its commit.
void SetWriteConcern(mongoc_transaction_opt_t* options) {
  mongoc_write_concern_t* concern = mongoc_write_concern_new();
  mongoc_write_concern_set_w(concern, MONGOC_WRITE_CONCERN_W_MAJORITY);
  mongoc_transaction_opts_set_write_concern(options, concern);
  mongoc_write_concern_destroy(concern);
}

}  // namespace

void Client::BeginTransaction() {
  bson_error_t error;
  session_ = mongoc_client_start_session(client_, nullptr, &error);
  if (session_ == nullptr) throw DriverError("begin a transaction", error, nullptr);
  const TransactionOptions options;
  SetWriteConcern(options.handle);
  if (!mongoc_client_session_start_transaction(session_, options.handle, &error)) {
    AbortTransaction();
    throw DriverError("begin a transaction", error, nullptr);
  }
}

bool Client::CommitTransaction() {
  // The driver itself sends a commit whose answer was lost a second time.
  constexpr int kTries = 3;
  bson_error_t error;
  for (int tried = 1;; ++tried) {
    bson_t reply;
    const bool done = mongoc_client_session_commit_transaction(session_, &reply, &error);
    const bool nothing = !done && mongoc_error_has_label(&reply, "TransientTransactionError");
    const bool unknown = !done && mongoc_error_has_label(&reply, "UnknownTransactionCommitResult");
    bson_destroy(&reply);
    if (unknown && tried < kTries) continue;
    if (!done && !nothing) {
      const Error cause = DriverError(kCommit, error, nullptr);
      AbortTransaction();
      throw Error(cause.code(), cause.message() + "; whether it was stored is not known",
                  "run it again: what is there is recognised");
    }
    AbortTransaction();
    return done;
  }
}

void Client::AbortTransaction() noexcept {
  if (session_ == nullptr) return;
  bson_error_t error;
  if (mongoc_client_session_in_transaction(session_)) {
    // The server ends by itself what it does not hear this of.
    mongoc_client_session_abort_transaction(session_, &error);
  }
  mongoc_client_session_destroy(session_);
  session_ = nullptr;
}

void Client::JoinTransaction(bson_t* opts) const {
  if (session_ == nullptr) return;
  bson_error_t error;
  if (!mongoc_client_session_append(session_, opts, &error)) {
    throw DriverError("use the transaction", error, nullptr);
  }
}

}  // namespace haul
