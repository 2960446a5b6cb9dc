// SPDX-License-Identifier: Apache-2.0
#include "bench/crowd.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "base/random.h"
#include "bench/made_up_rows.h"
#include "bench/server_side.h"
#include "bench/stopwatch.h"
#include "bench/web_api.h"
#include "device/sync/limits.h"
#include "edge/os/clock.h"
#include "odata/feed.h"

namespace satchel::bench {
namespace {

constexpr std::size_t kWriters = 8;
constexpr std::chrono::seconds kIdleTime{4};
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
  std::string cursor = {};
  std::size_t scopes = 0;
};

Result<std::vector<Puller>> representatives_devices(const std::string& url, std::int64_t first) {
  SeededRandom random(7);
  std::vector<Puller> pullers;
  for (auto i = first; i < kRepresentatives; ++i) {
    const auto device = new_id<DeviceId>(random, edge::os::SystemClock().now());
    pullers.push_back({device, TRY(WebApi::sign_in(url, representative(i), device))});
  }
  return pullers;
}

// Gives how many rows came. Pages grow as those of a quick device do.
Result<std::int64_t> pull_everything(Puller& puller) {
  std::int64_t rows = 0;
  for (auto page_rows = device::sync::kLoadPageRowsMin;;
       page_rows = std::min(page_rows * 2, device::sync::kLoadPageRowsMax)) {
    const auto bytes = TRY(puller.api.pull(puller.device, puller.cursor, static_cast<std::int64_t>(page_rows)));
    auto page = TRY(odata::FeedPageReader::open(model::Schema::standard(), bytes));
    odata::FeedPageReader::Row row;
    while (TRY(page.next(row))) ++rows;
    puller.cursor = page.head().cursor;
    puller.scopes += page.head().granted.size();
    if (page.head().complete) return rows;
  }
}

// One contact after the other, at even distances, until told to end. Gives how many.
Result<std::int64_t> write_steadily(WebApi& api, const std::vector<RecordId>& contacts, const std::atomic<bool>& end) {
  constexpr auto kPause = std::chrono::microseconds(1'000'000 / kWritesPerSecond);
  std::int64_t writes = 0;
  for (auto next = std::chrono::steady_clock::now(); !end; next += kPause, ++writes) {
    std::this_thread::sleep_until(next);
    const auto& contact = contacts[static_cast<std::size_t>(writes) % contacts.size()];
    TRY(api.change_job(contact, "Change " + std::to_string(writes)));
  }
  return writes;
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
  auto pullers = TRY(representatives_devices(url, 0));
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

Result<Json> crowd_of_idle_devices(const std::string& url) {
  auto pullers = TRY(representatives_devices(url, 1));
  for (auto& puller : pullers) TRY(pull_everything(puller));
  auto writer = TRY(WebApi::sign_in(url, representative(0)));
  const auto contacts = TRY(writer.contacts(kContactsMax));
  if (contacts.empty()) return Error{ErrorCode::internal, "There are no contacts to write to."};

  std::atomic<bool> end{false};
  std::atomic<std::int64_t> pulls{0}, rows{0}, writes{0};
  const Stopwatch watch;
  // The last one writes.
  const auto done = at_once(pullers.size() + 1, [&](std::size_t i) -> Result<void> {
    if (i == pullers.size()) {
      auto written = write_steadily(writer, contacts, end);
      if (written) writes = *written;
      return written ? Result<void>() : Result<void>(written.error());
    }
    const auto until = std::chrono::steady_clock::now() + kIdleTime;
    Result<void> pulled;
    for (; pulled && std::chrono::steady_clock::now() < until; ++pulls) {
      auto came = pull_everything(pullers[i]);
      if (came) rows += *came;
      else pulled = came.error();
    }
    end = true;
    return pulled;
  });
  TRY(done);
  if (rows != 0) return Error{ErrorCode::internal, "Idle devices got rows."};
  auto json = Json::object();
  json.set("ms", watch.milliseconds());
  json.set("pulls", pulls.load());
  json.set("writes", writes.load());
  std::size_t scopes = 0;
  for (const auto& puller : pullers) scopes = std::max(scopes, puller.scopes);
  json.set("scopes", static_cast<std::int64_t>(scopes));
  return json;
}

}  // namespace satchel::bench
