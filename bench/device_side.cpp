// SPDX-License-Identifier: Apache-2.0
#include "bench/device_side.h"

#include <array>

#include "bench/server_side.h"
#include "bench/stopwatch.h"
#include "edge/os/clock.h"

namespace satchel::bench {

namespace client = device::client;

edge::sqlite::Key bench_key() {
  std::array<std::uint8_t, edge::sqlite::Key::kSize> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + 1);
  return edge::sqlite::Key(bytes);
}

Result<std::unique_ptr<sql::Database>> open_encrypted(const std::string& path) {
  return edge::sqlite::open({.path = path,
                             .key = bench_key(),
                             .cipher = edge::sqlite::Cipher::aegis,
                             .profile = edge::sqlite::Profile::device});
}

Result<std::unique_ptr<Device>> Device::open(const DevicePlace& place) {
  auto device = std::unique_ptr<Device>(new Device(place));
  device->database_ = TRY(open_encrypted(place.store));
  device->store_ = TRY(device::store::DeviceStore::open(*device->database_, model::Schema::standard()));
  device->client_ = std::make_unique<client::Client>(*device->store_, device->random_);
  device->engine_ = std::make_unique<client::Engine>(*device->store_, device->random_, client::EngineOptions{});
  return device;
}

Result<void> Device::sign_in(const std::string& user) {
  TRY(run(client::SignIn{place_.url, user, kPassword}, {}));
  return {};
}

Result<client::SyncReport> Device::sync(const AfterEvent& after_event) {
  return run(client::SyncRequested{}, after_event);
}

Result<void> Device::read(const client::ReadRequested& read) {
  TRY(run(read, {}));
  return {};
}

Result<void> Device::handle(client::Event event, const AfterEvent& after_event) {
  const bool is_answer = std::holds_alternative<client::AnswerCame>(event);
  const Stopwatch watch;
  engine_->handle(std::move(event), edge::os::SystemClock().now());
  return after_event ? after_event({watch.milliseconds(), is_answer}) : Result<void>();
}

Result<void> Device::connect() {
  if (!http_)
    http_ = std::make_unique<edge::net::AsyncHttpClient>(TRY(edge::net::HttpClient::create({.url = place_.url})));
  return {};
}

Result<client::SyncReport> Device::run(client::Event event, const AfterEvent& after_event) {
  TRY(connect());
  TRY(handle(std::move(event), after_event));
  for (;;) {
    bool has_work = false;
    while (auto output = engine_->poll_output()) {
      if (auto* finished = std::get_if<client::Finished>(&*output)) return std::move(finished->report);
      if (std::holds_alternative<client::WorkLeft>(*output)) has_work = true;
      if (auto* send = std::get_if<client::Send>(&*output))
        http_->start(static_cast<std::uint64_t>(send->token.value), std::move(send->request));
    }
    if (has_work) {
      TRY(handle(client::GoOn{}, after_event));
    } else if (auto completed = http_->poll(Duration::of_seconds(60))) {
      const client::RequestToken token(static_cast<std::int64_t>(completed->token));
      TRY(handle(client::AnswerCame{token, std::move(completed->result)}, after_event));
    } else {
      return Error{ErrorCode::offline, "The server didn't answer within a minute."};
    }
  }
}

// ---- the first sync ----------------------------------------------------------------------------------------------------------

namespace {

Result<std::int64_t> count_indexes(sql::Database& database) {
  auto select = TRY(sql::borrow(database, "select count(*) from sqlite_master where type = 'index'"));
  return TRY(select->step()) ? select->integer(0) : 0;
}

// "account 6, contact 5": of tables with rows, their indexes beside the empty one of rows without a scope.
Result<std::string> describe_indexes(Device& device) {
  std::string text;
  for (const auto& status : TRY(device.store().tables())) {
    const auto& name = device.store().schema().at(status.table).name;
    auto select = TRY(sql::borrow(device.database(),
                                  "select count(*) from sqlite_master where type = 'index' and tbl_name = ?1 and "
                                  "name not like '%\\_\\_unscoped' escape '\\'"));
    select->bind_text(1, name);
    if (status.rows < 100 || !TRY(select->step())) continue;
    text += (text.empty() ? "" : ", ") + name + " " + std::to_string(select->integer(0));
  }
  return text;
}

}  // namespace

Result<Json> first_sync(const DevicePlace& place) {
  auto device = TRY(Device::open(place));
  TRY(device->sign_in(kAdministrator));
  const Stopwatch watch;
  double readable = 0, indexed = 0, searchable = 0;
  std::int64_t indexes = 0;
  const auto report = TRY(device->sync([&](const Device::Step&) -> Result<void> {
    if (TRY(device->store().loading())) return {};
    const auto now = watch.milliseconds();
    if (readable == 0) readable = now;
    // The last index that appears is the one that counts.
    if (const auto count = TRY(count_indexes(device->database())); count != indexes) indexes = count, indexed = now;
    if (searchable == 0 && TRY(device->store().search_ready())) searchable = now;
    return {};
  }));
  const auto finished = watch.milliseconds();
  if (!report.complete || searchable == 0) return Error{ErrorCode::internal, "The first sync isn't complete."};
  auto json = Json::object();
  json.set("rows", report.pulled);
  json.set("readable_ms", readable);
  json.set("indexed_ms", indexed);
  json.set("searchable_ms", searchable);
  json.set("finished_ms", finished);
  json.set("indexes", TRY(describe_indexes(*device)));
  return json;
}

}  // namespace satchel::bench
