#pragma once

namespace haul {

/// Starts libsodium once; to be called before any of its functions. Throws Error kInternal where
/// the machine has no source of randomness. Thread-safe.
void StartSodium();

}  // namespace haul
