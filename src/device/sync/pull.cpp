// SPDX-License-Identifier: Apache-2.0
#include "device/sync/pull.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "device/sync/cache.h"
#include "device/sync/decided_deletes.h"
#include "device/sync/drafts.h"
#include "device/sync/local_changes.h"
#include "device/sync/recent.h"

namespace satchel::device::sync {
namespace {

using odata::FeedMark;
using odata::FeedPageReader;
using odata::NamedAnswer;
using store::DeviceStore;
using store::Mirror;
using store::ScopeSetNumber;

// One cut, or one page of a later load: rows and marks in the order of their pages, then what follows from them together.
//
// A later load (a scope granted to a device in use) writes rows that are new here; one that is here already belongs to a
// scope with a cut, so it waits for the next cut (invariant 2): `carried` takes it along.
class Application {
 public:
  enum class Kind { cut, load };
  Application(DeviceStore& store, const Settling& settling, Kind kind = Kind::cut)
      : store_(store), settling_(settling), kind_(kind), carried_(store.schema()) {}

  Result<void> take(FeedPageReader& page) {
    TRY(take_watch(page.head().watch));
    for (const auto& named : page.head().named) TRY(take_named(named));
    TRY(take_rows(page));
    for (const auto& mark : page.marks()) TRY(take_mark(mark));
    for (const auto& named : page.head().named)
      if (named.answer == NamedAnswer::same || named.answer == NamedAnswer::changed) {
        TRY(store_.confirm_use({named.table, named.id}, settling_.now, page.head().watch.has_value()));
        left_scope_.erase(named.id);
      }
    return {};
  }

  Result<void> drop_scope(ScopeNumber scope) {
    for (const auto& record : TRY(store_.drop_scope(scope))) {
      orphans_[record.id] = record.table;
      left_scope_.insert(record.id);
    }
    return {};
  }

  // Rows without a reason go; records with local changes are merged with what came.
  Result<void> finish() {
    for (const auto& [id, table] : orphans_) TRY(remove_orphan(store_.schema().at(table), id));
    for (const auto& [id, table] : touched_) TRY(settle(store_, store_.schema().at(table), id, settling_));
    for (const auto& [id, table] : confirmed_) TRY(keep_confirmed(store_.schema().at(table), id));
    return {};
  }

  // In a repair they stay until its end: their numbers may be of a history that the server has no more (`offer_undone`).
  Result<void> drop_acknowledged_up_to(Seq seq) {
    if (TRY(store_.outbox_count(store::ChangeState::acknowledged)) == 0 || TRY(is_repairing())) return {};
    for (const auto& entry : TRY(store_.outbox())) {
      if (entry.state != store::ChangeState::acknowledged || entry.acknowledged_version > seq) continue;
      TRY(store_.remove(entry.position));
      touched_[entry.change.id] = entry.change.table;
      if (entry.change.kind == model::ChangeKind::remove) confirmed_.erase(entry.change.id);
      else confirmed_[entry.change.id] = entry.change.table;
    }
    return {};
  }

  // Stages the rows that have to wait for the cut.
  Result<void> stage_carried(const odata::FeedHead& head) {
    if (carried_.rows() == 0) return {};
    odata::FeedHead carried;
    carried.schema_number = head.schema_number;
    carried.epoch = head.epoch;
    carried.server_time = head.server_time;
    carried.watch = head.watch ? std::optional<odata::FeedWatch>(std::in_place) : std::nullopt;  // it goes on
    return store_.stage_page(carried_.finish(carried));
  }

  std::int64_t removed = 0;
  bool has_lost_watch = false;               // cached rows are to be named that weren't when this pull was asked for
  std::vector<odata::NamedRow> unconfirmed;  // stayed by their use, and no scope brings them any more

 private:
  // Before what the page says of named rows: those are as they are now. A server that watches nothing wants all of them named.
  Result<void> take_watch(const std::optional<odata::FeedWatch>& watch) {
    if (!watch || watch->is_new) {
      has_lost_watch |= TRY(store_.end_watch(std::nullopt));
    } else {
      for (const auto table : watch->whole) has_lost_watch |= TRY(store_.end_watch(table));
      for (const auto& id : watch->touched) has_lost_watch |= TRY(store_.end_watch(id));
    }
    return watch ? store_.confirm_watched(settling_.now) : Result<void>();
  }

