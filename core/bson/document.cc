#include "core/bson/document.h"

#include "core/base/error.h"

namespace haul {

bson_t BorrowBson(ByteView document) {
  bson_t borrowed;
  if (!bson_init_static(&borrowed, document.data(), document.size())) {
    throw Error(ExitCode::kCorrupt, "a document's length does not fit its bytes");
  }
  return borrowed;
}

Document::Document() : bson_(bson_new()) {}

Document::Document(ByteView bytes) {
  const bson_t borrowed = BorrowBson(bytes);
  bson_ = bson_copy(&borrowed);
}

Document::Document(const bson_t* document) : bson_(bson_copy(document)) {}

ByteView Document::bytes() const { return {bson_get_data(bson_), bson_->len}; }

}  // namespace haul
