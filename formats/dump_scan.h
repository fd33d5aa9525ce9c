#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "formats/dump_file.h"
#include "formats/dump_location.h"
#include "formats/dump_reader.h"

namespace haul {

/// One pass over a dump's names and small files that makes a DumpReader; used once.
class DumpScan {
 public:
  DumpScan(const std::filesystem::path& path, const DumpReader::Options& options);
  [[nodiscard]] DumpReader Run() &&;

 private:
  void AddListedFiles();
  void AddListedFile(const ManifestFile& listed);
  void AddOplog(const DumpFile& file);
  void ListTop();
  void ListFolder(const std::string& database);
  void Sort(const std::string& path, const std::string& entry);
  void SortUnlisted(const DumpFile& file, const std::string& entry);
  void JudgeState();
  void AddUnfinished();
  void AddUnfinished(DumpFile part);
  [[nodiscard]] std::vector<FrameEntry> ConfirmedFrames(const DumpFile& part,
                                                        const std::string& final_path);
  void KeepOnlyTheFile();
  void Assemble();
  void ReadPrelude(const DumpFile& file);
  void WarnOfLaterRun();
  void Note(const std::string& path, std::string_view why);

  DumpReader::Options options_;
  DumpLocation location_;
  DumpReader dump_;
  bool has_journal_ = false;
  std::map<std::string, std::vector<FrameEntry>> journal_;
  std::map<std::string, const ManifestFile*> listed_;
  std::map<std::string, std::vector<DumpFile>> folders_;  // by database
  std::vector<DumpFile> preludes_;
  std::vector<DumpFile> unfinished_;  // named as without ".part"
  std::vector<std::string> left_by_later_run_;
};

}  // namespace haul
