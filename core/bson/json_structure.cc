#include "core/bson/json_structure.h"

#include <simdjson.h>

#include <algorithm>
#include <new>

namespace haul {
namespace {

constexpr std::size_t kSmallest = std::size_t{16} * 1024;
// The index takes four bytes for each byte of text: what one large text needed is not kept.
constexpr std::size_t kKept = std::size_t{2} * 1024 * 1024;
constexpr std::size_t kNesting = 1;  // only simdjson's second stage, which is not used, looks at it

}  // namespace

struct JsonStructure::Index {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

JsonStructure::JsonStructure() : index_(std::make_unique<Index>()) {}
JsonStructure::~JsonStructure() = default;

JsonStructure::Fault JsonStructure::Find(std::string_view text) {
  tokens_ = {};
  if (text.empty()) return Fault::kNone;
  if (text.size() > simdjson::SIMDJSON_MAXSIZE_BYTES) return Fault::kTooLarge;
  auto& parser = index_->parser;
  const std::size_t capacity = parser == nullptr ? 0 : parser->capacity();
  if (capacity < text.size() || (capacity > kKept && text.size() <= kKept)) {
    const std::size_t wanted = std::max({text.size(), kSmallest, std::min(2 * text.size(), kKept)});
    parser.reset();
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(wanted, kNesting,
                                                                                parser)) {
      throw std::bad_alloc();
    }
  }
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  switch (parser->stage1(bytes, text.size(), simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS:
      tokens_ = {parser->structural_indexes.get(), parser->n_structural_indexes};
      return Fault::kNone;
    case simdjson::EMPTY:
      return Fault::kNone;
    case simdjson::UTF8_ERROR:
      return Fault::kNotUtf8;
    case simdjson::UNCLOSED_STRING:
      return Fault::kOpenString;
    case simdjson::UNESCAPED_CHARS:
      return Fault::kControlCharacter;
    default:
      return Fault::kTooLarge;
  }
}

}  // namespace haul
