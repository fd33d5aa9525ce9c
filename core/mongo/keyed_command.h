#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/bson/key_fields.h"
#include "core/bson/open_document.h"
#include "core/mongo/write_command.h"

namespace haul {

/// What is done with a document whose key says which stored document it is about.
enum class KeyedMode : std::uint8_t {
  kInsertIfAbsent,  ///< inserted where no document has its key; what is there stays as it is
  kReplace,         ///< put in place of the one that has its key, else inserted
  kMerge,           ///< its top-level fields put into the one that has its key, else inserted
  kDelete,          ///< one document that has its key is deleted
};

/// Builds the bytes of `update` and `delete` commands, one statement a document, in one reused
/// buffer. A key is compared for equality as a query does it: numbers of all types by value, with
/// the collection's collation, and a stored array also by its members. One thread.
class KeyedCommand {
 public:
  /// `key` must outlive it.
  KeyedCommand(const WriteCommandOptions& options, const KeyFields& key, KeyedMode mode);

  /// The command for the documents of `batch` that `indices` name, which have all parts of the key.
  /// A view into this object, valid until the next call.
  [[nodiscard]] bson_t Build(const Batch& batch, std::span<const std::uint32_t> indices);

 private:
  void AppendStatement(ByteView document);
  void AppendQuery(OpenDocument& statement, ByteView document);

  const KeyFields& key_;
  const KeyedMode mode_;
  Document head_;
  ByteBuffer command_;
  std::vector<Element> values_;
};

}  // namespace haul