  Result<void> take_rows(FeedPageReader& page) {
    std::unordered_map<std::uint32_t, ScopeSetNumber> sets;
    FeedPageReader::Row row;
    while (TRY(page.next(row))) {
      auto set = sets.find(row.scope_set);
      if (set == sets.end()) set = sets.emplace(row.scope_set, TRY(store_.scope_set(row.scopes))).first;
      TRY(take_row(row, set->second));
    }
    return {};
  }

  // In a repair the version here may be one of a history that the server has no more, and higher than what is true now.
  Result<bool> is_newer(const Mirror& here, Seq theirs) { return here.record.version > theirs && !TRY(is_repairing()); }

  Result<bool> is_repairing() {
    if (!is_repairing_) is_repairing_ = TRY(store_.setting("repairing")).has_value();
    return *is_repairing_;
  }

  Result<void> take_row(const FeedPageReader::Row& row, ScopeSetNumber scopes) {
    const auto here = TRY(store_.mirror(*row.table, row.id));
    // A row without a scope was asked for by name: what came is how it is, also behind a restored server (Y8).
    if (here && !row.scopes.empty() && TRY(is_newer(*here, row.version))) return {};
    // The same version is the same state, told again because of what a newer schema reads in it (Y26).
    if (here && kind_ == Kind::load && here->record.version != row.version) {
      carried_.row(*row.table, odata::record_of(row), row.scopes);
      return {};
    }
    if (here && row.scopes.empty()) {
      // It was read before these scopes were granted, and waited while they were loaded.
      const auto granted = TRY(loading_among(here->scopes));
      if (!granted.empty() && TRY(is_newer(*here, row.version))) return {};
      scopes = TRY(store_.scope_set(granted));
    }
    TRY(store_.set_mirror(*row.table, row.id, Mirror{odata::record_of(row), scopes}));
    if (scopes == ScopeSetNumber(0)) orphans_[row.id] = row.table->number;
    left_scope_.erase(row.id);
    if (TRY(store_.has_shadow(row.id))) touched_[row.id] = row.table->number;
    return {};
  }

  Result<std::vector<ScopeNumber>> loading_among(ScopeSetNumber set) {
    if (!loading_) {
      loading_.emplace();
      for (const auto& row : TRY(store_.scopes()))
        if (row.loading) loading_->insert(row.scope.number);
    }
    auto scopes = TRY(store_.scopes_in(set));
    std::erase_if(scopes, [&](ScopeNumber scope) { return loading_->count(scope) == 0; });
    return scopes;
  }

  Result<void> take_mark(const FeedMark& mark) {
    if (store_.schema().find(mark.table) == nullptr) return {};  // of a newer schema: nothing of it is here
    const auto& table = store_.schema().at(mark.table);
    auto here = TRY(store_.mirror(table, mark.id));
    if (here && TRY(is_newer(*here, mark.seq))) return {};
    if (mark.kind == FeedMark::Kind::deleted) return remove(table, mark.id, Gone::deleted);
    if (!here) return {};
    auto scopes = TRY(store_.scopes_in(here->scopes));
    std::erase_if(scopes, [&](ScopeNumber scope) {
      return std::find(mark.scopes.begin(), mark.scopes.end(), scope) != mark.scopes.end();
    });
    here->scopes = TRY(store_.scope_set(scopes));
    TRY(store_.set_mirror(table, mark.id, here));
    if (!scopes.empty()) return {};
    orphans_[mark.id] = table.number;
    left_scope_.insert(mark.id);
    return {};
  }

