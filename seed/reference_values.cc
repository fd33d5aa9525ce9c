#include "seed/reference_values.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/mongo/find_documents.h"

namespace haul {

ReferenceTable::ReferenceTable(const SeedPlan& plan)
    : plan_(plan), values_(plan.references.all().size()), problems_(values_.size()) {
  for (std::size_t i = 0; i < plan.targets.size(); ++i) {
    if (plan.targets[i]) by_target_.emplace(KeyOf(*plan.targets[i]), i);
  }
}

void ReferenceTable::FindInDatabase(const Deployment& deployment, const Client& client,
                                    const std::string& database) {
  const std::vector<Reference>& all = plan_.references.all();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (plan_.targets[i]) continue;
    const Namespace ns{database, all[i].collection};
    CheckCollectionName(ns.collection, all[i].place);
    const auto found = FindDocuments(deployment, client, {ns, all[i].filter, 2});
    if (found.size() == 1) {
      values_[i] = ValueOf(all[i], found.front().bytes());
      continue;
    }
    throw Error(ExitCode::kUsage,
                fmt::format("{}: {} document of {} is meant, neither in this run nor in the "
                            "database; nothing was touched",
                            all[i].place, found.empty() ? "no" : "more than one",
                            EscapeForDisplay(all[i].collection)),
                found.empty() ? "seed the collection that it points to, in this run or before"
                              : "name fields that only one document has");
  }
}

bool ReferenceTable::IsTarget(const ReferenceTarget& document) const {
  return !by_target_.empty() && by_target_.find(KeyOf(document)) != by_target_.end();
}

void ReferenceTable::Settle(const ReferenceTarget& document, ByteView stored) {
  const auto [begin, end] = by_target_.equal_range(KeyOf(document));
  const std::lock_guard lock(mutex_);
  for (auto at = begin; at != end; ++at) {
    const Reference& reference = plan_.references.all()[at->second];
    if (stored.empty()) {
      problems_[at->second] =
          fmt::format("{}: the document that it refers to was rejected", reference.place);
      continue;
    }
    try {
      values_[at->second] = ValueOf(reference, stored);
    } catch (const Error& error) {
      problems_[at->second] = error.message();
    }
  }
}

std::string ReferenceTable::Problem(const std::vector<std::size_t>& references) const {
  if (references.empty()) return {};
  const std::lock_guard lock(mutex_);
  for (const std::size_t number : references) {
    if (!problems_[number].empty()) return problems_[number];
  }
  return {};
}

}  // namespace haul
