#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/plan/collection_spec.h"
#include "formats/dump_reader.h"
#include "restore/account_move.h"
#include "restore/input.h"
#include "restore/options.h"

namespace haul {

/// One collection of the dump and where it goes.
struct PlannedCollection {
  Namespace source;
  CollectionSpec spec;           ///< spec.ns is the target, logical
  std::optional<DataFile> data;  ///< nothing: only its definition is there

  /// Plain bytes where they are known, else stored ones.
  [[nodiscard]] std::uint64_t Size() const;
};

/// Users and roles of one database or of the whole server.
struct PlannedUsers {
  std::string database;             ///< where they go; empty: the whole server's
  std::optional<AccountMove> move;  ///< they were another database's
  std::optional<DataFile> users;
  std::optional<DataFile> roles;
  std::optional<DataFile> version;  ///< of their schema

  [[nodiscard]] std::optional<DataFile>& Data(DumpedAdminData::Kind kind);
};

/// What a restore will do.
struct RestorePlan {
  std::unique_ptr<RestoreInput> input;
  std::vector<PlannedCollection> collections;  ///< largest first; no views
  std::vector<PlannedCollection> views;        ///< each after the views that it reads
  std::optional<PlannedUsers> users;
  std::optional<DataFile> oplog;
  std::vector<std::string> warnings;  ///< for the user; escaped for display
  std::vector<std::string> notes;     ///< for who wants to know more

  /// Of the data files, as far as they are known before reading.
  [[nodiscard]] std::uint64_t Documents() const;
  [[nodiscard]] std::uint64_t Bytes() const;
  [[nodiscard]] bool Empty() const;
  /// Collections and views.
  [[nodiscard]] std::vector<const PlannedCollection*> All() const;
  /// For --dryRun: a line a collection, view and set of users. `placed` says how what goes to a
  /// target comes to stand there.
  [[nodiscard]] std::string ToText(
      const std::function<std::string(const Namespace& target)>& placed) const;
};

/// Opens the dump, selects and names. Throws Error as DumpReader::Open does; kUsage where nothing
/// is selected (with --allowMissing the plan is empty then), two sources land on one target, or a
/// target has no legal name. Nothing is written.
[[nodiscard]] RestorePlan MakeRestorePlan(const RestoreOptions& options);

/// `views` in an order in which each stands behind the views that it reads; those that read one
/// another keep their order.
[[nodiscard]] std::vector<PlannedCollection> OrderViews(std::vector<PlannedCollection> views);

}  // namespace haul
