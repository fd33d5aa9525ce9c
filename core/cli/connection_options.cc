#include "core/cli/connection_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/cli/config_file.h"
#include "core/cli/credentials.h"
#include "core/cli/mongo_uri.h"
#include "core/cli/password_prompt.h"
#include "core/cli/read_preference.h"
#include "core/cli/server_address.h"
#include "core/cli/small_file.h"
#include "core/cli/uri_merge.h"

namespace haul {
namespace {

constexpr std::array<std::string_view, 4> kCompressors = {"zstd", "snappy", "zlib", "none"};

UriMerge StartingUri(const ConnectionInput& input) {
  std::optional<std::string> text = input.flags.uri;
  Origin origin = input.parsed.OriginOf("uri");
  if (!text && input.config.uri) {
    text = input.config.uri;
    origin = Origin::kConfig;
  }
  if (!text) return {MongoUri{}, Origin::kDefault};
  return {ParseMongoUri(ResolveIndirect(*text, input.environment)), origin};
}

void MergeDatabase(UriMerge& merge, const ConnectionInput& input) {
  MongoUri& uri = merge.uri();
  const Setting setting{.option = "db", .uri_name = "database", .value = input.context.database};
  const bool no_uri = merge.origin() == Origin::kDefault;
  std::optional<std::string> present;
  if (!uri.database.empty()) present = uri.database;
  if (input.context.database == "" || !merge.Replaces(present, setting)) return;
  // The path is also where the user is looked up: a --db beside a URI must not change that.
  if (present && uri.username) merge.Default("authSource", *present);
  if (present || no_uri) uri.database = *input.context.database;
}

void MergeTls(UriMerge& merge, const ConnectionInput& input) {
  const ConnectionFlags& flags = input.flags;
  // Options that the URI calls by the same name.
  const auto take = [&](std::string_view name, const std::optional<std::string>& value) {
    merge.MergeOption({name, name, value, input.parsed.OriginOf(name)});
  };
  const auto when = [](bool flag) -> std::optional<std::string> {
    return flag ? std::optional<std::string>("true") : std::nullopt;
  };
  take("tls", when(flags.tls));
  take("tlsCAFile", flags.tls_ca_file);
  take("tlsCertificateKeyFile", flags.tls_certificate_key_file);
  take("tlsInsecure", when(flags.tls_insecure));
  take("tlsAllowInvalidCertificates", when(flags.tls_allow_invalid_certificates));
  take("tlsAllowInvalidHostnames", when(flags.tls_allow_invalid_hostnames));
  const bool implied = flags.tls_ca_file || flags.tls_certificate_key_file || flags.tls_insecure;
  if (implied) merge.Default("tls", "true");
}

void MergeReadPreference(UriMerge& merge, const ConnectionInput& input) {
  if (!input.flags.read_preference) return;
  const ReadPreference wanted = ParseReadPreference(*input.flags.read_preference);
  const ReadPreference present = ReadPreferenceOf(merge.uri());
  if (wanted == present) return;
  const std::optional<std::string> said = merge.uri().Get("readPreference");
  const Setting setting{
      "readPreference", "readPreference",
      wanted.mode == said ? wanted.mode + " with other tags" : *input.flags.read_preference,
      input.parsed.OriginOf("readPreference")};
  if (merge.Replaces(said, setting)) SetReadPreference(merge.uri(), wanted);
}

void MergeCompressors(UriMerge& merge, const ConnectionInput& input) {
  if (!input.flags.compressors) return;
  std::string_view rest = *input.flags.compressors;
  while (true) {
    const std::string_view name = rest.substr(0, rest.find(','));
    if (std::find(kCompressors.begin(), kCompressors.end(), name) == kCompressors.end()) {
      throw Error(ExitCode::kUsage,
                  fmt::format("option --compressors: '{}' is none of {}", EscapeForDisplay(name),
                              fmt::join(kCompressors, ", ")));
    }
    if (name.size() == rest.size()) break;
    rest.remove_prefix(name.size() + 1);
  }
  merge.MergeOption({"compressors", "compressors", input.flags.compressors,
                     input.parsed.OriginOf("compressors")});
  if (merge.uri().Get("compressors") == "none") merge.uri().Remove("compressors");
}

void RefuseUnsupported(const ConnectionFlags& flags) {
  if (flags.tls_fips_mode) {
    throw Error(ExitCode::kUnsupported, "--sslFIPSMode is not supported",
                "configure libssl of the system for FIPS");
  }
  if (!flags.tls_crl_file.empty()) {
    throw Error(ExitCode::kUnsupported, "--sslCRLFile is not supported",
                "put only certificates that are still trusted into --tlsCAFile");
  }
}

void MergeTimeouts(UriMerge& merge, const ConnectionInput& input) {
  const auto merge_seconds = [&](std::string_view option, std::string_view uri_name,
                                 const std::optional<std::uint64_t>& seconds) {
    if (seconds.value_or(0) == 0) return;
    merge.MergeOption(
        {option, uri_name, std::to_string(*seconds * 1000), input.parsed.OriginOf(option)});
  };
  merge_seconds("serverSelectionTimeout", "serverSelectionTimeoutMS",
                input.flags.server_selection_timeout);
  merge_seconds("dialTimeout", "connectTimeoutMS", input.flags.dial_timeout);
}

void AddDefaults(UriMerge& merge, const ConnectionContext& context) {
  // A 0 means "no limit" in the specification, but libmongoc 1.23 takes it for "the default", which
  // ends an index build after 300 s while the server goes on. Its largest value is as good as none.
  if (merge.uri().Get("socketTimeoutMS").value_or("0") == "0") {
    merge.uri().Set("socketTimeoutMS", std::to_string(std::numeric_limits<std::int32_t>::max()));
  }
  merge.Default("serverSelectionTimeoutMS", "30000");
  merge.Default("appName", context.app_name);
}

std::optional<WriteConcern> WriteConcernOf(const MongoUri& uri) {
  const auto w = uri.Get("w");
  const auto journal = uri.Get("journal");
  const auto timeout = uri.Get("wtimeoutMS");
  if (!w && !journal && !timeout) return std::nullopt;
  WriteConcern concern = w ? ParseWriteConcern(*w) : WriteConcern{};
  if (journal) concern.journal = *journal == "true";
  int milliseconds = 0;
  if (timeout) {
    std::from_chars(timeout->data(), timeout->data() + timeout->size(), milliseconds);
    concern.timeout = std::chrono::milliseconds(milliseconds);
  }
  return concern;
}

ConnectionOptions Resolved(MongoUri& uri, const ConnectionInput& input) {
  std::string database = input.context.database.value_or("");
  if (database.empty()) database = uri.database;
  std::string target = uri.DisplayHosts();
  if (!database.empty()) target += "/" + EscapeForDisplay(database);
  return {.uri = uri.ToString(),
          .display_target = std::move(target),
          .database = database,
          .read_preference = ReadPreferenceOf(uri).mode,
          .uri_write_concern = WriteConcernOf(uri),
          .retry_for = input.flags.retry_for};
}

}  // namespace

ConnectionOptions ResolveConnection(const ConnectionFlags& flags, const ParsedOptions& parsed,
                                    const Environment& environment,
                                    const ConnectionContext& context) {
  const ConfigFile config = flags.config_file ? ReadConfigFile(*flags.config_file) : ConfigFile{};
  const ConnectionInput input{flags, parsed, environment, context, config};
  RefuseUnsupported(flags);
  UriMerge merge = StartingUri(input);
  MergeHosts(merge, input);
  MergeDatabase(merge, input);
  MergeTls(merge, input);
  MergeReadPreference(merge, input);
  MergeCompressors(merge, input);
  MergeCredentials(merge, input);
  MergeTimeouts(merge, input);
  AddDefaults(merge, context);
  return Resolved(merge.uri(), input);
}

}  // namespace haul
