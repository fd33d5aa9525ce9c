#include "formats/archive_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/framing.h"
#include "core/io/checksum.h"
#include "formats/dump_folder.h"
#include "formats/metadata_json.h"

namespace haul {
namespace {

using Role = ArchiveMember::Role;

constexpr std::size_t kMagicBytes = 8;
constexpr std::size_t kMaxHeaderBytes = 4096;
constexpr std::string_view kAdminPrefix = "$admin.";

bool BeginsWith(ByteView bytes, ByteView begin) {
  return bytes.size() >= begin.size() && std::ranges::equal(bytes.first(begin.size()), begin);
}

CodecId ProbeArchiveCodec(PeekedSource& source) {
  const ByteView head = source.Peek(kMagicBytes);
  for (const Codec& codec : Codecs()) {
    if (codec.recognises(head)) return codec.id;
  }
  return CodecId::kNone;
}

bool HasMagic(PlainWindow& window) {
  while (window.unread().size() < kArchiveMagic.size()) {
    if (!window.Fill(kArchiveMagic.size())) break;
  }
  return BeginsWith(window.unread(), kArchiveMagic);
}

// "$admin.system.users" of any database, and admin's own.
std::optional<DumpedAdminData::Kind> AdminKind(const Namespace& ns) {
  if (ns.database == "admin") return AdminDataKind(ns.collection);
  if (!ns.collection.starts_with(kAdminPrefix)) return std::nullopt;
  return AdminDataKind(std::string_view(ns.collection).substr(kAdminPrefix.size()));
}

void CheckNames(const Namespace& ns, const std::string& file) {
  try {
    CheckDatabaseName(ns.database, "read " + file);
    CheckCollectionName(ns.collection, "read " + file);
  } catch (const Error& error) {
    throw Error(ExitCode::kCorrupt, error.message());
  }
}

ArchiveMember MakeMember(const ArchiveCollection& collection, const std::string& file) {
  ArchiveMember member;
  member.spec.ns = collection.ns;
  if (collection.ns == Namespace{"", kArchiveOplog}) {
    member.role = Role::kOplog;
    return member;
  }
  CheckNames(collection.ns, file);
  if (const auto kind = AdminKind(collection.ns)) {
    member.role = Role::kAdminData;
    member.admin = *kind;
    return member;
  }
  try {
    member.spec = ParseMetadataJson(collection.metadata, collection.ns);
  } catch (const Error& error) {
    throw error.WithContext("read " + file);
  }
  member.spec.ns = collection.ns;
  member.has_metadata = !collection.metadata.empty();
  return member;
}

}  // namespace

bool ArchiveReader::Recognises(ByteSource& source) {
  PeekedSource peeked(source);
  const CodecId codec = ProbeArchiveCodec(peeked);
  try {
    PlainWindow window(peeked, {.name = {}, .codec = codec});
    return HasMagic(window);
  } catch (const Error& error) {
    if (error.code() == ExitCode::kLocalStorage) throw;
    return false;
  }
}

ArchiveReader::ArchiveReader(ByteSource& source, Options options)
    : options_(std::move(options)),
      sealed_(source),
      peeked_(sealed_),
      codec_(ProbeArchiveCodec(peeked_)),
      window_(peeked_, {options_.name, codec_, options_.stored_bytes_read}) {
  ReadPrelude();
  if (!own() || prelude_.codec != codec_) sealed_.Forget();
  for (const ArchiveCollection& collection : prelude_.collections) AddMember(collection);
}

void ArchiveReader::ReadPrelude() {
  if (!HasMagic(window_)) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("read {}: it does not begin as an archive does", options_.name),
                "directories and .bson files are restored without --archive");
  }
  const std::size_t size = MeasurePrelude();
  try {
    prelude_ = DecodeArchivePrelude(window_.unread().first(size));
  } catch (const Error& error) {
    throw error.WithContext(options_.name);
  }
  window_.Consume(size);
}

std::size_t ArchiveReader::MeasurePrelude() {
  std::size_t at = kArchiveMagic.size();
  while (at <= options_.max_prelude_bytes) {
    const ByteView rest = window_.unread().subspan(at);
    if (BeginsWith(rest, kArchiveTerminator)) return at + kArchiveTerminator.size();
    const Framed framed = FrameDocument(rest, kMaxDocumentSize);
    if (framed.state == Framed::State::kDocument) {
      at += framed.size;
    } else if (framed.state == Framed::State::kBad) {
      window_.FailAt(at, "the prelude: " + framed.problem);
    } else if (!window_.Fill(framed.size)) {
      window_.FailAt(window_.unread().size(), "the prelude is cut short");
    }
  }
  throw Error(ExitCode::kLimit, fmt::format("read {}: its prelude takes more than {} MiB",
                                            options_.name, options_.max_prelude_bytes >> 20U));
}

