// SPDX-License-Identifier: Apache-2.0
//
// What each exchange between a device and the server must keep, looked at while it passes: 3, 12 and 13.
#include <algorithm>

#include "base/json.h"
#include "odata/batch.h"
#include "odata/record_json.h"
#include "sim/world/world.h"

namespace satchel::sim {
namespace {

bool is_batch(const Request& request) { return request.target.ends_with("$batch"); }
bool is_pull(const Request& request) { return request.target.ends_with("/pull"); }

// The record that a part creates.
std::optional<RecordId> created_by(const odata::BatchPart& part) {
  if (part.request.method != "POST") return std::nullopt;
  const auto* table = model::Schema::standard().find_set(part.request.target);
  const auto body = Json::parse(part.request.body);
  if (table == nullptr || !body) return std::nullopt;
  return RecordId::parse(body->string_at(table->columns[0].name));
}

// The record that a part is about: "contacts(0190...)", or what it creates.
std::optional<RecordId> record_of(const odata::BatchPart& part) {
  const auto& target = part.request.target;
  const auto begin = target.find('('), end = target.find(')');
  if (begin == target.npos || end == target.npos) return created_by(part);
  return RecordId::parse(std::string_view(target).substr(begin + 1, end - begin - 1));
}

std::string cursor_in(const Request& request) {
  const auto body = Json::parse(request.body);
  return body ? std::string(body->string_at("cursor")) : std::string();
}

}  // namespace

void World::note_confirmed(const std::string& body) {
  const auto json = Json::parse(body);
  const auto* object = json ? json->as_object() : nullptr;
  if (object == nullptr) return;
  for (const auto& [name, value] : *object)
    if (const auto* text = value.as_string()) confirmed_texts_.insert(*text);
}

// 3: what is confirmed is there.
void World::check_confirmed(const Request& request, const Response& response) {
  if (!is_batch(request) || response.status != 200) return;
  const auto parts = odata::read_json_batch(request.body);
  const auto answers = odata::read_json_batch_answer(response.body);
  if (!parts || !answers) return;
  for (const auto& answer : *answers) {
    if (answer.response.status >= 300) continue;
    const auto part = std::find_if(parts->begin(), parts->end(), [&](const auto& p) { return p.id == answer.id; });
    const auto version = odata::parse_etag(answer.response.headers.get("etag"));
    const auto record = part != parts->end() ? record_of(*part) : std::nullopt;
    if (part != parts->end()) note_confirmed(part->request.body);
    if (record && version && !history_->has_commit_from(*record, *version))
      fail("invariant 3: version " + std::to_string(version->value) + " of " + record->to_string() +
           " was confirmed, and the server doesn't have it");
  }
}

std::set<RecordId> World::created_and_there(const Request& request) const {
  std::set<RecordId> there;
  if (!is_batch(request)) return there;
  if (const auto parts = odata::read_json_batch(request.body))
    for (const auto& part : *parts)
      if (const auto record = created_by(part); record && history_->was_ever_there(*record)) there.insert(*record);
  return there;
}

// 12: of the new records that were sent as a group, all came or none.
void World::check_groups(const Request& request, const std::set<RecordId>& there_before) {
  if (!is_batch(request)) return;
  const auto parts = odata::read_json_batch(request.body);
  if (!parts) return;
  struct Count {
    int came = 0, missing = 0;
  };
  std::map<std::string, Count> groups;
  for (const auto& part : *parts) {
    const auto record = created_by(part);
    if (!record || part.group.empty() || there_before.count(*record) != 0) continue;
    ++(history_->was_ever_there(*record) ? groups[part.group].came : groups[part.group].missing);
  }
  for (const auto& [group, count] : groups)
    if (count.came > 0 && count.missing > 0)
      fail("invariant 12: " + std::to_string(count.came) + " of " + std::to_string(count.came + count.missing) +
           " new records of group " + group + " came");
}

// 13: a pull goes on where the newest page ended that came, or where that one began.
void World::check_resumed(Device& device, const Request& request) {
  if (!is_pull(request) || !device.last_page) return;
  Watching watching(device);
  const auto repairing = device.store().setting("repairing");
  if (!repairing || *repairing) return;
  const auto cursor = cursor_in(request);
  if (cursor != device.last_page->first && cursor != device.last_page->second)
    fail("invariant 13: device " + std::to_string(device.number()) + " begins a transfer anew");
}

void World::note_page(Device& device, const Request& request, const Response& response) {
  if (response.status == 400 || response.status == 409)
    device.last_page.reset();  // the server knows the cursor no more
  if (!is_pull(request) || response.status != 200) return;
  const auto page = odata::FeedPageReader::open(model::Schema::standard(), response.body);
  if (page) device.last_page = {cursor_in(request), page->head().cursor};
}

}  // namespace satchel::sim
