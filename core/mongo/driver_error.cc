#include "core/mongo/driver_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/base/text.h"

namespace haul {
namespace {

// A step-down, shutdown or lost cursor: the same request may be served later or elsewhere.
constexpr std::array kTransientCodes = {6,
                                        112,  // another's write, inside a transaction
                                        251,  // the transaction is gone
                                        7,
                                        63,
                                        89,
                                        91,
                                        133,
                                        134,
                                        175,
                                        189,
                                        262,
                                        9001,
                                        10107,
                                        11600,
                                        11602,
                                        13435,
                                        13436,
                                        13388,
                                        234,
                                        server_code::kCursorNotFound,
                                        server_code::kCursorKilled};

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool IsTls(const bson_error_t& error) {
  const std::string_view message = error.message;
  return Contains(message, "TLS") || Contains(message, "SSL") || Contains(message, "certificate");
}

bool IsServerError(const bson_error_t& error) {
  return error.domain == MONGOC_ERROR_SERVER || error.domain == MONGOC_ERROR_QUERY ||
         error.domain == MONGOC_ERROR_WRITE_CONCERN;
}

ExitCode Classify(const bson_error_t& error) {
  const auto code = static_cast<int>(error.code);
  if (error.domain == MONGOC_ERROR_CLIENT && error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE) {
    return ExitCode::kDenied;
  }
  if (error.domain == MONGOC_ERROR_STREAM || error.domain == MONGOC_ERROR_SERVER_SELECTION) {
    const std::string_view message = error.message;
    if (Contains(message, "uthentication failed")) return ExitCode::kDenied;
    return IsTls(error) ? ExitCode::kDenied : ExitCode::kUnavailable;
  }
  if (error.domain == MONGOC_ERROR_SCRAM || error.domain == MONGOC_ERROR_SASL) {
    return ExitCode::kDenied;
  }
  if (IsServerError(error)) {
    if (code == server_code::kUnauthorized || code == server_code::kAuthenticationFailed) {
      return ExitCode::kDenied;
    }
    if (code == server_code::kCommandNotFound) return ExitCode::kUnsupported;
    if (std::find(kTransientCodes.begin(), kTransientCodes.end(), code) != kTransientCodes.end()) {
      return ExitCode::kUnavailable;
    }
  }
  return ExitCode::kFailure;
}

std::string HintFor(ExitCode code, const bson_error_t& error) {
  if (code == ExitCode::kDenied && IsTls(error)) {
    return "check --tls, --tlsCAFile and the host name in the certificate";
  }
  if (code == ExitCode::kDenied && static_cast<int>(error.code) == server_code::kUnauthorized) {
    return "the role backup suffices to dump, the role restore to restore";
  }
  if (code == ExitCode::kDenied) {
    return "check user, password, --authenticationDatabase and --authenticationMechanism";
  }
  if (code == ExitCode::kUnavailable) {
    return "check that the server runs and that host, port and TLS settings are right";
  }
  return {};
}

}  // namespace

Error DriverError(std::string_view operation, const bson_error_t& error, const bson_t* /*reply*/) {
  const ExitCode code = Classify(error);
  std::string cause = EscapeForDisplay(error.message);
  if (IsServerError(error) && error.code != 0) {
    cause = fmt::format("{} (server code {})", cause, error.code);
  }
  return {code, fmt::format("{}: {}", operation, cause), HintFor(code, error)};
}

bool IsTransient(const bson_error_t& error, const bson_t* reply) {
  if (reply != nullptr && (mongoc_error_has_label(reply, "RetryableWriteError") ||
                           mongoc_error_has_label(reply, "TransientTransactionError"))) {
    return true;
  }
  return Classify(error) == ExitCode::kUnavailable;
}

}  // namespace haul
