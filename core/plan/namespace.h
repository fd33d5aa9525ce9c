#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace haul {

/// A database and a collection (or view). Both are stored as the server has them, unescaped.
struct Namespace {
  std::string database;
  std::string collection;

  /// "shop.orders": the first dot ends the database. Not escaped for display.
  [[nodiscard]] std::string ToString() const { return database + '.' + collection; }
  auto operator<=>(const Namespace&) const = default;
};

/// At the first dot; without one the collection is empty.
[[nodiscard]] Namespace SplitNamespace(std::string_view text);

/// For messages: control characters escaped.
[[nodiscard]] std::string Display(const Namespace& ns);

inline constexpr std::string_view kBucketsPrefix = "system.buckets.";

/// "system.buckets.weather" -> "weather"; any other name stays.
[[nodiscard]] std::string_view LogicalCollection(std::string_view collection);

/// A name that the server accepts and that cannot leave a directory. Throws Error kUsage for a name
/// that is empty, too long, or holds NUL, '/', '\\', ' ', '"', '$' or '.' (databases), NUL or a
/// leading
/// '.' (collections). `what` names the origin in the message ("--db").
void CheckDatabaseName(std::string_view database, std::string_view what);
void CheckCollectionName(std::string_view collection, std::string_view what);

}  // namespace haul
