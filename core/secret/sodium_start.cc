#include "core/secret/sodium_start.h"

#include <sodium.h>

#include "core/base/error.h"

namespace haul {

void StartSodium() {
  static const int status = sodium_init();
  if (status < 0) throw Error(ExitCode::kInternal, "start libsodium: no source of randomness");
}

}  // namespace haul
