#include "core/mongo/catalog_writer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>

#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/mongo/catalog.h"
#include "core/mongo/driver_error.h"
#include "core/mongo/index_rewrite.h"
#include "core/mongo/repeated_command.h"
#include "core/mongo/write_command.h"

namespace haul {
namespace {

constexpr int kFailedToParse = 9;
constexpr int kIllegalOperation = 20;
constexpr int kInvalidOptions = 72;
constexpr int kUnknownField = 40415;
constexpr int kUnknownFieldInOptions = 51177;

bool IsUnknownOption(const bson_error_t& error) {
  const auto code = static_cast<int>(error.code);
  return code == kInvalidOptions || code == kUnknownField || code == kUnknownFieldInOptions ||
         code == kFailedToParse;
}

std::array<std::uint8_t, 16> ParseUuid(std::string_view hex) {
  std::array<std::uint8_t, 16> uuid{};
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    const std::string_view digits = hex.substr(2 * i, 2);
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), uuid[i], 16);
    if (problem != std::errc() || end != digits.data() + 2) {
      throw Error(ExitCode::kCorrupt, fmt::format("'{}' is not a UUID", EscapeForDisplay(hex)));
    }
  }
  return uuid;
}

// {applyOps: [{op: "c", ns: "DB.$cmd", ui: UUID, o: {create: …}}]}
Document CreateWithUuid(const CollectionSpec& spec, const Document& create,
                        const Document& write_concern) {
  const auto uuid = ParseUuid(spec.uuid);
  Document command;
  bson_t operations;
  bson_t operation;
  BSON_APPEND_ARRAY_BEGIN(command.bson(), "applyOps", &operations);
  BSON_APPEND_DOCUMENT_BEGIN(&operations, "0", &operation);
  BSON_APPEND_UTF8(&operation, "op", "c");
  BSON_APPEND_UTF8(&operation, "ns", (spec.ns.database + ".$cmd").c_str());
  BSON_APPEND_BINARY(&operation, "ui", BSON_SUBTYPE_UUID, uuid.data(),
                     static_cast<std::uint32_t>(uuid.size()));
  BSON_APPEND_DOCUMENT(&operation, "o", create.bson());
  bson_append_document_end(&operations, &operation);
  bson_append_array_end(command.bson(), &operations);
  AppendWriteConcern(command.bson(), write_concern);
  return command;
}

}  // namespace

Document CreateCommand(const CollectionSpec& spec, const CreateOptions& options) {
  Document command;
  BSON_APPEND_UTF8(command.bson(), "create", spec.ns.collection.c_str());
  const Document id_index =
      IdIndexForCreate(spec, options.keep_index_version || options.preserve_uuid);
  const bool may_lack_id_index = spec.ns.database == "local" && id_index.empty();
  bool has_clustered_index = false;
  if (options.with_options || spec.type == CollectionType::kView) {
    bson_iter_t at;
    bson_iter_init(&at, spec.options.bson());
    while (bson_iter_next(&at)) {
      const std::string_view key = bson_iter_key(&at);
      if (key == "recordIdsReplicated" || (key == "autoIndexId" && !may_lack_id_index)) continue;
      has_clustered_index = has_clustered_index || key == "clusteredIndex";
      bson_append_iter(command.bson(), key.data(), static_cast<int>(key.size()), &at);
    }
  }
  if (options.with_options && spec.type == CollectionType::kCollection && !has_clustered_index &&
      !id_index.empty()) {
    BSON_APPEND_DOCUMENT(command.bson(), "idIndex", id_index.bson());
  }
  return command;
}

CatalogWriter::CatalogWriter(Deployment& deployment)
    : deployment_(deployment), client_(deployment.Acquire()) {}

CommandResult CatalogWriter::Run(const std::string& database, const Document& command,
                                 std::string_view operation) {
  RepeatedResult result =
      RunRepeatedly(deployment_, client_, {database, command.bson(), operation});
  repeated_ = result.repeated;
  return std::move(result.result);
}

