#include "tools/inspect/run.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/cli/closed_output.h"
#include "core/cli/signals.h"
#include "core/pipeline/workers.h"
#include "core/storage/byte_sink.h"
#include "core/storage/byte_source.h"
#include "formats/archive_reader.h"
#include "formats/dump_reader.h"
#include "tools/inspect/archive.h"
#include "tools/inspect/opened_documents.h"
#include "tools/inspect/show.h"
#include "tools/inspect/summary.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

// Longer than what the workers that show documents get.
constexpr std::chrono::milliseconds kGrace{2000};

Error Usage(std::string message, std::string hint = {}) {
  return {ExitCode::kUsage, std::move(message), std::move(hint)};
}

std::unique_ptr<ByteSink> OpenOutput(const std::string& file) {
  return NewOutputSink(file, {.sync = Sync::kNone, .overwrite = true});
}

/// For documents that are only counted.
class Nowhere final : public ByteSink {
 public:
  void Append(ByteView /*bytes*/) override {}
  void Commit() override {}
};

/// One run of the tool.
class Inspection {
 public:
  Inspection(const InspectOptions& options, const Invocation& invocation)
      : options_(options), invocation_(invocation), log_(invocation.log) {}

  [[nodiscard]] ExitCode Run();

 private:
  [[nodiscard]] ExitCode OfFile();
  [[nodiscard]] ExitCode OfPipe();
  [[nodiscard]] ExitCode OfArchive(ByteSource& source);
  [[nodiscard]] ExitCode OfDump();
  [[nodiscard]] ExitCode Documents(OpenedDocuments opened);
  [[nodiscard]] ExitCode CountAll(DumpSummary& summary);
  void Print(DumpSummary& summary);
  [[nodiscard]] DocumentRange range() const { return {options_.skip, options_.limit}; }
  [[nodiscard]] std::string name() const {
    return options_.path == "-" ? "standard input" : options_.path;
  }
  void RefuseChoice(std::string_view what) const;
  void RefuseSummaryOptions() const;
  void RefuseDocumentOptions(std::string_view what) const;

  const InspectOptions& options_;
  const Invocation& invocation_;
  Log& log_;
};

ExitCode Inspection::Run() {
  if (options_.path == "-") return OfPipe();
  std::error_code error;
  const fs::file_status status = fs::status(options_.path, error);
  if (status.type() == fs::file_type::not_found) {
    throw Usage(fmt::format("open {}: no such file or directory", EscapeForDisplay(options_.path)));
  }
  if (error) {
    throw Error(ExitCode::kLocalStorage,
                fmt::format("open {}: {}", EscapeForDisplay(options_.path), error.message()));
  }
  if (fs::is_directory(status)) return OfDump();
  if (fs::is_regular_file(status)) return OfFile();
  return OfPipe();
}

ExitCode Inspection::OfFile() {
  {
    const LocalFileReader file(options_.path);
    LocalFileSource bytes(file);
    PeekedSource source(bytes);
    if (BeginsLikeArchive(source)) return OfArchive(source);
  }
  RefuseChoice("a single file");
  return Documents(OpenedDocuments::OfFile(options_.path, range(), log_));
}

ExitCode Inspection::OfPipe() {
  OpenedSource bytes(options_.path);
  PeekedSource source(bytes);
  if (BeginsLikeArchive(source)) return OfArchive(source);
  RefuseChoice("a stream of documents");
  return Documents(OpenedDocuments::OfPipe(source, range()));
}

ExitCode Inspection::OfArchive(ByteSource& source) {
  ArchiveReader archive(source, {.name = EscapeForDisplay(name())});
  if (options_.chosen) {
    RefuseSummaryOptions();
    ArchiveDocuments documents(archive, *options_.chosen);
    return Documents(OpenedDocuments::OfSource(documents, range()));
  }
  RefuseDocumentOptions("archive");
  std::optional<Error> fault;
  DumpSummary summary = Summarize(archive, options_.filter, invocation_.stop, fault);
  if (invocation_.stop.requested()) return ExitCode::kOk;
  Print(summary);
  if (fault) throw *fault;
  return ExitCode::kOk;
}

