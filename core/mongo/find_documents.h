#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/bson/document.h"
#include "core/bson/key_fields.h"
#include "core/mongo/deployment.h"
#include "core/pipeline/batch.h"
#include "core/plan/namespace.h"

namespace haul {

struct DocumentQuery {
  const Namespace& ns;
  const Document& filter;
  std::uint32_t limit = 0;  ///< 0 = all
};

/// The documents that match, read from the primary, whole. A read that a lost connection or a
/// step-down broke is begun again until the deployment's retry_for is over. Throws Error as
/// DriverError(). For few documents: all are in memory.
[[nodiscard]] std::vector<Document> FindDocuments(const Deployment& deployment,
                                                  const Client& client, const DocumentQuery& query);

/// Finds what a collection holds for keys. One thread; all must outlive it.
class KeyedReader {
 public:
  KeyedReader(const Deployment& deployment, const Client& client, const KeyFields& key,
              Namespace ns);

  /// For each document of `batch`, which all have their key: the stored one with that key, compared
  /// as a query does it, or nothing. Of several stored ones it is any.
  [[nodiscard]] std::vector<std::optional<Document>> Find(const Batch& batch);

 private:
  void FindChunk(const Batch& batch, std::uint32_t begin, std::uint32_t end);
  [[nodiscard]] Document Filter(const Batch& batch, std::uint32_t begin, std::uint32_t end);

  const Deployment& deployment_;
  const Client& client_;
  const KeyFields& key_;
  const Namespace ns_;
  std::vector<Element> values_;
  std::vector<std::optional<Document>> found_;
};

}  // namespace haul
