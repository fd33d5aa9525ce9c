#pragma once

#include <string>
#include <string_view>

namespace haul {

/// The file name stem of a collection, exactly as mongodump escapes it: A-Z a-z 0-9 - _ . ~ stay,
/// space becomes '+', every other byte %XX (upper case). An escaped name of more than 238 bytes
/// becomes its first 208 bytes + "%24" + the unpadded base64url SHA-1 of the unescaped name. A
/// leading "$admin." (users and roles of one database) is written by the dump itself and not passed
/// here.
[[nodiscard]] std::string FileStem(std::string_view collection);

/// The collection that an untruncated stem stands for: %XX and '+' undone. Error kCorrupt for a
/// malformed escape.
[[nodiscard]] std::string CollectionFromStem(std::string_view stem);

/// True where the stem was shortened and only its metadata file knows the collection.
[[nodiscard]] bool IsShortenedStem(std::string_view stem);

}  // namespace haul