void Inspection::RefuseChoice(std::string_view what) const {
  if (options_.narrows) {
    throw Usage(fmt::format(
        "--db, --collection and --nsInclude choose out of a dump or archive, this is {}", what));
  }
  if (options_.summary_as_json) {
    throw Usage(fmt::format("--json is of the summary of a dump or archive, this is {}", what));
  }
}

void Inspection::RefuseSummaryOptions() const {
  if (!options_.summary_as_json) return;
  throw Usage("--json is of the summary, one collection shows its documents");
}

void Inspection::RefuseDocumentOptions(std::string_view what) const {
  if (options_.asks_for_documents.empty()) return;
  throw Usage(fmt::format("{} is of documents, a whole {} shows its summary",
                          options_.asks_for_documents, what),
              "choose one collection with --db and --collection");
}

ExitCode Inspection::Documents(OpenedDocuments opened) {
  const std::unique_ptr<ByteSink> sink = OpenOutput(options_.out_file);
  const Shown shown = ShowDocuments(opened.feed(), *sink, options_, invocation_);
  if (shown.stopped) return ExitCode::kOk;
  if (options_.form == DocumentForm::kCountOnly) {
    sink->Append(AsBytes(fmt::format("{}\n", shown.documents)));
  }
  sink->Commit();
  log_.Info(fmt::format("{} objects found", shown.documents),
            {{"documents", shown.documents}, {"faults", shown.faults}});
  return MoreSevere(shown.code, opened.code());
}

// Reads all data, and so also finds whether they can be read.
ExitCode Inspection::CountAll(DumpSummary& summary) {
  ExitCode code = ExitCode::kOk;
  for (SummaryRow& row : summary.rows) {
    if (row.data == nullptr || invocation_.stop.requested()) continue;
    OpenedDocuments opened = OpenedDocuments::OfDataFile(*row.data, {}, log_);
    Nowhere nowhere;
    const Shown shown = ShowDocuments(opened.feed(), nowhere, options_, invocation_);
    row.documents = shown.documents;
    row.bytes = shown.bytes;
    code = MoreSevere(code, MoreSevere(shown.code, opened.code()));
  }
  return code;
}

void Inspection::Print(DumpSummary& summary) {
  if (summary.rows.empty() && options_.narrows) {
    throw Usage("nothing in it is what --db, --nsInclude and --nsExclude select",
                "without them the summary lists what there is");
  }
  summary.path = name();
  const std::unique_ptr<ByteSink> sink = OpenOutput(options_.out_file);
  sink->Append(AsBytes(options_.summary_as_json ? ToJson(summary) : ToText(summary)));
  sink->Commit();
}

ExitCode Inspection::OfDump() {
  const auto selects = [this](const Namespace& ns) {
    return IsAdminData(ns) || options_.filter.Selects(ns);
  };
  const DumpReader dump =
      DumpReader::Open(options_.path, {.allow_incomplete = true, .selects = selects});
  for (const std::string& warning : dump.warnings()) log_.Warn(warning);
  for (const std::string& note : dump.notes()) log_.Verbose(note);
  if (options_.chosen) {
    RefuseSummaryOptions();
    return Documents(
        OpenedDocuments::OfDataFile(ChosenFile(dump, *options_.chosen), range(), log_));
  }
  RefuseDocumentOptions("dump");
  DumpSummary summary = Summarize(dump, options_.filter);
  const ExitCode code =
      options_.form == DocumentForm::kCountOnly ? CountAll(summary) : ExitCode::kOk;
  if (!invocation_.stop.requested()) Print(summary);
  return code;
}

}  // namespace

ExitCode RunInspect(const InspectOptions& options, const Invocation& invocation) {
  ExitCode code = ExitCode::kOk;
  try {
    // On a thread of its own: a pipe that yields nothing must not hold up a signal.
    const CrewEnd end = RunWorkers(1, invocation.stop, kGrace, [&](std::size_t) {
      code = Inspection(options, invocation).Run();
    });
    if (end == CrewEnd::kAbandoned) {
      ExitAtOnce(invocation.log, ReceivedSignal().value_or(ExitCode::kFailure));
    }
  } catch (const Error& error) {
    if (options.out_file.empty()) EndWithTheReader(error);
    throw;
  }
  return code;
}

}  // namespace haul
