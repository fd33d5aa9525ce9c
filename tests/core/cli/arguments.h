#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace haul {

/// A writable argv, as main() gets it.
class Arguments {
 public:
  Arguments(std::initializer_list<std::string> texts) : texts_(texts) {
    for (std::string& text : texts_) pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
  }
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  [[nodiscard]] std::span<char*> span() { return {pointers_.data(), texts_.size()}; }
  [[nodiscard]] int argc() const { return static_cast<int>(texts_.size()); }
  [[nodiscard]] char** argv() { return pointers_.data(); }
  [[nodiscard]] const std::string& at(std::size_t index) const { return texts_.at(index); }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

}  // namespace haul
