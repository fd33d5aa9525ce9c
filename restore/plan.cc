#include "restore/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/bson/element.h"
#include "core/plan/namespace_mapper.h"
#include "restore/naming.h"
#include "restore/oplog_source.h"
#include "restore/view_references.h"

namespace haul {
namespace {

bool IsAdminData(const Namespace& ns) {
  return ns.database == "admin" &&
         (ns.collection == "system.users" || ns.collection == "system.roles" ||
          ns.collection == "system.version");
}

Error NothingSelected(const RestoreOptions& options, const RestoreInput& input) {
  const std::set<std::string> databases = input.Databases();
  std::string held;
  for (const std::string& database : databases) {
    held += (held.empty() ? "" : ", ") + EscapeForDisplay(database);
  }
  const std::string what = options.database.empty()
                               ? std::string("anything that was asked for")
                               : fmt::format("{}{}{}", EscapeForDisplay(options.database),
                                             options.collection.empty() ? "" : ".",
                                             EscapeForDisplay(options.collection));
  const bool rename = input.shape() == DumpReader::Shape::kRoot && !options.database.empty() &&
                      !databases.contains(options.database);
  return {ExitCode::kUsage,
          fmt::format("nothing to restore: {} does not hold {}", input.Name(), what),
          rename ? fmt::format("it holds: {}; to restore one of them as {} name its folder, or use "
                               "--nsFrom and --nsTo",
                               held, EscapeForDisplay(options.database))
                 : fmt::format("it holds: {}; look at --db, --collection, --nsInclude, --nsExclude",
                               held.empty() ? "nothing" : held)};
}

std::string ViewOn(const PlannedCollection& view) {
  return std::string(FindString(view.spec.options.bytes(), "viewOn"));
}

// A view reads by name, in its own database: what this run renames there it reads under the new
// name.
void RenameWhatViewsRead(RestorePlan& plan) {
  std::map<Namespace, Namespace> targets;
  for (const PlannedCollection* planned : plan.All()) targets[planned->source] = planned->spec.ns;
  for (PlannedCollection& view : plan.views) {
    const std::string name = Display(view.spec.ns);
    const auto new_name = [&](const std::string& read) -> std::optional<std::string> {
      const auto target = targets.find({view.source.database, read});
      if (target == targets.end()) return std::nullopt;
      if (target->second.database != view.spec.ns.database) {
        plan.warnings.push_back(fmt::format(
            "the view {} reads {}, which goes to another database as {}: it stays as it is", name,
            Display(target->first), Display(target->second)));
        return std::nullopt;
      }
      if (target->second.collection == read) return std::nullopt;
      return target->second.collection;
    };
    RenamedView renamed = RenameReferences(view.spec.options, new_name);
    view.spec.options = std::move(renamed.options);
    for (const auto& [old_name, now] : renamed.renamed) {
      plan.warnings.push_back(fmt::format("the view {} reads {} instead of {}, as that is renamed",
                                          name, EscapeForDisplay(now), EscapeForDisplay(old_name)));
    }
  }
}

void CheckTargets(const RestorePlan& plan) {
  std::map<Namespace, Namespace> targets;
  for (const PlannedCollection* planned : plan.All()) {
    targets.emplace(planned->source, planned->spec.ns);
    CheckDatabaseName(planned->spec.ns.database, "the target " + Display(planned->spec.ns));
    CheckCollectionName(planned->spec.ns.collection, "the target " + Display(planned->spec.ns));
    if (planned->spec.ns.collection.find('$') != std::string::npos) {
      throw Error(ExitCode::kUsage,
                  fmt::format("the target {}: no server takes a '$' in a collection's name",
                              Display(planned->spec.ns)),
                  "give it another name with --nsFrom and --nsTo");
    }
  }
  CheckDistinctTargets(targets);
}

void AddCollections(RestorePlan& plan, const std::vector<DumpedCollection>& collections,
                    const RestoreNaming& naming) {
  for (const DumpedCollection& dumped : collections) {
    if (const auto why = naming.WhySkipped(dumped.spec.ns)) {
      plan.warnings.push_back(fmt::format("left out {}: {}", Display(dumped.spec.ns), *why));
      continue;
    }
    PlannedCollection planned{dumped.spec.ns, dumped.spec.Clone(), dumped.data};
    planned.spec.ns = naming.Target(dumped.spec.ns);
    const bool view = planned.spec.type == CollectionType::kView;
    (view ? plan.views : plan.collections).push_back(std::move(planned));
  }
  std::stable_sort(plan.collections.begin(), plan.collections.end(),
                   [](const auto& a, const auto& b) { return a.Size() > b.Size(); });
  plan.views = OrderViews(std::move(plan.views));
}

// An archive does not say how much it holds.
std::string SizeText(const PlannedCollection& planned) {
  const bool known = planned.data && (planned.data->plain_bytes || planned.data->stored_bytes > 0);
  return known ? ", " + FormatBytes(planned.Size()) : std::string();
}

using AdminData = std::vector<DumpedAdminData>;

std::optional<PlannedUsers> FindUsers(const AdminData& admin_data, const std::string& database) {
  PlannedUsers found;
  for (const DumpedAdminData& admin : admin_data) {
    if (admin.database == database) found.Data(admin.kind) = admin.data;
  }
  if (!found.users && !found.roles) return std::nullopt;
  return found;
}

// The users of one database: its own files, else those of the whole server, of which only that
// database's are taken.
PlannedUsers UsersOfDatabase(const RestoreInput& input, const AdminData& admin_data,
                             const RestoreNaming& naming, const RestoreOptions& options) {
  std::string source = options.database;
  for (const std::string& database : input.Databases()) {
    const bool of_folder = input.shape() != DumpReader::Shape::kRoot && database != "admin";
    if (of_folder) source = database;
  }
  std::optional<PlannedUsers> users = FindUsers(admin_data, source);
  if (!users) users = FindUsers(admin_data, "admin");
  if (!users) {
    throw Error(ExitCode::kUsage,
                fmt::format("--restoreDbUsersAndRoles: {} holds no users and roles of {}",
                            input.Name(), EscapeForDisplay(source)),
                "haul-dump --dumpDbUsersAndRoles puts them into a dump");
  }
  users->database = naming.Target({source, "system.users"}).database;
  if (users->database == source) return std::move(*users);
  users->move = AccountMove{
      .from = source, .to = users->database, .collection = [naming](const Namespace& ns) {
        return naming.Target(ns);
      }};
  return std::move(*users);
}

void TakeOplog(RestorePlan& plan, const RestoreOptions& options, RestoreInput::Contents& contents) {
  if (!options.oplog_replay) {
    if (!contents.oplog) return;
    plan.warnings.push_back(
        fmt::format("{}: not replayed, so that {}; --oplogReplay applies it", contents.oplog->name,
                    contents.snapshot ? "the collections are as they were when the dump began"
                                      : "the collections are of different times"));
    return;
  }
  plan.oplog = ChooseOplog(options, contents);
  if (plan.oplog) return;
  throw Error(ExitCode::kUsage, fmt::format("--oplogReplay: {} holds no oplog", plan.input->Name()),
              "dump with --oplog, or name an oplog with --oplogFile");
}

}  // namespace

std::optional<DataFile>& PlannedUsers::Data(DumpedAdminData::Kind kind) {
  switch (kind) {
    case DumpedAdminData::Kind::kUsers:
      return users;
    case DumpedAdminData::Kind::kRoles:
      return roles;
    case DumpedAdminData::Kind::kVersion:
      break;
  }
  return version;
}

std::uint64_t PlannedCollection::Size() const {
  return data ? data->plain_bytes.value_or(data->stored_bytes) : 0;
}

std::vector<const PlannedCollection*> RestorePlan::All() const {
  std::vector<const PlannedCollection*> all;
  for (const PlannedCollection& collection : collections) all.push_back(&collection);
  for (const PlannedCollection& view : views) all.push_back(&view);
  return all;
}

std::uint64_t RestorePlan::Documents() const {
  std::uint64_t documents = 0;
  for (const auto& planned : collections) {
    if (planned.data) documents += planned.data->documents.value_or(0);
  }
  return documents;
}

std::uint64_t RestorePlan::Bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& planned : collections) bytes += planned.Size();
  return bytes;
}

