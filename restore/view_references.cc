#include "restore/view_references.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace haul {
namespace {

using NewName = std::function<std::optional<std::string>(const std::string&)>;

class Renamer {
 public:
  explicit Renamer(const NewName& new_name) : new_name_(new_name) {}

  void Options(const bson_t* from, bson_t* to) {
    bson_iter_t at;
    if (!bson_iter_init(&at, from)) return;
    while (bson_iter_next(&at)) {
      const std::string_view key = bson_iter_key(&at);
      if (key == "viewOn") {
        Name(at, to);
      } else if (key == "pipeline") {
        Pipeline(at, to);
      } else {
        Copy(at, to);
      }
    }
  }

  std::vector<std::pair<std::string, std::string>> renamed;

 private:
  // Where a stage names a collection, and which of its fields are pipelines.
  struct Stage {
    std::string_view name;
    std::string_view collection;
    bool pipeline = false;
  };
  static constexpr std::array kStages = {Stage{"$lookup", "from", true},
                                         Stage{"$graphLookup", "from", false},
                                         Stage{"$unionWith", "coll", true}};

  static void Copy(const bson_iter_t& at, bson_t* to) {
    bson_append_iter(to, bson_iter_key(&at), -1, &at);
  }

  void Name(const bson_iter_t& at, bson_t* to) {
    if (!BSON_ITER_HOLDS_UTF8(&at)) return Copy(at, to);
    const std::string old_name = bson_iter_utf8(&at, nullptr);
    const std::optional<std::string> name = new_name_(old_name);
    if (!name) return Copy(at, to);
    bson_append_utf8(to, bson_iter_key(&at), -1, name->data(), static_cast<int>(name->size()));
    const std::pair change(old_name, *name);
    if (std::find(renamed.begin(), renamed.end(), change) == renamed.end()) {
      renamed.push_back(change);
    }
  }

  // Copies a document or array, each field by `field`.
  template <typename Field>
  void Nested(const bson_iter_t& at, bson_t* to, Field field) {
    bson_iter_t inner;
    const bool array = BSON_ITER_HOLDS_ARRAY(&at);
    if ((!array && !BSON_ITER_HOLDS_DOCUMENT(&at)) || !bson_iter_recurse(&at, &inner)) {
      return Copy(at, to);
    }
    bson_t copy;
    array ? BSON_APPEND_ARRAY_BEGIN(to, bson_iter_key(&at), &copy)
          : BSON_APPEND_DOCUMENT_BEGIN(to, bson_iter_key(&at), &copy);
    while (bson_iter_next(&inner)) field(inner, &copy);
    array ? bson_append_array_end(to, &copy) : bson_append_document_end(to, &copy);
  }

  void Pipeline(const bson_iter_t& at, bson_t* to) {
    if (!BSON_ITER_HOLDS_ARRAY(&at)) return Copy(at, to);
    Nested(at, to, [this](const bson_iter_t& stage, bson_t* stages) {
      Nested(stage, stages,
             [this](const bson_iter_t& part, bson_t* parts) { StagePart(part, parts); });
    });
  }

  void StagePart(const bson_iter_t& at, bson_t* to) {
    const std::string_view name = bson_iter_key(&at);
    if (name == "$facet") {
      return Nested(at, to,
                    [this](const bson_iter_t& facet, bson_t* facets) { Pipeline(facet, facets); });
    }
    const auto* stage = std::find_if(kStages.begin(), kStages.end(),
                                     [&](const Stage& known) { return known.name == name; });
    if (stage == kStages.end()) return Copy(at, to);
    // $unionWith: "name" is short for $unionWith: {coll: "name"}.
    if (name == "$unionWith" && BSON_ITER_HOLDS_UTF8(&at)) return Name(at, to);
    Nested(at, to, [&](const bson_iter_t& field, bson_t* fields) {
      const std::string_view key = bson_iter_key(&field);
      if (key == stage->collection) return Name(field, fields);
      if (stage->pipeline && key == "pipeline") return Pipeline(field, fields);
      Copy(field, fields);
    });
  }

  const NewName& new_name_;
};

}  // namespace

RenamedView RenameReferences(const Document& options, const NewName& new_name) {
  RenamedView view;
  Renamer renamer(new_name);
  renamer.Options(options.bson(), view.options.bson());
  view.renamed = std::move(renamer.renamed);
  return view;
}

}  // namespace haul
