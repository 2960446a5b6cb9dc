// SPDX-License-Identifier: Apache-2.0
#include "device/sync/experience.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "base/text.h"
#include "device/sync/drafts.h"
#include "device/sync/local_changes.h"
#include "model/organization_settings.h"

namespace satchel::device::sync {
namespace {

using model::ChangeKind;
using store::ChangeState;
using store::DeviceStore;
using store::OutboxEntry;

// What drafts and outbox were last arranged for; absent before the first cut.
constexpr std::string_view kArranged = "experience";

// "contacts, accounts": by anything that people put between words.
std::vector<std::string> sets_in(std::string_view text) {
  std::vector<std::string> sets;
  std::string set;
  for (const char c : std::string(text) + ",") {
    const bool is_between = c == ',' || c == ';' || c == ' ' || c == '\n' || c == '\t';
    if (!is_between) set += c;
    else if (!set.empty()) sets.push_back(std::exchange(set, {}));
  }
  return sets;
}

const model::Value* value_at(const model::Table& table, const model::Record& record, std::string_view name) {
  const auto* column = table.find_column(name);
  return column != nullptr ? &record.values[column->index] : nullptr;
}

ConflictPolicy policy_named(std::string_view word) {
  if (word == "server") return ConflictPolicy::server;
  return word == "device" ? ConflictPolicy::device : ConflictPolicy::ask;
}

std::string text_of(const Experience& experience) {
  if (!experience.is_sync) return "drafts";
  std::string text = "sync";
  for (const auto& set : experience.sets) text += " " + set;
  return text;
}

Experience experience_in(std::string_view text) {
  auto words = sets_in(text);
  Experience experience;
  experience.has_profile = experience.is_sync = !words.empty() && words.front() == "sync";
  if (experience.is_sync) experience.sets.assign(words.begin() + 1, words.end());
  return experience;
}

std::string counted(std::size_t number, const char* one, const char* many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

}  // namespace

bool Experience::holds(const model::Table& table) const {
  if (table.on_every_device) return true;
  return is_sync && (sets.empty() || std::find(sets.begin(), sets.end(), table.set) != sets.end());
}

Result<OrganizationSettings> OrganizationSettings::read(DeviceStore& store) {
  OrganizationSettings settings;
  settings.table_ = store.schema().find("organization");
  if (settings.table_ == nullptr) return settings;
  // Known since sign-in, and asked for with each save: by its id it costs no query to be compiled.
  if (const auto id = RecordId::parse(TRY(store.setting("organization_id")).value_or("")))
    settings.row_ = TRY(store.find(*settings.table_, *id));
  if (settings.row_) return settings;
  query::Query any;
  any.table = settings.table_->number;
  any.top = 1;
  auto found = TRY(store.list(any)).records;
  if (!found.empty()) settings.row_ = std::move(found.front());
  return settings;
}

std::string OrganizationSettings::get(std::string_view key) const {
  if (row_) return model::setting_in(*table_, *row_, key);
  for (const auto& known : model::setting_keys())
    if (known.key == key) return std::string(known.fallback);
  return {};
}

std::int64_t OrganizationSettings::number(std::string_view key) const {
  const auto text = get(key);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

ConflictPolicies OrganizationSettings::conflict_policies() const {
  ConflictPolicies policies(policy_named(get("conflicts")));
  if (row_)
    for (const auto& [name, word] : model::conflict_rules_in(*table_, *row_))
      policies.by_name[name] = policy_named(word);
  return policies;
}

Result<Experience> read_experience(DeviceStore& store) {
  Experience experience;
  const auto user = RecordId::parse(TRY(store.setting("user_id")).value_or(""));
  const auto& schema = store.schema();
  const auto* users = schema.find("systemuser");
  const auto* profiles = schema.find("mobileofflineprofile");
  const auto row = user && users != nullptr && profiles != nullptr ? TRY(store.find(*users, *user)) : std::nullopt;
  if (!row) return experience;
  const auto* assigned = value_at(*users, *row, "mobileofflineprofileid");
  const auto* reference = assigned != nullptr ? model::reference_in(*assigned) : nullptr;
  const auto profile = reference != nullptr ? TRY(store.find(*profiles, reference->id)) : std::nullopt;
  const auto* published = profile ? value_at(*profiles, *profile, "published") : nullptr;
  experience.has_profile = published != nullptr && *published == model::Value(std::int64_t{1});
  experience.is_sync = experience.has_profile;
  if (!experience.is_sync) return experience;
  if (const auto* tables = value_at(*profiles, *profile, "tables"))
    if (const auto* text = model::text_in(*tables)) experience.sets = sets_in(*text);
  // P1
  const auto settings = TRY(OrganizationSettings::read(store));
  if (settings.get("rules") == "classic" && settings.get("deployment") == "on-premises") {
    experience.is_sync = false;
    experience.sets.clear();
  }
  return experience;
}

// ---- a change of it ----------------------------------------------------------------------------------------------------------

namespace {

class Arrangement {
 public:
  Arrangement(DeviceStore& store, const Experience& before, const Experience& after, const Settling& settling)
      : store_(store), before_(before), after_(after), settling_(settling) {}

  // Those made first go first; a draft that names another one goes behind it.
  Result<void> drafts_to_outbox() {
    for (bool any = true; any;) {
      any = false;
      for (const auto& draft : TRY(store_.drafts())) {
        if (!became_synced(draft.change.table) || draft.is_damaged || draft.saving) continue;
        if (!TRY(obstacles(store_, draft)).empty()) continue;
        TRY(to_outbox(draft));
        any = true;
      }
    }
    for (const auto& draft : TRY(store_.drafts()))
      if (became_synced(draft.change.table)) ++report.left_as_drafts;
    return {};
  }

  Result<void> creates_to_drafts() {
    for (const auto& entry : TRY(store_.outbox())) {
      if (entry.change.kind != ChangeKind::create || !became_cached(entry.change.table)) continue;
      if (entry.state == ChangeState::sent || entry.state == ChangeState::acknowledged) continue;
      if (TRY(store_.has_draft(entry.change.id))) continue;  // it's one already, being saved
      TRY(to_draft(entry));
    }
    return {};
  }

  // Is there a create that creates_to_drafts would take?
  Result<bool> has_creates() {
    for (const auto& entry : TRY(store_.outbox()))
      if (entry.change.kind == ChangeKind::create && became_cached(entry.change.table) &&
          entry.state == ChangeState::waiting && !TRY(store_.has_draft(entry.change.id)))
        return true;
    return false;
  }

  ExperienceReport report;

 private:
  bool became_synced(TableNumber number) const {
    const auto* table = store_.schema().find(number);
    return table != nullptr && !before_.holds(*table) && after_.holds(*table);
  }
  bool became_cached(TableNumber number) const {
    const auto* table = store_.schema().find(number);
    return table != nullptr && before_.holds(*table) && !after_.holds(*table);
  }

  Result<void> to_outbox(const store::Draft& draft) {
    TRY(store_.remove_draft(draft.change.id));
    TRY(save(store_, draft.change, {settling_.now, settling_.user, settling_.random}));
    ++report.to_outbox;
    return {};
  }

  // With the edits that were made of it since; a refused one takes its reason along.
  Result<void> to_draft(const OutboxEntry& create) {
    store::Draft draft;
    draft.change = create.change;
    draft.created_at = draft.changed_at = create.saved_at;
    draft.retired = create.retired;
    draft.reason_code = create.reason_code;
    draft.reason = create.reason;
    draft.reason_target = create.reason_target;
    for (const auto& entry : TRY(store_.outbox_of(create.change.id))) {
      if (entry.change.kind == ChangeKind::update)
        for (const auto& value : entry.change.values) draft.change.set(value.column, value.value);
      draft.changed_at = std::max(draft.changed_at, entry.saved_at);
      TRY(store_.remove(entry.position));
    }
    TRY(store_.add_draft(draft));
    TRY(refresh_visible(store_, store_.schema().at(create.change.table), create.change.id));
    ++report.to_drafts;
    return {};
  }

  DeviceStore& store_;
  const Experience& before_;
  const Experience& after_;
  const Settling& settling_;
};

std::string notice_of(const Experience& after, const ExperienceReport& report) {
  std::string text = after.is_sync
                         ? "Your administrator changed what this device keeps: you now work with offline sync. "
                           "Your records are kept here and can be changed offline."
                         : "Your administrator changed how you work offline: you now have offline drafts. "
                           "Records you used recently can be read offline, and new ones are kept as drafts.";
  if (report.to_outbox > 0)
    text += " " + counted(report.to_outbox, "draft is", "drafts are") + " being sent to the server.";
  if (report.left_as_drafts > 0)
    text += " " + counted(report.left_as_drafts, "draft needs", "drafts need") + " your review in Draft Records.";
  if (report.to_drafts > 0)
    text += " " +
            counted(report.to_drafts, "new record that wasn't sent yet is", "new records that weren't sent yet are") +
            " in Draft Records now.";
  return text;
}

}  // namespace

Result<ExperienceReport> arrange_experience(DeviceStore& store, bool may_send, const Settling& settling) {
  const auto after = TRY(read_experience(store));
  const auto arranged = TRY(store.setting(kArranged));
  if (!arranged) {
    // A new device: there's nothing to arrange. Before the first cut nobody knows.
    if (!TRY(store.loading())) TRY(store.set_setting(kArranged, text_of(after)));
    return ExperienceReport{};
  }
  if (*arranged == text_of(after)) return ExperienceReport{};
  const auto before = experience_in(*arranged);
  Arrangement arrangement(store, before, after, settling);
  TRY(arrangement.drafts_to_outbox());
  for (const auto& table : store.schema().tables())
    if (before.holds(table) && !after.holds(table)) arrangement.report.has_cached_rows = true;
  if (may_send && TRY(arrangement.has_creates())) return std::move(arrangement.report);
  TRY(arrangement.creates_to_drafts());
  TRY(store.set_setting(kArranged, text_of(after)));
  TRY(store.set_setting(kExperienceNotice, notice_of(after, arrangement.report)));
  arrangement.report.changed = true;
  return std::move(arrangement.report);
}

}  // namespace satchel::device::sync
