#include "seed/file_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/extended_json.h"
#include "core/bson/object_id.h"
#include "core/bson/open_document.h"
#include "core/io/sha1.h"
#include "core/mongo/collection_writer.h"
#include "core/mongo/driver_error.h"
#include "core/mongo/find_documents.h"
#include "core/mongo/keyed_writer.h"
#include "seed/file_reader.h"

namespace haul {
namespace {

KeyFields KeyOf(const SeedFile& file) {
  return file.key ? *file.key : KeyFields({"_id"}, "the key");
}

// Of "E11000 duplicate key error … dup key: { token: "…" }" the part that may hold a secret.
std::string WithoutValues(std::string reason) {
  const std::size_t at = reason.find(" dup key:");
  if (at != std::string::npos) reason.resize(at);
  return reason;
}

void AppendWithId(ByteView document, const ObjectIdBytes& id, ByteBuffer& out) {
  OpenDocument whole(out);
  if (!FindElement(document, "_id")) {
    whole.BeginElement(BsonType::kObjectId, "_id");
    out.Append(id);
  }
  ElementWalk walk(document);
  while (const auto element = walk.Next()) whole.Append(*element);
  whole.End();
}

// How the stored document looks after a change, which is all of it or the fields that differ.
void AppendChanged(ByteView stored, ByteView change, bool merges, ByteBuffer& out) {
  if (!merges) return out.Append(change);
  OpenDocument changed(out);
  out.Append(change.subspan(4, change.size() - 5));
  ElementWalk walk(stored);
  while (const auto element = walk.Next()) {
    if (!FindElement(change, element->key)) changed.Append(*element);
  }
  changed.End();
}

}  // namespace

SeedFileWriter::SeedFileWriter(const SeedContext& context, const Client& client, Place place)
    : context_(context),
      client_(client),
      place_(place),
      collection_(context.plan.collections[place.collection]),
      file_(*collection_.files[place.file]),
      shaping_(file_, context.run),
      key_(KeyOf(file_)),
      guarded_(context.target.GuardsKey(place.collection, file_)),
      looks_first_(file_.key.has_value() &&
                   (!context.target.WasEmpty(place.collection) || collection_.files.size() > 1)) {}

void SeedFileWriter::Write(const std::vector<SeedItem>& items) {
  for (const SeedItem& item : items) {
    Evaluate(item);
    if (batch_.bytes().size() >= kBatchBytes) Flush();
  }
  Flush();
}

void SeedFileWriter::Evaluate(const SeedItem& item) {
  const std::string problem = context_.references.Problem(item.document->references);
  document_.Clear();
  AppendDocument(*item.document, {item.copy, &context_.references.values()}, document_);
  if (!problem.empty()) return Reject(item, document_.view(), problem, 0);
  if (file_.key && !HasFreshKey(item, document_.view())) return;
  batch_.Append(document_.view());
  items_.push_back(item);
}

bool SeedFileWriter::HasFreshKey(const SeedItem& item, ByteView document) {
  const KeyFields::Found found = key_.Find(document, values_);
  if (found.values < values_.size()) {
    Reject(item, document,
           fmt::format("the key field {} is absent or null", EscapeForDisplay(found.first_absent)),
           0);
    return false;
  }
  if (place_.keys.Add(HashKey(values_))) return true;
  Reject(item, document, "the file has a document with this key already", 0);
  return false;
}

void SeedFileWriter::Flush() {
  if (items_.empty()) return;
  std::vector<std::optional<Document>> stored(items_.size());
  if (looks_first_) {
    stored = KeyedReader(context_.deployment, client_, key_, collection_.ns).Find(batch_);
  }
  Indices missing;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (stored[i]) {
      HandleExisting(i, stored[i]->bytes());
    } else {
      missing.push_back(i);
    }
  }
  AddMissing(missing);
  WriteChanges();
  batch_.Clear();
  items_.clear();
}

void SeedFileWriter::AddMissing(const Indices& missing) {
  if (missing.empty()) return;
  if (!context_.options.dry_run) return Insert(missing, false);
  for (const std::size_t index : missing) {
    ByteBuffer whole;
    AppendWithId(batch_.at(index), IdOf(index, false), whole);
    Settle(items_[index], SeedFate::kCreated, whole.view());
  }
}

