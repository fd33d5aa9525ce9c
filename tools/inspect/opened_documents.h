#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "core/report/log.h"
#include "core/storage/byte_source.h"
#include "formats/data_file_reader.h"
#include "formats/document_feed.h"

namespace haul {

/// Documents that are ready to be shown, with everything that they are read from.
class OpenedDocuments {
 public:
  /// One data file of a dump, as its reader lists it. Where it is not what the manifest or its own
  /// index says, that is logged as an error and code() is set, and the file is read from begin to
  /// end as far as it goes. Error kLocalStorage.
  [[nodiscard]] static OpenedDocuments OfDataFile(const DataFile& file, DocumentRange range,
                                                  Log& log);
  /// Any one file: as above where a manifest near it lists it.
  [[nodiscard]] static OpenedDocuments OfFile(const std::filesystem::path& path,
                                              DocumentRange range, Log& log);
  /// Any other source. It must outlive this.
  [[nodiscard]] static OpenedDocuments OfSource(DocumentSource& source, DocumentRange range);
  /// What a pipe yields. `source` must outlive this.
  [[nodiscard]] static OpenedDocuments OfPipe(PeekedSource& source, DocumentRange range);

  [[nodiscard]] DocumentFeed& feed() { return *feed_; }
  /// kCorrupt where something was wrong with the input as a whole.
  [[nodiscard]] ExitCode code() const { return code_; }

 private:
  explicit OpenedDocuments(DocumentRange range) : range_(range) {}
  void UseReader(DataFile file);
  void UsePlainStream(const DataFile& file);

  DocumentRange range_;
  ExitCode code_ = ExitCode::kOk;
  std::unique_ptr<DataFileReader> reader_;
  std::unique_ptr<LocalFileReader> file_;
  std::unique_ptr<DocumentSource> source_;
  std::unique_ptr<DocumentFeed> feed_;
};

}  // namespace haul
