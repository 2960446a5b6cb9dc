// SPDX-License-Identifier: Apache-2.0
#include "device/client/situation.h"

#include "device/sync/local_changes.h"

namespace satchel::device::client {

using permits::Held;

Result<permits::Situation> read_situation(store::DeviceStore& store, const HostFacts& host, Instant now) {
  permits::Situation situation;
  const auto settings = TRY(sync::OrganizationSettings::read(store));
  const auto experience = TRY(sync::read_experience(store));
  situation.experience = experience.has_profile ? permits::Experience::sync : permits::Experience::drafts;
  situation.deployment = permits::deployment_named(settings.get("deployment")).value_or(situation.deployment);
  situation.version = permits::ProductVersion::parse(settings.get("version")).value_or(situation.version);
  situation.rules = permits::rules_named(settings.get("rules")).value_or(situation.rules);
  situation.drafts = permits::draft_rules_named(settings.get("drafts")).value_or(situation.drafts);
  situation.platform = host.platform;
  const auto platform = "platform." + std::string(permits::row_of(host.platform).name);
  situation.prompt_policy = permits::policy_named(settings.get(platform + ".prompt"));
  situation.closed_policy = permits::policy_named(settings.get(platform + ".closed"));
  const auto clocks = host.clocks ? host.clocks() : Clocks{now, {}, {}};
  TRY(session_marks(store, clocks)).put_into(situation, settings.number("lease_days"));
  situation.pin_locked = host.is_locked;
  return situation;
}

Result<Held> held(store::DeviceStore& store, const sync::Experience& experience, const model::Reference& record) {
  if (TRY(store.has_draft(record.id))) return Held::draft;
  const auto entries = TRY(store.outbox_of(record.id));
  if (sync::find_unconfirmed_create(entries, record.id) != nullptr) return Held::pending;
  const auto& table = store.schema().at(record.table);
  const auto here = TRY(store.holding(table, record.id));
  if (!here && entries.empty()) return Held::not_here;
  const bool is_scoped = here ? here->scopes != store::ScopeSetNumber(0) : experience.holds(table);
  return is_scoped ? Held::scoped : Held::cached;
}

}  // namespace satchel::device::client
