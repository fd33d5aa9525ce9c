#include "core/mongo/read_order.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <utility>

#include "core/bson/element.h"
#include "core/mongo/driver_error.h"

namespace haul {
namespace {

Document BeginFind(const CollectionRead& read) {
  Document find = BeginFind(read.ns, read.at);
  BSON_APPEND_INT32(find.bson(), "batchSize", static_cast<std::int32_t>(read.reply_documents));
  if (read.more != nullptr) bson_concat(find.bson(), read.more->bson());
  return find;
}

Document Aggregation(const CollectionRead& read) {
  Document command;
  BSON_APPEND_UTF8(command.bson(), "aggregate", read.ns.collection.c_str());
  AppendReadConcern(command, read.at);
  bson_concat(command.bson(), read.aggregation->bson());
  bson_t cursor;
  BSON_APPEND_DOCUMENT_BEGIN(command.bson(), "cursor", &cursor);
  BSON_APPEND_INT32(&cursor, "batchSize", static_cast<std::int32_t>(read.reply_documents));
  bson_append_document_end(command.bson(), &cursor);
  BSON_APPEND_BOOL(command.bson(), "allowDiskUse", true);
  return command;
}

void AppendHint(Document& find, const char* field) {
  bson_t hint;
  BSON_APPEND_DOCUMENT_BEGIN(find.bson(), "hint", &hint);
  bson_append_int32(&hint, field, -1, 1);
  bson_append_document_end(find.bson(), &hint);
}

void AppendResume(Document& find, std::optional<std::int64_t> after_record) {
  BSON_APPEND_BOOL(find.bson(), "$_requestResumeToken", true);
  if (!after_record) return;
  bson_t token;
  BSON_APPEND_DOCUMENT_BEGIN(find.bson(), "$_resumeAfter", &token);
  BSON_APPEND_INT64(&token, "$recordId", *after_record);
  bson_append_document_end(find.bson(), &token);
}

/// The `_id` of a document as type byte + value bytes; empty where it has none.
std::string IdOf(ByteView document) {
  const auto id = FindElement(document, "_id");
  if (!id) return {};
  std::string key(1, static_cast<char>(id->type));
  return key.append(AsText(id->value));
}

/// A query, an aggregation or a view: nothing is known of the order.
class QueryOrder : public ReadOrder {
 public:
  explicit QueryOrder(const CollectionRead& read) : read_(read) {}

  Document FindCommand() const override {
    if (read_.aggregation != nullptr) return Aggregation(read_);
    Document find = BeginFind(read_);
    if (read_.filter != nullptr) BSON_APPEND_DOCUMENT(find.bson(), "filter", read_.filter->bson());
    return find;
  }
  bool Accept(const ServerCursor& cursor, std::vector<ByteView>& documents) override {
    delivered_ = delivered_ || !documents.empty();
    return !cursor.open();
  }
  bool can_continue() const override { return !delivered_; }
  bool Retreat(int /*server_code*/) override { return false; }

 private:
  const CollectionRead& read_;
  bool delivered_ = false;
};

/// Index order on `_id`: continued from the last `_id`, which the lower bound includes again.
class IdOrder : public ReadOrder {
 public:
  explicit IdOrder(const CollectionRead& read) : read_(read) {}

  Document FindCommand() const override {
    Document find = BeginFind(read_);
    AppendHint(find, "_id");
    const Partition& partition = *read_.partition;
    if (last_id_ && !AtExtreme()) {
      BSON_APPEND_DOCUMENT(find.bson(), "min", last_id_->bson());
    } else if (partition.lower_id) {
      BSON_APPEND_DOCUMENT(find.bson(), "min", partition.lower_id->bson());
    }
    if (partition.upper_id) BSON_APPEND_DOCUMENT(find.bson(), "max", partition.upper_id->bson());
    return find;
  }

  bool Accept(const ServerCursor& cursor, std::vector<ByteView>& documents) override {
    if (!documents.empty() && last_id_ && IdOf(documents.front()) == IdOf(last_id_->bytes())) {
      documents.erase(documents.begin());
    }
    if (!documents.empty()) Remember(documents.back());
    return !cursor.open();
  }
  // Index order is known from the first document on; one without an `_id` leaves no place to go on
  // from.
  bool can_continue() const override { return !lost_place_; }
  bool Retreat(int /*server_code*/) override { return false; }

  std::optional<Document> LastCommand() const override {
    if (read_.partition->upper_id || LastIs(BsonType::kMaxKey)) return std::nullopt;
    Document find = BeginFind(read_);
    bson_t filter;
    BSON_APPEND_DOCUMENT_BEGIN(find.bson(), "filter", &filter);
    BSON_APPEND_MAXKEY(&filter, "_id");
    bson_append_document_end(find.bson(), &filter);
    return find;
  }

 private:
  void Remember(ByteView document) {
    const auto id = FindElement(document, "_id");
    lost_place_ = !id;
    if (!id) return;
    // {_id: value}: length, element, terminator.
    ByteBuffer bytes;
    const auto size = static_cast<std::uint32_t>(id->whole.size() + 5);
    std::array<std::uint8_t, 4> little_endian{};
    for (std::size_t i = 0; i < 4; ++i)
      little_endian[i] = static_cast<std::uint8_t>(size >> (8 * i));
    bytes.Append(little_endian);
    bytes.Append(id->whole);
    constexpr std::uint8_t kEnd = 0;
    bytes.Append({&kEnd, 1});
    last_id_.emplace(bytes.view());
  }
  [[nodiscard]] bool LastIs(BsonType type) const {
    const auto id = last_id_ ? FindElement(last_id_->bytes(), "_id") : std::nullopt;
    return id && id->type == type;
  }
  // The server takes MinKey and MaxKey as open bounds.
  [[nodiscard]] bool AtExtreme() const {
    return LastIs(BsonType::kMinKey) || LastIs(BsonType::kMaxKey);
  }

