#include <optional>
#include <string>

#include "core/bson/open_document.h"
#include "core/transform/field_edits.h"
#include "core/transform/name_table.h"
#include "core/transform/reshape.h"

namespace haul {
namespace {

struct Kept {
  NameTable names;
  std::vector<Kept> children;  // of the names, at their positions
  bool whole = false;
};

class KeepStep : public Step {
 public:
  explicit KeepStep(const std::vector<FieldPath>& paths) {
    Add({"_id"});
    for (const FieldPath& path : paths) Add(path.parts());
  }

  [[nodiscard]] Outcome Run(ByteView document, ByteBuffer& out) const override {
    Fields(document, root_, out, 0);
    return Outcome::kWritten;
  }

 private:
  void Add(const std::vector<std::string>& parts) {
    Kept* node = &root_;
    for (const std::string& part : parts) {
      if (node->whole) return;
      const std::size_t position = node->names.Add(part);
      if (position == node->children.size()) node->children.emplace_back();
      node = &node->children[position];
    }
    node->whole = true;
  }

  static void Fields(ByteView document, const Kept& node, ByteBuffer& out, int nesting) {
    CheckNesting(nesting);
    OpenDocument open(out);
    ElementWalk walk(document);
    while (const std::optional<Element> element = walk.Next()) {
      const std::size_t found = node.names.Find(element->key);
      if (found == NameTable::kNone) continue;
      const Kept& child = node.children[found];
      if (child.whole) {
        open.Append(*element);
      } else if (element->type == BsonType::kDocument) {
        open.BeginElement(element->type, element->key);
        Fields(element->value, child, out, nesting + 1);
      } else if (element->type == BsonType::kArray) {
        open.BeginElement(element->type, element->key);
        Elements(element->value, child, out, nesting + 1);
      }
    }
    open.End();
  }

  static void Elements(ByteView array, const Kept& node, ByteBuffer& out, int nesting) {
    CheckNesting(nesting);
    OpenDocument open(out);
    ElementWalk walk(array);
    std::size_t kept = 0;
    while (const std::optional<Element> element = walk.Next()) {
      if (element->type != BsonType::kDocument && element->type != BsonType::kArray) continue;
      open.BeginElement(element->type, std::to_string(kept++));
      if (element->type == BsonType::kDocument) {
        Fields(element->value, node, out, nesting + 1);
      } else {
        Elements(element->value, node, out, nesting + 1);
      }
    }
    open.End();
  }

  Kept root_;
};

}  // namespace

std::unique_ptr<Step> KeepFields(const std::vector<FieldPath>& paths) {
  return std::make_unique<KeepStep>(paths);
}

}  // namespace haul
