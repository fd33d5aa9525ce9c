#include "restore/run_name.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/io/checksum.h"

namespace haul {
namespace {

constexpr std::size_t kTimeDigits = 8;
constexpr std::size_t kMachineDigits = 12;

// A process number says something only among the processes that share a name space, and only until
// the machine is booted again.
std::string Machine() {
  std::string text;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> text;
  std::error_code none;
  text += std::filesystem::read_symlink("/proc/self/ns/pid", none).string();
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) == 0) text += host.data();
  return HashToHex(Blake2b256(AsBytes(text))).substr(0, kMachineDigits);
}

std::uint64_t FromHex(std::string_view digits) {
  constexpr int kHex = 16;
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, kHex);
  return value;
}

}  // namespace

std::string NewRunName() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return fmt::format("{:08x}{}{:08x}", static_cast<std::uint32_t>(seconds), Machine(),
                     static_cast<std::uint32_t>(getpid()));
}

std::chrono::system_clock::time_point BeginOfRun(std::string_view run) {
  return std::chrono::system_clock::time_point(
      std::chrono::seconds(FromHex(run.substr(0, kTimeDigits))));
}

bool IsDeadRunOfThisMachine(std::string_view run) {
  if (run.substr(kTimeDigits, kMachineDigits) != Machine()) return false;
  const auto process = static_cast<pid_t>(FromHex(run.substr(kTimeDigits + kMachineDigits)));
  return process > 0 && kill(process, 0) != 0 && errno == ESRCH;
}

}  // namespace haul
