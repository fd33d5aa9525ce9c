#include "restore/index_builds.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.h"

namespace haul {
namespace {

std::string ReplaceAll(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

/// Shows a build as long as it is going on. One that ended in an exception stays among those that
/// the server goes on with.
class IndexBuilds::Mark {
 public:
  Mark(IndexBuilds& builds, const IndexTask& task, const std::string& name)
      : builds_(builds),
        ns_(task.ns),
        activity_(builds.context_.progress.BeginActivity(
            fmt::format("building {} index{} of {}", task.indexes.size(),
                        task.indexes.size() == 1 ? "" : "es", name))) {
    const std::lock_guard lock(builds_.mutex_);
    builds_.building_.insert(ns_);
  }
  ~Mark() { builds_.context_.progress.EndActivity(activity_); }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;

  void Ended() const {
    const std::lock_guard lock(builds_.mutex_);
    builds_.building_.erase(builds_.building_.find(ns_));
  }

 private:
  IndexBuilds& builds_;
  Namespace ns_;
  std::size_t activity_;
};

void IndexBuilds::Build(const IndexTask& task) {
  if (task.indexes.empty()) return;
  const std::string real = Display(task.ns);
  const std::string name = task.shown.database.empty() ? real : Display(task.shown);
  const Mark mark(*this, task, name);
  auto outcome = CatalogWriter(context_.deployment)
                     .BuildIndexes(task.ns, task.indexes, context_.write_concern);
  mark.Ended();
  for (auto& failure : outcome.failed) failure.reason = ReplaceAll(failure.reason, real, name);
  {
    const std::lock_guard lock(mutex_);
    failed_ += outcome.failed.size();
    built_ += outcome.created;
  }
  Report(outcome, name);
}

void IndexBuilds::Report(const CatalogWriter::IndexOutcome& outcome, const std::string& name) {
  for (const std::string& warning : outcome.warnings) {
    context_.log.Warn(
        fmt::format("index of {} built without what the server does not know: {}", name, warning));
  }
  for (const auto& failure : outcome.failed) {
    const bool convertible = failure.odd_key && !context_.convert_legacy;
    context_.log.Warn(fmt::format(
        "the index {} of {} could not be built: {}{}", failure.name, name, failure.reason,
        convertible ? "; --convertLegacyIndexes makes keys that old servers took valid" : ""));
  }
  if (outcome.failed.empty() || !context_.stop_on_error) return;
  throw Error(ExitCode::kRejected, fmt::format("build the indexes of {}: stopped at the index {}",
                                               name, outcome.failed.front().name));
}

void IndexBuilds::Add(IndexTask task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
}

void IndexBuilds::Work() {
  while (!context_.deployment.stop().requested()) {
    IndexTask task;
    {
      const std::lock_guard lock(mutex_);
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    Build(task);
  }
}

std::size_t IndexBuilds::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

std::size_t IndexBuilds::built() const {
  const std::lock_guard lock(mutex_);
  return built_;
}

std::vector<Namespace> IndexBuilds::building() const {
  const std::lock_guard lock(mutex_);
  return {building_.begin(), building_.end()};
}

}  // namespace haul
