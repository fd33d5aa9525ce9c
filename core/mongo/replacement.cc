#include "core/mongo/replacement.h"

#include "core/bson/document.h"

namespace haul {
namespace {

// {$literal: DOCUMENT}
void AppendLiteral(OpenDocument& parent, ByteBuffer& buffer, std::string_view key,
                   ByteView document) {
  parent.BeginElement(BsonType::kDocument, key);
  OpenDocument literal(buffer);
  literal.AppendDocument("$literal", document);
  literal.End();
}

// {$cond: [{$eq: [{$type: "$_id"}, "missing"]}, {$literal: DOCUMENT}, "$$ROOT"]}
void AppendIfNew(OpenDocument& root, ByteBuffer& buffer, ByteView document) {
  root.BeginElement(BsonType::kArray, "$cond");
  OpenDocument condition(buffer);
  condition.BeginElement(BsonType::kDocument, "0");
  OpenDocument test(buffer);
  test.BeginElement(BsonType::kArray, "$eq");
  OpenDocument sides(buffer);
  sides.BeginElement(BsonType::kDocument, "0");
  OpenDocument type(buffer);
  type.AppendText("$type", "$_id");
  type.End();
  sides.AppendText("1", "missing");
  sides.End();
  test.End();
  AppendLiteral(condition, buffer, "1", document);
  condition.AppendText("2", "$$ROOT");
  condition.End();
}

// {$mergeObjects: ["$$ROOT", {$literal: DOCUMENT}]}
void AppendMerged(OpenDocument& root, ByteBuffer& buffer, ByteView document) {
  root.BeginElement(BsonType::kArray, "$mergeObjects");
  OpenDocument objects(buffer);
  objects.AppendText("0", "$$ROOT");
  AppendLiteral(objects, buffer, "1", document);
  objects.End();
}

}  // namespace

void AppendReplacement(OpenDocument& statement, ByteBuffer& buffer, Replacement replacement,
                       ByteView document) {
  statement.BeginElement(BsonType::kArray, "u");
  OpenDocument pipeline(buffer);
  pipeline.BeginElement(BsonType::kDocument, "0");
  OpenDocument stage(buffer);
  stage.BeginElement(BsonType::kDocument, "$replaceRoot");
  OpenDocument replace_root(buffer);
  if (replacement == Replacement::kLiteral) {
    AppendLiteral(replace_root, buffer, "newRoot", document);
  } else {
    replace_root.BeginElement(BsonType::kDocument, "newRoot");
    OpenDocument root(buffer);
    const bool merged = replacement == Replacement::kMerged;
    merged ? AppendMerged(root, buffer, document) : AppendIfNew(root, buffer, document);
    root.End();
  }
  replace_root.End();
  stage.End();
  pipeline.End();
}

}  // namespace haul
