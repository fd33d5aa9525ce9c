#pragma once

#include "core/base/byte_buffer.h"
#include "core/bson/extended_json.h"
#include "tools/inspect/options.h"

namespace haul {

/// Turns documents into what is shown of them. One worker's.
class Renderer {
 public:
  explicit Renderer(const InspectOptions& options);

  /// Appends the text of one document, line ends included. Throws Error where it cannot be shown
  /// whole: kCorrupt naming the element, kLimit for nesting. JSON is then not begun; --type debug
  /// keeps the fields before the fault.
  void Render(ByteView document, ByteBuffer& text);
  /// True where the last document's JSON reads back as something else (JsonWriter).
  [[nodiscard]] bool reads_back_differently() const { return json_.reads_back_differently(); }

 private:
  void Json(ByteView document, ByteBuffer& text);

  const InspectOptions& options_;
  JsonWriter json_;
  ByteBuffer line_;
};

/// The layout of bsondump --type debug: for each document its size, for each field its name, type
/// and size. Names are escaped for display, so that none can pose as a line of its own. Throws as
/// Renderer.
void AppendDebug(ByteView document, ByteBuffer& text);

}  // namespace haul
