#pragma once

#include "core/io/codec.h"
#include "core/storage/byte_source.h"
#include "core/storage/local.h"

namespace haul {

/// The codec that a data file is really written with. The name proposes, the magic confirms; where
/// they differ the first bytes are decoded as both and the one that yields a document holds (gzip
/// in `oplog.bson`; a plain document whose length looks like gzip's magic). Where none or both hold
/// it is the proposed one, and reading tells what is wrong. Error kLocalStorage.
[[nodiscard]] CodecId ProbeCodec(const LocalFileReader& file, CodecId proposed);

/// The same for documents from a pipe, which has no name and cannot be read twice: the magic,
/// unless a whole document stands there. Looks ahead as far as that document may reach.
[[nodiscard]] CodecId ProbeCodec(PeekedSource& source);

}  // namespace haul
