#include "seed/shaping.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/open_document.h"
#include "core/secret/keyed_hash.h"
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

bool Verifies(const Element& stored, const Element& clear) {
  const auto hash = stored.AsString();
  const auto text = clear.AsString();
  if (!hash || !text || !IsPasswordHash(*hash)) return false;
  return *hash == *text || (!IsPasswordHash(*text) && VerifyPassword(*hash, *text));
}

// The fields of a document, at the end of one that is open.
void AppendFields(ByteView document, ByteBuffer& out) {
  out.Append(document.subspan(4, document.size() - 5));
}

bool AppendDifferences(ByteView now, ByteView stored, ByteBuffer& out) {
  OpenDocument changes(out);
  bool changed = false;
  if (const auto id = FindElement(stored, kId)) changes.Append(*id);
  ElementWalk walk(now);
  while (const auto element = walk.Next()) {
    const auto old = FindElement(stored, element->key);
    if (element->key == kId || (old && SameBytes(*old, *element))) continue;
    changes.Append(*element);
    changed = true;
  }
  changes.End();
  return changed;
}

}  // namespace

bool Shaping::IsVolatile(const SeedItem& item, std::string_view field) const {
  return item.document->volatile_fields.count(field) > 0;
}

void Shaping::Complete(const SeedItem& item, ByteView document, const ObjectIdBytes& id,
                       ByteBuffer& out) const {
  ByteBuffer start;
  AppendStart(item, document, id, start);
  if (file_.settings.tokens.empty()) {
    static_cast<void>(file_.settings.transform.Apply(start.view(), out));
    return;
  }
  ByteBuffer shaped;
  static_cast<void>(file_.settings.transform.Apply(start.view(), shaped));
  AppendTokens(shaped.view(), out);
}

void Shaping::AppendStart(const SeedItem& item, ByteView document, const ObjectIdBytes& id,
                          ByteBuffer& out) const {
  const SeedSettings& settings = file_.settings;
  const Moment moment{.copy = item.copy};
  OpenDocument start(out);
  if (const auto own_id = FindElement(document, kId)) {
    start.Append(*own_id);
  } else {
    start.BeginElement(BsonType::kObjectId, kId);
    out.Append(id);
  }
  ElementWalk walk(document);
  while (const auto element = walk.Next()) {
    if (element->key == kId) continue;
    const bool null = IsNull(element);
    if (null && settings.IsToken(element->key)) continue;
    const Expression* computed = null ? settings.ComputedDefault(element->key) : nullptr;
    if (computed == nullptr) {
      start.Append(*element);
    } else {
      AppendElement(*computed, element->key, moment, out);
    }
  }
  for (const NamedExpression& row : settings.defaults) {
    const bool computed = row.value->AsConstant() == nullptr;
    if (computed && !FindElement(document, row.key)) {
      AppendElement(*row.value, row.key, moment, out);
    }
  }
  start.End();
}

ByteBuffer Shaping::Claims(const TokenField& token, ByteView document) const {
  ByteBuffer claims;
  OpenDocument open(claims);
  for (const TokenClaim& claim : token.claims) {
    if (claim.field.empty()) {
      open.Append(claim.name, {.type = claim.constant.type,
                               .key = {},
                               .value = AsBytes(claim.constant.bytes),
                               .whole = {}});
      continue;
    }
    const auto value = FieldAt(document, claim.field);
    if (!value) {
      throw Error(ExitCode::kRejected,
                  fmt::format("sign the token {}: the document has no field {} for the claim {}",
                              EscapeForDisplay(token.field), EscapeForDisplay(claim.field),
                              EscapeForDisplay(claim.name)));
    }
    open.Append(claim.name, *value);
  }
  open.End();
  return claims;
}

void Shaping::AppendTokens(ByteView document, ByteBuffer& out) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(run_.now);
  OpenDocument whole(out);
  AppendFields(document, out);
  for (const TokenField& token : file_.settings.tokens) {
    if (FindElement(document, token.field)) continue;
    const std::string text = SignToken(token.spec, Claims(token, document).view(), now);
    whole.AppendText(token.field, token.hash_only ? Sha256Hex(text) : text);
  }
  whole.End();
}

void Shaping::AppendKept(const SeedItem& item, ByteView document, ByteView stored,
                         ByteBuffer& out) const {
  const SeedSettings& settings = file_.settings;
  OpenDocument kept(out);
  std::vector<std::string_view> names;
  if (const auto id = FindElement(stored, kId)) kept.Append(*id);
  ElementWalk walk(document);
  while (const auto element = walk.Next()) {
    const std::string_view name = element->key;
    const bool null = IsNull(element);
    if (name == kId || (null && settings.IsToken(name))) continue;
    const auto old = FindElement(stored, name);
    const bool stays =
        old && !IsNull(old) &&
        (IsVolatile(item, name) || settings.IsToken(name) || (null && settings.HasDefault(name)) ||
         (settings.IsHashed(name) && Verifies(*old, *element)));
    names.push_back(name);
    kept.Append(stays ? *old : *element);
  }
  // Of what the file does not name, defaults and tokens that are there stay.
  const auto keep = [&](std::string_view name) {
    const auto old = FindElement(stored, name);
    if (IsNull(old) || std::find(names.begin(), names.end(), name) != names.end()) return;
    names.push_back(old->key);
    kept.Append(*old);
  };
  for (const NamedExpression& row : settings.defaults) keep(row.key);
  for (const TokenField& token : settings.tokens) keep(token.field);
  kept.End();
}

bool Shaping::Change(const SeedItem& item, ByteView document, ByteView stored,
                     ByteBuffer& out) const {
  ByteBuffer kept;
  AppendKept(item, document, stored, kept);
  ByteBuffer now;
  Complete(item, kept.view(), {}, now);
  if (file_.settings.on_existing == OnExisting::kUpdate) {
    return AppendDifferences(now.view(), stored, out);
  }
  out.Append(now.view());
  return AsText(now.view()) != AsText(stored);
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