bool RestorePlan::Empty() const { return collections.empty() && views.empty() && !users && !oplog; }

std::string RestorePlan::ToText(
    const std::function<std::string(const Namespace& target)>& placed) const {
  std::string text;
  for (const PlannedCollection* planned : All()) {
    const std::string from = planned->source == planned->spec.ns
                                 ? std::string()
                                 : fmt::format(" from {}", Display(planned->source));
    const std::string documents =
        planned->data && planned->data->documents
            ? fmt::format(", {} documents", FormatCount(*planned->data->documents))
            : std::string();
    text += fmt::format("{}{}: {}{}{}, {} indexes, {}\n", Display(planned->spec.ns), from,
                        TypeName(planned->spec.type), documents, SizeText(*planned),
                        planned->spec.indexes.size(), placed(planned->spec.ns));
  }
  if (users) {
    text += users->database.empty()
                ? std::string("users and roles of the whole server\n")
                : fmt::format("users and roles of {}{}\n", EscapeForDisplay(users->database),
                              users->move ? " from " + EscapeForDisplay(users->move->from) : "");
  }
  if (oplog) {
    text += fmt::format(
        "then, with all of it in its place, the oplog {} is replayed; indexes come "
        "last\n",
        oplog->name);
  }
  return text;
}

std::vector<PlannedCollection> OrderViews(std::vector<PlannedCollection> views) {
  std::vector<PlannedCollection> ordered;
  while (!views.empty()) {
    const auto waits = [&](const PlannedCollection& view) {
      return std::any_of(views.begin(), views.end(), [&](const PlannedCollection& other) {
        return &other != &view && other.source == Namespace{view.source.database, ViewOn(view)};
      });
    };
    auto ready = std::find_if_not(views.begin(), views.end(), waits);
    if (ready == views.end()) ready = views.begin();
    ordered.push_back(std::move(*ready));
    views.erase(ready);
  }
  return ordered;
}

