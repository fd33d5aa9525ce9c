#include "seed/shaping.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/open_document.h"
#include "core/io/sha.h"
#include "core/secret/password.h"
#include "seed/reference.h"

namespace haul {
namespace {

constexpr std::string_view kId = "_id";

bool IsNull(const std::optional<Element>& element) {
  return !element || element->type == BsonType::kNull || element->type == BsonType::kUndefined;
}

bool SameBytes(const Element& a, const Element& b) {
  return a.type == b.type && AsText(a.value) == AsText(b.value);
}

std::string Hashed(const HashedField& field, const Element& value) {
  const auto clear = value.AsString();
  if (!clear) {
    throw Error(ExitCode::kRejected, fmt::format("hash the field {}: a password is a string",
                                                 EscapeForDisplay(field.field)));
  }
  if (IsPasswordHash(*clear)) return std::string(*clear);
  try {
    return HashPassword(field.scheme, *clear);
  } catch (const Error& error) {
    throw error.WithContext(fmt::format("hash the field {}", EscapeForDisplay(field.field)));
  }
}

}  // namespace

/// A document that grows field by field.
class Shaping::Output {
 public:
  explicit Output(ByteBuffer& out) : out_(out), begin_(out.size()), document_(out) {}

  void AppendId(const ObjectIdBytes& id) {
    document_.BeginElement(BsonType::kObjectId, kId);
    out_.Append(id);
  }
  void Append(const Element& element) { document_.Append(element); }
  void AppendText(std::string_view key, std::string_view text) { document_.AppendText(key, text); }
  void AppendComputed(std::string_view key, const Expression& value, const Moment& moment) {
    AppendElement(value, key, moment, out_);
  }
  void End() { document_.End(); }

  /// The fields so far, as a document of its own.
  [[nodiscard]] ByteBuffer SoFar() const {
    ByteBuffer copy;
    OpenDocument document(copy);
    copy.Append(out_.view().subspan(begin_ + 4));
    document.End();
    return copy;
  }

