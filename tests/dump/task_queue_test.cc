#include "dump/task_queue.h"

#include <gtest/gtest.h>

namespace haul {
namespace {

TEST(TaskQueue, HandsOutEveryPartitionOnceInTheOrderOfThePlan) {
  TaskQueue tasks({2, 0, 1}, 0);
  const auto first = tasks.Claim();
  const auto second = tasks.Claim();
  const auto third = tasks.Claim();
  ASSERT_TRUE(first && second && third);
  EXPECT_EQ(first->collection, 0U);
  EXPECT_EQ(first->partition, 0U);
  EXPECT_EQ(second->collection, 0U);
  EXPECT_EQ(second->partition, 1U);
  EXPECT_EQ(third->collection, 2U);
  EXPECT_FALSE(tasks.Claim());
}

TEST(TaskQueue, TellsTheLastPartitionOfACollectionInWhateverOrderTheyEnd) {
  TaskQueue tasks({3}, 0);
  const DumpTask a = *tasks.Claim();
  const DumpTask b = *tasks.Claim();
  const DumpTask c = *tasks.Claim();
  EXPECT_FALSE(tasks.Done(c));
  EXPECT_FALSE(tasks.Done(a));
  EXPECT_TRUE(tasks.Done(b));
}

TEST(TaskQueue, BeginsNoFurtherCollectionWhileTheLimitIsReached) {
  TaskQueue tasks({1, 1, 1}, 2);
  const DumpTask a = *tasks.Claim();
  ASSERT_TRUE(tasks.Claim());
  EXPECT_FALSE(tasks.Claim());
  EXPECT_TRUE(tasks.Done(a));
  EXPECT_FALSE(tasks.Claim());  // it is being completed
  tasks.Close();
  const auto third = tasks.Claim();
  ASSERT_TRUE(third);
  EXPECT_EQ(third->collection, 2U);
}

TEST(TaskQueue, SharesAnOpenCollectionAlthoughTheLimitIsReached) {
  TaskQueue tasks({2, 1}, 1);
  ASSERT_TRUE(tasks.Claim());
  const auto second = tasks.Claim();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->collection, 0U);
}

}  // namespace
}  // namespace haul
