#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cli/environment.h"
#include "core/cli/options.h"
#include "core/cli/write_concern.h"

namespace haul {

/// What the user typed about a server. Filled by the rows of ConnectionGroup.
struct ConnectionFlags {
  std::optional<std::string> uri = {};
  std::optional<std::string> host = {};
  std::optional<std::uint64_t> port = {};
  std::optional<std::string> username = {};
  std::optional<std::string> password = {};
  std::optional<std::string> password_file = {};
  std::optional<std::string> authentication_database = {};
  std::optional<std::string> authentication_mechanism = {};
  std::optional<std::string> aws_session_token = {};
  std::optional<std::string> gssapi_service_name = {};
  bool tls = false;
  std::optional<std::string> tls_ca_file = {};
  std::optional<std::string> tls_certificate_key_file = {};
  std::optional<std::string> tls_certificate_key_file_password = {};
  bool tls_insecure = false;
  bool tls_allow_invalid_certificates = false;
  bool tls_allow_invalid_hostnames = false;
  std::optional<std::string> read_preference = {};
  std::optional<std::string> compressors = {};
  std::optional<std::string> config_file = {};
  std::chrono::milliseconds retry_for = std::chrono::minutes(15);
  std::optional<std::uint64_t> server_selection_timeout = {};  ///< seconds; 0 = as without
  std::optional<std::uint64_t> dial_timeout = {};              ///< seconds
  /// Taken from scripts for the old tools. Those that would weaken a promise when they are left
  /// out are refused, the rest has no effect.
  bool tls_fips_mode = false;
  std::string tls_crl_file = {};
  std::string without_effect = {};
};

/// A source may be named by MONGO_URL and is read with --readPreference.
enum class ServerRole { kSource, kTarget };

[[nodiscard]] OptionGroup ConnectionGroup(ConnectionFlags& flags, ServerRole role);

/// A connection, resolved: one complete URI, nothing left to ask.
struct ConnectionOptions {
  std::string uri = {};                     ///< for libmongoc; holds the password: never print it
  std::string display_target = {};          ///< hosts and database, fit to be shown
  std::string database = {};                ///< from the URI's path or --db; may be empty
  std::string read_preference = "primary";  ///< its mode, lower camel case
  std::optional<WriteConcern> uri_write_concern = {};  ///< w, journal, wtimeoutMS of the URI
  std::chrono::milliseconds retry_for = std::chrono::minutes(15);
};

/// What ResolveConnection needs besides the flags.
struct ConnectionContext {
  std::string app_name;  ///< haul-dump
  ServerRole role = ServerRole::kSource;
  std::optional<std::string> database = {};  ///< --db; "" is as nothing
  /// Asks for a secret; nothing where nobody can be asked. Default: /dev/tty without echo.
  std::function<std::optional<std::string>(std::string_view question)> ask = {};
};

/// Merges URI, flags, environment and --config into one URI: the command line beats the
/// environment, which beats --config. Adds socketTimeoutMS=0, serverSelectionTimeoutMS=30000 and
/// appName where the URI has none; one host by --host without a set's name is a direct connection.
/// No connection is attempted. Throws Error kUsage: malformed URI, URI and flag of one level that
/// disagree, unreadable or too open secret file, a user without a password and nobody to ask.
[[nodiscard]] ConnectionOptions ResolveConnection(const ConnectionFlags& flags,
                                                  const ParsedOptions& parsed,
                                                  const Environment& environment,
                                                  const ConnectionContext& context);

}  // namespace haul
