#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bson/element.h"
#include "core/bson/open_document.h"
#include "core/transform/field_path.h"
#include "core/transform/name_table.h"
#include "core/transform/step.h"

namespace haul {

/// Where an edit writes, and what it may look at.
struct EditPlace {
  ByteView root;          ///< the whole document, as it was before the step
  ByteView parent;        ///< the document or array that holds the field, as it was
  std::string_view key;   ///< of the field: what an edit writes under
  OpenDocument& out;      ///< where elements are appended
  ByteBuffer& bytes;      ///< the buffer below `out`, for values after BeginElement
  bool in_array = false;  ///< `parent` is an array: names have no place there
};

/// What is done to one field. Const use is thread-safe. Each throws Error kRejected with the mere
/// cause; the step's name and the path are put before it.
class FieldEdit {
 public:
  FieldEdit() = default;
  FieldEdit(const FieldEdit&) = delete;
  FieldEdit& operator=(const FieldEdit&) = delete;
  virtual ~FieldEdit() = default;

  /// Appends what stands in the field's place; nothing where the field goes.
  virtual void Change(const Element& field, const EditPlace& place) const = 0;
  /// Asked where the field is not there, if fills_absent(). Appends it, or nothing.
  virtual void Fill(const EditPlace& /*place*/) const {}
  [[nodiscard]] virtual bool fills_absent() const { return false; }
  /// True where an array is changed value by value, arrays in it too.
  [[nodiscard]] virtual bool enters_arrays() const { return false; }
};

/// Edits of fields that do not overlap, made in one pass over the bytes: what no path leads to is
/// copied as it lies. A field that occurs twice is changed twice. An element of an array that goes
/// leaves null, as $unset does, so that the others keep their positions.
class FieldEdits : public Step {
 public:
  FieldEdits();
  ~FieldEdits() override;

  /// False where `path` overlaps one that is there already; nothing is added then. `step` names
  /// the step in messages ("convert").
  [[nodiscard]] bool Add(const FieldPath& path, std::string_view step,
                         std::shared_ptr<const FieldEdit> edit);

  [[nodiscard]] Outcome Run(ByteView document, ByteBuffer& out) const override;

 private:
  struct Node;
  class Pass;

  std::unique_ptr<Node> root_;
};

/// How deep documents are followed; the server stores 100 levels.
inline constexpr int kMaxTransformNesting = 250;
/// Throws Error kRejected.
void CheckNesting(int nesting);

}  // namespace haul
