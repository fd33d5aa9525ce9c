#pragma once

#include "core/storage/byte_source.h"
#include "restore/input.h"

namespace haul {

/// The documents of one collection on standard input, packed or not; --db and --collection name it.
class StandardInput final : public RestoreInput {
 public:
  /// `options` must outlive it.
  explicit StandardInput(const RestoreOptions& options) : options_(options) {}

  [[nodiscard]] std::string Name() const override { return "standard input"; }
  [[nodiscard]] DumpReader::Shape shape() const override { return DumpReader::Shape::kDataFile; }
  [[nodiscard]] std::set<std::string> Databases() const override { return {options_.database}; }
  [[nodiscard]] Contents Select(const Selects& selects) override;
  /// Nothing can be checked without its documents.
  void Verify() const override {}
  [[nodiscard]] std::unique_ptr<RestoreFeed> NewFeed(const RestorePlan& plan,
                                                     const RestoreOptions& options,
                                                     const StopFlag& stop) override;

 private:
  const RestoreOptions& options_;
  OpenedSource descriptor_{"-"};
  PeekedSource source_{descriptor_};
};

}  // namespace haul
