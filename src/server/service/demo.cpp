// SPDX-License-Identifier: Apache-2.0
//
// The organisation of `satchel serve --demo` (docs/demo.md): a small company's two years, told record by record. What
// comes next is the kind of which there are fewest, measured by its share; so every table has its share at any size.
#include <algorithm>

#include "server/service/internal/demo_world.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace demo {
namespace {

// So many that every kind comes at least once.
constexpr std::int64_t kRecordsMin = 120;
// How often progress is told: some ten times a second.
constexpr std::int64_t kTellEvery = 1'000;

Result<void> put_free_contact(World& world) {
  const bool is_private = world.dice.percent(8);
  return put_contact(world, is_private ? -1 : static_cast<std::int64_t>(world.dice.index(world.accounts.size())));
}

// An account comes with the person one knows there.
Result<void> put_account_with_contact(World& world) {
  TRY(put_account(world));
  if (world.dice.percent(15)) return {};
  world.moment = world.clock.at(world.slot + 1, world.dice.random());
  return put_contact(world, static_cast<std::int64_t>(world.accounts.size()) - 1);
}

struct Kind {
  std::string_view table;
  int share;  // percent
  Result<void> (*put)(World&);
};
constexpr std::array kKinds = {
    Kind{"account", 20, put_account_with_contact},
    Kind{"contact", 30, put_free_contact},
    Kind{"opportunity", 10, put_opportunity},
    Kind{"incident", 7, put_case},
    Kind{"task", 9, put_task},
    Kind{"phonecall", 6, put_phone_call},
    Kind{"appointment", 5, put_appointment},
    Kind{"email", 4, put_email},
    Kind{"annotation", 5, put_note},
    Kind{"lead", 4, put_lead},
};

class Story {
 public:
  Story(World& world, std::int64_t slots, const DemoProgress& progress)
      : world_(world), slots_(slots), progress_(progress) {}

  Result<void> tell() {
    std::int64_t told_at = 0;
    for (std::int64_t slot = 0; slot < slots_;) {
      world_.slot = slot;
      world_.moment = world_.clock.at(slot, world_.dice.random());
      const auto contacts = world_.contacts.size(), accounts = world_.accounts.size();
      const auto kind = next_kind(slot);
      TRY(kKinds[kind].put(world_));
      // An account may have brought a contact.
      if (accounts != world_.accounts.size() || contacts != world_.contacts.size()) {
        counts_[0] = static_cast<std::int64_t>(world_.accounts.size());
        counts_[1] = static_cast<std::int64_t>(world_.contacts.size());
      } else {
        ++counts_[kind];
      }
      slot = 0;
      for (const auto count : counts_) slot += count;
      if (progress_ && slot - told_at >= kTellEvery)
        progress_(world_.made, world_.made + slots_ - slot), told_at = slot;
    }
    if (progress_) progress_(world_.made, world_.made);
    return {};
  }

 private:
  // Everything else names an account or contact, so an account comes first.
  std::size_t next_kind(std::int64_t slot) const {
    if (world_.contacts.empty()) return world_.accounts.empty() ? 0 : 1;
    std::size_t most = 0;
    const auto wanted = [&](std::size_t kind) { return kKinds[kind].share * (slot + 1) - counts_[kind] * 100; };
    for (std::size_t kind = 1; kind < kKinds.size(); ++kind)
      if (wanted(kind) > wanted(most)) most = kind;
    return most;
  }

  World& world_;
  std::int64_t slots_;
  const DemoProgress& progress_;
  std::array<std::int64_t, kKinds.size()> counts_{};
};

}  // namespace
}  // namespace demo

Result<void> fill_demo(Service& service, sql::Database& database, std::int64_t records, Instant now,
                       const DemoProgress& progress) {
  if (records > kDemoRecordsMax)
    return Error{ErrorCode::too_large, "A demo has at most " + std::to_string(kDemoRecordsMax) + " records.",
                 "records"};
  const auto size = std::max(records, demo::kRecordsMin);
  // Seconds are what records hold: the same second, the same records.
  now = Instant::of_seconds(now.seconds());
  Filling filling(service.records(), database);
  demo::World world(service.records(), filling, now);
  TRY(demo::put_cast(service, world, size));
  const auto slots = size - world.made;
  world.clock = demo::DemoClock(now, slots);
  TRY(demo::Story(world, slots, progress).tell());
  return filling.finish();
}

}  // namespace satchel::server::service
