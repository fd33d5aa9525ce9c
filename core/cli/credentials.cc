#include "core/cli/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/cli/mongo_uri.h"
#include "core/cli/password_prompt.h"
#include "core/cli/small_file.h"

namespace haul {
namespace {

struct Mechanism {
  std::string_view name;
  bool external;  // the user is known outside the databases
  bool needs_password;
};
constexpr std::array kMechanisms = {
    Mechanism{"SCRAM-SHA-1", false, true}, Mechanism{"SCRAM-SHA-256", false, true},
    Mechanism{"PLAIN", true, true},        Mechanism{"MONGODB-X509", true, false},
    Mechanism{"GSSAPI", true, false},      Mechanism{"MONGODB-AWS", true, false}};
constexpr Mechanism kNegotiated = {"", false, true};

const Mechanism& MechanismOf(const MongoUri& uri) {
  const auto name = uri.Get("authMechanism");
  if (!name) return kNegotiated;
  for (const Mechanism& mechanism : kMechanisms) {
    if (mechanism.name == *name) return mechanism;
  }
  throw Error(ExitCode::kUsage,
              fmt::format("unknown authentication mechanism '{}'", EscapeForDisplay(*name)),
              "SCRAM-SHA-1, SCRAM-SHA-256, MONGODB-X509, PLAIN, GSSAPI or MONGODB-AWS");
}

void MergeUser(UriMerge& merge, const ConnectionInput& input) {
  MongoUri& uri = merge.uri();
  const Setting user{.option = "username",
                     .uri_name = "user",
                     .value = input.flags.username,
                     .origin = input.parsed.OriginOf("username")};
  if (!merge.Replaces(uri.username, user)) return;
  // Another user's password is of no use.
  if (uri.username) uri.password.reset();
  uri.username = user.value;
}

// An empty --password asks, as the MongoDB tools do.
Setting PasswordSetting(const ConnectionInput& input) {
  Setting setting{.option = "password", .uri_name = "password", .secret = true};
  const Origin origin = input.parsed.OriginOf("password");
  if (input.flags.password_file) {
    if (origin == Origin::kCommandLine) {
      throw Error(ExitCode::kUsage, "--password and --passwordFile exclude each other");
    }
    setting.option = "passwordFile";
    setting.value = ReadSecretFile(*input.flags.password_file);
  } else if (input.flags.password && !input.flags.password->empty()) {
    setting.value = input.flags.password;
    setting.origin = origin;
  } else if (input.config.password) {
    setting.option = "config";
    setting.value = input.config.password;
    setting.origin = Origin::kConfig;
  }
  return setting;
}

std::optional<std::string> Ask(const ConnectionInput& input, const std::string& question) {
  return input.context.ask ? input.context.ask(question) : AskOnTerminal(question);
}

void MergePassword(UriMerge& merge, const ConnectionInput& input) {
  MongoUri& uri = merge.uri();
  const Setting setting = PasswordSetting(input);
  if (!uri.username) {
    const bool meant = setting.value && setting.origin == Origin::kCommandLine;
    if (meant) throw Error(ExitCode::kUsage, fmt::format("--{} needs --username", setting.option));
    return;
  }
  if (merge.Replaces(uri.password, setting)) uri.password = setting.value;
  if (uri.password || !MechanismOf(uri).needs_password) return;
  const std::string user = EscapeForDisplay(*uri.username);
  uri.password = Ask(input, fmt::format("password of {} at {}: ", user, uri.DisplayHosts()));
  if (uri.password && !uri.password->empty()) return;
  throw Error(ExitCode::kUsage, fmt::format("user {} has no password", user),
              "pass --passwordFile, set HAUL_PASSWORD, or start from a terminal to be asked");
}

void AddMechanismProperty(UriMerge& merge, const Setting& setting) {
  if (!setting.value) return;
  MongoUri& uri = merge.uri();
  const std::string present = uri.Get("authMechanismProperties").value_or("");
  const std::string key = fmt::format("{}:", setting.uri_name);
  const std::size_t found = present.find(key);
  if (found != std::string::npos) {
    const std::size_t begin = found + key.size();
    const std::size_t end = std::min(present.find(',', begin), present.size());
    // A URI and a flag must agree, or the stronger one must not have been asked for.
    if (!merge.Replaces(present.substr(begin, end - begin), setting)) return;
    uri.Set("authMechanismProperties",
            fmt::format("{}{}{}", present.substr(0, begin), *setting.value, present.substr(end)));
    return;
  }
  uri.Set("authMechanismProperties",
          fmt::format("{}{}{}{}", present, present.empty() ? "" : ",", key, *setting.value));
}

void MergeMechanism(UriMerge& merge, const ConnectionInput& input) {
  const ConnectionFlags& flags = input.flags;
  const auto origin = [&](std::string_view name) { return input.parsed.OriginOf(name); };
  merge.MergeOption({"authenticationMechanism", "authMechanism", flags.authentication_mechanism,
                     origin("authenticationMechanism")});
  merge.MergeOption({"authenticationDatabase", "authSource", flags.authentication_database,
                     origin("authenticationDatabase")});
  const Mechanism& mechanism = MechanismOf(merge.uri());
  if (mechanism.external) merge.Default("authSource", "$external");
  if (mechanism.name == "MONGODB-AWS") {
    AddMechanismProperty(merge, {.option = "awsSessionToken",
                                 .uri_name = "AWS_SESSION_TOKEN",
                                 .value = flags.aws_session_token,
                                 .origin = origin("awsSessionToken"),
                                 .secret = true});
  }
  if (mechanism.name == "GSSAPI") {
    AddMechanismProperty(merge, {.option = "gssapiServiceName",
                                 .uri_name = "SERVICE_NAME",
                                 .value = flags.gssapi_service_name,
                                 .origin = origin("gssapiServiceName")});
  }
}

void MergeKeyFilePassword(UriMerge& merge, const ConnectionInput& input) {
  constexpr std::string_view kName = "tlsCertificateKeyFilePassword";
  const ConnectionFlags& flags = input.flags;
  Setting setting{.option = kName,
                  .uri_name = kName,
                  .value = flags.tls_certificate_key_file_password,
                  .origin = input.parsed.OriginOf(kName),
                  .secret = true};
  if (!setting.value && input.config.key_file_password) {
    setting.value = input.config.key_file_password;
    setting.origin = Origin::kConfig;
  }
  merge.MergeOption(setting);
}

// A missing file would otherwise show as a failed handshake only, after 30 seconds.
void CheckTlsFiles(UriMerge& merge, const ConnectionInput& input) {
  MongoUri& uri = merge.uri();
  if (const auto path = uri.Get("tlsCAFile")) CheckReadable(*path);
  const auto path = uri.Get("tlsCertificateKeyFile");
  if (!path) return;
  const bool encrypted = ReadTextFile(*path).find("ENCRYPTED") != std::string::npos;
  if (!encrypted || uri.Get("tlsCertificateKeyFilePassword")) return;
  auto password = Ask(input, fmt::format("password of {}: ", EscapeForDisplay(*path)));
  if (!password) {
    throw Error(ExitCode::kUsage, fmt::format("{} is encrypted", EscapeForDisplay(*path)),
                "pass --tlsCertificateKeyFilePassword or set HAUL_TLS_KEY_PASSWORD");
  }
  uri.Set("tlsCertificateKeyFilePassword", *std::move(password));
}

}  // namespace

void MergeCredentials(UriMerge& merge, const ConnectionInput& input) {
  MergeMechanism(merge, input);
  MergeUser(merge, input);
  MergeKeyFilePassword(merge, input);
  CheckTlsFiles(merge, input);
  MergePassword(merge, input);
}

}  // namespace haul
