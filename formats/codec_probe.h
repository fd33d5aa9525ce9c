#pragma once

#include "core/io/codec.h"
#include "core/storage/local.h"

namespace haul {

/// The codec that a data file is really written with. The name proposes, the magic confirms; where
/// they differ the first bytes are decoded as both and the one that yields a document holds (gzip
/// in `oplog.bson`; a plain document whose length looks like gzip's magic). Where none or both hold
/// it is the proposed one, and reading tells what is wrong. Error kLocalStorage.
[[nodiscard]] CodecId ProbeCodec(const LocalFileReader& file, CodecId proposed);

}  // namespace haul
