// SPDX-License-Identifier: Apache-2.0
#include "sim/world/tampering.h"

#include <map>

#include "device/sync/settle.h"
#include "odata/batch.h"
#include "sim/world/world.h"

namespace satchel::sim {
namespace {

constexpr MutationInfo kMutations[] = {
    {Mutation::split_groups, "split_groups", "the members of a group are sent one by one"},
    {Mutation::ignore_versions, "ignore_versions", "the server doesn't compare versions before a change"},
    {Mutation::ignore_history, "ignore_history",
     "a restored server isn't told the device's cut, and gives lost numbers again", Faults::all},
    {Mutation::leaves_lost, "leaves_lost", "a pull doesn't say that records left a scope"},
    {Mutation::deletes_lost, "deletes_lost", "a pull doesn't say that records were deleted"},
    {Mutation::row_lost, "row_lost", "a pull lacks its first changed row"},
    {Mutation::row_leaked, "row_leaked", "a pull brings a row that the user may not read"},
    {Mutation::page_skipped, "page_skipped", "the cursor moves on past a page that never came"},
    {Mutation::refusals_as_success, "refusals_as_success", "the device takes a refusal for success"},
    {Mutation::device_wins, "device_wins", "the merge takes the device's value, whatever the server has"},
    {Mutation::server_wins, "server_wins", "the merge takes the server's value and asks nobody"},
    {Mutation::base_moves, "base_moves", "a pull moves the base of unsent changes"},
    {Mutation::folds_into_sent, "folds_into_sent", "an edit joins a change that was sent already"},
    {Mutation::overlay_dropped, "overlay_dropped", "a confirmed change is forgotten before the cut that has it"},
    {Mutation::stage_lost, "stage_lost", "pages that wait for their cut aren't stored, but the cursor is"},
    {Mutation::transactions_torn, "transactions_torn", "each write of a device is a transaction of its own"},
    {Mutation::fresh_ids, "fresh_ids", "a draft's save takes a new id each time", Faults::usual, Drafters::always},
    {Mutation::evicts_related, "evicts_related", "a record leaves the device though a draft is about it", Faults::usual,
     Drafters::always},
    {Mutation::change_drops_drafts, "change_drops_drafts", "a change of experience drops drafts", Faults::usual,
     Drafters::always},
    {Mutation::forbidden_kept, "forbidden_kept", "a pull doesn't say that cached records are gone or forbidden",
     Faults::usual, Drafters::always},
    {Mutation::watch_blind, "watch_blind", "a pull doesn't say which cached records were touched", Faults::usual,
     Drafters::always},
    {Mutation::later_words_lost, "later_words_lost", "what is typed into a draft while it's being saved is forgotten",
     Faults::usual, Drafters::always},
    {Mutation::forgets_requests, "forgets_requests", "the server doesn't remember what it answered", Faults::usual,
     Drafters::always},
    {Mutation::loses_commits, "loses_commits", "the server confirms, but some commits never reach its disk"},
    {Mutation::forgets_rights, "forgets_rights", "the server keeps to the rights that a user once had"},
};

bool is_batch(const Request& request) { return request.target.ends_with("$batch"); }
bool is_pull(const Request& request) { return request.target.ends_with("/pull"); }

}  // namespace

std::span<const MutationInfo> mutations() { return kMutations; }

bool Tampering::is(Mutation mutation) const { return world_.options_.mutation == mutation; }

// ---- requests --------------------------------------------------------------------------------------------------------------

void Tampering::before_request(const Device& device, Request& request) {
  if (is_batch(request) && is(Mutation::fresh_ids)) renew_ids(device, request);
  if (is(Mutation::ignore_history)) request.headers.remove("Satchel-Cut");
  if (is(Mutation::forgets_requests)) (void)world_.server_file_->execute("delete from request_memory");
  if (is_batch(request) && (is(Mutation::split_groups) || is(Mutation::ignore_versions))) rewrite_batch(request);
}

void Tampering::renew_ids(const Device& device, Request& request) const {
  auto parts = odata::read_json_batch(request.body);
  if (!parts) return;
  for (auto& part : *parts)
    for (const auto& [id, draft] : world_.drafts_.of(device.number())) {
      const auto text = id.to_string();
      const auto at = part.request.body.find(text);
      if (part.request.method != "POST" || at == std::string::npos) continue;
      part.request.body.replace(at, text.size(), new_id<RecordId>(world_.drafting_random_, world_.now()).to_string());
    }
  request.body = odata::write_json_batch(*parts);
}

void Tampering::rewrite_batch(Request& request) const {
  auto parts = odata::read_json_batch(request.body);
  if (!parts) return;
  std::map<std::string, std::vector<std::string>> members;
  for (const auto& part : *parts)
    if (!part.group.empty()) members[part.group].push_back(part.id);
  for (auto& part : *parts) {
    if (is(Mutation::ignore_versions) && part.request.headers.has("if-match"))
      part.request.headers.set("if-match", "*");
    if (!is(Mutation::split_groups)) continue;
    std::vector<std::string> depends_on;
    for (const auto& id : part.depends_on) {
      const auto group = members.find(id);
      if (group == members.end()) depends_on.push_back(id);
      else depends_on.insert(depends_on.end(), group->second.begin(), group->second.end());
    }
    part.depends_on = std::move(depends_on);
    if (part.group.empty()) continue;
    part.group.clear();
    part.request.headers.set("repeatability-request-id",
                             std::string(part.request.headers.get("repeatability-request-id")) + "-" + part.id);
  }
  request.body = odata::write_json_batch(*parts);
}

// ---- answers ---------------------------------------------------------------------------------------------------------------

void Tampering::before_answer(Device& device, const Request& request, Response& response) {
  if (response.status != 200) return;
  if (is_batch(request) && is(Mutation::refusals_as_success)) praise(response);
  if (!is_pull(request)) return;
  if (is(Mutation::page_skipped)) skip_page(request, response);
  if (is(Mutation::leaves_lost) || is(Mutation::deletes_lost) || is(Mutation::row_lost) || is(Mutation::row_leaked) ||
      is(Mutation::forbidden_kept) || is(Mutation::watch_blind))
    rewrite_page(device, response);
}

void Tampering::praise(Response& response) const {
  auto answers = odata::read_json_batch_answer(response.body);
  if (!answers) return;
  for (auto& answer : *answers) {
    if (answer.response.status < 400) continue;
    answer.response = Response{};
    answer.response.status = 204;
    answer.response.headers.set("etag", "W/\"" + std::to_string(world_.history_->head().value) + "\"");
  }
  response.body = odata::write_json_batch_answer(*answers);
}

// The device gets the page behind the one that it asked for.
void Tampering::skip_page(const Request& request, Response& response) {
  std::string cursor;
  {
    const auto page = odata::FeedPageReader::open(model::Schema::standard(), response.body);
    if (!page || page->head().complete) return;
    cursor = page->head().cursor;
  }
  auto body = Json::parse(request.body);
  if (!body) return;
  body->set("cursor", cursor);
  Request next = request;
  next.body = body->dump();
  auto behind = world_.ask(next);
  if (behind.status == 200) response = std::move(behind);
}

void Tampering::rewrite_page(Device& device, Response& response) {
  auto page = odata::FeedPageReader::open(model::Schema::standard(), response.body);
  if (!page) return;
  odata::FeedPageWriter out(model::Schema::standard());
  odata::FeedPageReader::Row row;
  for (bool is_first = true;; is_first = false) {
    const auto more = page->next(row);
    if (!more || !*more) break;
    if (is_first && is(Mutation::row_lost) && page->head().phase == odata::FeedPhase::delta) continue;
    out.row(*row.table, odata::record_of(row), row.scopes);
  }
  for (const auto& mark : page->marks())
    if (!leaves_out(mark)) out.mark(mark);
  if (is(Mutation::row_leaked) && page->head().complete) leak_row(device, out, page->head());
  auto head = page->head();
  if (is(Mutation::forbidden_kept))
    std::erase_if(head.named, [](const auto& named) {
      return named.answer == odata::NamedAnswer::forbidden || named.answer == odata::NamedAnswer::gone;
    });
  if (is(Mutation::watch_blind) && head.watch) head.watch->whole.clear(), head.watch->touched.clear();
  response.body = out.finish(head);
}

bool Tampering::leaves_out(const odata::FeedMark& mark) const {
  return (is(Mutation::leaves_lost) && mark.kind == odata::FeedMark::Kind::leave) ||
         (is(Mutation::deletes_lost) && mark.kind == odata::FeedMark::Kind::deleted);
}

void Tampering::leak_row(Device& device, odata::FeedPageWriter& page, const odata::FeedHead& head) {
  const auto& contacts = *model::Schema::standard().find("contact");
  const auto readable = world_.history_->readable(device.user_id(), head.cut.seq);
  const auto scopes = device.store().scopes();
  if (!scopes) return;
  for (const auto& scope : *scopes) {
    if (scope.scope.table != contacts.number) continue;
    for (const auto id : world_.history_->ids_of(contacts.number))
      if (readable.count(id) == 0)
        return page.row(contacts, *world_.history_->at(id, head.cut.seq), std::vector{scope.scope.number});
  }
}

// ---- at the device ---------------------------------------------------------------------------------------------------------

void Tampering::before_taking(Device& device, const Request& request, const Response& response) {
  if (is(Mutation::later_words_lost)) forget_later_words(device);
  if (is(Mutation::base_moves) && is_pull(request) && response.status == 200) move_bases(device, response);
}

void Tampering::move_bases(Device& device, const Response& response) {
  auto page = odata::FeedPageReader::open(model::Schema::standard(), response.body);
  auto transaction = device.store().begin();
  if (!page || !transaction) return;
  odata::FeedPageReader::Row row;
  for (auto more = page->next(row); more && *more; more = page->next(row)) {
    const auto record = odata::record_of(row);
    const auto entries = device.store().outbox_of(row.id);
    if (!entries) return;
    for (auto entry : *entries) {
      if (entry.state != device::store::ChangeState::waiting) continue;
      for (auto& base : entry.bases) base.value = record.values[base.column];
      entry.base_version = record.version;
      (void)device.store().update(entry);
    }
  }
  (void)transaction->commit();
}

void Tampering::after_taking(Device& device, const Request& request) {
  if (device.database().is_dead()) return;
  if (is(Mutation::evicts_related)) evict_related(device);
  if (is(Mutation::change_drops_drafts)) drop_drafts(device);
  if (is(Mutation::overlay_dropped) && is_batch(request) && !device.database().is_dead()) drop_overlays(device);
}

void Tampering::forget_later_words(Device& device) {
  auto transaction = device.store().begin();
  auto drafts = device.store().drafts();
  if (!transaction || !drafts) return;
  for (auto& draft : *drafts) {
    if (!draft.changed_since) continue;
    draft.changed_since = false;
    (void)device.store().update_draft(draft);
  }
  (void)transaction->commit();
}

void Tampering::evict_related(Device& device) {
  auto transaction = device.store().begin();
  const auto drafts = device.store().drafts();
  if (!transaction || !drafts) return;
  for (const auto& draft : *drafts) {
    if (!draft.related) continue;
    (void)device.store().drop_use(draft.related->id);
    (void)device.store().set_mirror(model::Schema::standard().at(draft.related->table), draft.related->id,
                                    std::nullopt);
  }
  (void)transaction->commit();
}

void Tampering::drop_drafts(Device& device) {
  auto transaction = device.store().begin();
  const auto drafts = device.store().drafts();
  const auto notice = device.store().setting("experience_notice");
  if (!transaction || !drafts || !notice || !*notice) return;
  for (const auto& draft : *drafts)
    if (!draft.saving) (void)device.store().remove_draft(draft.change.id);
  (void)device.store().drop_setting("experience_notice");
  (void)transaction->commit();
}

void Tampering::drop_overlays(Device& device) {
  auto transaction = device.store().begin();
  const auto entries = device.store().outbox();
  if (!transaction || !entries) return;
  for (const auto& entry : *entries) {
    if (entry.state != device::store::ChangeState::acknowledged) continue;
    (void)device.store().remove(entry.position);
    (void)device::sync::refresh_visible(device.store(), model::Schema::standard().at(entry.change.table),
                                        entry.change.id);
  }
  (void)transaction->commit();
}

void Tampering::after_edit(Device& device, RecordId record) {
  if (!is(Mutation::folds_into_sent)) return;
  auto transaction = device.store().begin();
  const auto entries = device.store().outbox_of(record);
  if (!transaction || !entries || entries->size() < 2) return;
  auto sent = (*entries)[entries->size() - 2];
  const auto& last = entries->back();
  if (sent.state != device::store::ChangeState::sent || last.state != device::store::ChangeState::waiting) return;
  for (const auto& value : last.change.values) sent.change.set(value.column, value.value);
  (void)device.store().update(sent);
  (void)device.store().remove(last.position);
  (void)transaction->commit();
}

}  // namespace satchel::sim
