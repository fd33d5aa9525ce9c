#include "core/transform/transform_builder.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/transform/document_match.h"
#include "core/transform/field_edits.h"
#include "core/transform/mask.h"
#include "core/transform/reshape.h"

namespace haul {
namespace {

class WhereStep : public Step {
 public:
  WhereStep(ByteView query, std::string_view what) : match_(query, what) {}
  [[nodiscard]] Outcome Run(ByteView document, ByteBuffer& /*out*/) const override {
    return match_.Matches(document) ? Outcome::kUnchanged : Outcome::kFiltered;
  }

 private:
  DocumentMatch match_;
};

struct Assignment {
  FieldPath path;
  std::string_view value;
};

Assignment SplitAssignment(std::string_view text, std::string_view what, std::string_view form) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    // What follows a missing = may be a secret, so the text is not shown.
    throw Error(ExitCode::kUsage, fmt::format("{}: there is no = behind the field", what),
                fmt::format("write it like {}", form));
  }
  return {FieldPath(text.substr(0, equals), what), text.substr(equals + 1)};
}

}  // namespace

void TransformBuilder::Sanitize(const std::vector<std::string>& more) {
  std::vector<std::string> names = {"password", "passwordHash", "accessToken", "refreshToken"};
  names.insert(names.end(), more.begin(), more.end());
  Add(DropNames(names));
}

void TransformBuilder::Exclude(std::string_view paths, std::string_view what) {
  for (const FieldPath& path : ParseFieldPaths(paths, what)) Edit(path, "exclude", Unset());
}

void TransformBuilder::Mask(std::string_view field_and_mask, std::string_view what) {
  const Assignment assignment = SplitAssignment(field_and_mask, what, "email=hash");
  MaskBy(assignment.path, assignment.value, what);
}

void TransformBuilder::MaskBy(const FieldPath& path, std::string_view mask, std::string_view what) {
  uses_mask_key_ |= MaskUsesKey(mask);
  Edit(path, "mask", ParseMask(mask, what, mask_key_));
}

void TransformBuilder::Default(std::string_view field_and_value, std::string_view what) {
  const Assignment assignment = SplitAssignment(field_and_value, what, "isActive=true");
  Default(assignment.path, ParseStoredValue(assignment.value));
}

void TransformBuilder::Default(const FieldPath& path, StoredValue value) {
  Edit(path, "default", DefaultTo(std::move(value)));
}

void TransformBuilder::Dates(std::string_view paths, bool now_if_absent, std::string_view what) {
  const StoredValue now = StoredValue::OfDate(now_.time_since_epoch().count());
  for (const FieldPath& path : ParseFieldPaths(paths, what)) {
    Edit(path, "date", ToDate(now_if_absent ? &now : nullptr));
  }
}

void TransformBuilder::Hash(std::string_view field_and_scheme, std::string_view what) {
  const Assignment assignment = SplitAssignment(field_and_scheme, what, "password=bcrypt:12");
  Hash(assignment.path, ParsePasswordScheme(assignment.value, what));
}

void TransformBuilder::Hash(const FieldPath& path, const PasswordScheme& scheme) {
  hashed_.push_back(path);
  Edit(path, "hash", HashBy(scheme));
}

void TransformBuilder::NewIds() { Add(NewId()); }

void TransformBuilder::Where(ByteView query, std::string_view what) {
  Add(std::make_unique<WhereStep>(query, what));
}

void TransformBuilder::Edit(const FieldPath& path, std::string_view step, SharedEdit edit) {
  if (edits_ != nullptr && edits_->Add(path, step, edit)) return;
  CloseEdits();
  edits_ = std::make_unique<FieldEdits>();
  (void)edits_->Add(path, step, std::move(edit));
}

void TransformBuilder::EditAlone(const FieldPath& path, std::string_view step, SharedEdit edit) {
  CloseEdits();
  Edit(path, step, std::move(edit));
  CloseEdits();
}

void TransformBuilder::Add(std::unique_ptr<Step> step) {
  CloseEdits();
  steps_.push_back(std::move(step));
}

void TransformBuilder::CloseEdits() {
  if (edits_ != nullptr) steps_.push_back(std::move(edits_));
  edits_ = nullptr;
}

Transform TransformBuilder::Build() {
  CloseEdits();
  return Transform(steps_);
}

Transform RedactFields(const std::vector<FieldPath>& paths) {
  TransformBuilder builder(KeyedHash::Random(), {});
  for (const FieldPath& path : paths) builder.Edit(path, "redact", Redact());
  return builder.Build();
}

}  // namespace haul
