#pragma once

#include <string>
#include <vector>

#include "core/mongo/catalog_writer.h"
#include "core/mongo/deployment.h"
#include "core/report/log.h"
#include "seed/options.h"
#include "seed/plan.h"

namespace haul {

/// What the database holds before the run, and what is done to it beside documents.
class SeedTarget {
 public:
  struct Context {
    Deployment& deployment;
    const SeedPlan& plan;
    const SeedOptions& options;
    Log& log;
  };
  explicit SeedTarget(Context context);

  /// Everything that can be found out without touching the target. Error kUsage where the database
  /// is known as another environment's, or where consent is missing; kConflict where a collection
  /// is a view, or has to be empty and is not.
  void Check();
  /// Records the environment, drops and builds indexes.
  void Prepare();

  /// No document of it was there when the run began, or none will be left.
  [[nodiscard]] bool WasEmpty(std::size_t collection) const { return states_[collection].empty; }
  /// Whether some unique index lets no two documents have one key of the file. After Prepare().
  [[nodiscard]] bool GuardsKey(std::size_t collection, const SeedFile& file) const;

 private:
  struct State {
    bool exists = false;
    bool empty = true;
    std::vector<Document> indexes;
  };

  void CheckEnvironment();
  void CheckConsent() const;
  void CheckCollections();
  void CheckKeyless(std::size_t collection) const;
  void RecordEnvironment();
  void BuildIndexes(CatalogWriter& catalog, std::size_t collection);

  const Context context_;
  Client client_;
  std::vector<State> states_;
  bool environment_is_recorded_ = false;
};

/// Where the environment of a database is kept: {_id: "environment", environment, stated, at}.
inline constexpr const char* kSeedRecordCollection = "haul.seed";

}  // namespace haul
