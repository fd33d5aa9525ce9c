#pragma once

#include <mongoc/mongoc.h>

#include "core/base/error.h"

namespace haul {

/// Why no server could be selected, where asking each host once more and without credentials tells:
/// it belongs to another replica set, or one side speaks TLS and the other does not. Else
/// `unavailable` as it is. Takes a few seconds at most; sends no user name and no password.
[[nodiscard]] Error ExplainUnavailable(const mongoc_uri_t* uri, const Error& unavailable);

}  // namespace haul
