#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret/keyed_hash.h"
#include "core/secret/password_scheme.h"
#include "core/transform/edits.h"
#include "core/transform/field_path.h"
#include "core/transform/transform.h"

namespace haul {

/// Puts a Transform together from options and from the steps of a file, in the order of the calls.
/// Each throws Error kUsage for a text that cannot be meant; `what` names it in the message
/// ("--mask"). Steps that change fields apart from each other are made in one pass. Not
/// thread-safe.
class TransformBuilder {
 public:
  /// `mask_key` is the run's: one for all builders of a run, or joins between collections break.
  /// `now` stands wherever a step asks for the time.
  TransformBuilder(const KeyedHash& mask_key, std::chrono::sys_time<std::chrono::milliseconds> now)
      : mask_key_(mask_key), now_(now) {}

  /// --sanitize: password, passwordHash, accessToken, refreshToken and `more` go at every depth.
  void Sanitize(const std::vector<std::string>& more);
  /// --excludeFields "a,b.c"
  void Exclude(std::string_view paths, std::string_view what);
  /// --mask "email=hash"
  void Mask(std::string_view field_and_mask, std::string_view what);
  /// --default "FIELD=VALUE": where the field is absent or null. VALUE is Extended JSON, else a
  /// string.
  void Default(std::string_view field_and_value, std::string_view what);
  void Default(const FieldPath& path, StoredValue value);
  /// --dateFields "a,b.c": strings become dates. `now_if_absent`: the time of the run where the
  /// field is absent.
  void Dates(std::string_view paths, bool now_if_absent, std::string_view what);
  /// --hash "password=bcrypt:12"
  void Hash(std::string_view field_and_scheme, std::string_view what);
  void Hash(const FieldPath& path, const PasswordScheme& scheme);
  /// --newIds
  void NewIds();
  /// What does not match the query is left out.
  void Where(ByteView query, std::string_view what);
  /// The steps of a file, an array of documents with one field each: docs/transforms.md. Throws
  /// Error kUsage, naming step and field, for a step that is none.
  void Steps(ByteView array, std::string_view what);

  /// One more edit; in the pass of the edits before it where their fields do not overlap.
  void Edit(const FieldPath& path, std::string_view step, SharedEdit edit);
  /// An edit that looks at other fields, so that it needs a pass of its own.
  void EditAlone(const FieldPath& path, std::string_view step, SharedEdit edit);
  void Add(std::unique_ptr<Step> step);

  /// True where a mask depends on the key, so that it matters who chose it.
  [[nodiscard]] bool uses_mask_key() const { return uses_mask_key_; }
  /// The fields that are hashed: what no reject file may show.
  [[nodiscard]] const std::vector<FieldPath>& hashed_fields() const { return hashed_; }
  [[nodiscard]] std::chrono::sys_time<std::chrono::milliseconds> now() const { return now_; }

  [[nodiscard]] Transform Build();

 private:
  friend class StepReader;

  void MaskBy(const FieldPath& path, std::string_view mask, std::string_view what);
  void CloseEdits();

  KeyedHash mask_key_;
  std::chrono::sys_time<std::chrono::milliseconds> now_;
  std::vector<std::shared_ptr<const Step>> steps_;
  std::unique_ptr<FieldEdits> edits_;  // that more may be added to
  std::vector<FieldPath> hashed_;
  bool uses_mask_key_ = false;
};

/// The document as a reject file may show it: these fields, where they are and not null, read
/// "<redacted>".
[[nodiscard]] Transform RedactFields(const std::vector<FieldPath>& paths);

}  // namespace haul