  Result<void> take_named(const odata::FeedHead::Named& named) {
    if (store_.schema().find(named.table) == nullptr) return {};
    const auto& table = store_.schema().at(named.table);
    if (named.answer == NamedAnswer::gone) {
      // Made here and not at the server yet: it was named because a draft is about it (D9).
      if (find_unconfirmed_create(TRY(store_.outbox_of(named.id)), named.id) != nullptr) return {};
      return remove(table, named.id, Gone::deleted);
    }
    if (named.answer == NamedAnswer::forbidden) return remove(table, named.id, Gone::not_readable);
    return {};
  }

  // It stays if it's pinned, in a cached table also if it was used; unsent work is a use. Of a table that was synced until now only
  // what was used lately is known (E5). Whether the user may still read it this sync asks by name.
  Result<void> remove_orphan(const model::Table& table, RecordId id) {
    const auto here = TRY(store_.holding(table, id));
    if (!here || here->scopes != ScopeSetNumber(0)) return {};
    const auto use = TRY(store_.use(id));
    if (use && use->pinned) return {};
    if (!TRY(is_synced(table))) {
      if (!use && !TRY(store_.has_shadow(id)) && !TRY(was_used_lately(id)))
        return remove(table, id, Gone::not_readable);
      if (!use) TRY(store_.note_use({table.number, id}, settling_.now));
      if (left_scope_.count(id) != 0) unconfirmed.push_back({table.number, id, here->version});
      return {};
    }
    return remove(table, id, Gone::not_readable);
  }

  // Sent while its table was synced still, and no scope brings it any more: it was written here just now, so it's used (E5).
  Result<void> keep_confirmed(const model::Table& table, RecordId id) {
    if (TRY(is_synced(table)) || TRY(store_.mirror(table, id)) || TRY(store_.has_use(id))) return {};
    TRY(store_.note_use({table.number, id}, settling_.now));
    unconfirmed.push_back({table.number, id, Seq(0)});
    return {};
  }

  Result<bool> was_used_lately(RecordId id) {
    if (left_scope_.count(id) == 0) return false;
    if (!recent_) {
      recent_.emplace();
      for (const auto& record : TRY(remembered_records(store_))) recent_->insert(record.id);
    }
    return recent_->count(id) != 0;
  }

  Result<bool> is_synced(const model::Table& table) {
    if (!experience_) experience_ = TRY(read_experience(store_));
    return experience_->holds(table);
  }

  Result<void> remove(const model::Table& table, RecordId id, Gone gone) {
    TRY(store_.drop_use(id));
    if (TRY(store_.has_shadow(id))) {
      TRY(settle_gone(store_, table, id, gone, settling_));
      touched_[id] = table.number;
    } else if (TRY(store_.mirror(table, id))) {
      ++removed;
    }
    return store_.set_mirror(table, id, std::nullopt);
  }

