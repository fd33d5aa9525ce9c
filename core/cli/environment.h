#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace haul {

/// The environment variables of a run: a copy, so that tests bring their own and nothing below a
/// command reads getenv.
class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> variables)
      : variables_(std::move(variables)) {}
  [[nodiscard]] static Environment OfProcess();

  /// Adds the NAME=value lines of a file (comments with #, `export `, and quotes as a shell has
  /// them are accepted); variables that exist already win. Throws Error kUsage naming file and
  /// line.
  void AddFile(const std::string& path);

  /// An empty variable counts as unset.
  [[nodiscard]] std::optional<std::string> Get(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

/// `env:NAME` and `file:PATH` stand for what the variable or the 0600 file holds; anything else
/// stands for itself. Throws Error kUsage where the variable is unset or the file is not fit.
[[nodiscard]] std::string ResolveIndirect(std::string_view text, const Environment& environment);

}  // namespace haul
