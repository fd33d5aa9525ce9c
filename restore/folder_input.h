#pragma once

#include <optional>

#include "restore/input.h"

namespace haul {

/// A dump directory, a folder of it or one data file.
class FolderInput final : public RestoreInput {
 public:
  /// Throws Error as DumpReader::Open does. `options` must outlive it.
  explicit FolderInput(const RestoreOptions& options);

  [[nodiscard]] std::string Name() const override;
  [[nodiscard]] DumpReader::Shape shape() const override { return shape_; }
  [[nodiscard]] std::set<std::string> Databases() const override { return databases_; }
  [[nodiscard]] Contents Select(const Selects& selects) override;
  void Verify() const override;
  [[nodiscard]] std::unique_ptr<RestoreFeed> NewFeed(const RestorePlan& plan,
                                                     const RestoreOptions& options,
                                                     const StopFlag& stop) override;

 private:
  const RestoreOptions& options_;
  DumpReader::Shape shape_ = DumpReader::Shape::kRoot;
  std::set<std::string> databases_;
  std::optional<DumpReader> dump_;
};

}  // namespace haul