RestorePlan MakeRestorePlan(const RestoreOptions& options) {
  RestorePlan plan;
  plan.input = OpenRestoreInput(options);
  const DumpReader::Shape shape = plan.input->shape();
  if (shape == DumpReader::Shape::kRoot && options.database.empty() &&
      !options.collection.empty()) {
    throw Error(ExitCode::kUsage, "--collection needs a database",
                "add --db NAME or a database to the URI");
  }
  const RestoreNaming naming(options, shape);
  const std::set<std::string> databases = plan.input->Databases();
  const bool all_users = naming.SelectsAllUsers(databases.empty() ? "" : *databases.begin());
  RestoreInput::Contents contents = plan.input->Select([&](const Namespace& ns) {
    if (IsAdminData(ns)) return all_users || options.users_and_roles;
    if (options.oplog_replay && IsDumpedOplog(ns)) return true;
    return naming.Selects(ns);
  });
  plan.warnings = std::move(contents.warnings);
  plan.notes = std::move(contents.notes);
  TakeOplog(plan, options, contents);
  AddCollections(plan, contents.collections, naming);
  if (options.users_and_roles) {
    plan.users = UsersOfDatabase(*plan.input, contents.admin_data, naming, options);
  } else if (all_users) {
    plan.users = FindUsers(contents.admin_data, "admin");
  }
  if (plan.Empty() && !options.allow_missing) throw NothingSelected(options, *plan.input);
  CheckTargets(plan);
  RenameWhatViewsRead(plan);
  return plan;
}

}  // namespace haul
