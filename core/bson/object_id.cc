#include "core/bson/object_id.h"

#include <bson/bson.h>

#include <algorithm>
#include <iterator>

namespace haul {

ObjectIdBytes NewObjectId() {
  bson_oid_t id;
  bson_oid_init(&id, nullptr);
  ObjectIdBytes bytes{};
  std::copy(std::begin(id.bytes), std::end(id.bytes), bytes.begin());
  return bytes;
}

}  // namespace haul
