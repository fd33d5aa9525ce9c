#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/bson/extended_json.h"

namespace haul::testing {

/// A document from Extended JSON, and back.
[[nodiscard]] inline Document Doc(std::string_view json) {
  return ParseExtendedJson(json, "the test's document");
}
[[nodiscard]] inline std::string Json(const Document& document) {
  return ToCanonicalJson(document.bytes());
}
/// The same document as the writer prints it.
[[nodiscard]] inline std::string Same(std::string_view json) { return Json(Doc(json)); }

[[nodiscard]] inline std::vector<std::string> Jsons(const std::vector<Document>& documents) {
  std::vector<std::string> result;
  for (const Document& document : documents) result.push_back(Json(document));
  return result;
}

}  // namespace haul::testing
