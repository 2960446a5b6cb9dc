// SPDX-License-Identifier: Apache-2.0
#include "bench/crowd.h"

#include <atomic>
#include <mutex>
#include <thread>

#include "base/random.h"
#include "bench/made_up_rows.h"
#include "bench/server_side.h"
#include "bench/stopwatch.h"
#include "bench/web_api.h"
#include "edge/os/clock.h"
#include "odata/feed.h"

namespace satchel::bench {
namespace {

constexpr std::size_t kWriters = 8;
constexpr std::int64_t kPageRows = 5'000;  // as the engine asks
constexpr std::size_t kContactsMax = 5'000;

// Runs `act(i)` in a thread for each i, all at once. The first error, if any.
template <class Act>
Result<void> at_once(std::size_t count, Act act) {
  std::mutex mutex;
  std::optional<Error> failed;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      Result<void> done = act(i);
      const std::lock_guard lock(mutex);
      if (!done && !failed) failed = done.error();
    });
  }
  for (auto& thread : threads) thread.join();
  return failed ? Result<void>(*failed) : Result<void>();
}

// A device as the server sees one.
struct Puller {
  DeviceId device;
  WebApi api;
};

// Gives how many rows came.
Result<std::int64_t> pull_everything(Puller& puller) {
  std::int64_t rows = 0;
  std::string cursor;
  for (;;) {
    const auto bytes = TRY(puller.api.pull(puller.device, cursor, kPageRows));
    auto page = TRY(odata::FeedPageReader::open(model::Schema::standard(), bytes));
    odata::FeedPageReader::Row row;
    while (TRY(page.next(row))) ++rows;
    cursor = page.head().cursor;
    if (page.head().complete) return rows;
  }
}

}  // namespace

Result<Json> crowd_of_writers(const std::string& url, std::int64_t writes) {
  auto first = TRY(WebApi::sign_in(url, kAdministrator));
  const auto contacts = TRY(first.contacts(kContactsMax));
  if (contacts.empty()) return Error{ErrorCode::internal, "There are no contacts to write to."};
  std::vector<WebApi> people;
  for (std::size_t i = 0; i < kWriters; ++i) people.push_back(TRY(WebApi::with_token(url, first.token())));
  std::atomic<std::int64_t> next{0};
  const Stopwatch watch;
  TRY(at_once(kWriters, [&](std::size_t i) -> Result<void> {
    for (auto number = next++; number < writes; number = next++) {
      const auto& contact = contacts[static_cast<std::size_t>(number) % contacts.size()];
      TRY(people[i].change_job(contact, "Write " + std::to_string(number)));
    }
    return {};
  }));
  auto json = Json::object();
  json.set("ms", watch.milliseconds());
  json.set("writes", writes);
  return json;
}

Result<Json> crowd_of_devices(const std::string& url) {
  SeededRandom random(7);
  std::vector<Puller> pullers;
  for (std::int64_t i = 0; i < kRepresentatives; ++i) {
    const auto device = new_id<DeviceId>(random, edge::os::SystemClock().now());
    pullers.push_back({device, TRY(WebApi::sign_in(url, representative(i), device))});
  }
  std::atomic<std::int64_t> rows{0};
  const Stopwatch watch;
  TRY(at_once(pullers.size(), [&](std::size_t i) -> Result<void> {
    rows += TRY(pull_everything(pullers[i]));
    return {};
  }));
  auto json = Json::object();
  json.set("ms", watch.milliseconds());
  json.set("devices", kRepresentatives);
  json.set("rows", rows.load());
  return json;
}

}  // namespace satchel::bench