void ArchiveReader::AddMember(const ArchiveCollection& collection) {
  const std::size_t index = members_.size();
  members_.push_back(MakeMember(collection, options_.name));
  const CollectionSpec& spec = members_.back().spec;
  AddName(spec.ns, index);
  // Before 8.3 servers keep the documents of a time-series collection under another name.
  if (spec.DataNamespace() != spec.ns) AddName(spec.DataNamespace(), index);
}

void ArchiveReader::AddName(const Namespace& ns, std::size_t member) {
  if (by_name_.emplace(ns, member).second) return;
  Fail(fmt::format("{} is declared twice", Display(ns)));
}

bool ArchiveReader::AtTerminator() {
  while (window_.unread().size() < kArchiveTerminator.size()) {
    if (!window_.Fill(kArchiveTerminator.size())) return false;
  }
  return BeginsWith(window_.unread(), kArchiveTerminator);
}

ByteView ArchiveReader::FrontDocument(std::size_t max_size) {
  while (true) {
    const Framed framed = FrameDocument(window_.unread(), max_size);
    if (framed.state == Framed::State::kDocument) return window_.unread().first(framed.size);
    if (framed.state == Framed::State::kBad) Fail(framed.problem);
    if (!window_.Fill(framed.size)) Fail("the archive is cut short");
  }
}

std::optional<ArchiveReader::Piece> ArchiveReader::Next(Batch& batch) {
  batch.Clear();
  while (!over_) {
    if (!open_ && !EnterBlock()) break;
    const std::size_t member = *open_;
    if (ends_member_) {
      EndMember();
      return Piece{member, true};
    }
    ReadDocuments(batch);
    if (!batch.empty()) return Piece{member, false};
  }
  return std::nullopt;
}

bool ArchiveReader::EnterBlock() {
  if (window_.unread().empty() && !window_.Fill(kMaxHeaderBytes)) {
    CheckEnd();
    over_ = true;
    return false;
  }
  if (AtTerminator()) Fail("a block begins with what ends one");
  const ArchiveBlockHeader header = ReadHeader();
  const auto found = by_name_.find(header.ns);
  if (found == by_name_.end()) {
    Fail(fmt::format("a block of {}, which the prelude does not declare", Display(header.ns)));
  }
  ArchiveMember& member = members_[found->second];
  if (member.ended) Fail(fmt::format("{} comes again after its end", Display(header.ns)));
  if (header.end && header.crc != member.crc) {
    Fail(
        fmt::format("the documents of {} are not those that were written: their CRC is not the "
                    "one that is noted",
                    Display(header.ns)));
  }
  member.begun = true;
  open_ = found->second;
  ends_member_ = header.end;
  return true;
}

ArchiveBlockHeader ArchiveReader::ReadHeader() {
  const ByteView document = FrontDocument(kMaxHeaderBytes);
  ArchiveBlockHeader header;
  try {
    header = DecodeArchiveBlockHeader(document);
  } catch (const Error& error) {
    Fail(error.message());
  }
  window_.Consume(document.size());
  return header;
}

void ArchiveReader::EndMember() {
  if (!AtTerminator()) {
    Fail(window_.unread().size() < kArchiveTerminator.size()
             ? "the archive is cut short"
             : "documents in the block that ends the namespace");
  }
  window_.Consume(kArchiveTerminator.size());
  members_[*open_].ended = true;
  open_.reset();
}

void ArchiveReader::ReadDocuments(Batch& batch) {
  ArchiveMember& member = members_[*open_];
  const std::size_t max_size =
      member.role == Role::kOplog ? kMaxInternalDocumentSize : kMaxDocumentSize;
  while (batch.documents() < kBatchDocuments) {
    if (AtTerminator()) {
      window_.Consume(kArchiveTerminator.size());
      open_.reset();
      break;
    }
    const ByteView document = FrontDocument(max_size);
    if (!batch.empty() && batch.bytes().size() + document.size() > kBatchBytes) break;
    if (member.spec.type == CollectionType::kView) Fail("documents in a view");
    batch.Append(document);
    window_.Consume(document.size());
  }
  member.crc = Crc64(batch.bytes(), member.crc);
  member.documents += batch.documents();
}

void ArchiveReader::CheckEnd() const {
  for (const ArchiveMember& member : members_) {
    if (member.ended) continue;
    Fail(fmt::format("the archive is cut short, or its dump failed: {} {}", Display(member.spec.ns),
                     member.begun ? "does not end" : "does not come"));
  }
  if (own() && prelude_.codec == codec_ && !sealed_.Holds(codec_)) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("read {}: its bytes are not those that were written, or some are "
                            "missing at its end: its seal does not fit them",
                            options_.name));
  }
}

void ArchiveReader::Fail(std::string_view problem) const {
  if (!open_) window_.FailAt(window_.offset(), problem);
  const std::string in = Display(members_[*open_].spec.ns);
  window_.FailAt(window_.offset(), fmt::format("in a block of {}: {}", in, problem));
}

}  // namespace haul