ObjectIdBytes SeedFileWriter::IdOf(std::size_t index, bool fresh) const {
  if (guarded_ || fresh) return NewObjectId();
  // Where no unique index does, the _id keeps two runs at once from storing one document twice.
  std::string name = collection_.ns.ToString();
  if (file_.key) {
    std::vector<Element> values;
    static_cast<void>(key_.Find(batch_.at(index), values));
    for (const Element& value : values) {
      name += fmt::format("\n{} {}\n", static_cast<int>(value.type), value.value.size());
      name += AsText(value.value);
    }
  } else {
    name += fmt::format("\n{}\n{}\n{}", file_.shown, items_[index].index, items_[index].copy);
  }
  const auto digest = Sha1(AsBytes(name));
  ObjectIdBytes id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

void SeedFileWriter::Insert(const Indices& missing, bool fresh_ids) {
  const Completed completed = Complete(missing, fresh_ids);
  if (completed.indices.empty()) return;
  if (guarded_ || !file_.key) return InsertGuarded(completed);
  const Indices taken = InsertIfAbsent(completed);
  if (taken.empty()) return;
  if (!fresh_ids) return Insert(taken, true);
  for (const std::size_t index : taken) {
    Reject(items_[index], batch_.at(index), "its _id is taken", server_code::kDuplicateKey);
  }
}

SeedFileWriter::Completed SeedFileWriter::Complete(const Indices& missing, bool fresh_ids) {
  Completed completed;
  for (const std::size_t index : missing) {
    document_.Clear();
    try {
      shaping_.Complete(items_[index], batch_.at(index), IdOf(index, fresh_ids), document_);
    } catch (const Error& error) {
      if (error.code() != ExitCode::kRejected) throw;
      Reject(items_[index], batch_.at(index), error.message(), 0);
      continue;
    }
    if (context_.prepared != nullptr) {
      context_.prepared->Add({place_.collection, place_.file, KeyedMode::kInsertIfAbsent},
                             document_.view());
      HandleInserted(index, document_.view());
      continue;
    }
    completed.batch.Append(document_.view());
    completed.indices.push_back(index);
  }
  return completed;
}

void SeedFileWriter::InsertGuarded(const Completed& completed) {
  struct Refused {
    std::size_t at = 0;
    int code = 0;
    std::string reason;
  };
  std::vector<Refused> refused;
  std::vector<bool> is_settled(completed.indices.size());
  WriteCounts counts;
  CollectionWriter::Options options;
  options.ns = collection_.ns;
  options.write_concern = context_.options.write_concern.Clone();
  options.on_reject = [&](const RejectedDocument& reject) {
    is_settled[reject.index] = true;
    refused.push_back({reject.index, reject.code, reject.reason});
  };
  options.on_present = [&](std::size_t at) {
    is_settled[at] = true;
    HandleExisting(completed.indices[at], completed.batch.at(at));
  };
  CollectionWriter(context_.deployment, client_, counts, std::move(options)).Write(completed.batch);
  for (std::size_t at = 0; at < completed.indices.size(); ++at) {
    if (!is_settled[at]) HandleInserted(completed.indices[at], completed.batch.at(at));
  }
  for (Refused& one : refused) {
    const std::size_t index = completed.indices[one.at];
    const ByteView document = completed.batch.at(one.at);
    if (one.code == server_code::kDuplicateKey && HandleFound(index, document)) continue;
    Reject(items_[index], document, std::move(one.reason), one.code);
  }
}

SeedFileWriter::Indices SeedFileWriter::InsertIfAbsent(const Completed& completed) {
  Indices found;
  Indices taken;
  KeyedCounts counts;
  KeyedWriter::Options options;
  options.ns = collection_.ns;
  options.mode = KeyedMode::kInsertIfAbsent;
  options.write_concern = context_.options.write_concern.Clone();
  options.on_reject = [&](const RejectedDocument& reject) {
    const std::size_t index = completed.indices[reject.index];
    if (HasTakenId(index, reject.reason)) return taken.push_back(index);
    Reject(items_[index], reject.document, reject.reason, reject.code);
  };
  options.on_outcome = [&](std::size_t at, KeyedOutcome outcome) {
    if (outcome == KeyedOutcome::kFound) return found.push_back(at);
    HandleInserted(completed.indices[at], completed.batch.at(at));
  };
  KeyedWriter(context_.deployment, client_, key_, counts, std::move(options))
      .Write(completed.batch);
  for (const std::size_t at : found) {
    const std::size_t index = completed.indices[at];
    if (HandleFound(index, completed.batch.at(at))) continue;
    Reject(items_[index], completed.batch.at(at), "it was there, and then it was not", 0);
  }
  return taken;
}

// A document that has another key by now may still have the _id that was made of its first one.
bool SeedFileWriter::HasTakenId(std::size_t index, const std::string& reason) const {
  return !guarded_ && file_.key && !items_[index].document->has_id &&
         reason.find("index: _id_ ") != std::string::npos;
}

void SeedFileWriter::HandleInserted(std::size_t index, ByteView document) {
  Settle(items_[index], SeedFate::kCreated, document);
}

bool SeedFileWriter::HandleFound(std::size_t index, ByteView document) {
  Batch one;
  one.Append(document);
  const auto stored = KeyedReader(context_.deployment, client_, key_, collection_.ns).Find(one);
  if (!stored.front()) return false;
  HandleExisting(index, stored.front()->bytes());
  return true;
}

void SeedFileWriter::HandleExisting(std::size_t index, ByteView stored) {
  const SeedItem& item = items_[index];
  const OnExisting on_existing = file_.settings.on_existing;
  if (on_existing == OnExisting::kSkip) return Settle(item, SeedFate::kSkipped, stored);
  if (on_existing == OnExisting::kError) {
    return Reject(item, batch_.at(index), "a document with this key exists (onExisting: error)",
                  server_code::kDuplicateKey);
  }
  document_.Clear();
  try {
    if (!shaping_.Change(item, batch_.at(index), stored, document_)) {
      return Settle(item, SeedFate::kSkipped, stored);
    }
  } catch (const Error& error) {
    if (error.code() != ExitCode::kRejected) throw;
    return Reject(item, batch_.at(index), error.message(), 0);
  }
  ByteBuffer changed;
  AppendChanged(stored, document_.view(), on_existing == OnExisting::kUpdate, changed);
  SettleReferences(item, changed.view());
  if (context_.options.dry_run) return Account(item, SeedFate::kUpdated, changed.view());
  const KeyedMode mode =
      on_existing == OnExisting::kUpdate ? KeyedMode::kMerge : KeyedMode::kReplace;
  if (context_.prepared != nullptr) {
    context_.prepared->Add({place_.collection, place_.file, mode}, document_.view());
    return Account(item, SeedFate::kUpdated, changed.view());
  }
  changed_.push_back(index);
  changes_.Append(document_.view());
}

void SeedFileWriter::WriteChanges() {
  if (changed_.empty()) return;
  const KeyFields id({"_id"}, "the key");
  KeyedCounts counts;
  KeyedWriter::Options options{
      .ns = collection_.ns,
      .mode = file_.settings.on_existing == OnExisting::kUpdate ? KeyedMode::kMerge
                                                                : KeyedMode::kReplace,
      .write_concern = context_.options.write_concern.Clone(),
      .on_reject =
          [&](const RejectedDocument& reject) {
            const std::size_t index = changed_[reject.index];
            Reject(items_[index], reject.document, reject.reason, reject.code);
          },
      .on_outcome =
          [&](std::size_t at, KeyedOutcome /*outcome*/) {
            Account(items_[changed_[at]], SeedFate::kUpdated, batch_.at(changed_[at]));
          }};
  KeyedWriter(context_.deployment, client_, id, counts, std::move(options)).Write(changes_);
  changed_.clear();
  changes_.Clear();
}

void SeedFileWriter::Settle(const SeedItem& item, SeedFate fate, ByteView stored) {
  SettleReferences(item, stored);
  Account(item, fate, stored);
}

void SeedFileWriter::SettleReferences(const SeedItem& item, ByteView stored) {
  const ReferenceTarget target{place_.collection, place_.file, item.index, item.copy};
  if (context_.references.IsTarget(target)) context_.references.Settle(target, stored);
}

void SeedFileWriter::Account(const SeedItem& item, SeedFate fate, ByteView stored) {
  place_.counts.Add(fate);
  place_.progress.Add(1, stored.size());
  if (!context_.log.Shows(LogLevel::kVerbose) || stored.empty()) return;
  constexpr std::array<const char*, kSeedFates> kVerbs = {"created", "exists", "updated",
                                                          "rejected"};
  ByteBuffer key;
  OpenDocument shown(key);
  std::vector<Element> values;
  static_cast<void>(key_.Find(stored, values));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& path = key_.paths()[i];
    const bool secret = file_.IsSecret(*item.document, path.substr(0, path.find('.')));
    secret ? shown.AppendText(path, "<redacted>") : shown.Append(path, values[i]);
  }
  shown.End();
  ByteBuffer text;
  JsonWriter({.relaxed = true}).Append(key.view(), text);
  context_.log.Verbose(fmt::format("{} {} {}", kVerbs.at(static_cast<std::size_t>(fate)),
                                   Display(collection_.ns), AsText(text.view())));
}

void SeedFileWriter::Reject(const SeedItem& item, ByteView document, std::string reason, int code) {
  ByteBuffer shown;
  shaping_.Redact(item, document, shown);
  if (shaping_.HasSecrets(item)) reason = WithoutValues(std::move(reason));
  const std::string line = fmt::format("{}: line {}: rejected: {}", EscapeForDisplay(file_.shown),
                                       item.document->line, reason);
  // All of them are in the reject file.
  constexpr std::uint64_t kShown = 20;
  context_.rejects.count() < kShown ? context_.log.Warn(line) : context_.log.Verbose(line);
  context_.rejects.Add({.ns = collection_.ns,
                        .document = shown.view(),
                        .code = code,
                        .reason = reason,
                        .file = file_.shown,
                        .line = item.document->line});
  Settle(item, SeedFate::kRejected, {});
}

}  // namespace haul
