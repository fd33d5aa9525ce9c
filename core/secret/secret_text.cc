#include "core/secret/secret_text.h"

#include <sodium.h>

namespace haul {

void WipeBytes(void* bytes, std::size_t size) { sodium_memzero(bytes, size); }

}  // namespace haul
