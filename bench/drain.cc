// The floor of a dump: every collection of a database read by one cursor with the server's default
// batches, in natural order, and thrown away.
//
// usage: haul-bench-drain URI DATABASE
#include <cstdio>
#include <optional>

#include "core/mongo/catalog.h"
#include "core/mongo/deployment.h"
#include "core/mongo/server_cursor.h"

namespace haul {
namespace {

void Drain(Deployment& deployment, const Client& client, const Namespace& ns) {
  constexpr std::uint32_t kAsManyAsFit = 10'000'000;
  Document find;
  BSON_APPEND_UTF8(find.bson(), "find", ns.collection.c_str());
  bson_t hint;
  BSON_APPEND_DOCUMENT_BEGIN(find.bson(), "hint", &hint);
  BSON_APPEND_INT32(&hint, "$natural", 1);
  bson_append_document_end(find.bson(), &hint);

  ServerCursor cursor(client, ns, deployment.ReadMember(client));
  std::optional<CommandFailure> failure = cursor.Open(find.bson());
  while (!failure && cursor.open()) failure = cursor.GetMore(kAsManyAsFit);
  if (failure) throw failure->error;
}

int Main(char** argv) {
  const StopFlag stop;
  Deployment deployment({.uri = argv[1]}, stop);
  const Client client = deployment.Acquire();
  for (const CollectionSpec& spec : ListCollections(deployment, client, argv[2])) {
    Drain(deployment, client, spec.ns);
  }
  return 0;
}

}  // namespace
}  // namespace haul

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: haul-bench-drain URI DATABASE\n", stderr);
    return 2;
  }
  try {
    return haul::Main(argv);
  } catch (const haul::Error& error) {
    std::fprintf(stderr, "haul-bench-drain: %s\n", error.what());
    return 1;
  }
}
