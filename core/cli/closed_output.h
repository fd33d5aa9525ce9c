#pragma once

#include "core/base/error.h"

namespace haul {

/// Ends the process by SIGPIPE where `error` says that standard output could not be written because
/// its reader is gone, as every other filter ends whose reader has seen enough: silently, and not
/// with success. Returns where the error is another one. For tools whose data go to standard
/// output.
void EndWithTheReader(const Error& error);

}  // namespace haul
