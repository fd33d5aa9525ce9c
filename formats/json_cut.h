#pragma once

#include <cstddef>
#include <string_view>

#include "formats/text_blocks.h"

namespace haul {

/// Behind the bracket that closes the object (or array) which begins at `at`; npos where the text
/// ends before. Only strings and brackets are looked at; what is wrong between them is found by
/// whoever parses it.
[[nodiscard]] std::size_t JsonObjectEnd(std::string_view text, std::size_t at);

/// The layout of JSON by its begin (some KiB, decompressed): an array where it begins with '[';
/// documents over several lines where the first object does not end in its line and the next line
/// does not begin with '{'; else lines.
[[nodiscard]] TextLayout JsonLayoutOf(std::string_view head);

}  // namespace haul
