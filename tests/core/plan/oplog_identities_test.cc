#include "core/plan/oplog_identities.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/text.h"

namespace haul {
namespace {

const std::string kOne(16, '\x01');
const std::string kTwo(16, '\x02');
const std::string kThree(16, '\x03');

ByteView Uuid(const std::string& bytes) { return AsBytes(bytes); }

TEST(OplogIdentities, LetARenameBeThatTheDumpHasNotSeen) {
  OplogIdentities names;
  names.Expect("db.a", ToHex(kOne));
  names.Expect("db.b", ToHex(kTwo));
  names.Write("db.a", Uuid(kOne));
  EXPECT_TRUE(names.Rename("db.a", "db.b", Uuid(kOne)));
  names.Create("db.a", Uuid(kThree));
  EXPECT_TRUE(names.Rename("db.b", "db.c", Uuid(kOne)));
  EXPECT_TRUE(names.Rename("db.a", "db.b", Uuid(kThree)));
}

TEST(OplogIdentities, LetARenameBeThatTheDumpHasSeenWhereNothingElseHasEitherName) {
  OplogIdentities names;
  names.Expect("db.b", ToHex(kOne));
  names.Write("db.a", Uuid(kOne));
  EXPECT_TRUE(names.Rename("db.a", "db.b", Uuid(kOne)));
}

TEST(OplogIdentities, RefuseARenameWhereTheDumpHasAnotherCollectionOfTheOldName) {
  OplogIdentities names;
  names.Expect("db.a", ToHex(kTwo));
  names.Expect("db.b", ToHex(kOne));
  EXPECT_FALSE(names.Rename("db.a", "db.b", Uuid(kOne)));
}

TEST(OplogIdentities, RefuseARenameWhereTheNewNameGotWhatWasMeantForAnother) {
  OplogIdentities names;
  names.Expect("db.b", ToHex(kOne));
  names.Write("db.b", Uuid(kTwo));
  EXPECT_FALSE(names.Rename("db.a", "db.b", Uuid(kOne)));
}

TEST(OplogIdentities, RefuseARenameOfWhatWasDroppedInPlaceOfAnother) {
  OplogIdentities names;
  names.Expect("db.b", ToHex(kOne));
  names.Drop("db.b", Uuid(kTwo));
  EXPECT_FALSE(names.Rename("db.a", "db.b", Uuid(kOne)));
}

TEST(OplogIdentities, ForgetWhatTheOplogDropsAndBuildsAnew) {
  OplogIdentities names;
  names.Expect("db.a", ToHex(kTwo));
  names.Expect("other.a", ToHex(kThree));
  names.Write("db.a", Uuid(kOne));
  names.Drop("db.a", Uuid(kOne));
  names.Create("db.a", Uuid(kTwo));
  EXPECT_TRUE(names.Rename("db.a", "db.b", Uuid(kTwo)));
  names.DropDatabase("db");
  names.Create("db.b", Uuid(kOne));
  EXPECT_TRUE(names.Rename("db.b", "db.a", Uuid(kOne)));
  EXPECT_FALSE(names.Rename("other.a", "db.c", Uuid(kTwo)));
}

TEST(OplogIdentities, DoNotJudgeWhereNoUuidIsKnown) {
  OplogIdentities names;
  names.Expect("db.a", "");
  names.Write("db.a", Uuid(kOne));
  EXPECT_TRUE(names.Rename("db.a", "db.b", Uuid(kOne)));
  EXPECT_TRUE(names.Rename("db.a", "db.b", {}));
}

}  // namespace
}  // namespace haul
