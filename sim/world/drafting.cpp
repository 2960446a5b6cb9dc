// SPDX-License-Identifier: Apache-2.0
//
// What people with offline drafts do, and what an admin does to them: all by a stream of chance of its own, so that worlds without
// them stay as they are.
#include "sim/world/world.h"

namespace satchel::sim {
namespace {

using device::client::ListRequest;
using device::client::TypedValues;
using device::client::WriteEnd;
using device::client::WriteState;

const model::Schema& schema() { return model::Schema::standard(); }

std::string name_of(const Device& device) { return "device " + std::to_string(device.number()); }

std::string outcome_of(const Result<void>& done) { return done ? "" : ": " + done.error().message; }

}  // namespace

// One of three worlds has them, some more than others.
void World::begin_drafting() {
  has_drafters_ =
      options_.drafters == Drafters::always || (options_.drafters == Drafters::drawn && drafting_random_.one_in(3));
  if (!has_drafters_) return;
  accounts_only_ = new_id<RecordId>(drafting_random_, clock_.now());
  as_admin("POST", "mobileofflineprofiles",
           "{\"mobileofflineprofileid\":\"" + accounts_only_.to_string() +
               "\",\"name\":\"Accounts only\",\"published\":true,\"tables\":\"accounts\"}");
  for (const auto user : users_)
    if (!drafting_random_.one_in(4)) change_experience(user, std::nullopt);
}

void World::drafting_step() {
  if (!has_drafters_ || failure_) return;
  const auto dice = drafting_random_.below(1000);
  auto& device = *devices_[drafting_random_.below(devices_.size())];
  if (dice < 30) change_experience();
  else if (dice < 60) change_settings();
  else if (dice < 120) change_connection(device);
  else if (dice < 260) read_at_server(device);
  else if (dice < 300) open_record(device);
  else if (dice < 400) make_draft(device);
  else if (dice < 450) change_draft(device);
  else if (dice < 465) discard_draft(device);
  else if (dice < 540) save_draft(device);
  else if (dice < 570) save_drafts(device);
  else if (dice < 800) deliver();  // they wait for answers
}

// ---- the admin -------------------------------------------------------------------------------------------------------------

void World::change_experience() {
  const auto user = users_[drafting_random_.below(users_.size())];
  const auto dice = drafting_random_.below(5);
  if (dice < 2) change_experience(user, std::nullopt);
  else change_experience(user, dice < 4 ? beginning_->profile : accounts_only_);
}

void World::change_experience(RecordId user, std::optional<RecordId> profile) {
  const auto response =
      as_admin("PATCH", "systemusers(" + user.to_string() + ")",
               "{\"mobileofflineprofileid@odata.bind\":" +
                   (profile ? "\"" + bind("mobileofflineprofiles", *profile) + "\"" : std::string("null")) + "}");
  say("the admin gives user " + user.to_string() + " " +
      (!profile                     ? "drafts"
       : *profile == accounts_only_ ? "sync of accounts"
                                    : "sync") +
      " -> " + std::to_string(response.status));
}

void World::change_settings() {
  const auto organizations = history_->ids_of(schema().find("organization")->number);
  if (organizations.empty()) return;
  std::string body;
  switch (drafting_random_.below(3)) {
    case 0: body = "{\"cache_rows\":" + std::to_string(1 + drafting_random_.below(8)) + "}"; break;
    case 1: body = std::string("{\"drafts\":\"") + (drafting_random_.one_in(2) ? "classic" : "extended") + "\"}"; break;
    default: body = "{\"cache_days\":" + std::to_string(1 + drafting_random_.below(20)) + "}";
  }
  const auto response = as_admin("PATCH", "organizations(" + organizations.front().to_string() + ")", body);
  say("the admin sets " + body + " -> " + std::to_string(response.status));
}

// ---- connection and reading --------------------------------------------------------------------------------------------------

void World::change_connection(Device& device) {
  const bool goes_offline = !is_offline(device);
  if (goes_offline && !drafting_random_.one_in(3)) return;
  set_offline(device, goes_offline);
  if (!goes_offline && !failure_) start_sync(device);
}

// By its user's choice.
bool World::is_offline(Device& device) {
  if (!has_drafters_) return false;
  Watching watching(device);
  const auto setting = device.store().setting("offline");
  return setting && *setting == "on";
}

void World::set_offline(Device& device, bool goes_offline) {
  const auto done = device.client().set_offline(goes_offline);
  say(name_of(device) + (goes_offline ? " goes offline" : " reconnects") + outcome_of(done));
  after(device, "change of connection");
}

std::optional<RecordId> World::any_record_for_draft(Device& device, const char* table) {
  std::swap(random_, drafting_random_);
  const auto record = any_record(device, table);
  std::swap(random_, drafting_random_);
  return record;
}

// A list or one record of a cached table, looked up at the server (C1, C4).
void World::read_at_server(Device& device) {
  if (device.engine().busy() || is_offline(device)) return;
  const auto* table = schema().find(drafting_random_.one_in(2) ? "contact" : "account");
  ListRequest request;
  request.set = table->set;
  request.top = 1 + static_cast<std::int64_t>(drafting_random_.below(6));
  const auto record = drafting_random_.one_in(3) ? any_record_for_draft(device, table->name.c_str()) : std::nullopt;
  const auto read = record ? device.client().online_read(table->set, *record, now_on(device))
                           : device.client().online_read(request, now_on(device));
  if (device.database().is_dead()) return after(device, "reading");
  if (!read || !*read) return;
  say(name_of(device) + " reads " + table->set + (record ? " " + record->to_string() : "") + " at the server");
  device.contact_began = history_->head();
  device.engine().handle(**read, now_on(device));
  perform(device);
}

void World::open_record(Device& device) {
  const char* tables[] = {"contact", "account", "task"};
  const auto* table = schema().find(tables[drafting_random_.below(3)]);
  const auto record = any_record_for_draft(device, table->name.c_str());
  if (!record) return;
  const auto shown = device.client().show(table->set, *record, now_on(device));
  say(name_of(device) + " opens " + table->name + " " + record->to_string() +
      (shown ? "" : ": " + shown.error().message));
  after(device, "reading");
}

// ---- drafts ------------------------------------------------------------------------------------------------------------------

// A new record from a related list, from another draft, or by itself; with a connection it goes straight to the server.
void World::make_draft(Device& device) {
  const char* tables[] = {"account", "contact", "task"};
  const auto kind = drafting_random_.below(3);
  const auto& table = *schema().find(tables[kind]);
  const char* words[] = {"name", "lastname", "subject"};
  const auto* word = drafting_random_.one_in(10) ? "description" : words[kind];  // what is required may be missing
  TypedValues values{{word, next_text()}};
  std::optional<model::Reference> related;
  if (kind > 0 && drafting_random_.one_in(2)) {
    const auto& other = *schema().find(kind == 2 && drafting_random_.one_in(2) ? "contact" : "account");
    if (const auto record = any_record_for_draft(device, other.name.c_str())) related = {other.number, *record};
    if (drafting_random_.one_in(5))
      if (const auto draft = any_draft(device)) related = {drafts_.open().at(*draft).table, *draft};
  }
  if (drafting_random_.one_in(15)) values.emplace_back("ownerid", "systemusers/" + admin_.to_string());
  const auto made = device.client().create(table.set, values, now_on(device), related);
  say(name_of(device) + " makes " + table.name + " " + (made ? made->id.to_string() : made.error().message) +
      (related ? " for " + related->id.to_string() : ""));
  if (made) note_created(device, *made, table, values, related);
  after(device, "making");
}

// What somebody created is a change of the outbox, a draft, or on its way straight to the server.
void World::note_created(Device& device, const device::client::Written& made, const model::Table& table,
                         const TypedValues& values, const std::optional<model::Reference>& related) {
  const auto column = table.find_column(values[0].first)->index;
  writings_.typed(device.number(), made.id, column, values[0].second);
  if (made.state == WriteState::pending) return;
  drafts_.made(made.id, {device.number(), table.number, related, {{column, values[0].second}}});
  if (made.state == WriteState::saving) goes_up(device, {made.id, false});
}

// Its end is told at the end of a sync that began after it.
void World::goes_up(Device& device, const UnderWay& write) {
  device.under_way.push_back(write);
  start_sync(device);
}

std::optional<RecordId> World::any_draft(const Device& device) {
  const auto mine = drafts_.of(device.number());
  if (mine.empty()) return std::nullopt;
  return std::next(mine.begin(), static_cast<std::ptrdiff_t>(drafting_random_.below(mine.size())))->first;
}

void World::change_draft(Device& device) {
  const auto draft = any_draft(device);
  if (!draft) return;
  const auto& table = schema().at(drafts_.open().at(*draft).table);
  const char* words[] = {"description", "name", "lastname", "subject", "jobtitle"};
  const auto* column = table.find_column(words[drafting_random_.below(5)]);
  if (column == nullptr) return;
  const auto text = next_text();
  const auto changed = device.client().change_draft(*draft, {{column->name, text}}, now_on(device));
  say(name_of(device) + " changes draft " + draft->to_string() + " " + column->name + "=" + text + outcome_of(changed));
  if (changed) {
    drafts_.typed(*draft, column->index, text);
    writings_.typed(device.number(), *draft, column->index, text);
  } else if (device.database().is_dead()) {
    drafts_.unsure(*draft, column->index);
    writings_.close(device.number(), *draft, column->index);
  }
  after(device, "changing a draft");
}

void World::discard_draft(Device& device) {
  const auto draft = any_draft(device);
  if (!draft) return;
  const auto done = device.client().discard_draft(*draft, now_on(device));
  say(name_of(device) + " discards draft " + draft->to_string() + outcome_of(done));
  if (done) give_up(device, *draft);
  else if (device.database().is_dead()) drafts_.unsure(*draft), writings_.close(device.number(), *draft);
  after(device, "discarding");
}

void World::give_up(Device& device, RecordId draft) {
  drafts_.ended(draft);
  writings_.close(device.number(), draft);
}

void World::save_draft(Device& device) {
  const auto draft = any_draft(device);
  if (!draft) return;
  const auto done = device.client().save_draft(*draft, now_on(device));
  say(name_of(device) + " saves draft " + draft->to_string() + outcome_of(done));
  after(device, "saving");
  if (done) goes_up(device, {*draft, true});
}

void World::save_drafts(Device& device) {
  const auto ids = device.client().save_ready_drafts(now_on(device));
  say(name_of(device) + " saves " + (ids ? std::to_string(ids->size()) + " drafts" : "drafts: " + ids.error().message));
  after(device, "saving");
  if (!ids || ids->empty()) return;
  for (std::size_t i = 0; i + 1 < ids->size(); ++i) device.under_way.push_back({(*ids)[i], true});
  goes_up(device, {ids->back(), true});
}

// At the end of a run: whoever went offline comes back, and saves what can be saved.
void World::save_all(Device& device) {
  if (is_offline(device)) set_offline(device, false);
  if (!failure_) save_drafts(device);
  deliver_all();
}

// ---- what became of it -------------------------------------------------------------------------------------------------------

// Behind a sync: the end of each write that went straight to the server is told to who waits for it. What was written in the middle of
// it needs another one.
void World::finish_writes(Device& device) {
  std::vector<UnderWay> later;
  const bool is_offline = this->is_offline(device);
  for (const auto& write : std::exchange(device.under_way, {})) {
    if (failure_ || device.database().is_dead()) return;
    if (write.has_begun || is_offline) finish(device, write);
    else later.push_back(write);
  }
  device.under_way = std::move(later);
  after(device, "finishing");
  if (!device.under_way.empty()) start_sync(device);
}

void World::finish(Device& device, const UnderWay& write) {
  const auto refused = refused_changes_of(device, write.record);
  const auto ended = write.is_save ? device.client().finish_save(write.record, now_on(device))
                                   : device.client().finish_write(write.record, now_on(device));
  say(name_of(device) + " is told of " + write.record.to_string() + ": " +
      (ended ? std::to_string(static_cast<int>(*ended)) : ended.error().message));
  if (device.database().is_dead()) {
    drafts_.unsure(write.record);
    return writings_.close(device.number(), write.record);
  }
  if (ended || write.is_save) return;
  // Refused, and nothing of it is left but what its writer has before his eyes.
  Watching watching(device);
  const auto is_left = device.store().has_draft(write.record);
  if (drafts_.is_open(write.record)) {
    if (is_left && !*is_left) give_up(device, write.record);
  } else {
    for (const auto& change : refused) {
      const auto entry = device.store().outbox_entry(change.position);
      if (!entry || *entry) continue;
      for (const auto& value : change.change.values) writings_.close(device.number(), write.record, value.column);
    }
  }
}

std::vector<device::store::OutboxEntry> World::refused_changes_of(Device& device, RecordId record) {
  Watching watching(device);
  auto entries = device.store().outbox_of(record);
  if (!entries) return {};
  std::erase_if(*entries, [](const device::store::OutboxEntry& entry) {
    return entry.state != device::store::ChangeState::refused && entry.state != device::store::ChangeState::blocked;
  });
  return std::move(*entries);
}

}  // namespace satchel::sim
