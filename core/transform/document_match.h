#pragma once

#include <memory>
#include <string_view>

#include "core/base/byte_buffer.h"

namespace haul {

/// A query, answered here and not by a server: equality, $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin,
/// $exists, $type, $not, $and, $or and $nor, with the meaning that servers give them: paths go
/// through arrays, an array matches where one of its elements does, null matches what is absent,
/// the order operators compare values of one class of types only. Const use is thread-safe.
class DocumentMatch {
 public:
  /// One condition on a document.
  class Condition;

  /// Throws Error kUsage for anything else, naming it; `what` names the query in the message.
  DocumentMatch(ByteView query, std::string_view what);
  ~DocumentMatch();

  /// Throws Error kCorrupt for bytes that are not BSON, kRejected for nesting that no server
  /// stores.
  [[nodiscard]] bool Matches(ByteView document) const;

 private:
  std::unique_ptr<Condition> condition_;
};

}  // namespace haul
