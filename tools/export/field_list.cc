#include "tools/export/field_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/cli/small_file.h"

namespace haul {
namespace {

constexpr std::string_view kPositional = ".$";

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(Trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

void CheckName(const std::string& name, std::string_view what) {
  const bool hole = name.empty() || name.starts_with('.') || name.ends_with('.') ||
                    name.find("..") != std::string::npos;
  if (!hole && name.find('\0') == std::string::npos && IsUtf8(name)) return;
  throw Error(ExitCode::kUsage,
              fmt::format("{}: '{}' is no name of a field", what, EscapeForDisplay(name)),
              "names stand between single commas, and dots between names");
}

void CheckNames(const std::vector<std::string>& names, std::string_view what) {
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    CheckName(name, what);
    if (seen.insert(name).second) continue;
    throw Error(ExitCode::kUsage,
                fmt::format("{}: '{}' stands there twice", what, EscapeForDisplay(name)));
  }
}

}  // namespace

std::vector<std::string> SplitFields(std::string_view list, std::string_view what) {
  std::vector<std::string> names = Split(list, ',');
  CheckNames(names, what);
  return names;
}

std::vector<std::string> ReadFieldFile(const std::string& path) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  const std::string text = ReadTextFile(path);
  std::string_view lines = text;
  if (lines.starts_with(kByteOrderMark)) lines.remove_prefix(kByteOrderMark.size());
  std::vector<std::string> names = Split(lines, '\n');
  std::erase(names, std::string());
  if (names.empty()) {
    throw Error(ExitCode::kUsage,
                fmt::format("--fieldFile {}: it names no field", EscapeForDisplay(path)),
                "write one name a line");
  }
  CheckNames(names, "--fieldFile");
  return names;
}

Document ProjectionOf(const std::vector<std::string>& fields) {
  std::set<std::string> sent = {"_id"};
  Document projection;
  BSON_APPEND_INT32(projection.bson(), "_id", 1);
  for (const std::string& field : fields) {
    const std::string name =
        field.ends_with(kPositional) ? field : field.substr(0, field.find('.'));
    if (sent.insert(name).second) BSON_APPEND_INT32(projection.bson(), name.c_str(), 1);
  }
  return projection;
}

std::vector<std::string> ColumnsOf(const std::vector<std::string>& fields) {
  std::vector<std::string> columns = fields;
  for (std::string& column : columns) {
    if (column.ends_with(kPositional)) column.resize(column.size() - kPositional.size());
  }
  return columns;
}

}  // namespace haul
