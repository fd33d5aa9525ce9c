#pragma once

#include <optional>
#include <vector>

#include "core/storage/local.h"
#include "formats/data_file_reader.h"
#include "formats/frame_index.h"

namespace haul {

/// The frames of a data file: those that manifest.partial vouches for, else from its own tail
/// (zstd) or its section of manifest.index, checked against the file and against what the manifest
/// says. Nothing where no manifest lists the file and it has no index of ours: a zstd file made by
/// another tool is read from begin to end even if it has a seek table, because its frames may cut
/// documents. Error kCorrupt.
[[nodiscard]] std::optional<std::vector<FrameEntry>> LoadFrames(const LocalFileReader& reader,
                                                                const DataFile& file,
                                                                CodecId codec);

}  // namespace haul
