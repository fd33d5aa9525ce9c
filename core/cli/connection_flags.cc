#include "core/cli/connection_options.h"

namespace haul {
namespace {

using Rows = std::vector<Option>;

void AddServer(Rows& rows, ConnectionFlags& flags, ServerRole role) {
  std::vector<std::string> variables = {"HAUL_URI"};
  if (role == ServerRole::kSource) variables.emplace_back("MONGO_URL");
  rows.insert(
      rows.end(),
      {{.name = "uri",
        .field = MaybeTextField{&flags.uri},
        .argument = "URI",
        .help = "connection string; env:NAME or file:PATH (mode 0600) stand for what they hold",
        .environment = std::move(variables)},
       {.name = "host",
        .letter = 'h',
        .field = MaybeTextField{&flags.host},
        .argument = "HOSTS",
        .help = "server, or SET/HOST1,HOST2 for a replica set; one host without a set is "
                "connected to directly",
        .default_text = "localhost"},
       {.name = "port",
        .field = MaybeCountField{&flags.port, 1, 65535},
        .argument = "PORT",
        .help = "port of the hosts that name none",
        .default_text = "27017"}});
}

void AddUser(Rows& rows, ConnectionFlags& flags) {
  rows.insert(rows.end(),
              {{.name = "username",
                .letter = 'u',
                .field = MaybeTextField{&flags.username},
                .argument = "NAME",
                .help = "user; the password is asked for on the terminal where none is given"},
               {.name = "password",
                .letter = 'p',
                .field = MaybeTextField{&flags.password},
                .argument = "PASSWORD",
                .help = "visible to other users for a moment: better a prompt or --passwordFile",
                .environment = {"HAUL_PASSWORD"},
                .secret = true},
               {.name = "passwordFile",
                .field = MaybeTextField{&flags.password_file},
                .argument = "FILE",
                .help = "file of mode 0600 that holds the password"},
               {.name = "authenticationDatabase",
                .field = MaybeTextField{&flags.authentication_database},
                .argument = "DB",
                .help = "database that knows the user",
                .default_text = "the one of the URI or --db, else admin"},
               {.name = "authenticationMechanism",
                .field = MaybeTextField{&flags.authentication_mechanism},
                .argument = "NAME",
                .help = "SCRAM-SHA-1, SCRAM-SHA-256, MONGODB-X509, PLAIN, GSSAPI or MONGODB-AWS",
                .default_text = "negotiated"},
               {.name = "awsSessionToken",
                .field = MaybeTextField{&flags.aws_session_token},
                .argument = "TOKEN",
                .help = "session token for MONGODB-AWS",
                .environment = {"AWS_SESSION_TOKEN"},
                .secret = true},
               {.name = "gssapiServiceName",
                .field = MaybeTextField{&flags.gssapi_service_name},
                .argument = "NAME",
                .help = "service name for GSSAPI",
                .default_text = "mongodb"}});
}

void AddTls(Rows& rows, ConnectionFlags& flags) {
  rows.insert(rows.end(),
              {{.name = "tls",
                .field = FlagField{&flags.tls},
                .help = "encrypt the connection",
                .aliases = {"ssl"}},
               {.name = "tlsCAFile",
                .field = MaybeTextField{&flags.tls_ca_file},
                .argument = "FILE",
                .help = "certificates (PEM) that may vouch for the server",
                .aliases = {"sslCAFile"}},
               {.name = "tlsCertificateKeyFile",
                .field = MaybeTextField{&flags.tls_certificate_key_file},
                .argument = "FILE",
                .help = "this client's certificate and key (PEM)",
                .aliases = {"sslPEMKeyFile"}},
               {.name = "tlsCertificateKeyFilePassword",
                .field = MaybeTextField{&flags.tls_certificate_key_file_password},
                .argument = "PASSWORD",
                .help = "for an encrypted key; asked for on the terminal where it is missing",
                .aliases = {"sslPEMKeyPassword"},
                .environment = {"HAUL_TLS_KEY_PASSWORD"},
                .secret = true},
               {.name = "tlsInsecure",
                .field = FlagField{&flags.tls_insecure},
                .help = "accept any certificate and host name"},
               {.name = "tlsAllowInvalidCertificates",
                .field = FlagField{&flags.tls_allow_invalid_certificates},
                .help = "accept any certificate",
                .aliases = {"sslAllowInvalidCertificates"},
                .hidden = true},
               {.name = "tlsAllowInvalidHostnames",
                .field = FlagField{&flags.tls_allow_invalid_hostnames},
                .help = "accept a certificate for another host",
                .aliases = {"sslAllowInvalidHostnames"},
                .hidden = true},
               {.name = "sslFIPSMode",
                .field = FlagField{&flags.tls_fips_mode},
                .help = "refused: what libssl is configured to decides",
                .hidden = true},
               {.name = "sslCRLFile",
                .field = TextField{&flags.tls_crl_file},
                .argument = "FILE",
                .help = "refused: revocation lists are not supported",
                .hidden = true}});
}

void AddForOldScripts(Rows& rows, ConnectionFlags& flags) {
  rows.insert(rows.end(), {{.name = "serverSelectionTimeout",
                            .field = MaybeCountField{&flags.server_selection_timeout, 0, 86'400},
                            .argument = "SECONDS",
                            .help = "how long the first contact may take",
                            .default_text = "30",
                            .hidden = true},
                           {.name = "dialTimeout",
                            .field = MaybeCountField{&flags.dial_timeout, 0, 86'400},
                            .argument = "SECONDS",
                            .help = "how long connecting to one server may take",
                            .default_text = "10",
                            .hidden = true}});
  for (const char* name :
       {"socketTimeout", "TCPKeepAliveSeconds", "numThreads", "gssapiHostName"}) {
    rows.push_back({.name = name,
                    .field = TextField{&flags.without_effect},
                    .help = "no effect, as in the old tools",
                    .hidden = true});
  }
}

}  // namespace

OptionGroup ConnectionGroup(ConnectionFlags& flags, ServerRole role) {
  OptionGroup group{.title = "Connection", .options = {}};
  AddServer(group.options, flags, role);
  AddUser(group.options, flags);
  AddTls(group.options, flags);
  if (role == ServerRole::kSource) {
    group.options.push_back(
        {.name = "readPreference",
         .field = MaybeTextField{&flags.read_preference},
         .argument = "MODE",
         .help = "member to read from: a mode's name or JSON with mode, tagSets and "
                 "maxStalenessSeconds",
         .default_text = "primary"});
  }
  group.options.push_back({.name = "compressors",
                           .field = MaybeTextField{&flags.compressors},
                           .argument = "LIST",
                           .help = "wire compression to offer: zstd, snappy, zlib, none",
                           .default_text = "none"});
  group.options.push_back(
      {.name = "config",
       .field = MaybeTextField{&flags.config_file},
       .argument = "FILE",
       .help = "YAML with uri, password, tlsCertificateKeyFilePassword; mode 0600"});
  group.options.push_back({.name = "retryFor",
                           .field = DurationField{&flags.retry_for},
                           .argument = "TIME",
                           .help = "how long a lost connection is retried"});
  AddForOldScripts(group.options, flags);
  return group;
}

}  // namespace haul
