#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/bson/element.h"

namespace haul {

/// The fields whose values together tell documents apart: `_id`, or `tenant,address.email`. A
/// value; const use is thread-safe.
class KeyFields {
 public:
  /// Each path is the names of nested documents with dots between them. Error kUsage where there is
  /// none, one is empty or has an empty part, a part begins with '$', or one path is another or
  /// lies inside another; `what` names the origin in the message ("--upsertFields").
  KeyFields(std::vector<std::string> paths, const std::string& what);

  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }
  [[nodiscard]] bool is_only(std::string_view path) const {
    return paths_.size() == 1 && paths_.front() == path;
  }

  struct Found {
    std::size_t values = 0;         ///< parts that the document has
    std::string_view first_absent;  ///< the first path that it has not; empty where it has all
  };
  /// The value of each path, in their order, as views into `document`; arrays are not entered. A
  /// part that is absent, null or undefined is type kNull. `values` is overwritten. Error kCorrupt
  /// where the document is not BSON.
  [[nodiscard]] Found Find(ByteView document, std::vector<Element>& values) const;

 private:
  std::vector<std::string> paths_;
};

/// The same number for keys that a server without a collation takes for equal: numbers of all types
/// by their value, strings and symbols by their text.
[[nodiscard]] std::uint64_t HashKey(std::span<const Element> values);

}  // namespace haul
