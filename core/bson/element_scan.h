#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/bson/element.h"

namespace haul {

/// Little-endian integers as BSON has them; `at` points to enough bytes.
[[nodiscard]] std::int32_t LoadInt32(const std::uint8_t* at);
[[nodiscard]] std::int64_t LoadInt64(const std::uint8_t* at);
[[nodiscard]] double LoadDouble(const std::uint8_t* at);

/// What is wrong with the frame of a document (length, last byte), or null. For any bytes.
[[nodiscard]] const char* DocumentFrameProblem(ByteView document);

/// One step of a walk, for any bytes: never reads outside of `document`.
struct ElementScan {
  Element element;
  const char* problem =
      nullptr;  ///< the rest of "element 'x' at byte 12 …"; null = `element` holds
};

/// Reads the element at byte `at`, which lies before the document's last byte.
/// DocumentFrameProblem() was null. Nested documents are measured and framed, not entered.
[[nodiscard]] ElementScan ScanElement(ByteView document, std::size_t at);

struct CodeWithScope {
  std::string_view code;
  ByteView scope;
};

/// The parts of a kCodeWithScope value; nothing where its inner lengths contradict each other. The
/// scope's own elements are not looked at.
[[nodiscard]] std::optional<CodeWithScope> SplitCodeWithScope(ByteView value);

/// The payload of a kBinary value without its headers; nothing where subtype 2 holds a wrong second
/// length.
[[nodiscard]] std::optional<ByteView> BinaryPayload(ByteView value);

}  // namespace haul
