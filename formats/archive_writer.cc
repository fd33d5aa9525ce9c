#include "formats/archive_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/units.h"
#include "core/io/checksum.h"
#include "core/plan/collection_spec.h"
#include "core/storage/spool.h"
#include "formats/frame_index.h"

namespace haul {
namespace {

constexpr std::size_t kPieceBytes = 4 * kMiB;

Error Internal(std::string_view operation, const Namespace& ns, std::string_view cause) {
  return {ExitCode::kInternal,
          fmt::format("{} {} in the archive: {}", operation, Display(ns), cause)};
}

Namespace DataNamespace(const ArchiveCollection& collection) {
  if (collection.type != TypeName(CollectionType::kTimeSeries)) return collection.ns;
  return {collection.ns.database, std::string(kBucketsPrefix) + collection.ns.collection};
}

void AppendBlockOf(ByteBuffer& plain, ByteView header, ByteView documents) {
  plain.Append(header);
  plain.Append(documents);
  plain.Append(kArchiveTerminator);
}

}  // namespace

class ArchiveWriter::NamespaceOutput final : public CollectionOutput {
 public:
  NamespaceOutput(ArchiveWriter& writer, const Namespace& ns) : writer_(writer), ns_(ns) {}

  [[nodiscard]] std::unique_ptr<DocumentSink> NewSink(FrameEncoder& encoder,
                                                      SinkOptions options) override;
  void Finish() override { writer_.End(*this); }

  [[nodiscard]] bool is_oplog() const { return ns_.database.empty(); }

 private:
  friend class ArchiveWriter;
  friend class BlockSink;

  ArchiveWriter& writer_;
  const Namespace ns_;
  std::uint64_t crc_ = 0;
  bool begun_ = false;
  bool finished_ = false;
  std::size_t open_sinks_ = 0;
  std::optional<SpoolFile> spool_;
};

class ArchiveWriter::BlockSink final : public DocumentSink {
 public:
  BlockSink(NamespaceOutput& to, FrameEncoder& encoder)
      : to_(to), encoder_(encoder), header_(EncodeArchiveBlockHeader({.ns = to.ns_})) {}

  void Write(const Batch& batch) override {
    if (batch.empty()) return;
    if (batch.bytes().size() > kMaxFrameBytes) {
      throw Error(ExitCode::kLimit,
                  fmt::format("write {}: a batch of {} is more than a block may hold",
                              Display(to_.ns_), FormatBytes(batch.bytes().size())));
    }
    plain_.Clear();
    AppendBlockOf(plain_, header_.view(), batch.bytes());
    const ByteView stored = encoder_.Encode(plain_.view());
    to_.writer_.Append(to_, {.stored = stored,
                             .stored_crc = to_.writer_.StoredCrc(stored),
                             .crc = Crc64(batch.bytes()),
                             .bytes = batch.bytes().size()});
  }

  void Finish() override {
    const std::lock_guard lock(to_.writer_.mutex_);
    --to_.open_sinks_;
  }

