#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/mongo/catalog_writer.h"
#include "core/mongo/driver_error.h"
#include "core/mongo/write_command.h"

namespace haul {
namespace {

constexpr int kCannotCreateIndex = 67;
constexpr int kInvalidIndexSpecificationOption = 197;

using Indexes = std::vector<const Document*>;

Document IndexCommand(const Namespace& ns, const Indexes& indexes, const Document& write_concern,
                      bool ignore_unknown) {
  Document command;
  BSON_APPEND_UTF8(command.bson(), "createIndexes", ns.collection.c_str());
  bson_t array;
  BSON_APPEND_ARRAY_BEGIN(command.bson(), "indexes", &array);
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    BSON_APPEND_DOCUMENT(&array, std::to_string(i).c_str(), indexes[i]->bson());
  }
  bson_append_array_end(command.bson(), &array);
  if (ignore_unknown) BSON_APPEND_BOOL(command.bson(), "ignoreUnknownIndexOptions", true);
  AppendWriteConcern(command.bson(), write_concern);
  return command;
}

// As many members as the write concern asks for. By default all that vote must be there, so one
// that is down would hold up the build for ever.
void AppendCommitQuorum(bson_t* command, const Document& write_concern) {
  const auto w = FindElement(write_concern.bytes(), "w");
  if (const auto nodes = w ? w->AsInteger() : std::nullopt) {
    BSON_APPEND_INT32(command, "commitQuorum", static_cast<std::int32_t>(*nodes));
  } else {
    const std::string tag(w ? w->AsString().value_or("majority") : "majority");
    BSON_APPEND_UTF8(command, "commitQuorum", tag.c_str());
  }
}

// Replica sets have it since 4.4; what lies in `local` is not replicated.
bool KnowsCommitQuorum(const ServerInfo& server, const Namespace& ns) {
  const bool recent = server.major > 4 || (server.major == 4 && server.minor >= 4);
  return recent && !server.replica_set.empty() && ns.database != "local";
}

std::string NameOf(const Document& index) {
  const auto name = FindElement(index.bytes(), "name");
  return std::string(name ? name->AsString().value_or("?") : "?");
}

std::int64_t Number(const Document& reply, std::string_view field) {
  const auto number = FindElement(reply.bytes(), field);
  return number ? number->AsInteger().value_or(0) : 0;
}

// Refused because of what the indexes are, not because the server could not be asked.
bool IsAboutIndexes(const CommandResult& result) {
  return !result.ok && result.error.domain == MONGOC_ERROR_SERVER &&
         result.error.code != server_code::kUnauthorized &&
         result.error.code != server_code::kNamespaceNotFound;
}

// The one that the server's message names as the cause; end() where it names none or several.
// "E11000 duplicate key error collection: a.b index: NAME dup key: …", "Error in specification {
// key: …, name: "NAME" … }".
Indexes::const_iterator Culprit(const Indexes& indexes, std::string_view message) {
  const auto named = [&](const Document* index) {
    const std::string name = NameOf(*index);
    return message.find(fmt::format(" index: {} dup key", name)) != message.npos ||
           message.find(fmt::format("name: \"{}\"", name)) != message.npos;
  };
  if (std::count_if(indexes.begin(), indexes.end(), named) != 1) return indexes.end();
  return std::find_if(indexes.begin(), indexes.end(), named);
}

}  // namespace

/// One collection's build: its parts share what is here.
class CatalogWriter::IndexBuild {
 public:
  IndexBuild(CatalogWriter& catalog, const Namespace& ns, const Document& write_concern)
      : catalog_(catalog),
        ns_(ns),
        write_concern_(write_concern),
        operation_("build the indexes of " + Display(ns)) {}

  /// All at once; the one that spoils it is set aside, and the others are built without it.
  void Together(Indexes indexes) {
    while (indexes.size() > 1) {
      const CommandResult result = Send(indexes, false);
      if (result.ok) return;
      const auto culprit = Culprit(indexes, result.error.message);
      if (culprit == indexes.end()) break;
      result.error.code == kInvalidIndexSpecificationOption ? Alone(**culprit)
                                                            : Fail(**culprit, result);
      indexes.erase(culprit);
    }
    for (const Document* index : indexes) Alone(*index);
  }

  [[nodiscard]] IndexOutcome TakeOutcome() { return std::move(outcome_); }

 private:
  /// Answers what is about the indexes; throws everything else.
  [[nodiscard]] CommandResult Send(const Indexes& indexes, bool ignore_unknown) {
    Document command = IndexCommand(ns_, indexes, write_concern_, ignore_unknown);
    if (KnowsCommitQuorum(catalog_.deployment_.info(), ns_)) {
      AppendCommitQuorum(command.bson(), write_concern_);
    }
    CommandResult result = catalog_.Run(ns_.database, command, operation_);
    if (!result.ok && !IsAboutIndexes(result)) {
      throw DriverError(operation_, result.error, result.reply.bson());
    }
    if (result.ok) {
      const auto created =
          Number(result.reply, "numIndexesAfter") - Number(result.reply, "numIndexesBefore");
      outcome_.created += static_cast<std::size_t>(std::max<std::int64_t>(0, created));
    }
    return result;
  }

  void Alone(const Document& index) {
    CommandResult result = Send({&index}, false);
    if (!result.ok && result.error.code == kInvalidIndexSpecificationOption) {
      const std::string reason = EscapeForDisplay(result.error.message);
      result = Send({&index}, true);
      if (result.ok) {
        outcome_.warnings.push_back(fmt::format("{}: {}", EscapeForDisplay(NameOf(index)), reason));
      }
    }
    if (!result.ok) Fail(index, result);
  }

  void Fail(const Document& index, const CommandResult& result) {
    outcome_.failed.push_back({EscapeForDisplay(NameOf(index)),
                               EscapeForDisplay(result.error.message),
                               result.error.code == kCannotCreateIndex});
  }

  CatalogWriter& catalog_;
  const Namespace& ns_;
  const Document& write_concern_;
  std::string operation_;
  IndexOutcome outcome_;
};

CatalogWriter::IndexOutcome CatalogWriter::BuildIndexes(const Namespace& ns,
                                                        const std::vector<Document>& indexes,
                                                        const Document& write_concern) {
  Indexes all;
  for (const Document& index : indexes) all.push_back(&index);
  IndexBuild build(*this, ns, write_concern);
  build.Together(std::move(all));
  return build.TakeOutcome();
}

}  // namespace haul