  DeviceStore& store_;
  const Settling& settling_;
  Kind kind_;
  odata::FeedPageWriter carried_;
  std::unordered_map<RecordId, TableNumber> orphans_;
  std::unordered_map<RecordId, TableNumber> touched_;
  std::unordered_map<RecordId, TableNumber> confirmed_;  // by the server, and part of this cut
  std::set<RecordId> left_scope_;
  std::optional<std::set<RecordId>> recent_;
  std::optional<bool> is_repairing_;
  std::optional<std::set<ScopeNumber>> loading_;
  std::optional<Experience> experience_;  // as it's at the end, when rows without a reason go
};

Result<std::vector<ScopeNumber>> mismatched_scopes(DeviceStore& store, const std::vector<odata::ScopeTotal>& totals) {
  std::vector<ScopeNumber> mismatched;
  const auto scopes = TRY(store.scopes());
  for (const auto& total : totals) {
    const auto here = std::find_if(scopes.begin(), scopes.end(),
                                   [&](const store::ScopeRow& row) { return row.scope.number == total.number; });
    // Rows of a table that only a newer app knows aren't held, and nothing is missing (Y26).
    if (here != scopes.end() && store.schema().find(here->scope.table) == nullptr) continue;
    if (here == scopes.end() || here->count != total.count || here->sum != total.sum)
      mismatched.push_back(total.number);
  }
  return mismatched;
}

Result<void> apply_staged(DeviceStore& store, Application& application) {
  const auto pages = TRY(store.staged_pages());
  for (std::size_t i = 0; i < pages; ++i) {
    const auto bytes = TRY(store.staged_page(i));
    if (!bytes) continue;
    auto page = TRY(FeedPageReader::open(store.schema(), *bytes));
    TRY(application.take(page));
  }
  if (pages > 0) TRY(store.drop_staged_pages());
  return {};
}

Result<void> apply_cut(DeviceStore& store, FeedPageReader& page, const std::vector<ScopeNumber>& lost,
                       const Settling& settling, PageReport& report) {
  Application application(store, settling);
  // At the end, for the cut may tell that these rows are cached ones now (E5).
  for (const auto scope : lost) TRY(application.drop_scope(scope));
  TRY(apply_staged(store, application));
  TRY(application.take(page));
  TRY(application.drop_acknowledged_up_to(page.head().cut.seq));
  TRY(store.set_setting("cut", page.head().cut.to_string()));
  TRY(application.finish());
  report.unconfirmed = std::move(application.unconfirmed);
  report.has_lost_watch = application.has_lost_watch;
  TRY(forget_decided_deletes(store));
  TRY(settle_drafts(store, settling));
  TRY(store.mark_scopes_loaded());
  TRY(store.set_setting("epoch", page.head().epoch.to_string()));
  // The first sync ends with its indexes, and is noted then.
  if (TRY(store.setting("last_sync"))) TRY(store.set_setting("last_sync", std::to_string(settling.now.milliseconds)));
  report.removed += application.removed + TRY(evict(store, settling.open, settling.now));
  report.mismatched = TRY(mismatched_scopes(store, page.head().totals));
  return {};
}

// ---- lost scopes -----------------------------------------------------------------------------------------------------------

bool is_in(const std::vector<ScopeNumber>& scopes, ScopeNumber scope) {
  return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

// A page without the scopes `lost`: rows and leaves that only these brought aren't in it.
Result<std::string> without_scopes(const DeviceStore& store, std::string_view bytes,
                                   const std::vector<ScopeNumber>& lost) {
  auto page = TRY(FeedPageReader::open(store.schema(), bytes));
  odata::FeedPageWriter kept(store.schema());
  const auto stripped = [&](std::span<const ScopeNumber> scopes) {
    std::vector<ScopeNumber> left;
    std::copy_if(scopes.begin(), scopes.end(), std::back_inserter(left),
                 [&](auto scope) { return !is_in(lost, scope); });
    return left;
  };
  FeedPageReader::Row row;
  while (TRY(page.next(row)))
    if (const auto left = stripped(row.scopes); row.scopes.empty() || !left.empty())
      kept.row(*row.table, odata::record_of(row), left);
  for (auto mark : page.marks()) {
    const bool is_leave = mark.kind == FeedMark::Kind::leave;
    if (is_leave) mark.scopes = stripped(mark.scopes);
    if (!is_leave || !mark.scopes.empty()) kept.mark(std::move(mark));
  }
  return kept.finish(page.head());
}

Result<void> strip_staged(DeviceStore& store, const std::vector<ScopeNumber>& lost) {
  std::vector<std::string> pages;
  for (std::size_t i = 0, count = TRY(store.staged_pages()); i < count; ++i)
    if (const auto bytes = TRY(store.staged_page(i))) pages.push_back(TRY(without_scopes(store, *bytes, lost)));
  if (pages.empty()) return {};
  TRY(store.drop_staged_pages());
  for (const auto& page : pages) TRY(store.stage_page(page));
  return {};
}

// What the user lost goes with the page that says so, also from what is staged (invariant 8). Waiting for the cut would take a
// scope away that was granted again meanwhile.
Result<void> drop_lost(DeviceStore& store, const std::vector<ScopeNumber>& lost, const Settling& settling,
                       PageReport& report) {
  if (lost.empty()) return {};
  Application application(store, settling);
  for (const auto scope : lost) TRY(application.drop_scope(scope));
  TRY(application.finish());
  report.unconfirmed = std::move(application.unconfirmed);
  report.removed += application.removed;
  return {};
}

// ---- pages -----------------------------------------------------------------------------------------------------------------

// In a first load only new rows come, by the fast path.
Result<void> take_load_page(DeviceStore& store, FeedPageReader& page, const Settling& settling, PageReport& report) {
  if (TRY(store.loading())) {
    report.rows = TRY(store.load_rows(page));
    return {};
  }
  Application application(store, settling, Application::Kind::load);
  TRY(application.take(page));
  TRY(application.finish());
  TRY(application.stage_carried(page.head()));
  report.removed += application.removed;
  report.has_lost_watch = application.has_lost_watch;
  return {};
}

// Scopes that are here already keep their rows and sums: a load from the beginning shows what differs.
Result<void> add_granted(DeviceStore& store, const odata::FeedHead& head) {
  if (head.granted.empty()) return {};
  const auto held = TRY(store.scopes());
  for (const auto& scope : head.granted)
    if (std::none_of(held.begin(), held.end(), [&](const auto& row) { return row.scope.number == scope.number; }))
      TRY(store.add_scope(scope, true));
  return {};
}

// A restored server may give a number again that it gave before.
bool is_same(const odata::FeedScope& a, const odata::FeedScope& b) {
  return a.number == b.number && a.table == b.table && a.kind == b.kind && a.key == b.key;
}

// Without a cursor the server can't say what this user lost since the last cut: it grants all that he may have, and any other
// scope is lost (Q2, invariant 8). A record may have moved into a scope that he has, so one with unsent work stays and is asked
// for by name (Y11); others come again.
Result<void> drop_ungranted(DeviceStore& store, const odata::FeedHead& head, PageReport& report) {
  if (TRY(store.setting("cursor"))) return {};
  for (const auto& row : TRY(store.scopes())) {
    const bool is_granted = std::any_of(head.granted.begin(), head.granted.end(),
                                        [&](const auto& scope) { return is_same(scope, row.scope); });
    if (is_granted) continue;
    for (const auto& record : TRY(store.drop_scope(row.scope.number))) {
      if (TRY(store.has_shadow(record.id))) continue;
      TRY(store.set_mirror(store.schema().at(record.table), record.id, std::nullopt));
      ++report.removed;
    }
  }
  return {};
}

// A first load that was broken off for so long that the server can't go on with it: its page grants everything anew. What came
// before goes, for a first load only ever adds rows.
Result<void> begin_load_anew(DeviceStore& store, const odata::FeedHead& head) {
  if (head.granted.empty() || !TRY(store.loading()) || TRY(store.scopes()).empty()) return {};
  return store.erase_rows();
}

Result<PageReport> take(DeviceStore& store, std::string_view bytes, const Settling& settling) {
  auto page = TRY(FeedPageReader::open(store.schema(), bytes));
  PageReport report;
  report.complete = page.head().complete;
  report.is_load = page.head().phase == odata::FeedPhase::load;
  report.rows = static_cast<std::int64_t>(page.rows());
  report.rows_expected = page.head().rows_expected;

  auto transaction = TRY(store.begin());
  TRY(begin_load_anew(store, page.head()));
  TRY(drop_ungranted(store, page.head(), report));
  const auto& lost = page.head().dropped;
  if (!lost.empty()) TRY(strip_staged(store, lost));
  if (!report.complete) TRY(drop_lost(store, lost, settling, report));
  TRY(add_granted(store, page.head()));
  if (!report.is_load && TRY(store.loading())) TRY(store.finish_load());
  if (report.is_load) TRY(take_load_page(store, page, settling, report));
  else if (report.complete) TRY(apply_cut(store, page, lost, settling, report));
  else TRY(store.stage_page(bytes));
  TRY(store.set_setting("cursor", page.head().cursor));
  TRY(transaction.commit());
  return report;
}

}  // namespace

Result<PageReport> take_page(DeviceStore& store, std::string_view bytes, const Settling& settling) {
  auto report = take(store, bytes, settling);
  if (!report) store.forget_caches();
  return report;
}

}  // namespace satchel::device::sync
