#pragma once

#include <functional>
#include <string>

#include "core/base/error.h"

namespace haul {

/// "code: message" of the Error that the call throws, "no error" where it throws none; its hint
/// follows in brackets where there is one.
inline std::string ErrorText(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    const std::string hint = error.hint().empty() ? "" : " [" + error.hint() + "]";
    return std::to_string(static_cast<int>(error.code())) + ": " + error.message() + hint;
  }
  return "no error";
}

}  // namespace haul
