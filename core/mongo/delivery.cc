#include "core/mongo/delivery.h"

#include <utility>

#include "core/mongo/driver_error.h"
#include "core/mongo/server_selection.h"

namespace haul {
namespace {

// A command holds one batch, also one that its source filled a little too much: larger ones save
// nothing. A server that has to refuse each of more documents writes a reply that it cannot send.
constexpr std::size_t kMaxCommandBytes = kBatchBytes + kBatchBytes / 2;
constexpr std::uint32_t kMaxCommandDocuments = 10'000;

}  // namespace

std::uint32_t EndOfCommand(const Batch& batch, std::uint32_t begin) {
  const auto documents = static_cast<std::uint32_t>(batch.documents());
  std::uint32_t end = begin;
  std::size_t bytes = 0;
  while (end < documents && end - begin < kMaxCommandDocuments &&
         (end == begin || bytes + batch.at(end).size() <= kMaxCommandBytes)) {
    bytes += batch.at(end++).size();
  }
  return end;
}

bool IsCausedByDocument(const bson_error_t& error) {
  const auto code = static_cast<int>(error.code);
  return error.domain == MONGOC_ERROR_SERVER &&
         (code == server_code::kInvalidBson || code == server_code::kBsonObjectTooLarge);
}

bool IsDuplicateKey(int code) { return code == server_code::kDuplicateKey || code == 11001; }

bson_error_t AsServerError(const WriteError& error) {
  bson_error_t result;
  bson_set_error(&result, MONGOC_ERROR_SERVER, static_cast<std::uint32_t>(error.code), "%s",
                 error.message.c_str());
  return result;
}

Delivery::Delivery(const Deployment& deployment, const Client& client, std::string operation)
    : deployment_(deployment),
      client_(client),
      operation_(std::move(operation)),
      backoff_(deployment.retry_for(), deployment.stop()) {}

void Delivery::Add(BatchIndices indices) {
  if (!indices.empty()) pending_.push_back(std::move(indices));
}

void Delivery::AddHalves(BatchIndices indices) {
  const auto middle = indices.begin() + static_cast<std::ptrdiff_t>((indices.size() + 1) / 2);
  Add({middle, indices.end()});
  Add({indices.begin(), middle});
}

std::optional<BatchIndices> Delivery::Next() {
  if (pending_.empty()) return std::nullopt;
  BatchIndices next = std::move(pending_.back());
  pending_.pop_back();
  return next;
}

CommandResult Delivery::Send(const std::string& database, const bson_t& command) {
  BeginAttempt();
  CommandResult result = client_.TryCommand(database, &command);
  if (result.ok) backoff_.Reset();
  return result;
}

bool Delivery::WaitedOut(BatchIndices& sent, const CommandResult& result) {
  const bson_t* reply = result.reply.bson();
  if (!IsTransient(result.error, reply)) return false;
  WaitOrThrow(result.error, reply);
  // Perhaps it was the size of the command or of its reply that broke the connection.
  const bool broke = result.error.domain == MONGOC_ERROR_STREAM;
  broke ? AddHalves(std::move(sent)) : Add(std::move(sent));
  return true;
}

void Delivery::BeginAttempt() { attempt_began_ = std::chrono::steady_clock::now(); }

void Delivery::WaitOrThrow(const bson_error_t& error, const bson_t* reply) {
  const bool over = SelectionOutlasted(error, attempt_began_, deployment_.retry_for());
  if (!over && backoff_.Wait()) return;
  throw DriverError(operation_, error, reply);
}

}  // namespace haul
