#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/io/codec.h"
#include "formats/data_file_reader.h"
#include "formats/dump_reader.h"

namespace haul::testing {

/// A directory that is gone with its owner.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Creates missing directories.
void WriteFile(const std::filesystem::path& path, std::string_view content);
[[nodiscard]] std::string ReadFile(const std::filesystem::path& path);
/// All files below a directory, sorted.
[[nodiscard]] std::vector<std::filesystem::path> FilesBelow(const std::filesystem::path& directory);

[[nodiscard]] std::string Concatenated(const std::vector<std::string>& documents);
/// One frame.
[[nodiscard]] std::string Compressed(CodecId codec, std::string_view plain);

/// Collections by "database.collection" with their batches; one batch is one frame.
using Batches = std::vector<std::vector<std::string>>;
using DumpContent = std::map<std::string, Batches>;
/// A dump as haul-dump writes it, with metadata and a prelude at the top.
void WriteDump(const std::filesystem::path& root, CodecId codec, const DumpContent& content);

[[nodiscard]] DumpReader Open(const std::filesystem::path& path);
[[nodiscard]] DumpReader OpenIncomplete(const std::filesystem::path& path);
[[nodiscard]] std::vector<std::string> Names(const DumpReader& dump);
/// The one with that name; fails the test where there is none.
[[nodiscard]] const DumpedCollection& Find(const DumpReader& dump, std::string_view ns);

/// Every document of a file, through NewSource().
[[nodiscard]] std::vector<std::string> ReadAll(const DataFile& file);
/// Opens, verifies and reads everything, as a restore does.
void ReadWhole(const std::filesystem::path& path);

/// The message of the Error with that code that `action` throws; fails the test where it throws
/// none or another.
template <typename Action>
std::string MessageOf(ExitCode code, Action action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.message();
    return error.message();
  }
  ADD_FAILURE() << "no error";
  return {};
}

}  // namespace haul::testing
