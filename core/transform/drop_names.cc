#include <optional>

#include "core/bson/open_document.h"
#include "core/transform/field_edits.h"
#include "core/transform/name_table.h"
#include "core/transform/reshape.h"

namespace haul {
namespace {

class DropNamesStep : public Step {
 public:
  explicit DropNamesStep(const std::vector<std::string>& names) {
    for (const std::string& name : names) names_.Add(name);
  }

  [[nodiscard]] Outcome Run(ByteView document, ByteBuffer& out) const override {
    Copy(document, false, out, 0);
    return Outcome::kWritten;
  }

 private:
  // An array's keys are positions, not names.
  void Copy(ByteView document, bool array, ByteBuffer& out, int nesting) const {
    CheckNesting(nesting);
    OpenDocument open(out);
    const std::uint8_t* copied = document.data() + 4;
    const auto copy_until = [&](const std::uint8_t* end) {
      out.Append({copied, static_cast<std::size_t>(end - copied)});
    };
    ElementWalk walk(document);
    while (const std::optional<Element> element = walk.Next()) {
      const bool nested = element->type == BsonType::kDocument || element->type == BsonType::kArray;
      const bool dropped = !array && names_.Find(element->key) != NameTable::kNone;
      if (!nested && !dropped) continue;
      copy_until(element->whole.data());
      copied = element->whole.data() + element->whole.size();
      if (dropped) continue;
      open.BeginElement(element->type, element->key);
      Copy(element->value, element->type == BsonType::kArray, out, nesting + 1);
    }
    copy_until(document.data() + document.size() - 1);
    open.End();
  }

  NameTable names_;
};

}  // namespace

std::unique_ptr<Step> DropNames(const std::vector<std::string>& names) {
  return std::make_unique<DropNamesStep>(names);
}

}  // namespace haul
