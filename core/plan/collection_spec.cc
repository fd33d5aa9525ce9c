#include "core/plan/collection_spec.h"

#include "core/bson/element.h"

namespace haul {

std::string_view TypeName(CollectionType type) {
  switch (type) {
    case CollectionType::kCollection:
      return "collection";
    case CollectionType::kView:
      return "view";
    case CollectionType::kTimeSeries:
      return "timeseries";
  }
  return "collection";
}

bool CollectionSpec::capped() const {
  const std::optional<Element> option = FindElement(options.bytes(), "capped");
  return option && option->AsBool().value_or(false);
}

bool CollectionSpec::clustered() const {
  const std::optional<Element> option = FindElement(options.bytes(), "clusteredIndex");
  return option && (option->AsDocument() || option->AsBool().value_or(false));
}

Namespace CollectionSpec::DataNamespace() const {
  if (type != CollectionType::kTimeSeries) return ns;
  return {ns.database, std::string(kBucketsPrefix) + ns.collection};
}

CollectionSpec CollectionSpec::Clone() const {
  CollectionSpec clone;
  clone.ns = ns;
  clone.type = type;
  clone.options = options.Clone();
  for (const Document& index : indexes) clone.indexes.push_back(index.Clone());
  clone.uuid = uuid;
  return clone;
}

}  // namespace haul
