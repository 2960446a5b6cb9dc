// SPDX-License-Identifier: Apache-2.0
#include "device/sync/cache.h"

#include <unordered_set>

#include "device/sync/drafts.h"

namespace satchel::device::sync {
namespace {

using store::DeviceStore;

// The row goes if its use was all that held it. True if it did.
Result<bool> let_go(DeviceStore& store, const model::Reference& record) {
  TRY(store.drop_use(record.id));
  if (TRY(store.has_shadow(record.id))) return false;
  const auto& table = store.schema().at(record.table);
  const auto here = TRY(store.holding(table, record.id));
  if (!here || here->scopes != store::ScopeSetNumber(0)) return false;
  TRY(store.set_mirror(table, record.id, std::nullopt));
  return true;
}

}  // namespace

Result<bool> stays_by_use(DeviceStore& store, const Experience& experience, const model::Reference& record) {
  const auto* table = store.schema().find(record.table);
  if (table == nullptr) return false;
  const auto use = TRY(store.use(record.id));
  return use && (use->pinned || !experience.holds(*table));
}

Result<void> pin(DeviceStore& store, const model::Reference& record, Instant now) {
  return store.set_pin(record, true, now);
}

Result<void> unpin(DeviceStore& store, const Experience& experience, const model::Reference& record, Instant now) {
  TRY(store.set_pin(record, false, now));
  if (!experience.holds(store.schema().at(record.table))) return {};
  TRY(let_go(store, record));
  return {};
}

Result<std::vector<odata::NamedRow>> rows_to_name(DeviceStore& store, const Experience& experience) {
  std::vector<odata::NamedRow> rows;
  for (const auto& use : TRY(store.uses_to_name())) {
    const auto* table = store.schema().find(use.record.table);
    if (table == nullptr || table->on_every_device) continue;
    const auto here = TRY(store.holding(*table, use.record.id));
    // In a sync table only what no scope brought (yet), such as a row that was cached before the user had a profile, and pins.
    const bool is_without_scope = here && here->scopes == store::ScopeSetNumber(0);
    if (experience.holds(*table) ? !is_without_scope && !use.pinned : use.watched) continue;
    rows.push_back({use.record.table, use.record.id, here ? here->version : Seq(0)});
  }
  return rows;
}

Result<std::int64_t> evict(DeviceStore& store, std::span<const RecordId> open, Instant now) {
  const auto settings = TRY(OrganizationSettings::read(store));
  const auto rows_max = settings.number("cache_rows");
  const auto bytes_max = settings.number("cache_bytes");
  const auto oldest = now - Duration::of_days(settings.number("cache_days"));
  auto size = TRY(store.cache_size());
  const auto oldest_use = TRY(store.oldest_use());
  const bool is_within = size.rows <= rows_max && size.bytes <= bytes_max;
  if (!oldest_use || (is_within && *oldest_use >= oldest)) return std::int64_t{0};
  const auto uses = TRY(store.uses());
  std::unordered_set<RecordId> needed(open.begin(), open.end());
  for (const auto& record : TRY(records_of_drafts(store))) needed.insert(record.id);
  std::int64_t left = 0;
  for (auto use = uses.rbegin(); use != uses.rend(); ++use) {
    const bool is_over = size.rows > rows_max || size.bytes > bytes_max;
    if (!is_over && use->used_at >= oldest) break;
    if (use->pinned || needed.contains(use->record.id) || TRY(store.has_shadow(use->record.id))) continue;
    left += TRY(let_go(store, use->record)) ? 1 : 0;
    size.rows -= 1;
    size.bytes -= use->bytes;
  }
  return left;
}

}  // namespace satchel::device::sync
