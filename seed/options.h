#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bson/document.h"
#include "core/cli/connection_options.h"
#include "core/cli/options.h"
#include "seed/plan.h"

namespace haul {

/// What the user typed. Every field's value here is its option's default.
struct SeedFlags {
  ConnectionFlags connection;
  std::vector<std::string> paths;
  std::string database;
  std::string collection;
  std::vector<std::string> only;
  std::string key;
  std::string environment;
  std::uint64_t seed = 1;
  bool drop = false;
  bool clear = false;
  bool yes = false;
  bool transaction = false;
  bool dry_run = false;
  std::chrono::milliseconds wait_for{0};
  bool init_replica_set = false;
  std::string rejects;
  std::optional<std::uint64_t> jobs;
};

[[nodiscard]] Command SeedCommand(SeedFlags& flags);

/// The same, checked and ready: nothing left to parse.
struct SeedOptions {
  ConnectionOptions connection;
  PlanOptions plan;
  std::uint64_t seed = 1;
  bool drop = false;
  bool clear = false;
  bool yes = false;
  bool transaction = false;
  bool dry_run = false;
  std::chrono::milliseconds wait_for{0};
  bool init_replica_set = false;
  std::string rejects;
  std::size_t jobs = 2;
  Document write_concern;
};

/// The environments in which hashes may be weak and data be thrown away unasked.
[[nodiscard]] bool IsForDevelopment(const std::string& environment);

/// Throws Error kUsage for what contradicts itself. No connection is made.
[[nodiscard]] SeedOptions CheckSeedOptions(const SeedFlags& flags, const ParsedOptions& parsed,
                                           const Environment& environment);

}  // namespace haul
