#include "core/plan/namespace.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {
namespace {

// https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions
constexpr std::size_t kMaxDatabaseBytes = 63;
constexpr std::size_t kMaxNamespaceBytes = 255;
constexpr std::string_view kNotInDatabase("\0/\\ \"$.", 7);

[[noreturn]] void Refuse(std::string_view kind, std::string_view name, std::string_view what,
                         std::string_view cause) {
  throw Error(ExitCode::kUsage, fmt::format("{}: '{}' is not a {} name: {}", what,
                                            EscapeForDisplay(name), kind, cause));
}

}  // namespace

Namespace SplitNamespace(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return {std::string(text), {}};
  return {std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

std::string Display(const Namespace& ns) { return EscapeForDisplay(ns.ToString()); }

std::string_view LogicalCollection(std::string_view collection) {
  const bool buckets = collection.starts_with(kBucketsPrefix);
  return buckets ? collection.substr(kBucketsPrefix.size()) : collection;
}

void CheckDatabaseName(std::string_view database, std::string_view what) {
  if (database.empty()) Refuse("database", database, what, "it is empty");
  if (database.size() > kMaxDatabaseBytes) {
    Refuse("database", database, what,
           fmt::format("it is longer than {} bytes", kMaxDatabaseBytes));
  }
  const std::size_t bad = database.find_first_of(kNotInDatabase);
  if (bad != std::string_view::npos) {
    const std::string_view character = database.substr(bad, 1);
    Refuse("database", database, what, fmt::format("it holds '{}'", EscapeForDisplay(character)));
  }
}

void CheckCollectionName(std::string_view collection, std::string_view what) {
  if (collection.empty()) Refuse("collection", collection, what, "it is empty");
  if (collection.size() > kMaxNamespaceBytes) {
    Refuse("collection", collection, what,
           fmt::format("it is longer than {} bytes", kMaxNamespaceBytes));
  }
  if (collection.front() == '.') Refuse("collection", collection, what, "it begins with '.'");
  if (collection.find('\0') != std::string_view::npos) {
    Refuse("collection", collection, what, "it holds a NUL");
  }
}

}  // namespace haul
