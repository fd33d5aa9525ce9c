#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace haul {

/// What a process answers with. The same table serves every tool; docs/exit-codes.md explains it.
enum class ExitCode : int {
  kOk = 0,
  kFailure = 1,       ///< unclassified
  kUsage = 2,         ///< usage or configuration; nothing was touched
  kRejected = 3,      ///< finished, some items rejected (and listed)
  kCorrupt = 4,       ///< corruption, failed verification, unsafe content
  kUnavailable = 5,   ///< server or network unavailable after retries
  kDenied = 6,        ///< authentication, authorisation, TLS
  kLocalStorage = 7,  ///< no space, read-only, permission, I/O error
  kObjectStorage = 8,
  kLocked = 9,          ///< another run holds the lock
  kConflict = 10,       ///< the destination exists or is not empty
  kSourceChanged = 11,  ///< the source is no longer consistent
  kUnsupported = 12,    ///< version, format or feature
  kKey = 13,            ///< key or passphrase wrong or missing
  kLimit = 14,          ///< size, depth, memory
  kInternal = 70,
  kHangup = 129,
  kInterrupted = 130,
  kTerminated = 143,
};

/// Of several causes the one that the process reports: 70 > 4 > 13 > 11 > 10 > 14 > 12 > 7 > 6 >
/// 5 = 8 > 9 > 1 > 3 > 0. A signal's code outranks 3 and 0 only. Usage outranks 3.
[[nodiscard]] ExitCode MoreSevere(ExitCode a, ExitCode b);

/// The one exception type. `what()` is a lower-case sentence without a full stop: operation,
/// object, cause, then what is safe; it never holds a secret. `hint()` says what to do next, may be
/// empty.
class Error : public std::exception {
 public:
  Error(ExitCode code, std::string message, std::string hint = {})
      : code_(code), message_(std::move(message)), hint_(std::move(hint)) {}

  [[nodiscard]] ExitCode code() const noexcept { return code_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

  /// The same error seen from one layer further out: "context: message".
  [[nodiscard]] Error WithContext(std::string_view context) const;
  [[nodiscard]] Error WithHint(std::string hint) const {
    return {code_, message_, std::move(hint)};
  }

 private:
  ExitCode code_;
  std::string message_;
  std::string hint_;
};

/// kLocalStorage from errno: "write dump/shop/orders.bson.part: No space left on device".
/// `object` is escaped for display. Call it before anything else can change errno.
[[nodiscard]] Error ErrnoError(std::string_view operation, std::string_view object);

}  // namespace haul
