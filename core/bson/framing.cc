#include "core/bson/framing.h"

#include <fmt/format.h>

#include "core/bson/element_scan.h"

namespace haul {
namespace {

Framed Bad(std::string problem) { return {Framed::State::kBad, 0, std::move(problem)}; }

}  // namespace

std::int32_t DocumentLength(ByteView bytes) { return LoadInt32(bytes.data()); }

Framed FrameDocument(ByteView bytes, std::size_t max_size) {
  if (bytes.size() < 4) return {Framed::State::kIncomplete, kMinDocumentSize - bytes.size(), {}};
  const std::int32_t length = DocumentLength(bytes);
  if (length < static_cast<std::int32_t>(kMinDocumentSize)) {
    return Bad(fmt::format("its length of {} bytes is below the 5 of an empty document", length));
  }
  const auto size = static_cast<std::size_t>(length);
  if (size > max_size) {
    return Bad(fmt::format("its length of {} bytes exceeds the limit of {}", size, max_size));
  }
  if (size > bytes.size()) return {Framed::State::kIncomplete, size - bytes.size(), {}};
  if (bytes[size - 1] != 0) {
    return Bad(fmt::format("its last byte (of {}) is 0x{:02x}, not 0", size, bytes[size - 1]));
  }
  return {Framed::State::kDocument, size, {}};
}

}  // namespace haul
