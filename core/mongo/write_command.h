#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bson/document.h"
#include "core/pipeline/batch.h"

namespace haul {

/// What is the same in every write command of one writer.
struct WriteCommandOptions {
  std::string collection;
  Document write_concern;  ///< {} = the server's default
  bool ordered = false;
  bool bypass_validation = false;
  bool bypass_timestamp_replacement = false;  ///< only where the server knows the field
};

/// Adds it as `writeConcern`; an empty one leaves the choice to the connection.
void AppendWriteConcern(bson_t* command, const Document& write_concern);

/// Deletes every document of the collection.
[[nodiscard]] Document DeleteAllCommand(const std::string& collection);

/// What all commands of that name begin with: {NAME: collection, ordered, …}.
[[nodiscard]] Document NewCommandHead(const char* name, const WriteCommandOptions& options);

/// Builds the bytes of `insert` and `update` commands in one reused buffer: each document is copied
/// once. (The driver's bulk operation needed half as much processor time again.) One thread.
class WriteCommand {
 public:
  enum class Kind : std::uint8_t {
    kInsert,
    /// One upsert a document that stores it exactly as it is, Timestamp(0,0) included, and fails
    /// with a duplicate key where its `_id` exists: nothing is ever stored changed, not even for a
    /// moment.
    kExactUpsert,
  };

  explicit WriteCommand(const WriteCommandOptions& options);

  /// The command for the documents of `batch` that `indices` name, in that order. A view into this
  /// object, valid until the next call.
  [[nodiscard]] bson_t Build(Kind kind, const Batch& batch, std::span<const std::uint32_t> indices);

 private:
  Document insert_head_;
  Document update_head_;
  ByteBuffer command_;
};

/// One entry of `writeErrors`.
struct WriteError {
  std::size_t index = 0;  ///< of the statement in its command
  int code = 0;
  std::string message;
  std::vector<std::string> key;  ///< the fields of the index that a duplicate key violates
};

/// What a write command's reply says of its statements.
struct WriteReply {
  std::uint64_t written = 0;          ///< `n`
  std::uint64_t modified = 0;         ///< `nModified` of an update
  std::vector<std::size_t> upserted;  ///< statements of an update that inserted
  std::vector<WriteError> errors;
};
/// Error kInternal for a reply that names a statement that was not sent.
[[nodiscard]] WriteReply ParseWriteReply(ByteView reply, std::size_t statements);

}  // namespace haul
