#include "core/transform/reshape.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/object_id.h"
#include "core/transform/letter_case.h"
#include "core/transform/stored_value.h"

namespace haul {
namespace {

[[noreturn]] void Refuse(std::string cause) { throw Error(ExitCode::kRejected, std::move(cause)); }

// Elements of an array have positions, not names.
void RefuseInArray(const EditPlace& place) {
  if (place.in_array) Refuse("it is an element of an array, which has no name");
}

class NewIdStep : public Step {
 public:
  [[nodiscard]] Outcome Run(ByteView document, ByteBuffer& out) const override {
    OpenDocument open(out);
    open.BeginElement(BsonType::kObjectId, "_id");
    out.Append(NewObjectId());
    ElementWalk walk(document);
    while (const std::optional<Element> element = walk.Next()) {
      if (element->key != "_id") open.Append(*element);
    }
    open.End();
    return Outcome::kWritten;
  }
};

// The moved value at its new place, which is known to be free.
class PutFrom : public FieldEdit {
 public:
  explicit PutFrom(FieldPath from) : from_(std::move(from)) {}
  void Change(const Element& /*field*/, const EditPlace& /*place*/) const override {
    Refuse("the field exists already");
  }
  void Fill(const EditPlace& place) const override {
    place.out.Append(place.key, *FindField(place.root, from_).value);
  }
  [[nodiscard]] bool fills_absent() const override { return true; }

 private:
  FieldPath from_;
};

class MoveStep : public Step {
 public:
  MoveStep(FieldPath from, FieldPath to) : from_(std::move(from)), to_(std::move(to)) {
    const bool apart = edits_.Add(from_, "rename", Unset()) &&
                       edits_.Add(to_, "rename to", std::make_shared<PutFrom>(from_));
    if (!apart) {
      throw Error(ExitCode::kUsage,
                  fmt::format("rename {} to {}: one lies inside the other",
                              EscapeForDisplay(from_.text()), EscapeForDisplay(to_.text())));
    }
  }

  [[nodiscard]] Outcome Run(ByteView document, ByteBuffer& out) const override {
    const FieldPlace place = FindField(document, from_);
    if (place.meets_array || FindField(document, to_).meets_array) {
      Refuse(fmt::format("rename {} to {}: there is an array on the way",
                         EscapeForDisplay(from_.text()), EscapeForDisplay(to_.text())));
    }
    return place.value ? edits_.Run(document, out) : Outcome::kUnchanged;
  }

 private:
  FieldPath from_;
  FieldPath to_;
  FieldEdits edits_;
};

class RenameEdit : public FieldEdit {
 public:
  explicit RenameEdit(std::string name) : name_(std::move(name)) {}
  void Change(const Element& field, const EditPlace& place) const override {
    RefuseInArray(place);
    if (FindElement(place.parent, name_)) {
      Refuse(fmt::format("{} exists already", EscapeForDisplay(name_)));
    }
    place.out.Append(name_, field);
  }

 private:
  std::string name_;
};

class SplitEdit : public FieldEdit {
 public:
  SplitEdit(std::vector<std::string> names, std::string by)
      : names_(std::move(names)), by_(std::move(by)) {}

  void Change(const Element& field, const EditPlace& place) const override {
    const std::optional<std::string_view> text = field.AsString();
    RefuseInArray(place);
    if (field.type == BsonType::kNull) return place.out.Append(field);
    if (!text) Refuse(fmt::format("{} where a string is needed", TypeNoun(field.type)));
    for (const std::string& name : names_) {
      if (name != field.key && FindElement(place.parent, name)) {
        Refuse(fmt::format("{} exists already", EscapeForDisplay(name)));
      }
    }
    std::string rest = by_.empty() ? Trimmed(*text) : std::string(*text);
    for (const std::string& name : names_) {
      const bool last = &name == &names_.back();
      const Piece piece = last ? Piece{rest.size(), rest.size()} : NextPiece(rest);
      place.out.AppendText(name, std::string_view(rest).substr(0, piece.end));
      if (piece.next >= rest.size() && (by_.empty() || piece.next == piece.end)) return;
      rest.erase(0, piece.next);
    }
  }

