#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "core/base/error.h"

namespace haul {

/// The error that `action` throws, or nothing.
template <typename Action>
[[nodiscard]] std::optional<Error> Caught(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

/// `action` throws Error with exactly that code and text.
template <typename Action>
void ExpectError(Action action, ExitCode code, const std::string& message) {
  const std::optional<Error> error = Caught(action);
  ASSERT_TRUE(error) << "no error, but expected: " << message;
  EXPECT_EQ(error->code(), code);
  EXPECT_EQ(error->message(), message);
}

}  // namespace haul
