#pragma once

#include <string>
#include <string_view>

#include "core/transform/transform_builder.h"

namespace haul {

/// A builder with a key and a time that never change (2026-01-02T03:04:05Z).
[[nodiscard]] TransformBuilder FixedBuilder();

/// The steps `[…]` as a transform.
[[nodiscard]] Transform Compiled(std::string_view steps);

/// What the transform makes of the document, as relaxed Extended JSON, or "filtered". The result is
/// checked to be valid BSON, and that it was appended to what the buffer held before.
[[nodiscard]] std::string Changed(const Transform& transform, std::string_view document);
[[nodiscard]] std::string Changed(std::string_view steps, std::string_view document);

/// The text of the error kRejected for that document; it is checked that nothing was appended.
[[nodiscard]] std::string Refused(std::string_view steps, std::string_view document);

}  // namespace haul
