#pragma once

#include <cstdint>
#include <optional>

#include "core/bson/document.h"

namespace haul {

/// A part of a collection that one worker reads. Partitions of one collection are disjoint and
/// together complete, whatever is written meanwhile.
struct Partition {
  enum class Order : std::uint8_t {
    kWhole,     ///< the whole collection in natural order
    kIds,       ///< lower <= _id < upper in index order; a missing bound is open
    kRecordIds, ///< lower < RecordId <= upper in natural order; a missing bound is open
    kQuery,     ///< what a query selects, in the order of the server's plan
  };

  /// A place in natural order: a record and the `_id` that it had, as {_id: value}.
  struct Record {
    std::int64_t record_id = 0;
    Document id;
  };

  Order order = Order::kWhole;
  std::optional<Document> lower_id;  ///< {_id: value}, never MinKey or MaxKey
  std::optional<Document> upper_id;
  std::optional<Record> lower_record;
  std::optional<Record> upper_record;
};

}  // namespace haul
