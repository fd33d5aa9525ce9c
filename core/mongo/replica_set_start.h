#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/mongo/deployment.h"
#include "core/pipeline/stop.h"

namespace haul {

/// A server that is on its way up, or that is still to become a replica set.
struct ServerStart {
  std::string uri;         ///< of the deployment
  std::string direct_uri;  ///< of its one server: directConnection, and no set's name
  std::string host;        ///< how a new set calls the server: "127.0.0.1:27017"
  bool initiate = false;   ///< make a set of the server where it is none
  std::chrono::milliseconds patience{0};  ///< 0: it has to be up now
};

/// Waits until a server of the deployment takes writes, and makes a replica set of it first where
/// that is asked for: then its name is the answer. Each try is short, as the URIs'
/// serverSelectionTimeoutMS say. Throws the last Error when the patience is over or `stop` is
/// requested, kUnsupported where the server was started without --replSet, kDenied at once.
std::optional<std::string> AwaitServer(const ServerStart& start, const StopFlag& stop);

}  // namespace haul
