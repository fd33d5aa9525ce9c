#include "formats/system_indexes.h"

#include <fmt/format.h>

#include "core/base/byte_buffer.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/bson/framing.h"
#include "core/bson/open_document.h"
#include "core/plan/namespace.h"

namespace haul {
namespace {

Document WithoutId(ByteView index) {
  ByteBuffer bytes;
  OpenDocument specification(bytes);
  ElementWalk walk(index);
  while (const auto element = walk.Next()) {
    if (element->key != "_id") specification.Append(*element);
  }
  specification.End();
  return Document(bytes.view());
}

}  // namespace

SystemIndexes ParseSystemIndexes(std::string_view content) {
  SystemIndexes indexes;
  ByteView rest = AsBytes(content);
  while (!rest.empty()) {
    const Framed framed = FrameDocument(rest, kMaxDocumentSize);
    if (framed.state != Framed::State::kDocument) {
      throw Error(ExitCode::kCorrupt,
                  fmt::format("at byte {}: {}", content.size() - rest.size(),
                              framed.problem.empty() ? "a document is cut" : framed.problem));
    }
    const ByteView index = rest.first(framed.size);
    const auto ns = FindElement(index, "ns");
    const auto key = FindElement(index, "key");
    if (!ns || !ns->AsString() || !key || key->type != BsonType::kDocument) {
      throw Error(ExitCode::kCorrupt, fmt::format("at byte {}: not an index, without 'ns' or 'key'",
                                                  content.size() - rest.size()));
    }
    indexes[SplitNamespace(*ns->AsString()).collection].push_back(WithoutId(index));
    rest = rest.subspan(framed.size);
  }
  return indexes;
}

}  // namespace haul
