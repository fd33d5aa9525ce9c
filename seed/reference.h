#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bson/document.h"
#include "core/bson/element.h"
#include "core/bson/extended_json_wrapper.h"

namespace haul {

/// {"$$ref": {"users": {"email": "…"}}, "field": "_id", "as": "string"}, compiled.
struct Reference {
  std::string from;        ///< the collection whose documents hold it
  std::string collection;  ///< that it points into
  Document filter;         ///< fields (paths) and the values that they have
  std::string field = "_id";
  bool as_string = false;
  std::string place = {};  ///< "users.json: line 12, documents[1].managerId", for messages
};

/// All references of a run; equal ones are one.
class References {
 public:
  /// The reference's number.
  [[nodiscard]] std::size_t Add(Reference reference);
  [[nodiscard]] const std::vector<Reference>& all() const { return references_; }

 private:
  std::vector<Reference> references_;
};

/// The field at a path of names with dots between them; arrays are not entered.
[[nodiscard]] std::optional<Element> FieldAt(ByteView document, std::string_view path);

/// True where a query takes the values for equal: numbers by value, all else by type and bytes.
[[nodiscard]] bool SameValue(const Element& a, const Element& b);
[[nodiscard]] bool SameKey(std::span<const Element> a, std::span<const Element> b);

/// True where the document has what the filter says: numbers are equal by value.
[[nodiscard]] bool Matches(const Document& filter, ByteView document);

/// What the reference stands for, given the document that it points to. Error kUsage where that has
/// no such field or a value that is no text.
[[nodiscard]] WrappedValue ValueOf(const Reference& reference, ByteView target);

}  // namespace haul
