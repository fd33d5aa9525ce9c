#include "core/base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <system_error>

#include "core/base/text.h"

namespace haul {
namespace {

constexpr std::array kMostSevereFirst = {ExitCode::kInternal,
                                         ExitCode::kCorrupt,
                                         ExitCode::kKey,
                                         ExitCode::kSourceChanged,
                                         ExitCode::kConflict,
                                         ExitCode::kLimit,
                                         ExitCode::kUnsupported,
                                         ExitCode::kLocalStorage,
                                         ExitCode::kDenied,
                                         ExitCode::kUnavailable,
                                         ExitCode::kObjectStorage,
                                         ExitCode::kLocked,
                                         ExitCode::kFailure,
                                         ExitCode::kUsage,
                                         ExitCode::kTerminated,
                                         ExitCode::kInterrupted,
                                         ExitCode::kHangup,
                                         ExitCode::kRejected,
                                         ExitCode::kOk};

auto Rank(ExitCode code) {
  return std::find(kMostSevereFirst.begin(), kMostSevereFirst.end(), code);
}

}  // namespace

ExitCode MoreSevere(ExitCode a, ExitCode b) { return Rank(b) < Rank(a) ? b : a; }

Error Error::WithContext(std::string_view context) const {
  return {code_, fmt::format("{}: {}", context, message_), hint_};
}

Error ErrnoError(std::string_view operation, std::string_view object) {
  const std::string cause = std::generic_category().message(errno);
  return {ExitCode::kLocalStorage,
          fmt::format("{} {}: {}", operation, EscapeForDisplay(object), cause)};
}

}  // namespace haul
