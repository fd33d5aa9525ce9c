#include "tools/import/shaping.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/bson/object_id.h"
#include "core/bson/open_document.h"
#include "core/cli/small_file.h"

namespace haul {
namespace {

constexpr std::string_view kNowSuffix = "=now";

KeyedHash MaskKey(const ShapeOptions& options, const Environment& environment, bool& random) {
  if (!options.mask_key_file.empty()) {
    return KeyedHash::FromKey(ReadSecretFile(options.mask_key_file), "--maskKeyFile");
  }
  if (const auto key = environment.Get("HAUL_MASK_KEY")) {
    return KeyedHash::FromKey(*key, "HAUL_MASK_KEY");
  }
  random = true;
  return KeyedHash::Random();
}

std::string Joined(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ",") + name;
  return joined;
}

void AddDates(const std::vector<std::string>& fields, TransformBuilder& builder) {
  std::vector<std::string> plain;
  std::vector<std::string> or_now;
  for (const std::string& field : fields) {
    if (field.ends_with(kNowSuffix)) {
      or_now.push_back(field.substr(0, field.size() - kNowSuffix.size()));
    } else {
      plain.push_back(field);
    }
  }
  if (!plain.empty()) builder.Dates(Joined(plain), false, "--dateFields");
  if (!or_now.empty()) builder.Dates(Joined(or_now), true, "--dateFields");
}

StoredValue TextValue(std::string_view text) {
  ByteBuffer buffer;
  OpenDocument document(buffer);
  document.AppendText("", text);
  document.End();
  return StoredValue::Of(*FindElement(buffer.view(), ""));
}

void AppendObjectId(OpenDocument& document, ByteBuffer& buffer) {
  document.BeginElement(BsonType::kObjectId, "_id");
  buffer.Append(NewObjectId());
}

}  // namespace

ShapingFactory::ShapingFactory(const ShapeOptions& options, const Environment& environment)
    : options_(options),
      mask_key_(MaskKey(options, environment, random_key_)),
      now_(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())) {
  if (!options.transform_file.empty()) {
    file_.emplace(ReadTextFile(options.transform_file), options.transform_file);
  }
  // What cannot be meant is found now, not when its collection's turn has come.
  TransformBuilder all(mask_key_, now_);
  if (file_) {
    for (const std::string& pattern : file_->patterns()) file_->AddTo(all, pattern);
  }
  random_key_used_ = random_key_ && all.uses_mask_key();
  static_cast<void>(Builder({}));
  static_cast<void>(HashingBuilder());
}

TransformBuilder ShapingFactory::Builder(const Namespace& source) const {
  TransformBuilder builder(mask_key_, now_);
  if (file_) file_->AddTo(builder, source.ToString());
  AddDates(options_.date_fields, builder);
  for (const std::string& text : options_.defaults) builder.Default(text, "--default");
  return builder;
}

TransformBuilder ShapingFactory::HashingBuilder() const {
  TransformBuilder builder(mask_key_, now_);
  for (const std::string& text : options_.hashes) {
    if (options_.default_password.empty()) break;
    const FieldPath path(text.substr(0, text.find('=')), "--hash");
    builder.Default(path, TextValue(options_.default_password));
  }
  for (const std::string& text : options_.hashes) builder.Hash(text, "--hash");
  if (options_.new_ids) builder.NewIds();
  return builder;
}

Shaping ShapingFactory::For(const Namespace& source, bool adds_ids) const {
  TransformBuilder hashing = HashingBuilder();
  Shaping shaping;
  shaping.adds_ids = adds_ids;
  if (!hashing.hashed_fields().empty()) shaping.redaction = RedactFields(hashing.hashed_fields());
  shaping.transform = Builder(source).Build();
  shaping.hashing = hashing.Build();
  return shaping;
}

Shaper::Counts Shaper::Shape(ParsedBlock& block, LinedBatch& shaped) {
  Counts counts;
  std::swap(given_.batch, block.batch);
  std::swap(given_.lines, block.lines);
  if (shaping_.hashing.empty()) {
    Run({shaping_.transform, true}, given_, shaped, counts);
    return counts;
  }
  Run({shaping_.transform, false}, given_, unhashed_, counts);
  if (known_) LeaveOutKnown(unhashed_, counts);
  Run({shaping_.hashing, true}, unhashed_, shaped, counts);
  return counts;
}

void Shaper::LeaveOutKnown(LinedBatch& documents, Counts& counts) const {
  const std::vector<bool> known = known_(documents.batch);
  LinedBatch others;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i]) {
      ++counts.known;
    } else {
      others.Append(documents.batch.at(i), documents.lines[i]);
    }
  }
  std::swap(documents, others);
}

void Shaper::Run(const Stage& stage, const LinedBatch& documents, LinedBatch& shaped,
                 Counts& counts) {
  const Transform& transform = stage.transform;
  shaped.Clear();
  for (std::size_t i = 0; i < documents.batch.documents(); ++i) {
    const ByteView document = documents.batch.at(i);
    const std::uint64_t line = documents.lines[i];
    changed_.Clear();
    try {
      const bool kept =
          transform.empty() || transform.Apply(document, changed_) == Transform::Fate::kKept;
      const ByteView result = transform.empty() ? document : changed_.view();
      if (!kept) {
        ++counts.filtered;
      } else if (stage.last && shaping_.adds_ids) {
        AppendWithId(result, shaped, line);
      } else {
        shaped.Append(result, line);
      }
    } catch (const Error& error) {
      if (error.code() == ExitCode::kLimit) throw;
      ++counts.rejected;
      rejects_.AddDocument(document, 0, error.message(), line);
      if (!stop_at_reject_) continue;
      counts.left += documents.batch.documents() - i - 1;
      break;
    }
  }
}

// The server puts `_id` in front, too: only then is a document that is sent again the same bytes.
void Shaper::AppendWithId(ByteView document, LinedBatch& shaped, std::uint64_t line) {
  const auto id = FindElement(document, "_id");
  constexpr std::size_t kFirstElement = 4;
  if (id && id->whole.data() == document.data() + kFirstElement) {
    return shaped.Append(document, line);
  }
  with_id_.Clear();
  OpenDocument whole(with_id_);
  if (id) {
    whole.Append(*id);
    const auto before = static_cast<std::size_t>(id->whole.data() - document.data());
    with_id_.Append(document.subspan(kFirstElement, before - kFirstElement));
    const std::size_t behind = before + id->whole.size();
    with_id_.Append(document.subspan(behind, document.size() - 1 - behind));
  } else {
    AppendObjectId(whole, with_id_);
    with_id_.Append(document.subspan(kFirstElement, document.size() - 1 - kFirstElement));
  }
  whole.End();
  shaped.Append(with_id_.view(), line);
}

}  // namespace haul