 private:
  struct Piece {
    std::size_t end;   // of this one
    std::size_t next;  // where the one after it begins; the same as `end` where there is none
  };

  [[nodiscard]] Piece NextPiece(std::string_view rest) const {
    constexpr std::string_view kSpace = " \t\n\r\f\v";
    const std::size_t end = by_.empty() ? rest.find_first_of(kSpace) : rest.find(by_);
    if (end == std::string_view::npos) return {rest.size(), rest.size()};
    if (!by_.empty()) return {end, end + by_.size()};
    return {end, rest.find_first_not_of(kSpace, end)};
  }

  std::vector<std::string> names_;
  std::string by_;
};

class WrapEdit : public FieldEdit {
 public:
  WrapEdit(FieldPath own, StoredValue shape, std::string_view what)
      : own_(std::move(own)), shape_(std::move(shape)) {
    CollectPaths(AsBytes(shape_.bytes), what);
  }

  void Change(const Element& field, const EditPlace& place) const override {
    place.out.BeginElement(BsonType::kDocument, place.key);
    Shape(AsBytes(shape_.bytes), field, place);
  }

 private:
  static constexpr std::string_view kLiteral = "$literal";

  // Every "$path" once, so that a wrong one is found before any document is.
  void CollectPaths(ByteView shape, std::string_view what) {
    ElementWalk walk(shape);
    while (const std::optional<Element> part = walk.Next()) {
      const std::optional<std::string_view> text = part->AsString();
      if (text && text->starts_with('$')) paths_.emplace_back(text->substr(1), what);
      if (part->type == BsonType::kDocument && !FindElement(part->value, kLiteral)) {
        CollectPaths(part->value, what);
      }
    }
  }

  void Shape(ByteView shape, const Element& field, const EditPlace& place) const {
    OpenDocument open(place.bytes);
    ElementWalk walk(shape);
    while (const std::optional<Element> part = walk.Next()) {
      const std::optional<std::string_view> text = part->AsString();
      if (text && text->starts_with('$')) {
        const std::optional<Element> value = Value(text->substr(1), field, place.root);
        if (value) open.Append(part->key, *value);
      } else if (part->type == BsonType::kDocument) {
        if (const std::optional<Element> literal = FindElement(part->value, kLiteral)) {
          open.Append(part->key, *literal);
          continue;
        }
        open.BeginElement(BsonType::kDocument, part->key);
        Shape(part->value, field, place);
      } else {
        open.Append(*part);
      }
    }
    open.End();
  }

  [[nodiscard]] std::optional<Element> Value(std::string_view path, const Element& field,
                                             ByteView root) const {
    if (path == own_.text()) return field;
    for (const FieldPath& known : paths_) {
      if (known.text() == path) return FindField(root, known).value;
    }
    return std::nullopt;
  }

  FieldPath own_;
  StoredValue shape_;
  std::vector<FieldPath> paths_;
};

}  // namespace

std::unique_ptr<Step> NewId() { return std::make_unique<NewIdStep>(); }

std::unique_ptr<Step> MoveField(const FieldPath& from, const FieldPath& to) {
  return std::make_unique<MoveStep>(from, to);
}

SharedEdit RenameTo(const FieldPath& to) { return std::make_shared<RenameEdit>(to.parts().back()); }

SharedEdit SplitInto(std::vector<std::string> names, std::string by) {
  return std::make_shared<SplitEdit>(std::move(names), std::move(by));
}

SharedEdit WrapIn(const FieldPath& own, const StoredValue& shape, std::string_view what) {
  return std::make_shared<WrapEdit>(own, shape, what);
}

}  // namespace haul
