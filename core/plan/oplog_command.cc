#include "core/plan/oplog_command.h"

#include <algorithm>
#include <array>

namespace haul {
namespace {

using Kind = OplogCommandKind;

struct CommandRow {
  std::string_view name;
  Kind kind;
};
constexpr std::array<CommandRow, 19> kCommands = {{
    {"create", Kind::kCreate},
    {"drop", Kind::kDrop},
    {"collMod", Kind::kModify},
    {"emptycapped", Kind::kEmptyCapped},
    {"convertToCapped", Kind::kConvertToCapped},
    {"createIndexes", Kind::kIndexes},
    {"commitIndexBuild", Kind::kIndexes},
    {"dropIndexes", Kind::kIndexes},
    {"dropIndex", Kind::kIndexes},
    {"deleteIndexes", Kind::kIndexes},
    {"deleteIndex", Kind::kIndexes},
    {"renameCollection", Kind::kRename},
    {"dropDatabase", Kind::kDropDatabase},
    {"applyOps", Kind::kApplyOps},
    {"startIndexBuild", Kind::kSkipped},
    {"abortIndexBuild", Kind::kSkipped},
    {"setMultikeyMetadata", Kind::kSkipped},
    {"dropIdent", Kind::kSkipped},
    {"dbCheck", Kind::kSkipped},
}};

}  // namespace

std::optional<OplogCommandKind> KindOfOplogCommand(std::string_view name) {
  const auto* row = std::ranges::find(kCommands, name, &CommandRow::name);
  if (row == kCommands.end()) return std::nullopt;
  return row->kind;
}

}  // namespace haul
