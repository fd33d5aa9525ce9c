#include "tools/inspect/archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/units.h"

namespace haul {
namespace {

using Role = ArchiveMember::Role;

/// Some bytes of a source, as if they were all.
class Head final : public ByteSource {
 public:
  explicit Head(ByteView bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t Read(std::span<std::uint8_t> room) override {
    const std::size_t size = std::min(room.size(), bytes_.size());
    std::memcpy(room.data(), bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
    return size;
  }

 private:
  ByteView bytes_;
};

Namespace NameOf(const ArchiveMember& member) {
  return member.role == Role::kOplog ? OplogNamespace() : member.spec.ns;
}

std::string_view TypeOf(const ArchiveMember& member) {
  switch (member.role) {
    case Role::kCollection:
      return TypeName(member.spec.type);
    case Role::kAdminData:
      return KindName(member.admin);
    case Role::kOplog:
      return "oplog";
  }
  return {};
}

struct Amount {
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;
  void Add(const Batch& batch) {
    documents += batch.documents();
    bytes += batch.bytes().size();
  }
};

SummaryRow RowOf(const ArchiveMember& member, CodecId codec, const Amount& amount) {
  SummaryRow row;
  row.ns = NameOf(member);
  row.type = TypeOf(member);
  row.codec = GetCodec(codec).name;
  if (member.has_metadata) row.indexes = member.spec.indexes.size();
  if (member.spec.type == CollectionType::kView) return row;
  row.capped = member.spec.capped();
  row.clustered = member.spec.clustered();
  row.documents = amount.documents;
  row.bytes = amount.bytes;
  return row;
}

std::size_t Choose(const ArchiveReader& archive, const Namespace& chosen) {
  const auto& members = archive.members();
  const auto found = std::ranges::find(members, chosen, NameOf);
  if (found == members.end()) {
    std::vector<Namespace> names;
    for (const ArchiveMember& member : members) names.push_back(NameOf(member));
    throw NotThere(chosen, "archive", names);
  }
  if (found->spec.type == CollectionType::kView) throw NoDocuments(chosen, CollectionType::kView);
  return static_cast<std::size_t>(found - members.begin());
}

}  // namespace

bool BeginsLikeArchive(PeekedSource& source) {
  // A packed stream yields its first bytes with its first block, which is at most 128 KiB.
  constexpr std::size_t kPackedHead = 160 * kKiB;
  constexpr std::size_t kMagicBytes = 8;
  const ByteView magic = source.Peek(kMagicBytes);
  const bool packed =
      std::ranges::any_of(Codecs(), [&](const Codec& codec) { return codec.recognises(magic); });
  Head head(packed ? source.Peek(kPackedHead) : magic);
  return ArchiveReader::Recognises(head);
}

ArchiveDocuments::ArchiveDocuments(ArchiveReader& archive, const Namespace& chosen)
    : archive_(archive), member_(Choose(archive, chosen)) {}

bool ArchiveDocuments::Next(Batch& batch) {
  batch.Clear();
  try {
    while (!ended_) {
      const auto piece = archive_.Next(batch);
      ended_ = !piece || (piece->member == member_ && piece->end);
      if (!ended_ && piece->member == member_) return true;
    }
  } catch (...) {
    if (archive_.reading() != member_) batch.Clear();
    throw;
  }
  batch.Clear();
  return false;
}

DumpSummary Summarize(ArchiveReader& archive, const NamespaceFilter& filter, const StopFlag& stop,
                      std::optional<Error>& fault) {
  std::vector<Amount> amounts(archive.members().size());
  DumpSummary summary;
  summary.kind = "archive";
  summary.state = archive.own() ? "complete" : "foreign";
  summary.server_version = archive.prelude().origin.server_version;
  if (archive.own()) summary.parts.push_back(&archive.prelude().origin);
  Batch batch;
  try {
    while (!stop.requested()) {
      const auto piece = archive.Next(batch);
      if (!piece) break;
      amounts[piece->member].Add(batch);
    }
  } catch (const Error& error) {
    fault = error;
    if (archive.reading()) amounts[*archive.reading()].Add(batch);
    summary.state = "incomplete";
  }
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    SummaryRow row = RowOf(archive.members()[i], archive.codec(), amounts[i]);
    if (filter.Selects(row.ns)) summary.rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(summary.rows, {}, &SummaryRow::ns);
  return summary;
}

}  // namespace haul