 private:
  NamespaceOutput& to_;
  FrameEncoder& encoder_;
  const ByteBuffer header_;
  ByteBuffer plain_;
};

std::unique_ptr<DocumentSink> ArchiveWriter::NamespaceOutput::NewSink(FrameEncoder& encoder,
                                                                      SinkOptions /*options*/) {
  const std::lock_guard lock(writer_.mutex_);
  if (finished_) throw Internal("write", ns_, "it is finished");
  ++open_sinks_;
  return std::make_unique<BlockSink>(*this, encoder);
}

ArchiveWriter::ArchiveWriter(std::unique_ptr<ByteSink> sink, ArchivePrelude prelude,
                             Options options)
    : sink_(std::move(sink)),
      options_(std::move(options)),
      sealed_(!EncodeArchiveSeal(options_.codec.id, 0, 0).empty()),
      most_open_(static_cast<std::size_t>(std::max(1, prelude.concurrent_collections))),
      encoder_(GetCodec(options_.codec.id).new_encoder(options_.codec.level)),
      unfinished_(prelude.collections.size()) {
  for (const ArchiveCollection& collection : prelude.collections) {
    const Namespace ns = DataNamespace(collection);
    namespaces_.emplace(ns, std::make_unique<NamespaceOutput>(*this, ns));
  }
  prelude.codec = options_.codec.id;
  AppendPrelude(prelude);
}

ArchiveWriter::~ArchiveWriter() = default;

void ArchiveWriter::AppendPrelude(const ArchivePrelude& prelude) {
  const ByteBuffer bytes = EncodeArchivePrelude(prelude);
  for (std::size_t at = 0; at < bytes.size(); at += kPieceBytes) {
    const std::size_t size = std::min(kPieceBytes, bytes.size() - at);
    const ByteView stored = encoder_->Encode(bytes.view().subspan(at, size));
    AppendStored(stored, StoredCrc(stored));
  }
}

CollectionOutput& ArchiveWriter::Open(const Namespace& data_ns) {
  const auto found = namespaces_.find(data_ns);
  if (found == namespaces_.end()) throw Internal("open", data_ns, "the prelude has it not");
  return *found->second;
}

std::uint64_t ArchiveWriter::StoredCrc(ByteView stored) const {
  return sealed_ ? Crc64(stored) : 0;
}

void ArchiveWriter::Append(NamespaceOutput& to, const Block& block) {
  const std::lock_guard lock(mutex_);
  to.crc_ = CombineCrc64(to.crc_, block.crc, block.bytes);
  if (to.is_oplog()) {
    if (!to.spool_) to.spool_.emplace(options_.spool_directory);
    to.spool_->Append(block.stored);
  } else {
    if (!to.begun_) CountAsOpen();
    AppendStored(block.stored, block.stored_crc);
  }
  to.begun_ = true;
}

// A reader that gives each open namespace a worker would wait for ever.
void ArchiveWriter::CountAsOpen() {
  if (++open_ <= most_open_) return;
  throw Error(ExitCode::kInternal,
              fmt::format("write the archive: more than {} namespaces are open", most_open_));
}

void ArchiveWriter::AppendStored(ByteView stored, std::uint64_t stored_crc) {
  sink_->Append(stored);
  stored_bytes_ += stored.size();
  if (sealed_) stored_crc_ = CombineCrc64(stored_crc_, stored_crc, stored.size());
}

void ArchiveWriter::AppendSpool(const NamespaceOutput& from) {
  if (!from.spool_) return;
  ByteBuffer piece;
  for (std::uint64_t at = 0; at < from.spool_->size(); at += piece.size()) {
    from.spool_->ReadAt(at, std::min<std::uint64_t>(kPieceBytes, from.spool_->size() - at), piece);
    AppendStored(piece.view(), StoredCrc(piece.view()));
  }
}

void ArchiveWriter::End(NamespaceOutput& ended) {
  const std::lock_guard lock(mutex_);
  if (ended.finished_ || ended.open_sinks_ != 0) {
    throw Internal("finish", ended.ns_, "a part of it was not written");
  }
  if (ended.is_oplog() && unfinished_ != 1) {
    throw Internal("finish", ended.ns_, "it is not the last");
  }
  AppendSpool(ended);
  ByteBuffer plain;
  if (!ended.begun_) {
    CountAsOpen();
    AppendBlockOf(plain, EncodeArchiveBlockHeader({.ns = ended.ns_}).view(), {});
  }
  const ArchiveBlockHeader end{.ns = ended.ns_, .end = true, .crc = ended.crc_};
  AppendBlockOf(plain, EncodeArchiveBlockHeader(end).view(), {});
  const ByteView stored = encoder_->Encode(plain.view());
  ended.finished_ = true;
  if (!ended.is_oplog() || !ended.begun_) --open_;
  if (--unfinished_ == 0) {
    last_end_.Append(stored);
  } else {
    AppendStored(stored, StoredCrc(stored));
  }
}

void ArchiveWriter::Commit() {
  const std::lock_guard lock(mutex_);
  if (unfinished_ != 0) {
    throw Error(ExitCode::kInternal,
                fmt::format("commit the archive: {} namespaces are not finished", unfinished_));
  }
  AppendStored(last_end_.view(), StoredCrc(last_end_.view()));
  const ByteBuffer seal = EncodeArchiveSeal(options_.codec.id, stored_bytes_, stored_crc_);
  if (!seal.empty()) sink_->Append(seal.view());
  sink_->Commit();
}

}  // namespace haul