bool CatalogWriter::Create(const CollectionSpec& spec, const CreateOptions& options) {
  const std::string operation = "create " + Display(spec.ns);
  const bool with_uuid = options.preserve_uuid && !spec.uuid.empty();
  Document command = CreateCommand(spec, options);
  if (with_uuid) {
    command = CreateWithUuid(spec, command, options.write_concern);
  } else {
    AppendWriteConcern(command.bson(), options.write_concern);
  }
  const CommandResult result = Run(with_uuid ? "admin" : spec.ns.database, command, operation);
  if (result.ok) return true;
  // The first try may have created it before its reply was lost.
  if (result.error.code == server_code::kNamespaceExists && repeated_) return true;
  if (result.error.code == server_code::kNamespaceExists && !with_uuid) return false;
  const Error error = DriverError(operation, result.error, result.reply.bson());
  if (with_uuid) {
    throw Error(error.code() == ExitCode::kFailure ? ExitCode::kConflict : error.code(),
                error.message(), "a collection with this UUID may exist elsewhere on the target");
  }
  if (IsUnknownOption(result.error)) {
    throw Error(ExitCode::kUnsupported, error.message(),
                "--noOptionsRestore creates collections without their options");
  }
  throw error;
}

void CatalogWriter::Drop(const Namespace& ns, const Document& write_concern) {
  const std::string operation = "drop " + Display(ns);
  Document command;
  BSON_APPEND_UTF8(command.bson(), "drop", ns.collection.c_str());
  AppendWriteConcern(command.bson(), write_concern);
  const CommandResult result = Run(ns.database, command, operation);
  if (result.ok || result.error.code == server_code::kNamespaceNotFound) return;
  if (result.error.code == kIllegalOperation && ns.collection == "system.js") {
    return Empty(ns, write_concern);
  }
  throw DriverError(operation, result.error, result.reply.bson());
}

void CatalogWriter::Empty(const Namespace& ns, const Document& write_concern) {
  const std::string operation = "empty " + Display(ns);
  Document command = DeleteAllCommand(ns.collection);
  AppendWriteConcern(command.bson(), write_concern);
  const CommandResult result = Run(ns.database, command, operation);
  if (!result.ok) throw DriverError(operation, result.error, result.reply.bson());
}

void CatalogWriter::Replace(const Namespace& beside, const Namespace& target,
                            const Document& write_concern) {
  const std::string operation = fmt::format("rename {} to {}", Display(beside), Display(target));
  const std::string uuid = CollectionUuid(deployment_, client_, beside);
  Document command;
  BSON_APPEND_UTF8(command.bson(), "renameCollection", beside.ToString().c_str());
  BSON_APPEND_UTF8(command.bson(), "to", target.ToString().c_str());
  BSON_APPEND_BOOL(command.bson(), "dropTarget", true);
  AppendWriteConcern(command.bson(), write_concern);
  const CommandResult result = Run("admin", command, operation);
  if (result.ok) return;
  const Error error = DriverError(operation, result.error, result.reply.bson());
  if (result.error.code == server_code::kNamespaceNotFound && repeated_ && !uuid.empty()) {
    // The first try may have renamed it before its reply was lost.
    if (CollectionUuid(deployment_, client_, target) == uuid) return;
  }
  if (result.error.code != server_code::kNamespaceExists) throw error;
  throw Error(ExitCode::kConflict, error.message(), "run it again: it looks at what is there anew");
}

void CatalogWriter::AllowMixedSchemaBuckets(const Namespace& buckets_ns) {
  const std::string logical(LogicalCollection(buckets_ns.collection));
  const std::string operation = "allow mixed schemas in " + Display(buckets_ns);
  Document command;
  BSON_APPEND_UTF8(command.bson(), "collMod", logical.c_str());
  BSON_APPEND_BOOL(command.bson(), "timeseriesBucketsMayHaveMixedSchemaData", true);
  const CommandResult result = Run(buckets_ns.database, command, operation);
  if (!result.ok) throw DriverError(operation, result.error, result.reply.bson());
}

}  // namespace haul
