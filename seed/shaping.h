#pragma once

#include <optional>

#include "core/base/byte_buffer.h"
#include "core/bson/object_id.h"
#include "seed/plan.h"
#include "seed/seed_run.h"

namespace haul {

/// A document of a file, and which of its copies.
struct SeedItem {
  const CompiledDocument* document = nullptr;
  std::size_t index = 0;  ///< in its file
  std::uint64_t copy = 0;
};

/// Makes of a file's documents what is stored: `_id`, defaults, hashes, tokens. Const use is
/// thread-safe. What it throws never holds a value.
class Shaping {
 public:
  Shaping(const SeedFile& file, const SeedRun& run) : file_(file), run_(run) {}

  /// Appends the whole document as it is inserted. `id` is its `_id` where it brings none. Throws
  /// Error kRejected where it cannot be made.
  void Complete(const SeedItem& item, ByteView document, const ObjectIdBytes& id,
                ByteBuffer& out) const;

  /// What has to change in the stored document for it to be as the file says; nothing where it is
  /// so already. In both ways a hash that verifies, a token, and what differs from run to run stay
  /// as they are. Throws Error kRejected.
  /// Of kUpdate: a document of the changed fields and `_id`; of kReplace: the whole new document.
  [[nodiscard]] bool Change(const SeedItem& item, ByteView document, ByteView stored,
                            ByteBuffer& out) const;

  /// The document as it may be shown: secrets become "<redacted>".
  void Redact(const SeedItem& item, ByteView document, ByteBuffer& out) const;
  [[nodiscard]] bool HasSecrets(const SeedItem& item) const;

 private:
  class Output;

  [[nodiscard]] bool IsVolatile(const SeedItem& item, std::string_view field) const;
  /// The document with its _id first and what is computed for each document.
  void AppendStart(const SeedItem& item, ByteView document, const ObjectIdBytes& id,
                   ByteBuffer& out) const;
  void AppendTokens(ByteView document, ByteBuffer& out) const;
  [[nodiscard]] ByteBuffer Claims(const TokenField& token, ByteView document) const;
  /// The document with what has to stay as it is stored.
  void AppendKept(const SeedItem& item, ByteView document, ByteView stored, ByteBuffer& out) const;

  const SeedFile& file_;
  const SeedRun& run_;
};

}  // namespace haul
