// SPDX-License-Identifier: Apache-2.0
#include "device/client/engine.h"

#include <doctest/doctest.h>

#include "edge/sqlite/database.h"

namespace satchel::device::client {
namespace {

constexpr Instant kStart{1'790'000'000'000};

void must(const Result<void>& result) { REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().message)); }

// A signed-in device that has nothing yet, and a server that sends pages of a load without end.
class LoadForTest {
 public:
  explicit LoadForTest(EngineOptions options = {}) {
    auto database = edge::sqlite::open({.path = ":memory:", .profile = edge::sqlite::Profile::device});
    REQUIRE(database.ok());
    database_ = std::move(*database);
    auto store = store::DeviceStore::open(*database_, model::Schema::standard());
    REQUIRE(store.ok());
    store_ = std::move(*store);
    auto transaction = store_->begin();
    REQUIRE(transaction.ok());
    must(store_->set_setting("user_id", "00000000-0000-0000-0000-000000000001"));
    must(store_->set_setting("device", "00000000-0000-0000-0000-000000000002"));
    must(store_->set_setting("server", "http://127.0.0.1:1"));
    must(transaction->commit());
    engine_.emplace(*store_, random_, std::move(options));
    engine_->handle(SyncRequested{}, now_);
  }

  // The rows that the engine asks for in its next page.
  std::int64_t rows_asked() {
    std::optional<Send> sent;
    bool has_work = false;
    while (auto output = engine_->poll_output()) {
      if (auto* send = std::get_if<Send>(&*output)) sent = std::move(*send);
      has_work = has_work || std::holds_alternative<WorkLeft>(*output);
    }
    if (has_work) engine_->handle(GoOn{}, now_);
    REQUIRE(sent);
    token_ = sent->token;
    const auto body = Json::parse(sent->request.body);
    REQUIRE(body.ok());
    return body->integer_at("rows_max");
  }

  void page_comes_after(std::int64_t milliseconds) {
    now_ = now_ + Duration::of_milliseconds(milliseconds);
    odata::FeedHead head;
    head.phase = odata::FeedPhase::load;
    head.cursor = "cursor";
    Response response;
    response.status = 200;
    response.body = odata::FeedPageWriter(model::Schema::standard()).finish(head);
    engine_->handle(AnswerCame{token_, std::move(response)}, now_);
  }

 private:
  SeededRandom random_{1};
  Instant now_ = kStart;
  RequestToken token_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<store::DeviceStore> store_;
  std::optional<Engine> engine_;
};

TEST_CASE("pages of a load grow while they come quickly, and shrink when one took long") {
  LoadForTest it;
  for (const auto rows : {500, 1'000, 2'000, 4'000, 8'000, 16'000, 20'000}) {
    CHECK(it.rows_asked() == rows);
    it.page_comes_after(100);
  }
  CHECK(it.rows_asked() == 20'000);
  it.page_comes_after(500);
  CHECK(it.rows_asked() == 20'000);
  for (const auto rows : {10'000, 5'000, 5'000}) {
    it.page_comes_after(3'000);
    CHECK(it.rows_asked() == rows);
  }
}

TEST_CASE("pages of a load never have more rows than their host allows") {
  LoadForTest it({.load_rows_max = 7});
  CHECK(it.rows_asked() == 7);
  it.page_comes_after(1);
  CHECK(it.rows_asked() == 7);
  it.page_comes_after(5'000);
  CHECK(it.rows_asked() == 7);
}

TEST_CASE("a clock that is set back changes nothing but the next page's rows") {
  LoadForTest it;
  CHECK(it.rows_asked() == 500);
  it.page_comes_after(3'000);
  CHECK(it.rows_asked() == 500);
  it.page_comes_after(-86'400'000);
  CHECK(it.rows_asked() == 1'000);
}

}  // namespace
}  // namespace satchel::device::client
