#include "tools/inspect/render.h"

#include "core/base/error.h"
#include "core/bson/validate.h"

namespace haul {

Renderer::Renderer(const InspectOptions& options)
    : options_(options), json_({.relaxed = options.relaxed, .sort_regex_options = true}) {}

void Renderer::Render(ByteView document, ByteBuffer& text) {
  if (options_.objcheck) ValidateDocument(document);
  switch (options_.form) {
    case DocumentForm::kJson:
      return Json(document, text);
    case DocumentForm::kDebug:
      return AppendDebug(document, text);
    case DocumentForm::kCountOnly:
      return;
  }
}

void Renderer::Json(ByteView document, ByteBuffer& text) {
  if (options_.pretty) {
    line_.Clear();
    json_.Append(document, line_);
    AppendIndented(AsText(line_.view()), text);
  } else {
    json_.Append(document, text);
  }
  text.Append(AsBytes("\n"));
}

}  // namespace haul
