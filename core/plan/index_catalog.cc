#include "core/plan/index_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/bson/open_document.h"

namespace haul {
namespace {

std::string_view NameOf(ByteView index) { return FindString(index, "name"); }

std::optional<ByteView> KeyOf(ByteView index) { return FindDocument(index, "key"); }

bool SameBytes(ByteView a, ByteView b) { return AsText(a) == AsText(b); }

bool Names(const Element& which, ByteView index) {
  if (const auto name = which.AsString()) {
    return *name == NameOf(index) || (*name == "*" && NameOf(index) != "_id_");
  }
  const auto key = which.AsDocument();
  return key && KeyOf(index) && SameBytes(*key, *KeyOf(index));
}

// How an attribute of collMod shows in an index's specification.
struct Attribute {
  std::string_view name;
  std::string_view field;
  bool stays_when_true;  ///< else the field is taken away
};
constexpr std::array kAttributes = {
    Attribute{"hidden", "hidden", true}, Attribute{"prepareUnique", "prepareUnique", true},
    Attribute{"unique", "unique", true}, Attribute{"forceNonUnique", "unique", false}};

Document WithField(ByteView index, const Element& value, std::string_view field, bool stays) {
  ByteBuffer bytes;
  OpenDocument changed(bytes);
  bool placed = false;
  ElementWalk walk(index);
  while (const auto element = walk.Next()) {
    if (element->key != field) {
      changed.Append(*element);
    } else if (stays) {
      changed.Append(field, value);
      placed = true;
    }
  }
  if (stays && !placed) changed.Append(field, value);
  changed.End();
  return Document(bytes.view());
}

Document WithAttribute(const Document& index, const Element& attribute) {
  if (attribute.key == "expireAfterSeconds") {
    return WithField(index.bytes(), attribute, attribute.key, true);
  }
  const auto* row = std::ranges::find(kAttributes, attribute.key, &Attribute::name);
  if (row == kAttributes.end()) {
    throw Error(ExitCode::kSourceChanged, fmt::format("collMod changes '{}' of an index, which is "
                                                      "not known",
                                                      EscapeForDisplay(attribute.key)));
  }
  const bool on = attribute.AsBool().value_or(false);
  if (row->name != row->field && !on) return index.Clone();
  Document changed = WithField(index.bytes(), attribute, row->field, on == row->stays_when_true);
  // A unique index is no longer on its way to be one.
  if (row->name != "unique" || !on) return changed;
  return WithField(changed.bytes(), attribute, "prepareUnique", false);
}

bool IsMeant(ByteView change, ByteView index) {
  if (const auto name = FindElement(change, "name")) return name->AsString() == NameOf(index);
  const auto key = FindElement(change, "keyPattern");
  return key && Names(*key, index);
}

Document Changed(const Document& index, ByteView change) {
  Document changed = index.Clone();
  ElementWalk walk(change);
  while (const auto attribute = walk.Next()) {
    if (attribute->key == "name" || attribute->key == "keyPattern") continue;
    changed = WithAttribute(changed, *attribute);
  }
  return changed;
}

}  // namespace

void IndexCatalog::Add(const CollectionSpec& spec) { collections_[spec.ns] = spec.Clone(); }

void IndexCatalog::Create(const Namespace& ns, ByteView options) {
  CollectionSpec spec;
  spec.ns = ns;
  ByteBuffer bytes;
  OpenDocument kept(bytes);
  ElementWalk walk(options);
  const auto command = walk.Next();
  while (const auto option = walk.Next()) {
    if (option->key != "idIndex") kept.Append(*option);
  }
  kept.End();
  if (command) spec.options = Document(bytes.view());
  // A dump that read the collection later knows indexes that the entries to come will add again.
  Drop(ns);
  collections_[ns] = std::move(spec);
}

void IndexCatalog::Drop(const Namespace& ns) {
  collections_.erase(ns);
  collections_.erase({ns.database, std::string(LogicalCollection(ns.collection))});
}

void IndexCatalog::Rename(const Namespace& from, const Namespace& to) {
  Drop(to);
  auto node = collections_.extract(from);
  if (node.empty()) return;
  node.key() = to;
  node.mapped().ns = to;
  collections_.insert(std::move(node));
}

std::vector<CollectionSpec*> IndexCatalog::Find(const Namespace& ns) {
  std::vector<CollectionSpec*> found;
  const Namespace logical{ns.database, std::string(LogicalCollection(ns.collection))};
  for (const Namespace& name : {ns, logical}) {
    const auto at = collections_.find(name);
    if (at != collections_.end() && (found.empty() || found.front() != &at->second)) {
      found.push_back(&at->second);
    }
  }
  return found;
}

void IndexCatalog::AddIndex(const Namespace& ns, ByteView index) {
  const std::string name(NameOf(index));
  if (name.empty() || !KeyOf(index)) {
    throw Error(ExitCode::kCorrupt, fmt::format("an index of {} has no name or key", Display(ns)));
  }
  for (CollectionSpec* spec : Find(ns)) {
    std::erase_if(spec->indexes, [&](const Document& old) { return NameOf(old.bytes()) == name; });
  }
  CollectionSpec& spec = collections_[ns];
  spec.ns = ns;
  spec.indexes.emplace_back(index);
}

void IndexCatalog::DropIndexes(const Namespace& ns, const Element& which) {
  if (which.type == BsonType::kArray) {
    ElementWalk walk(which.AsDocument().value_or(ByteView()));
    while (const auto one = walk.Next()) {
      if (one->type != BsonType::kArray) DropIndexes(ns, *one);
    }
    return;
  }
  for (CollectionSpec* spec : Find(ns)) {
    std::erase_if(spec->indexes, [&](const Document& old) { return Names(which, old.bytes()); });
  }
}

bool IndexCatalog::Modify(const Namespace& ns, ByteView change) {
  bool found = false;
  for (CollectionSpec* spec : Find(ns)) {
    for (Document& index : spec->indexes) {
      if (!IsMeant(change, index.bytes())) continue;
      index = Changed(index, change);
      found = true;
    }
  }
  return found;
}

std::vector<CollectionSpec> IndexCatalog::Collections() const {
  std::vector<CollectionSpec> collections;
  for (const auto& [ns, spec] : collections_) collections.push_back(spec.Clone());
  return collections;
}

}  // namespace haul
