// SPDX-License-Identifier: Apache-2.0
#include "device/client/standing.h"

#include <charconv>

#include "model/organization_settings.h"
#include "model/record.h"

namespace satchel::device::client {
namespace {

std::int64_t number_of(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Result<std::optional<model::Record>> row_of_lookup(store::DeviceStore& store, const model::Record& row,
                                                   std::string_view column) {
  const auto* found = store.schema().at(row.table).find_column(column);
  const auto* reference = found == nullptr ? nullptr : model::reference_in(row.values[found->index]);
  if (reference == nullptr) return std::optional<model::Record>();
  return store.find(store.schema().at(reference->table), reference->id);
}

// E1: sync with a published profile, drafts without.
Result<permits::Experience> experience_of(store::DeviceStore& store) {
  const auto setting = TRY(store.setting("user_id"));
  const auto id = setting ? RecordId::parse(*setting) : std::nullopt;
  if (!id) return permits::Experience::sync;
  const auto user = TRY(store.find(*store.schema().find("systemuser"), *id));
  if (!user) return permits::Experience::sync;
  const auto profile = TRY(row_of_lookup(store, *user, "mobileofflineprofileid"));
  if (!profile) return permits::Experience::drafts;
  const auto* published = store.schema().at(profile->table).find_column("published");
  const auto* value = model::integer_in(profile->values[published->index]);
  return value != nullptr && *value != 0 ? permits::Experience::sync : permits::Experience::drafts;
}

}  // namespace

Result<Standing> standing(store::DeviceStore& store, permits::Platform platform) {
  const auto& table = *store.schema().find("organization");
  query::Query query;
  query.table = table.number;
  const auto rows = TRY(store.list(query)).records;
  model::Record empty;
  empty.table = table.number;
  empty.values.resize(table.columns.size());
  const auto& row = rows.empty() ? empty : rows.front();
  const auto setting = [&](std::string_view key) { return model::setting_in(table, row, key); };

  Standing standing;
  auto& situation = standing.situation;
  situation.platform = platform;
  situation.experience = TRY(experience_of(store));
  situation.deployment = permits::deployment_named(setting("deployment")).value_or(situation.deployment);
  situation.version = permits::ProductVersion::parse(setting("version")).value_or(situation.version);
  situation.rules = permits::rules_named(setting("rules")).value_or(situation.rules);
  situation.drafts = permits::draft_rules_named(setting("drafts")).value_or(situation.drafts);
  const auto cell = "platform." + std::string(permits::row_of(platform).name) + ".";
  situation.prompt_policy = permits::policy_named(setting(cell + "prompt"));
  situation.closed_policy = permits::policy_named(setting(cell + "closed"));
  standing.lease_days = number_of(setting("lease_days"));
  standing.cache_rows = number_of(setting("cache_rows"));
  standing.cache_bytes = number_of(setting("cache_bytes"));
  standing.cache_days = number_of(setting("cache_days"));
  standing.pin_required = setting("pin") == "required";
  standing.pin = {number_of(setting("pin_length")), number_of(setting("pin_tries"))};
  standing.lock_minutes = number_of(setting("lock_minutes"));
  standing.escrow = setting("escrow") == "on";
  if (const auto founder = TRY(row_of_lookup(store, row, "createdby")))
    standing.admin = store.name_of({founder->table, founder->id});
  return standing;
}

}  // namespace satchel::device::client
