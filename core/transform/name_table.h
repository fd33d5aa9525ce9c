#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace haul {

/// A few names, asked for by each field of each document, nearly always in vain. Const use is
/// thread-safe.
class NameTable {
 public:
  static constexpr std::size_t kNone = SIZE_MAX;

  /// The name's position: the one that it has already, or the next.
  std::size_t Add(std::string_view name);

  /// The name's position, or kNone.
  [[nodiscard]] std::size_t Find(std::string_view name) const {
    if ((sizes_ >> SizeBit(name) & 1) == 0) return kNone;
    return Search(name);
  }
  [[nodiscard]] const std::string& name(std::size_t position) const { return names_[position]; }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  static unsigned SizeBit(std::string_view name) {
    return name.size() < 63 ? static_cast<unsigned>(name.size()) : 63;
  }
  [[nodiscard]] std::size_t Search(std::string_view name) const;

  std::uint64_t sizes_ = 0;  // bit n: there is a name of n bytes; 63: of that many or more
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> positions_;  // filled once a search would be long
};

}  // namespace haul
