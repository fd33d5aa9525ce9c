#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/base/error.h"
#include "core/cli/environment.h"
#include "core/plan/namespace.h"
#include "core/secret/keyed_hash.h"
#include "core/transform/transform.h"
#include "core/transform/transform_builder.h"
#include "core/transform/transform_file.h"
#include "formats/record_parser.h"
#include "tools/import/lanes.h"
#include "tools/import/options.h"
#include "tools/import/rejects.h"

namespace haul {

/// What is done to the documents of one collection between their text and the server. A value;
/// const use is thread-safe.
struct Shaping {
  Transform transform;
  Transform hashing;    ///< what takes long, and comes last: only for documents that are written
  Transform redaction;  ///< for rejects; empty where nothing is secret
  /// Documents get an `_id` where they have none, so that one that is sent twice is known again.
  bool adds_ids = false;
};

/// Shapings of one run: they share the time and the key of masks.
class ShapingFactory {
 public:
  /// Reads the files that the options name. Error kUsage.
  ShapingFactory(const ShapeOptions& options, const Environment& environment);

  [[nodiscard]] Shaping For(const Namespace& source, bool adds_ids) const;
  /// True where a document may take long (a password is hashed), so that small blocks spread it.
  [[nodiscard]] bool is_slow() const { return !options_.hashes.empty(); }
  /// A mask needs a key, and nobody chose one.
  [[nodiscard]] bool random_key_used() const { return random_key_used_; }

 private:
  [[nodiscard]] TransformBuilder Builder(const Namespace& source) const;
  [[nodiscard]] TransformBuilder HashingBuilder() const;

  const ShapeOptions& options_;
  std::optional<TransformFile> file_;
  KeyedHash mask_key_;
  bool random_key_ = false;
  bool random_key_used_ = false;
  std::chrono::sys_time<std::chrono::milliseconds> now_;
};

/// Shapes documents of blocks; one for each worker.
class Shaper {
 public:
  struct Counts {
    std::uint64_t filtered = 0;
    std::uint64_t rejected = 0;  ///< a step could not handle them; they were reported
    std::uint64_t left = 0;      ///< not looked at, because they stand behind the first reject
    std::uint64_t known = 0;     ///< are there already, and need not be hashed to be skipped
  };
  /// Which documents are there already, in their order. May be empty: then nothing is known.
  using Knowledge = std::function<std::vector<bool>(const Batch& documents)>;

  /// Both must outlive it.
  Shaper(const Shaping& shaping, ImportRejects& rejects, bool stop_at_reject, Knowledge known)
      : shaping_(shaping),
        rejects_(rejects),
        stop_at_reject_(stop_at_reject),
        known_(std::move(known)) {}

  /// Replaces `shaped` with what becomes of the block's documents. Where nothing is to be done, the
  /// block's batch moves. Error kLimit where a step gets no memory.
  [[nodiscard]] Counts Shape(ParsedBlock& block, LinedBatch& shaped);

 private:
  struct Stage {
    const Transform& transform;
    bool last = false;  ///< documents get their ids
  };
  void Run(const Stage& stage, const LinedBatch& documents, LinedBatch& shaped, Counts& counts);
  void LeaveOutKnown(LinedBatch& documents, Counts& counts) const;
  void AppendWithId(ByteView document, LinedBatch& shaped, std::uint64_t line);

  const Shaping& shaping_;
  ImportRejects& rejects_;
  const bool stop_at_reject_;
  const Knowledge known_;
  LinedBatch given_;
  LinedBatch unhashed_;
  ByteBuffer changed_;
  ByteBuffer with_id_;
};

}  // namespace haul
