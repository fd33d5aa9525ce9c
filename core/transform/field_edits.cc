#include "core/transform/field_edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/transform/stored_value.h"

namespace haul {

struct FieldEdits::Node {
  NameTable names;
  std::vector<Node> children;             // of the names, at their positions
  std::shared_ptr<const FieldEdit> edit;  // of the field itself; then there are no children
  std::string label;                      // "convert createdAt"
  bool fills = false;                     // this or one below it may put in what is absent
};

/// One document on its way through the edits.
class FieldEdits::Pass {
 public:
  Pass(ByteView root, ByteBuffer& out) : root_(root), out_(out) {}

  void Fields(ByteView document, const Node& node, int nesting) {
    CheckNesting(nesting);
    OpenDocument open(out_);
    std::vector<bool> seen(node.fills ? node.children.size() : 0);
    const std::uint8_t* copied = document.data() + 4;
    const auto copy_until = [&](const std::uint8_t* end) {
      out_.Append({copied, static_cast<std::size_t>(end - copied)});
    };
    ElementWalk walk(document);
    while (const std::optional<Element> element = walk.Next()) {
      const std::size_t found = node.names.Find(element->key);
      if (found == NameTable::kNone) continue;
      if (node.fills) seen[found] = true;
      copy_until(element->whole.data());
      Field(*element, node.children[found], {root_, document, element->key, open, out_}, nesting);
      copied = element->whole.data() + element->whole.size();
    }
    copy_until(document.data() + document.size() - 1);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (!seen[i]) Absent(node.children[i], {root_, document, node.names.name(i), open, out_});
    }
    open.End();
  }

 private:
  void Field(const Element& element, const Node& node, const EditPlace& place, int nesting) {
    if (node.edit != nullptr) return Edit(element, node, place, nesting);
    switch (element.type) {
      case BsonType::kDocument:
        place.out.BeginElement(element.type, element.key);
        return Fields(element.value, node, nesting + 1);
      case BsonType::kArray:
        place.out.BeginElement(element.type, element.key);
        return Elements(element.value, node, nesting + 1);
      default:
        if (!node.fills) return place.out.Append(element);
        if (element.type != BsonType::kNull || !Absent(node, place)) Scalar(element, node, place);
    }
  }

  // A value where a document is needed, to put a field in.
  static void Scalar(const Element& element, const Node& node, const EditPlace& place) {
    if (element.type == BsonType::kNull) return place.out.Append(element);
    const Node* deepest = &node;
    while (deepest->edit == nullptr) {
      deepest = &*std::find_if(deepest->children.begin(), deepest->children.end(),
                               [](const Node& child) { return child.fills; });
    }
    throw Error(ExitCode::kRejected,
                fmt::format("{}: {} is {}, not a document", deepest->label,
                            EscapeForDisplay(element.key), TypeNoun(element.type)));
  }

  void Elements(ByteView array, const Node& node, int nesting) {
    CheckNesting(nesting);
    OpenDocument open(out_);
    ElementWalk walk(array);
    std::size_t position = 0;
    while (const std::optional<Element> element = walk.Next()) {
      const std::size_t found =
          node.names.Find(std::string_view(fmt::format_int(position++).c_str()));
      const EditPlace place{root_, array, element->key, open, out_, true};
      if (found != NameTable::kNone) {
        const std::size_t before = out_.size();
        Field(*element, node.children[found], place, nesting);
        if (out_.size() == before) open.BeginElement(BsonType::kNull, element->key);
      } else if (element->type == BsonType::kDocument) {
        open.BeginElement(element->type, element->key);
        Fields(element->value, node, nesting + 1);
      } else if (element->type == BsonType::kArray) {
        open.BeginElement(element->type, element->key);
        Elements(element->value, node, nesting + 1);
      } else {
        open.Append(*element);
      }
    }
    open.End();
  }

  void Edit(const Element& element, const Node& node, const EditPlace& place, int nesting) {
    if (element.type != BsonType::kArray || !node.edit->enters_arrays()) {
      return Labelled(node, [&] { node.edit->Change(element, place); });
    }
    CheckNesting(nesting);
    place.out.BeginElement(element.type, element.key);
    OpenDocument open(out_);
    ElementWalk walk(element.value);
    while (const std::optional<Element> inner = walk.Next()) {
      Edit(*inner, node, {root_, element.value, inner->key, open, out_, true}, nesting + 1);
    }
    open.End();
  }

  // False where nothing was put in.
  bool Absent(const Node& node, const EditPlace& place) {
    if (!node.fills) return false;
    const std::size_t before = out_.size();
    if (node.edit != nullptr) {
      Labelled(node, [&] { node.edit->Fill(place); });
      return out_.size() != before;
    }
    place.out.BeginElement(BsonType::kDocument, place.key);
    OpenDocument open(out_);
    bool any = false;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      if (Absent(node.children[i], {root_, {}, node.names.name(i), open, out_})) any = true;
    }
    open.End();
    if (!any) out_.Resize(before);
    return any;
  }

  template <typename Action>
  static void Labelled(const Node& node, Action action) {
    try {
      action();
    } catch (const Error& error) {
      throw error.WithContext(node.label);
    }
  }

  ByteView root_;
  ByteBuffer& out_;
};

FieldEdits::FieldEdits() : root_(std::make_unique<Node>()) {}
FieldEdits::~FieldEdits() = default;

bool FieldEdits::Add(const FieldPath& path, std::string_view step,
                     std::shared_ptr<const FieldEdit> edit) {
  const Node* known = root_.get();
  for (const std::string& part : path.parts()) {
    if (known->edit != nullptr) return false;
    const std::size_t found = known->names.Find(part);
    if (found == NameTable::kNone) {
      known = nullptr;
      break;
    }
    known = &known->children[found];
  }
  if (known != nullptr) return false;

  Node* node = root_.get();
  node->fills |= edit->fills_absent();
  for (const std::string& part : path.parts()) {
    const std::size_t position = node->names.Add(part);
    if (position == node->children.size()) node->children.emplace_back();
    node = &node->children[position];
    node->fills |= edit->fills_absent();
  }
  node->label = fmt::format("{} {}", step, EscapeForDisplay(path.text()));
  node->edit = std::move(edit);
  return true;
}

Step::Outcome FieldEdits::Run(ByteView document, ByteBuffer& out) const {
  Pass(document, out).Fields(document, *root_, 0);
  return Outcome::kWritten;
}

void CheckNesting(int nesting) {
  if (nesting > kMaxTransformNesting) {
    throw Error(ExitCode::kRejected,
                fmt::format("nested deeper than {} documents", kMaxTransformNesting));
  }
}

}  // namespace haul
