// SPDX-License-Identifier: Apache-2.0
//
// Experience: what the admin chose, as rows on the device tell it, and what follows when he changes it (E1, E5, E6).
//
//   systemuser.mobileofflineprofileid --> mobileofflineprofile.published, .tables
//   organization.rules, .deployment       (classic rules on-premises: no offline sync, P1)
//
//   drafts -> sync   at the cut that tells it: drafts with nothing in their way become creates of the outbox; the rest stay
//   sync -> drafts   the outbox goes up first; creates that couldn't leave by the end of the sync become drafts. Edits and deletes
//                    stay in the outbox and go up by themselves, and so does what was sent and has no answer yet
//
// Always true:
//   - A change keeps its record's id on either way, so nothing is made twice.
//   - It's arranged table by table: a profile that gets or loses a table does the same for that table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "device/store/store.h"
#include "device/sync/settle.h"

namespace satchel::device::sync {

struct Experience {
  bool has_profile = true;        // the user has a published profile
  bool is_sync = true;            // ... and it's in force
  std::vector<std::string> sets;  // sync: the profile's tables; empty = every one
  // A sync table of this user: held by scope. Every other one is cached.
  bool holds(const model::Table& table) const;
  bool operator==(const Experience&) const = default;
};

// A device that doesn't know its user's row yet (the first sync isn't done) is one of offline sync.
Result<Experience> read_experience(store::DeviceStore& store);

// The organisation's settings (model/organization_settings.h) as the device knows them; without its row their fallbacks.
class OrganizationSettings {
 public:
  static Result<OrganizationSettings> read(store::DeviceStore& store);
  std::string get(std::string_view key) const;
  std::int64_t number(std::string_view key) const;
  ConflictPolicies conflict_policies() const;  // conflicts[.TABLE[.COLUMN]] (K2)

 private:
  const model::Table* table_ = nullptr;
  std::optional<model::Record> row_;
};

// What follows from a change since the last call, in the caller's transaction. `may_send`: the sync goes on, and what waits in the
// outbox may still leave; then creates are left there. Leaves the sentence for the user in the setting kExperienceNotice.
struct ExperienceReport {
  std::size_t to_outbox = 0, to_drafts = 0, left_as_drafts = 0;
  bool changed = false;          // it's all arranged now
  bool has_cached_rows = false;  // some table's rows are cached from now on
};
Result<ExperienceReport> arrange_experience(store::DeviceStore& store, bool may_send, const Settling& settling);

inline constexpr std::string_view kExperienceNotice = "experience_notice";

}  // namespace satchel::device::sync
