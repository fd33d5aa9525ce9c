#pragma once

#include <mongoc/mongoc.h>

#include <string_view>

#include "core/base/error.h"

namespace haul {

/// What the driver or the server said, as haul's error: the operation first, then the cause with
/// the server's code. Network and server selection become kUnavailable, authentication, rights and
/// TLS kDenied, a missing feature kUnsupported, everything else kFailure. `reply` may be null.
[[nodiscard]] Error DriverError(std::string_view operation, const bson_error_t& error,
                                const bson_t* reply);

/// True where the same command may succeed later or on another connection: the connection broke, no
/// server could be selected, the primary stepped down, the cursor was lost.
[[nodiscard]] bool IsTransient(const bson_error_t& error, const bson_t* reply);

/// Server error codes that haul acts on.
/// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
namespace server_code {
inline constexpr int kUnauthorized = 13;
inline constexpr int kAuthenticationFailed = 18;
inline constexpr int kInvalidBson = 22;
inline constexpr int kNamespaceNotFound = 26;
inline constexpr int kCursorNotFound = 43;
inline constexpr int kNamespaceExists = 48;
inline constexpr int kCommandNotFound = 59;
inline constexpr int kMaxTimeExpired = 50;
inline constexpr int kDocumentValidationFailure = 121;
inline constexpr int kCappedPositionLost = 136;
inline constexpr int kCommandNotSupportedOnView = 166;
inline constexpr int kCursorKilled = 237;
inline constexpr int kSnapshotTooOld = 239;
inline constexpr int kSnapshotUnavailable = 246;
inline constexpr int kBsonObjectTooLarge = 10334;
inline constexpr int kDuplicateKey = 11000;
inline constexpr int kKeyNotFound = 211;
}  // namespace server_code

}  // namespace haul
