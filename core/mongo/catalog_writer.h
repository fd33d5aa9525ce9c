#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/mongo/deployment.h"
#include "core/plan/collection_spec.h"

namespace haul {

/// How collections are made on a target.
struct CreateOptions {
  bool with_options = true;         ///< false: --noOptionsRestore
  bool preserve_uuid = false;       ///< through applyOps; a spec without a UUID is created normally
  bool keep_index_version = false;  ///< of the index on _id
  Document write_concern;           ///< {} = the server's default
};

/// Writes to the catalog of one deployment. Each call repeats a command that a lost connection or a
/// step-down broke until retry_for is over, and throws Error otherwise. One thread (its client).
class CatalogWriter {
 public:
  explicit CatalogWriter(Deployment& deployment);

  /// Creates the collection or view that `spec` describes at spec.ns, options verbatim. False where
  /// a collection of that name is there already: it is left as it is. Error kUnsupported where the
  /// server does not know an option, kConflict where the UUID is taken.
  bool Create(const CollectionSpec& spec, const CreateOptions& options);

  /// Drops a collection or view; none there is fine. system.js, which servers do not drop, is
  /// emptied.
  void Drop(const Namespace& ns, const Document& write_concern);

  /// Deletes all documents of a collection; indexes stay.
  void Empty(const Namespace& ns, const Document& write_concern);

  /// Gives `beside` the name `target`, in one database; what bears that name is dropped in the same
  /// step, so that there is always one of the two. Error kConflict where a view or time-series
  /// collection has come to stand there.
  void Replace(const Namespace& beside, const Namespace& target, const Document& write_concern);

  struct IndexOutcome {
    struct Failure {
      std::string name;  ///< escaped for display, like the reason
      std::string reason;
      bool odd_key = false;  ///< the server does not take its key's values
    };
    std::vector<Failure> failed;
    std::vector<std::string> warnings;  ///< options of indexes that the server does not know
    std::size_t created = 0;            ///< those that were not there before
  };
  /// Builds all in one command. Where the server refuses it because of one that it names, the
  /// others are built together without that one, else each alone: a bad index costs only itself.
  [[nodiscard]] IndexOutcome BuildIndexes(const Namespace& ns, const std::vector<Document>& indexes,
                                          const Document& write_concern);

  /// Lets a time-series collection take buckets whose measurements differ in type.
  /// `buckets_ns` is system.buckets.X.
  void AllowMixedSchemaBuckets(const Namespace& buckets_ns);

  [[nodiscard]] const Client& client() const { return client_; }

 private:
  class IndexBuild;

  CommandResult Run(const std::string& database, const Document& command,
                    std::string_view operation);

  Deployment& deployment_;
  Client client_;
  bool repeated_ = false;  ///< the last command was sent more than once
};

/// The `create` command: options verbatim and in order, less those that a target sets by itself
/// (recordIdsReplicated, and autoIndexId but for a collection of local without that index), with
/// the index on _id where it says something. Pure.
[[nodiscard]] Document CreateCommand(const CollectionSpec& spec, const CreateOptions& options);

}  // namespace haul
