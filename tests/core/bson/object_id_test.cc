#include "core/bson/object_id.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace haul {
namespace {

TEST(ObjectId, IsAnotherEachTimeAndKeepsThePartOfThisProcess) {
  std::set<ObjectIdBytes> seen;
  const ObjectIdBytes first = NewObjectId();
  for (int i = 0; i < 1000; ++i) {
    const ObjectIdBytes id = NewObjectId();
    EXPECT_TRUE(seen.insert(id).second);
    EXPECT_TRUE(std::equal(id.begin() + 4, id.begin() + 9, first.begin() + 4));
  }
}

}  // namespace
}  // namespace haul
