#include "core/transform/step_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/transform/reshape.h"

namespace haul {

struct StepReader::Row {
  std::string_view name;
  Reader reader;
};

void StepReader::ReadAll(ByteView array) {
  ElementWalk walk(array);
  for (int number = 1; const std::optional<Element> step = walk.Next(); ++number) {
    at_ = fmt::format("{} step {}", what_, number);
    if (step->type != BsonType::kDocument) Fail("a step is a document with one field");
    ReadOne(step->value);
  }
}

void StepReader::ReadOne(ByteView step) {
  static constexpr std::array<Row, 12> kSteps = {{{"where", &StepReader::Where},
                                                  {"rename", &StepReader::Rename},
                                                  {"keep", &StepReader::Keep},
                                                  {"unset", &StepReader::Unset},
                                                  {"convert", &StepReader::Convert},
                                                  {"split", &StepReader::Split},
                                                  {"wrap", &StepReader::Wrap},
                                                  {"apply", &StepReader::Apply},
                                                  {"map", &StepReader::Map},
                                                  {"mask", &StepReader::Mask},
                                                  {"set", &StepReader::Set},
                                                  {"default", &StepReader::Default}}};
  ElementWalk walk(step);
  const std::optional<Element> value = walk.Next();
  if (!value || walk.Next()) Fail("a step is a document with one field");
  for (const Row& row : kSteps) {
    if (row.name != value->key) continue;
    at_ += fmt::format(" ({})", row.name);
    return (this->*row.reader)(*value);
  }
  std::string names;
  for (const Row& row : kSteps) names += fmt::format("{}{}", names.empty() ? "" : ", ", row.name);
  throw Error(ExitCode::kUsage,
              fmt::format("{}: '{}' is no step", at_, EscapeForDisplay(value->key)),
              "the steps are " + names);
}

void StepReader::Where(const Element& value) { builder_.Where(Fields(value), at_); }

void StepReader::Rename(const Element& value) {
  EachField(value, [&](const FieldPath& from, const Element& element) {
    const FieldPath to(Text(element), at_);
    if (from.text() == to.text()) Fail("the new name is the old one");
    if (from.IsBeside(to)) {
      builder_.EditAlone(from, "rename", RenameTo(to));
    } else {
      builder_.Add(MoveField(from, to));
    }
  });
}

void StepReader::Keep(const Element& value) {
  std::vector<FieldPath> paths;
  for (const std::string& text : Texts(value)) paths.emplace_back(text, at_);
  builder_.Add(KeepFields(paths));
}

void StepReader::Unset(const Element& value) {
  for (const std::string& text : Texts(value)) {
    builder_.Edit(FieldPath(text, at_), "unset", haul::Unset());
  }
}

void StepReader::Convert(const Element& value) {
  EachField(value, [&](const FieldPath& path, const Element& element) {
    builder_.Edit(path, "convert", haul::Convert(ParseValueKind(Text(element), at_)));
  });
}

void StepReader::Split(const Element& value) {
  EachField(value, [&](const FieldPath& path, const Element& element) {
    std::string by;
    std::optional<Element> into = element;
    if (element.type == BsonType::kDocument) {
      by = FindString(element.value, "by");
      into = FindElement(element.value, "into");
      if (by.empty() || !into) Fail("it takes names, or {\"into\": [names], \"by\": \"text\"}");
    }
    std::vector<std::string> names = Texts(*into);
    for (const std::string& name : names) {
      if (FieldPath(name, at_).parts().size() > 1) Fail("the new names have no dots");
      if (std::count(names.begin(), names.end(), name) > 1) Fail("a name stands there twice");
    }
    if (names.size() < 2) Fail("it takes two names at least");
    builder_.EditAlone(path, "split", SplitInto(std::move(names), std::move(by)));
  });
}

void StepReader::Wrap(const Element& value) {
  EachField(value, [&](const FieldPath& path, const Element& element) {
    (void)Fields(element);
    builder_.EditAlone(path, "wrap", WrapIn(path, StoredValue::Of(element), at_));
  });
}

void StepReader::Apply(const Element& value) {
  EachField(value, [&](const FieldPath& path, const Element& element) {
    std::vector<LetterCase> functions;
    for (const std::string& name : Texts(element)) {
      if (name == "trim") {
        functions.push_back(LetterCase::kTrim);
      } else if (name == "lower") {
        functions.push_back(LetterCase::kLower);
      } else if (name == "upper") {
        functions.push_back(LetterCase::kUpper);
      } else {
        Fail(fmt::format("'{}' is none of trim, lower and upper", EscapeForDisplay(name)));
      }
    }
    builder_.Edit(path, "apply", ApplyTo(std::move(functions)));
  });
}

void StepReader::Map(const Element& value) {
  EachField(value, [&](const FieldPath& path, const Element& element) {
    std::vector<std::pair<std::string, StoredValue>> values;
    ElementWalk walk(Fields(element));
    while (const std::optional<Element> pair = walk.Next()) {
      values.emplace_back(pair->key, StoredValue::Of(*pair));
    }
    builder_.Edit(path, "map", MapTo(values));
  });
}

void StepReader::Mask(const Element& value) {
  EachField(value, [&](const FieldPath& path, const Element& element) {
    builder_.MaskBy(path, Text(element), at_);
  });
}

void StepReader::Set(const Element& value) {
  EachField(value, [&](const FieldPath& path, const Element& element) {
    builder_.Edit(path, "set", SetTo(StoredValue::Of(element)));
  });
}

void StepReader::Default(const Element& value) {
  EachField(value, [&](const FieldPath& path, const Element& element) {
    builder_.Default(path, StoredValue::Of(element));
  });
}

template <typename Action>
void StepReader::EachField(const Element& value, Action action) {
  const std::string step = at_;
  ElementWalk walk(Fields(value));
  while (const std::optional<Element> element = walk.Next()) {
    at_ = fmt::format("{} {}", step, EscapeForDisplay(element->key));
    action(FieldPath(element->key, step), *element);
  }
}

std::vector<std::string> StepReader::Texts(const Element& value) const {
  if (value.type != BsonType::kArray) return {std::string(Text(value))};
  std::vector<std::string> texts;
  ElementWalk walk(value.value);
  while (const std::optional<Element> element = walk.Next()) texts.emplace_back(Text(*element));
  return texts;
}

std::string_view StepReader::Text(const Element& value) const {
  const std::optional<std::string_view> text = value.AsString();
  if (!text) Fail(fmt::format("{} where a string is needed", TypeNoun(value.type)));
  return *text;
}

ByteView StepReader::Fields(const Element& value) const {
  if (value.type != BsonType::kDocument) {
    Fail(fmt::format("{} where a document is needed", TypeNoun(value.type)));
  }
  return value.value;
}

void StepReader::Fail(std::string_view cause) const {
  throw Error(ExitCode::kUsage, fmt::format("{}: {}", at_, cause));
}

void TransformBuilder::Steps(ByteView array, std::string_view what) {
  StepReader(*this, what).ReadAll(array);
}

}  // namespace haul
