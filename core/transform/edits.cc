#include "core/transform/edits.h"

#include <fmt/format.h>

#include <string>

#include "core/base/error.h"
#include "core/secret/password.h"
#include "core/transform/letter_case.h"

namespace haul {
namespace {

class UnsetEdit : public FieldEdit {
 public:
  void Change(const Element& /*field*/, const EditPlace& /*place*/) const override {}
};

class SetEdit : public FieldEdit {
 public:
  explicit SetEdit(StoredValue value) : value_(std::move(value)) {}
  void Change(const Element& /*field*/, const EditPlace& place) const override { Fill(place); }
  void Fill(const EditPlace& place) const override { value_.AppendTo(place.out, place.key); }
  [[nodiscard]] bool fills_absent() const override { return true; }

 private:
  StoredValue value_;
};

class DefaultEdit : public FieldEdit {
 public:
  explicit DefaultEdit(StoredValue value) : value_(std::move(value)) {}
  void Change(const Element& field, const EditPlace& place) const override {
    if (field.type == BsonType::kNull) return Fill(place);
    place.out.Append(field);
  }
  void Fill(const EditPlace& place) const override { value_.AppendTo(place.out, place.key); }
  [[nodiscard]] bool fills_absent() const override { return true; }

 private:
  StoredValue value_;
};

class ConvertEdit : public FieldEdit {
 public:
  explicit ConvertEdit(ValueKind kind) : kind_(kind) {}
  void Change(const Element& field, const EditPlace& place) const override {
    if (field.type == BsonType::kNull) return place.out.Append(field);
    AppendConverted(field, kind_, place);
  }
  [[nodiscard]] bool enters_arrays() const override { return true; }

 private:
  ValueKind kind_;
};

class DateEdit : public ConvertEdit {
 public:
  explicit DateEdit(StoredValue absent)
      : ConvertEdit(ValueKind::kDate), absent_(std::move(absent)) {}
  void Fill(const EditPlace& place) const override { absent_.AppendTo(place.out, place.key); }
  [[nodiscard]] bool fills_absent() const override { return true; }

 private:
  StoredValue absent_;
};

[[noreturn]] void RefuseType(const Element& field) {
  throw Error(ExitCode::kRejected,
              fmt::format("{} where a string is needed", TypeNoun(field.type)));
}

class ApplyEdit : public FieldEdit {
 public:
  explicit ApplyEdit(std::vector<LetterCase> functions) : functions_(std::move(functions)) {}
  void Change(const Element& field, const EditPlace& place) const override {
    const std::optional<std::string_view> text = field.AsString();
    if (field.type == BsonType::kNull) return place.out.Append(field);
    if (!text) RefuseType(field);
    std::string changed(*text);
    for (const LetterCase function : functions_) {
      switch (function) {
        case LetterCase::kTrim:
          changed = Trimmed(changed);
          break;
        case LetterCase::kLower:
          changed = LowerCase(changed);
          break;
        case LetterCase::kUpper:
          changed = UpperCase(changed);
          break;
      }
    }
    place.out.AppendText(place.key, changed);
  }
  [[nodiscard]] bool enters_arrays() const override { return true; }

 private:
  std::vector<LetterCase> functions_;
};

class MapEdit : public FieldEdit {
 public:
  explicit MapEdit(const std::vector<std::pair<std::string, StoredValue>>& values) {
    for (const auto& [from, to] : values) {
      const std::size_t position = names_.Add(from);
      if (position == values_.size()) values_.push_back(to);
    }
  }
  void Change(const Element& field, const EditPlace& place) const override {
    const std::optional<std::string_view> text = field.AsString();
    const std::size_t found = text ? names_.Find(*text) : NameTable::kNone;
    if (found == NameTable::kNone) return place.out.Append(field);
    values_[found].AppendTo(place.out, place.key);
  }
  [[nodiscard]] bool enters_arrays() const override { return true; }

 private:
  NameTable names_;
  std::vector<StoredValue> values_;
};

class HashEdit : public FieldEdit {
 public:
  explicit HashEdit(const PasswordScheme& scheme) : scheme_(scheme) {}
  void Change(const Element& field, const EditPlace& place) const override {
    const std::optional<std::string_view> text = field.AsString();
    if (field.type == BsonType::kNull || (text && IsPasswordHash(*text))) {
      return place.out.Append(field);
    }
    if (!text) RefuseType(field);
    place.out.AppendText(place.key, HashPassword(scheme_, *text));
  }

 private:
  PasswordScheme scheme_;
};

}  // namespace

SharedEdit Unset() { return std::make_shared<UnsetEdit>(); }
SharedEdit SetTo(StoredValue value) { return std::make_shared<SetEdit>(std::move(value)); }
SharedEdit DefaultTo(StoredValue value) { return std::make_shared<DefaultEdit>(std::move(value)); }
SharedEdit Convert(ValueKind kind) { return std::make_shared<ConvertEdit>(kind); }
SharedEdit ToDate(const StoredValue* absent) {
  if (absent == nullptr) return Convert(ValueKind::kDate);
  return std::make_shared<DateEdit>(*absent);
}
SharedEdit ApplyTo(std::vector<LetterCase> functions) {
  return std::make_shared<ApplyEdit>(std::move(functions));
}
SharedEdit MapTo(const std::vector<std::pair<std::string, StoredValue>>& values) {
  return std::make_shared<MapEdit>(values);
}
SharedEdit HashBy(const PasswordScheme& scheme) { return std::make_shared<HashEdit>(scheme); }

}  // namespace haul
