// Says which documents match a query, for tests/live/test_where.py, which asks a server the same.
//   where-probe DOCUMENTS QUERIES    files of Extended JSON lines; one line of positions a query

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/bson/extended_json.h"
#include "core/transform/document_match.h"

namespace haul {
namespace {

std::vector<Document> ReadLines(const char* path) {
  std::ifstream file(path);
  std::vector<Document> documents;
  for (std::string line; std::getline(file, line);) {
    documents.push_back(ParseExtendedJson(line, path));
  }
  return documents;
}

void Answer(const std::vector<Document>& documents, const Document& query) {
  const DocumentMatch match(query.bytes(), "query");
  std::string matching;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (match.Matches(documents[i].bytes())) matching += fmt::format("{} ", i);
  }
  fmt::print("{}\n", matching);
}

}  // namespace
}  // namespace haul

int main(int argc, char** argv) {
  if (argc != 3) return EXIT_FAILURE;
  try {
    const std::vector<haul::Document> documents = haul::ReadLines(argv[1]);
    for (const haul::Document& query : haul::ReadLines(argv[2])) haul::Answer(documents, query);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return EXIT_FAILURE;
  }
}
