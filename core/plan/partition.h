#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/bson/document.h"

namespace haul {

/// A part of a collection that one worker reads. The partitions of one collection are disjoint and
/// together complete: a document that exists from the first read to the last is in exactly one.
struct Partition {
  enum class Order : std::uint8_t {
    kWhole,      ///< the whole collection in natural order
    kIds,        ///< lower <= _id < upper in index order; a missing bound is open
    kRecordIds,  ///< lower < RecordId <= upper in natural order; a missing bound is open
    kQuery,      ///< what a query (or a view) yields, in the order of the server's plan
  };

  Order order = Order::kWhole;
  std::optional<Document> lower_id;  ///< {_id: value}, never MinKey or MaxKey
  std::optional<Document> upper_id;
  std::optional<std::int64_t> lower_record;
  std::optional<std::int64_t> upper_record;
  /// Known records below lower_record, nearest first: where the read begins if that record is gone.
  std::vector<std::int64_t> earlier_records;
};

}  // namespace haul
