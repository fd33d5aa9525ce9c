#pragma once

#include <string>
#include <string_view>

namespace haul {

/// JSON as people type it into a shell, made strict: names without quotes ({age: {$gt: 5}}) and
/// texts in single quotes get double ones. Everything else stays as it is, so that whoever parses
/// the result tells what is wrong.
[[nodiscard]] std::string StrictJson(std::string_view text);

}  // namespace haul