  const CollectionRead& read_;
  std::optional<Document> last_id_;
  bool lost_place_ = false;
};

/// Natural order between two records, told apart by the resume tokens of the replies. Without
/// tokens the partition is a whole collection and cannot be continued.
class RecordOrder : public ReadOrder {
 public:
  RecordOrder(const Client& client, const CollectionRead& read)
      : client_(client),
        read_(read),
        floor_(read.partition->lower_record),
        resume_after_(floor_),
        earlier_(read.partition->earlier_records.begin(), read.partition->earlier_records.end()) {}

  Document FindCommand() const override {
    Document find = BeginFind(read_);
    AppendHint(find, "$natural");
    if (read_.resume_tokens) AppendResume(find, resume_after_);
    return find;
  }

  bool Accept(const ServerCursor& cursor, std::vector<ByteView>& documents) override {
    delivered_ = delivered_ || !documents.empty();
    const std::optional<std::int64_t> record = cursor.resume_record();
    if (!read_.resume_tokens || !record) return !cursor.open();

    const std::optional<std::int64_t> upper = read_.partition->upper_record;
    const bool begins_below_floor = floor_ && (!resume_after_ || *resume_after_ < *floor_);
    const std::size_t keep =
        upper && *record > *upper ? CountThrough(*upper, cursor, documents) : documents.size();
    const std::size_t skip =
        begins_below_floor ? CountThrough(*floor_, cursor, documents) : std::size_t{0};
    documents.resize(keep);
    documents.erase(documents.begin(),
                    documents.begin() + static_cast<std::ptrdiff_t>(std::min(skip, keep)));

    if (resume_after_) RememberEarlier(*resume_after_);
    resume_after_ = record;
    if (!floor_ || *record > *floor_) floor_ = record;
    return (upper && *record >= *upper) || !cursor.open();
  }

  bool can_continue() const override { return read_.resume_tokens || !delivered_; }

  // The record to resume after was deleted: begin at an earlier one and leave out what lies before.
  bool Retreat(int server_code) override {
    if (server_code != server_code::kKeyNotFound || !resume_after_) return false;
    while (!earlier_.empty() && earlier_.front() >= *resume_after_) earlier_.pop_front();
    resume_after_ = earlier_.empty() ? std::nullopt : std::optional(earlier_.front());
    return true;
  }

 private:
  void RememberEarlier(std::int64_t record) {
    constexpr std::size_t kRemembered = 16;
    earlier_.push_front(record);
    if (earlier_.size() > kRemembered) earlier_.pop_back();
  }

  // How many of the reply's documents lie at or before `bound`: the server is asked for the same
  // stretch again with only `_id` and RecordId, as the documents themselves do not carry their
  // RecordId.
  [[nodiscard]] std::size_t CountThrough(std::int64_t bound, const ServerCursor& cursor,
                                         const std::vector<ByteView>& documents) const {
    if (documents.empty() || *cursor.resume_record() <= bound) return documents.size();
    Document find = BeginFind(read_.ns, read_.at);
    BSON_APPEND_INT32(find.bson(), "batchSize", static_cast<std::int32_t>(documents.size()));
    BSON_APPEND_BOOL(find.bson(), "showRecordId", true);
    bson_t projection;
    BSON_APPEND_DOCUMENT_BEGIN(find.bson(), "projection", &projection);
    BSON_APPEND_INT32(&projection, "_id", 1);
    bson_append_document_end(find.bson(), &projection);
    AppendHint(find, "$natural");
    AppendResume(find, resume_after_);

    ServerCursor ids(client_, read_.ns, cursor.server_id());
    if (const auto failure = ids.Open(find.bson())) throw ReadError(read_.ns, read_.at, *failure);
    std::vector<std::string> through;
    ElementWalk walk(ids.documents());
    while (const auto element = walk.Next()) {
      const ByteView document = element->AsDocument().value();
      const auto record = FindElement(document, "$recordId");
      if (!record || record->AsInteger().value_or(0) > bound) break;
      through.push_back(IdOf(document));
    }
    // The last of them that the reply holds; one may have been deleted in between.
    for (; !through.empty(); through.pop_back()) {
      const auto found = std::find_if(documents.begin(), documents.end(), [&](ByteView document) {
        return IdOf(document) == through.back();
      });
      if (found != documents.end()) return static_cast<std::size_t>(found - documents.begin()) + 1;
    }
    return 0;
  }

  const Client& client_;
  const CollectionRead& read_;
  std::optional<std::int64_t> floor_;         // delivered, or another partition's, up to here
  std::optional<std::int64_t> resume_after_;  // where the newest cursor's next reply begins
  std::deque<std::int64_t> earlier_;          // known records before it, nearest first
  bool delivered_ = false;
};

}  // namespace

std::unique_ptr<ReadOrder> NewReadOrder(const Client& client, const CollectionRead& read) {
  switch (read.partition->order) {
    case Partition::Order::kIds:
      return std::make_unique<IdOrder>(read);
    case Partition::Order::kQuery:
      return std::make_unique<QueryOrder>(read);
    case Partition::Order::kWhole:
    case Partition::Order::kRecordIds:
      break;
  }
  return std::make_unique<RecordOrder>(client, read);
}

}  // namespace haul
