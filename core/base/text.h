#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace haul {

/// A name or value from data as it may be shown on a terminal: control characters, DEL, C1 controls
/// and bytes that are not UTF-8 become \xNN (newline \n, tab \t), a backslash stays. The result
/// holds no byte that a terminal would act on.
[[nodiscard]] std::string EscapeForDisplay(std::string_view text);

/// The bytes as a JSON string literal's content (without the quotes), RFC 8259; U+2028 and U+2029
/// are escaped too, as mongodump does. Bytes that are not UTF-8 are copied as they are.
[[nodiscard]] std::string EscapeJson(std::string_view text);

/// True where the whole of `text` is well-formed UTF-8 (no surrogates, no overlong forms).
[[nodiscard]] bool IsUtf8(std::string_view text);

/// How many bytes the well-formed UTF-8 sequence at the front of `text` has; 0 where there is none.
[[nodiscard]] std::size_t Utf8SequenceSize(std::string_view text);

[[nodiscard]] std::string ToHex(std::string_view bytes);
/// The inverse of ToHex(); empty for anything else.
[[nodiscard]] std::string FromHex(std::string_view hex);

}  // namespace haul
