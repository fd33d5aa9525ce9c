#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace haul {

/// Overwrites `size` bytes so that no optimiser leaves that out.
void WipeBytes(void* bytes, std::size_t size);

/// A text that is overwritten in memory when it is no longer needed. Move-only; not thread-safe.
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string_view text) : text_(text) {}
  SecretText(SecretText&& other) noexcept { swap(other); }
  SecretText& operator=(SecretText&& other) noexcept {
    swap(other);
    return *this;
  }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { WipeBytes(text_.data(), text_.size()); }

  [[nodiscard]] std::string_view view() const { return text_; }
  [[nodiscard]] const char* c_str() const { return text_.c_str(); }

 private:
  // A swap leaves no copy behind, whether the text lies in the string itself or on the heap.
  void swap(SecretText& other) noexcept { text_.swap(other.text_); }

  std::string text_;
};

}  // namespace haul
