#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bson/extended_json.h"
#include "core/mongo/deployment.h"
#include "core/plan/namespace.h"

namespace haul::testing {

/// The server that tests/support/with_mongod.py started, and a database of the test's own that is
/// dropped on both ends.
class TestServer {
 public:
  TestServer()
      : database_(::testing::UnitTest::GetInstance()->current_test_info()->name()),
        deployment_({.uri = std::getenv("HAUL_TEST_URI"), .retry_for = std::chrono::seconds(10)},
                    stop_),
        client_(deployment_.Acquire()) {
    database_.resize(std::min<std::size_t>(database_.size(), 60));
    Run(R"({"dropDatabase":1})");
  }
  ~TestServer() { Run(R"({"dropDatabase":1})"); }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  [[nodiscard]] Deployment& deployment() { return deployment_; }
  [[nodiscard]] const Client& client() const { return client_; }
  [[nodiscard]] StopFlag& stop() { return stop_; }
  [[nodiscard]] Namespace Ns(std::string collection = "c") const {
    return {database_, std::move(collection)};
  }

  /// A command in Extended JSON on the test's database (or another); it must succeed.
  Document Run(std::string_view command, const std::string& database = {}) const {
    const Document parsed = ParseExtendedJson(command, "the test's command");
    return client_.Command(database.empty() ? database_ : database, parsed.bson(), "test");
  }

  void Insert(const std::vector<std::string>& documents,
              const std::string& collection = "c") const {
    for (std::size_t at = 0; at < documents.size();) {
      Document command;
      BSON_APPEND_UTF8(command.bson(), "insert", collection.c_str());
      bson_t list;
      BSON_APPEND_ARRAY_BEGIN(command.bson(), "documents", &list);
      std::size_t bytes = 0;
      for (int i = 0; at < documents.size() && (i == 0 || bytes + documents[at].size() < 8'000'000);
           ++i, ++at) {
        const bson_t document = BorrowBson(AsBytes(documents[at]));
        BSON_APPEND_DOCUMENT(&list, std::to_string(i).c_str(), &document);
        bytes += documents[at].size();
      }
      bson_append_array_end(command.bson(), &list);
      client_.Command(database_, command.bson(), "insert");
    }
  }

 private:
  std::string database_;
  StopFlag stop_;
  Deployment deployment_;
  Client client_;
};

}  // namespace haul::testing
