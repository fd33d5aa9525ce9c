#include "core/mongo/refusals.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {

Refusals::Refusals(std::atomic<std::uint64_t>& count, bool stop_on_first, RejectReport report)
    : count_(count), stop_on_first_(stop_on_first), report_(std::move(report)) {}

void Refusals::Add(const Batch& batch, std::uint32_t index, int code, std::string reason) {
  ++count_;
  if (reason.empty()) reason = "the server gave no reason";
  if (first_.empty()) first_ = reason;
  if (report_) report_({batch.at(index), code, std::move(reason), index});
}

void Refusals::StopOnFirst(const std::string& operation) const {
  if (!stop_on_first_ || first_.empty()) return;
  throw Error(ExitCode::kRejected, fmt::format("{}: stopped at the first rejected document: {}",
                                               operation, EscapeForDisplay(first_)));
}

}  // namespace haul
