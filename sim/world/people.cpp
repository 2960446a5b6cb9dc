// SPDX-License-Identifier: Apache-2.0
//
// What people do: at their devices and in the office.
#include "sim/world/world.h"

#include "sql/layout.h"

namespace satchel::sim {
namespace {

Result<std::vector<RecordId>> shown_ids(sql::Database& file, const std::string& table) {
  std::vector<RecordId> ids;
  auto select = TRY(sql::borrow(file, "select id from " + sql::quoted(table) + " order by id"));
  while (TRY(select->step())) ids.push_back(RecordId::from_bytes(select->blob(0)).value_or(RecordId()));
  return ids;
}

}  // namespace

std::optional<RecordId> World::any_record(Device& device, const char* table) {
  Watching watching(device);
  const auto ids = shown_ids(device.database(), table);
  if (!ids || ids->empty()) return std::nullopt;
  return (*ids)[random_.below(ids->size())];
}

void World::edit(Device& device) {
  static const char* kColumns[] = {"jobtitle", "telephone1", "department", "description"};
  const auto& table = *model::Schema::standard().find("contact");
  const auto contact = any_record(device, "contact");
  if (!contact) return;
  device::client::TypedValues values;
  const auto first = random_.below(4);
  values.emplace_back(kColumns[first], next_text());
  if (random_.one_in(3)) values.emplace_back(kColumns[(first + 1) % 4], next_text());
  {
    Watching watching(device);
    if (const auto shown = device.store().find(table, *contact); shown && *shown)
      for (const auto& [name, text] : values) {
        const auto* old = model::text_in((**shown).values[table.find_column(name)->index]);
        writings_.saw(text, old != nullptr ? *old : std::string());
      }
  }
  const auto saved = device.client().update("contacts", *contact, values, now_on(device));
  say("device " + std::to_string(device.number()) + " edits contact " + contact->to_string() + " " + values[0].first +
      "=" + values[0].second + (saved ? "" : ": " + saved.error().message));
  for (const auto& [name, text] : values) {
    const auto column = table.find_column(name)->index;
    if (saved) writings_.typed(device.number(), *contact, column, text);
    else if (device.database().is_dead()) writings_.close(device.number(), *contact, column);  // nobody knows
  }
  if (saved) Tampering(*this).after_edit(device, *contact);
  after(device, "edit");
  if (!saved || failure_ || device.database().is_dead()) return;
  check_read_back(device, table, *contact, values[0]);
  if (*saved == device::client::WriteState::saving) goes_up(device, {*contact, false});
}

void World::check_read_back(Device& device, const model::Table& table, RecordId contact,
                            const std::pair<std::string, std::string>& value) {
  Watching watching(device);
  const auto record = device.store().find(table, contact);
  const auto column = table.find_column(value.first)->index;
  if (!record || !*record || (**record).values[column] != model::Value{value.second})
    fail("invariant 9: a write can't be read back");
}

void World::create(Device& device) {
  const bool is_account = random_.one_in(3);
  const auto text = next_text();
  device::client::TypedValues values{{is_account ? "name" : "lastname", text}};
  if (!is_account)
    if (const auto account = any_record(device, "account"))
      values.emplace_back("parentcustomerid", "accounts/" + account->to_string());
  // The server refuses what is made in somebody else's name, and the device doesn't know.
  if (random_.one_in(12)) values.emplace_back("ownerid", "systemusers/" + admin_.to_string());
  const auto made = create(device, is_account ? "accounts" : "contacts", values);
  if (!made || !random_.one_in(3) || device.database().is_dead()) return;
  device::client::TypedValues task{{"subject", next_text()},
                                   {"regardingobjectid", (is_account ? "accounts/" : "contacts/") + made->to_string()}};
  if (random_.one_in(12)) task.emplace_back("ownerid", "systemusers/" + admin_.to_string());
  (void)create(device, "tasks", task);
}

// The first value is a text.
std::optional<RecordId> World::create(Device& device, const char* set, const device::client::TypedValues& values) {
  const auto made = device.client().create(set, values, now_on(device));
  say("device " + std::to_string(device.number()) + " creates in " + set + " " +
      (made ? made->id.to_string() : made.error().message));
  if (made) note_created(device, *made, *model::Schema::standard().find_set(set), values, std::nullopt);
  after(device, "create");
  return made ? std::optional(made->id) : std::nullopt;
}

void World::remove(Device& device) {
  static const char* kTables[] = {"contact", "task", "account"};
  const auto* table = kTables[random_.below(3)];
  const auto id = any_record(device, table);
  if (!id) return;
  const auto done = device.client().remove(model::Schema::standard().find(table)->set, *id, now_on(device));
  say("device " + std::to_string(device.number()) + " deletes " + table + " " + id->to_string() +
      (done ? "" : ": " + done.error().message));
  if (done || device.database().is_dead()) give_up(device, *id);
  after(device, "remove");
  if (done && *done == device::client::WriteState::saving) goes_up(device, {*id, false});
}

void World::decide(Device& device) {
  const auto conflicts = device.store().conflicts();
  if (conflicts && !conflicts->empty()) {
    decide(device, (*conflicts)[random_.below(conflicts->size())]);
    return after(device, "decision");
  }
  const auto errors = device.client().errors();
  if (errors && !errors->empty()) decide(device, (*errors)[random_.below(errors->size())]);
  after(device, "decision");
}

void World::decide(Device& device, const device::store::Conflict& conflict) {
  const bool is_mine = random_.one_in(2);
  for (std::size_t i = 0; i < conflict.mine.size(); ++i) {
    const auto* mine = model::text_in(conflict.mine[i].value);
    if (mine == nullptr || !is_mine) continue;
    writings_.decided_for(*mine);
    const auto* theirs = i < conflict.server.size() ? model::text_in(conflict.server[i].value) : nullptr;
    if (theirs != nullptr) writings_.saw(*mine, *theirs);
  }
  const auto done = device.client().resolve(conflict.id, is_mine ? "mine" : "server", now_on(device));
  say("device " + std::to_string(device.number()) + " keeps " + (is_mine ? "mine" : "server's") + " of " +
      conflict.record.to_string() + (done ? "" : ": " + done.error().message));
  if (!done && !device.database().is_dead()) return;
  if (conflict.kind == device::store::ConflictKind::columns && done) {
    for (const auto& mine : conflict.mine)
      if (!is_mine) writings_.close(device.number(), conflict.record, mine.column);
  } else if (is_mine && done && *done != conflict.record) {
    writings_.move(device.number(), conflict.record, *done);
    drafts_.ended(conflict.record);
  } else {
    give_up(device, conflict.record);
  }
}

void World::decide(Device& device, const device::store::OutboxEntry& error) {
  const bool retries = random_.one_in(2);
  const auto done = retries ? device.client().retry(error.position, now_on(device))
                            : device.client().discard(error.position, now_on(device));
  say("device " + std::to_string(device.number()) + (retries ? " retries " : " discards ") +
      error.change.id.to_string() + (done ? "" : ": " + done.error().message));
  if (retries || (!done && !device.database().is_dead())) return;
  if (error.change.kind == model::ChangeKind::create) return give_up(device, error.change.id);
  for (const auto& value : error.change.values) writings_.close(device.number(), error.change.id, value.column);
}

// Somebody in the office edits, creates, deletes or hands over a record.
void World::work_at_server() {
  static const char* kColumns[] = {"jobtitle", "telephone1", "department", "description"};
  const auto owner =
      random_.one_in(2) ? bind("teams", team_) : bind("systemusers", users_[random_.below(users_.size())]);
  const auto ids = history_->ids_of(model::Schema::standard().find("contact")->number);
  if (ids.size() < 6 || random_.one_in(6)) {
    as_admin("POST", "contacts", "{\"lastname\":\"" + next_text() + "\",\"ownerid@odata.bind\":\"" + owner + "\"}");
    return say("the office creates a contact");
  }
  const auto id = ids[random_.below(ids.size())];
  const auto dice = random_.below(10);
  std::string body;
  if (dice < 7) body = "{\"" + std::string(kColumns[random_.below(4)]) + "\":\"" + next_text() + "\"}";
  else if (dice < 9) body = "{\"ownerid@odata.bind\":\"" + owner + "\"}";
  const auto response = body.empty() ? as_admin("DELETE", "contacts(" + id.to_string() + ")")
                                     : as_admin("PATCH", "contacts(" + id.to_string() + ")", body);
  say("the office " + (body.empty() ? std::string("deletes") : "sets " + body + " on") + " contact " + id.to_string() +
      " -> " + std::to_string(response.status));
}

// A user joins or leaves the team, and with that sees or loses its records.
void World::change_team() {
  const auto& schema = model::Schema::standard();
  const auto& links = *schema.find("teammembership");
  const auto member = links.find_column("systemuserid")->index, team = links.find_column("teamid")->index;
  const auto user = users_[random_.below(users_.size())];
  for (const auto id : history_->ids_of(links.number)) {
    const auto& values = history_->at(id, history_->head())->values;
    if (model::reference_in(values[member])->id != user || model::reference_in(values[team])->id != team_) continue;
    const auto response = as_admin("DELETE", "teammemberships(" + id.to_string() + ")");
    return say("user " + user.to_string() + " leaves the team -> " + std::to_string(response.status));
  }
  const auto response = as_admin("POST", "teammemberships",
                                 "{\"systemuserid@odata.bind\":\"" + bind("systemusers", user) +
                                     "\",\"teamid@odata.bind\":\"" + bind("teams", team_) + "\"}");
  say("user " + user.to_string() + " joins the team -> " + std::to_string(response.status));
}

}  // namespace satchel::sim