 private:
  ByteBuffer& out_;
  const std::size_t begin_;
  OpenDocument document_;
};

bool Shaping::IsVolatile(const SeedItem& item, std::string_view field) const {
  return item.document->volatile_fields.count(field) > 0;
}

bool Shaping::IsFilled(std::string_view field) const {
  return file_.settings.IsToken(field) ||
         std::any_of(file_.settings.defaults.begin(), file_.settings.defaults.end(),
                     [&](const NamedExpression& row) { return row.key == field; });
}

bool Shaping::Verifies(const Element& stored, const Element& clear) const {
  const auto hash = stored.AsString();
  const auto text = clear.AsString();
  if (!hash || !text || !IsPasswordHash(*hash)) return false;
  return *hash == *text || (!IsPasswordHash(*text) && VerifyPassword(*hash, *text));
}

void Shaping::Complete(const SeedItem& item, ByteView document, const ObjectIdBytes& id,
                       ByteBuffer& out) const {
  const std::size_t begin = out.size();
  try {
    Output output(out);
    const auto own_id = FindElement(document, kId);
    own_id ? output.Append(*own_id) : output.AppendId(id);
    ElementWalk walk(document);
    while (const auto element = walk.Next()) {
      if (element->key == kId) continue;
      const HashedField* const hashed = FindHashed(element->key);
      const bool null = IsNull(element);
      if (null && IsFilled(element->key)) continue;
      if (hashed != nullptr && !null) {
        output.AppendText(element->key, Hashed(*hashed, *element));
      } else {
        output.Append(*element);
      }
    }
    AppendDefaults(item, document, output);
    AppendTokens(output);
    output.End();
  } catch (...) {
    out.Resize(begin);
    throw;
  }
}

void Shaping::AppendDefaults(const SeedItem& item, ByteView document, Output& output) const {
  const Moment moment{.copy = item.copy};
  for (const NamedExpression& row : file_.settings.defaults) {
    if (!IsNull(FindElement(document, row.key))) continue;
    const HashedField* const hashed = FindHashed(row.key);
    if (hashed == nullptr) {
      output.AppendComputed(row.key, *row.value, moment);
      continue;
    }
    ByteBuffer value;
    const BsonType type = row.value->Append(moment, value);
    output.AppendText(
        row.key, Hashed(*hashed, {.type = type, .key = {}, .value = value.view(), .whole = {}}));
  }
}

const HashedField* Shaping::FindHashed(std::string_view field) const {
  for (const HashedField& hashed : file_.settings.hashed) {
    if (hashed.field == field) return &hashed;
  }
  return nullptr;
}

void Shaping::AppendTokens(Output& output) const {
  const std::vector<TokenField>& tokens = file_.settings.tokens;
  if (tokens.empty()) return;
  const ByteBuffer so_far = output.SoFar();
  const auto now = std::chrono::floor<std::chrono::seconds>(run_.now);
  for (const TokenField& token : tokens) {
    if (FindElement(so_far.view(), token.field)) continue;
    ByteBuffer claims;
    OpenDocument document(claims);
    for (const TokenClaim& claim : token.claims) {
      if (claim.field.empty()) {
        document.Append(claim.name, {.type = claim.constant.type,
                                     .key = {},
                                     .value = AsBytes(claim.constant.bytes),
                                     .whole = {}});
        continue;
      }
      const auto value = FieldAt(so_far.view(), claim.field);
      if (!value) {
        throw Error(ExitCode::kRejected,
                    fmt::format("sign the token {}: the document has no field {} for the claim {}",
                                EscapeForDisplay(token.field), EscapeForDisplay(claim.field),
                                EscapeForDisplay(claim.name)));
      }
      document.Append(claim.name, *value);
    }
    document.End();
    const std::string signed_token = SignToken(token.spec, claims.view(), now);
    output.AppendText(
        token.field, token.hash_only ? ToHex(AsText(Sha256(AsBytes(signed_token)))) : signed_token);
  }
}

bool Shaping::Change(const SeedItem& item, ByteView document, ByteView stored,
                     ByteBuffer& out) const {
  const SeedSettings& settings = file_.settings;
  const bool whole = settings.on_existing == OnExisting::kReplace;
  // What stays as it is stored is put in the place of what the file says; the rest is made anew.
  ByteBuffer kept;
  OpenDocument merged(kept);
  std::vector<std::string_view> names;
  const auto stored_id = FindElement(stored, kId);
  if (stored_id) merged.Append(*stored_id);
  const auto add = [&](const Element& element, const std::optional<Element>& old) {
    names.push_back(element.key);
    const bool verifies =
        old && !IsNull(old) && settings.IsHashed(element.key) && Verifies(*old, element);
    const bool stays = old && (verifies || (IsVolatile(item, element.key) && !IsNull(old)) ||
                               (settings.IsToken(element.key) && !IsNull(old)));
    merged.Append(stays ? *old : element);
  };
  ElementWalk walk(document);
  while (const auto element = walk.Next()) {
    const bool filled = IsNull(element) && IsFilled(element->key);
    if (element->key != kId && !filled) add(*element, FindElement(stored, element->key));
  }
  const auto is_named = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  // Of what the file does not name, defaults and tokens that are there stay.
  const auto keep = [&](std::string_view name) {
    const auto old = FindElement(stored, name);
    if (is_named(name) || IsNull(old)) return;
    names.push_back(old->key);
    merged.Append(*old);
  };
  for (const NamedExpression& row : settings.defaults) keep(row.key);
  for (const TokenField& token : settings.tokens) keep(token.field);
  if (!whole) {
    // Claims may name what only the stored document has.
    ElementWalk rest(stored);
    while (const auto element = rest.Next()) {
      if (element->key != kId) keep(element->key);
    }
  }
  merged.End();
  ByteBuffer complete;
  Complete(item, kept.view(), {}, complete);
  if (whole) {
    if (AsText(complete.view()) == AsText(stored)) return false;
    out.Append(complete.view());
    return true;
  }
  OpenDocument changes(out);
  bool changed = false;
  if (stored_id) changes.Append(*stored_id);
  ElementWalk now(complete.view());
  while (const auto element = now.Next()) {
    const auto old = FindElement(stored, element->key);
    if (element->key == kId || (old && SameBytes(*old, *element))) continue;
    changes.Append(*element);
    changed = true;
  }
  changes.End();
  return changed;
}

bool Shaping::HasSecrets(const SeedItem& item) const {
  return !file_.settings.hashed.empty() || !file_.settings.tokens.empty() ||
         !item.document->secret_fields.empty() || !file_.settings.of_defaults.secret_fields.empty();
}

void Shaping::Redact(const SeedItem& item, ByteView document, ByteBuffer& out) const {
  OpenDocument shown(out);
  ElementWalk walk(document);
  while (const auto element = walk.Next()) {
    if (file_.IsSecret(*item.document, element->key)) {
      shown.AppendText(element->key, "<redacted>");
    } else {
      shown.Append(*element);
    }
  }
  shown.End();
}

}  // namespace haul
