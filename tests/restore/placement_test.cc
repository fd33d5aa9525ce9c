#include "restore/placement.h"

#include <gtest/gtest.h>

#include "core/bson/extended_json.h"
#include "tests/restore/command_line.h"

namespace haul::testing {
namespace {

using Way = Placement::Way;

const std::string kRun(28, 'a');

Privileges Rights(const std::string& privileges) {
  return Privileges(ParseExtendedJson(R"({"authInfo":{"authenticatedUsers":[{"user":"u"}],
                                          "authenticatedUserPrivileges":[)" +
                                          privileges + "]}}",
                                      "rights")
                        .bytes());
}
Privileges Everything() { return Privileges(ParseExtendedJson("{}", "rights").bytes()); }

CollectionSpec Spec(const std::string& name, CollectionType type = CollectionType::kCollection) {
  CollectionSpec spec;
  spec.ns = {"shop", name};
  spec.type = type;
  return spec;
}

/// One collection on a target that holds `there`.
class Scene {
 public:
  explicit Scene(CollectionSpec wanted, std::optional<CollectionSpec> there = std::nullopt) {
    planned_.source = wanted.ns;
    planned_.spec = std::move(wanted);
    if (!there) return;
    Namespace ns = there->ns;
    existing_.emplace(std::move(ns), std::move(*there));
  }
  [[nodiscard]] Placements Place(std::vector<std::string> arguments,
                                 const Privileges& rights = Everything()) const {
    const RestoreOptions options = Check(std::move(arguments));
    return Placements({{&planned_}, options, existing_, rights, kRun, {}});
  }
  [[nodiscard]] Placement One(std::vector<std::string> arguments) const {
    return Place(std::move(arguments)).At(planned_.spec.ns);
  }

  PlannedCollection planned_;
  Placements::Existing existing_;
};

TEST(Placements, CreateWhatIsNotThereAndAddToWhatIs) {
  EXPECT_EQ(Scene(Spec("a")).One({"--drop"}).way, Way::kCreate);
  EXPECT_EQ(Scene(Spec("a")).One({}).way, Way::kCreate);
  EXPECT_EQ(Scene(Spec("a"), Spec("a")).One({}).way, Way::kAdd);
}

TEST(Placements, SwapACollectionWhereDropIsAskedFor) {
  const Scene scene(Spec("a"), Spec("a"));
  const Placements placements = scene.Place({"--drop"});
  const Placement& placement = placements.At({"shop", "a"});
  EXPECT_EQ(placement.way, Way::kSwap);
  EXPECT_EQ(placement.built, (Namespace{"shop", "haul." + kRun + ".0"}));
  EXPECT_EQ(placements.DataNamespace(scene.planned_), placement.built);
  EXPECT_EQ(placements.Count(Way::kSwap), 1U);
  EXPECT_TRUE(placements.DropsFirst().empty());
}

TEST(Placements, SayWhyACollectionIsDroppedFirst) {
  const auto time_series = CollectionType::kTimeSeries;
  const struct {
    Scene scene;
    std::string option;
    std::string why;
  } cases[] = {
      {Scene(Spec("a", time_series), Spec("a", time_series)), "--drop", "time-series"},
      {Scene(Spec("a"), Spec("a", time_series)), "--drop", "time-series"},
      {Scene(Spec("a", CollectionType::kView), Spec("a")), "--drop", "view"},
      {Scene(Spec("a"), Spec("a", CollectionType::kView)), "--drop", "view"},
      {Scene(Spec("system.js"), Spec("system.js")), "--drop", "do not rename it"},
      {Scene(Spec("a"), Spec("a")), "--dropFirst", "--dropFirst"},
  };
  for (const auto& [scene, option, why] : cases) {
    const Placement placement = scene.One({option});
    EXPECT_EQ(placement.way, Way::kDropFirst) << why;
    EXPECT_EQ(placement.built, scene.planned_.spec.ns);
    EXPECT_NE(placement.ToText().find(why), std::string::npos) << placement.ToText();
    const auto lines = scene.Place({option}).DropsFirst();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].find(Display(scene.planned_.spec.ns)), std::string::npos) << lines[0];
  }
}

TEST(Placements, AddToWhatCannotBeDropped) {
  const Scene scene(Spec("system.js"), Spec("system.js"));
  const Placements placements({{&scene.planned_},
                               Check({"--drop"}),
                               scene.existing_,
                               Everything(),
                               kRun,
                               {{"shop", "system.js"}}});
  EXPECT_EQ(placements.At({"shop", "system.js"}).way, Way::kAdd);
}

TEST(Placements, DropFirstWhereTheUuidIsToBeKept) {
  const Placement placement = Scene(Spec("a"), Spec("a")).One({"--drop", "--preserveUUID"});
  EXPECT_EQ(placement.way, Way::kDropFirst);
  EXPECT_NE(placement.why.find("UUID"), std::string::npos);
}

constexpr const char* kRestoreRole =
    R"({"resource":{"db":"","collection":""},
        "actions":["insert","createCollection","createIndex","dropCollection"]})";

TEST(Placements, AskForDropFirstWithoutTheRightToRename) {
  const Scene scene(Spec("a"), Spec("a"));
  const Privileges rights = Rights(kRestoreRole);
  EXPECT_EQ(CodeOf([&] { static_cast<void>(scene.Place({"--drop"}, rights)); }), ExitCode::kDenied);
  EXPECT_EQ(scene.Place({"--dropFirst"}, rights).Count(Way::kDropFirst), 1U);
  EXPECT_EQ(Scene(Spec("a")).Place({"--drop"}, rights).Count(Way::kCreate), 1U);
}

TEST(Placements, DropFirstForWantOfRightsWhereMongorestoreWould) {
  const Scene scene(Spec("a"), Spec("a"));
  RestoreOptions options = Check({"--drop"});
  options.swap_if_allowed = true;
  const Placements placements(
      {{&scene.planned_}, options, scene.existing_, Rights(kRestoreRole), kRun, {}});
  EXPECT_EQ(placements.Count(Way::kDropFirst), 1U);
  EXPECT_NE(placements.DropsFirst().front().find("no right"), std::string::npos);
}

TEST(Placements, SwapWithEitherSetOfRightsThatTheServerTakes) {
  const Scene scene(Spec("a"), Spec("a"));
  for (const char* more :
       {R"({"resource":{"db":"shop","collection":""},"actions":["renameCollectionSameDB"]})",
        R"({"resource":{"db":"shop","collection":""},"actions":["find"]})"}) {
    const Privileges rights = Rights(std::string(kRestoreRole) + "," + more);
    EXPECT_EQ(scene.Place({"--drop"}, rights).Count(Way::kSwap), 1U) << more;
  }
  // To rename what one may not read to a name that one may read would show its documents.
  const Privileges peeping =
      Rights(std::string(kRestoreRole) +
             R"(,{"resource":{"db":"shop","collection":""},"actions":["renameCollectionSameDB"]},
          {"resource":{"db":"shop","collection":"a"},"actions":["find"]})");
  EXPECT_EQ(CodeOf([&] { static_cast<void>(scene.Place({"--drop"}, peeping)); }),
            ExitCode::kDenied);
}

}  // namespace
}  // namespace haul::testing
