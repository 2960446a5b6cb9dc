// SPDX-License-Identifier: Apache-2.0
//
// Mirror, shadow and visible row, and the sums over them.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.h"
#include "device/store/internal/store_for_test.h"
#include "device/store/store.h"

namespace satchel::device::store {
namespace {

using model::Value;

std::string name_in(const std::optional<model::Record>& record, const model::Table& table) {
  if (!record) return "(none)";
  const auto* text = model::text_in(record->values[*table.primary_name]);
  return text != nullptr ? *text : "(null)";
}

struct Accounts {
  StoreForTest store;
  const model::Table& account = store.table("account");
  RecordId id = id_for_test(1);

  model::Record named(const char* name, std::int64_t version) {
    return record_for_test(account, 1, version, {{"name", std::string(name)}});
  }
  std::string visible() { return name_in(must(store->find(account, id)), account); }
  std::string mirror() {
    const auto mirror = must(store->mirror(account, id));
    return mirror ? name_in(mirror->record, account) : "(none)";
  }
  void set(const char* name, std::int64_t version) {
    store.write([&] { must(store->set_mirror(account, id, Mirror{named(name, version), {}})); });
  }
};

}  // namespace

TEST_CASE("without a shadow the visible row follows the mirror") {
  Accounts world;
  CHECK(world.mirror() == "(none)");
  world.set("One", 1);
  CHECK(world.visible() == "One");
  CHECK(world.mirror() == "One");
  world.set("Two", 2);
  CHECK(world.visible() == "Two");
  CHECK(must(world.store->holding(world.account, world.id)) == DeviceStore::Holding{Seq(2), ScopeSetNumber(0)});
  world.store.write([&] { must(world.store->set_mirror(world.account, world.id, std::nullopt)); });
  CHECK(world.visible() == "(none)");
  CHECK(world.mirror() == "(none)");
  CHECK_FALSE(must(world.store->holding(world.account, world.id)).has_value());
}

TEST_CASE("with a shadow mirror and visible row go their own ways until it is dropped") {
  Accounts world;
  world.set("One", 1);
  world.store.write([&] {
    must(world.store->keep_shadow(world.account, world.id));
    must(world.store->set_visible(world.account, world.id, world.named("Mine", 1)));
    must(world.store->keep_shadow(world.account, world.id));  // does nothing
  });
  CHECK(world.visible() == "Mine");
  CHECK(world.mirror() == "One");
  world.set("Two", 2);
  world.store.reopen();
  CHECK(must(world.store->has_shadow(world.id)));
  CHECK(world.visible() == "Mine");
  CHECK(world.mirror() == "Two");
  CHECK(must(world.store->holding(world.account, world.id))->version == Seq(2));
  world.store.write([&] { must(world.store->set_visible(world.account, world.id, std::nullopt)); });
  CHECK(world.visible() == "(none)");
  world.store.write([&] { must(world.store->drop_shadow(world.account, world.id)); });
  CHECK(world.visible() == "Two");
  CHECK(world.mirror() == "Two");
  CHECK_FALSE(must(world.store->has_shadow(world.id)));
  world.store.verify();
}

TEST_CASE("a record made here has no mirror, and goes with its shadow") {
  Accounts world;
  world.store.write([&] {
    must(world.store->keep_shadow(world.account, world.id));
    must(world.store->set_visible(world.account, world.id, world.named("New", 0)));
  });
  CHECK(world.visible() == "New");
  CHECK(world.mirror() == "(none)");
  CHECK(must(world.store->unscoped_rows(10)).empty());  // The server doesn't know it.
  world.store.write([&] { must(world.store->drop_shadow(world.account, world.id)); });
  CHECK(world.visible() == "(none)");
  world.store.verify();
}

TEST_CASE("a shadow keeps every kind of value") {
  StoreForTest store;
  const auto& appointment = store.table("appointment");
  const model::PartyList parties{{{TableNumber(2), id_for_test(5)}, "a|b\\c"}, {{TableNumber(8), id_for_test(6)}, ""}};
  const auto record = record_for_test(appointment, 1, 9,
                                      {{"subject", std::string("Lunch \xF0\x9F\x8D\x95")},
                                       {"requiredattendees", parties},
                                       {"scheduledstart", std::int64_t{-5}},
                                       {"statecode", std::int64_t{0}},
                                       {"regardingobjectid", model::Reference{TableNumber(2), id_for_test(7)}}});
  store.write([&] {
    must(store->set_mirror(appointment, record.id, Mirror{record, {}}));
    must(store->keep_shadow(appointment, record.id));
  });
  CHECK(must(store->mirror(appointment, record.id))->record == record);
  store.write([&] { must(store->drop_shadow(appointment, record.id)); });
  CHECK(must(store->find(appointment, record.id)) == record);
}

TEST_CASE("rows without a scope are named, with and without a shadow") {
  StoreForTest store;
  const auto& account = store.table("account");
  const auto& contact = store.table("contact");
  const ScopeNumber one[] = {ScopeNumber(1)};
  store.write([&] {
    must(store->add_scope(scope_for_test(1, account), false));
    const auto set = must(store->scope_set(one));
    must(store->set_mirror(account, id_for_test(1), Mirror{record_for_test(account, 1, 5, {}), set}));
    must(store->set_mirror(account, id_for_test(2), Mirror{record_for_test(account, 2, 6, {}), {}}));
    must(store->set_mirror(contact, id_for_test(3), Mirror{record_for_test(contact, 3, 7, {}), {}}));
    must(store->keep_shadow(contact, id_for_test(3)));
    must(store->keep_shadow(contact, id_for_test(4)));
  });
  const auto rows = must(store->unscoped_rows(10));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].id == id_for_test(2));
  CHECK(rows[0].version == Seq(6));
  CHECK(rows[1].id == id_for_test(3));
  CHECK(rows[1].table == contact.number);
  CHECK(must(store->unscoped_rows(1)).size() == 1);
}

// ---- scopes ------------------------------------------------------------------------------------------------------------------

TEST_CASE("a set of scopes has one number, and the empty set is 0") {
  StoreForTest store;
  const std::vector<ScopeNumber> none, one{ScopeNumber(1)},
      some{ScopeNumber(1), ScopeNumber(300), ScopeNumber(70'000'000'000)};
  ScopeSetNumber first;
  store.write([&] {
    CHECK(must(store->scope_set(none)) == ScopeSetNumber(0));
    first = must(store->scope_set(some));
    CHECK(first != must(store->scope_set(one)));
    CHECK(first == must(store->scope_set(some)));
  });
  store.reopen();
  CHECK(must(store->scopes_in(first)) == some);
  CHECK(must(store->scopes_in(ScopeSetNumber(0))).empty());
  CHECK(store->scopes_in(ScopeSetNumber(99)).error().code == ErrorCode::store_damaged);
  store.write([&] { CHECK(must(store->scope_set(some)) == first); });
}

TEST_CASE("a dropped scope leaves the rows, and names those that nothing holds any more") {
  StoreForTest store;
  const auto& account = store.table("account");
  const std::vector<ScopeNumber> one{ScopeNumber(1)}, both{ScopeNumber(1), ScopeNumber(2)};
  store.write([&] {
    must(store->add_scope(scope_for_test(1, account), false));
    must(store->add_scope(scope_for_test(2, account), false));
    const auto set_one = must(store->scope_set(one)), set_both = must(store->scope_set(both));
    must(store->set_mirror(account, id_for_test(1), Mirror{record_for_test(account, 1, 1, {}), set_one}));
    must(store->set_mirror(account, id_for_test(2), Mirror{record_for_test(account, 2, 2, {}), set_both}));
    must(store->set_mirror(account, id_for_test(3), Mirror{record_for_test(account, 3, 3, {}), set_one}));
    must(store->keep_shadow(account, id_for_test(3)));
  });
  CHECK(must(store->scopes()).front().count == 3);
  std::vector<model::Reference> orphans;
  store.write([&] { orphans = must(store->drop_scope(ScopeNumber(1))); });
  std::sort(orphans.begin(), orphans.end());
  CHECK(orphans == std::vector<model::Reference>{{account.number, id_for_test(1)}, {account.number, id_for_test(3)}});
  CHECK(must(store->mirror(account, id_for_test(1)))->scopes == ScopeSetNumber(0));
  CHECK(must(store->mirror(account, id_for_test(3)))->scopes == ScopeSetNumber(0));
  CHECK(must(store->scopes_in(must(store->mirror(account, id_for_test(2)))->scopes)) == std::vector{ScopeNumber(2)});
  CHECK(must(store->unscoped_rows(10)).size() == 2);
  REQUIRE(must(store->scopes()).size() == 1);
  CHECK(must(store->scopes()).front().count == 1);
  store.verify();
  store.write([&] { CHECK(must(store->drop_scope(ScopeNumber(44))).empty()); });
}

TEST_CASE("the rows of a scope come in id order and by range") {
  StoreForTest store;
  const auto& account = store.table("account");
  const std::vector<ScopeNumber> one{ScopeNumber(1)}, two{ScopeNumber(2)};
  store.make_ready();
  store.write([&] {
    must(store->add_scope(scope_for_test(1, account), false));
    must(store->add_scope(scope_for_test(2, account), false));
    const auto set_one = must(store->scope_set(one)), set_two = must(store->scope_set(two));
    for (const std::uint64_t id : {5, 3, 9, 1, 7})
      must(store->set_mirror(account, id_for_test(id),
                             Mirror{record_for_test(account, id, static_cast<std::int64_t>(id) * 10, {}), set_one}));
    must(store->set_mirror(account, id_for_test(4), Mirror{record_for_test(account, 4, 40, {}), set_two}));
    must(store->keep_shadow(account, id_for_test(3)));
    must(store->set_visible(account, id_for_test(3), std::nullopt));
  });
  const auto ids = [&](std::optional<RecordId> from, std::optional<RecordId> until) {
    std::vector<std::int64_t> out;
    for (const auto& row : must(store->scope_rows(ScopeNumber(1), from, until))) out.push_back(row.version.value / 10);
    return out;
  };
  CHECK(ids(std::nullopt, std::nullopt) == std::vector<std::int64_t>{1, 3, 5, 7, 9});
  CHECK(ids(id_for_test(3), std::nullopt) == std::vector<std::int64_t>{3, 5, 7, 9});
  CHECK(ids(std::nullopt, id_for_test(7)) == std::vector<std::int64_t>{1, 3, 5});
  CHECK(ids(id_for_test(2), id_for_test(6)) == std::vector<std::int64_t>{3, 5});
}

TEST_CASE("recount sets the sums to what is there") {
  StoreForTest store;
  const auto& account = store.table("account");
  const std::vector<ScopeNumber> one{ScopeNumber(1)};
  store.write([&] {
    must(store->add_scope(scope_for_test(1, account), false));
    must(store->set_mirror(account, id_for_test(1),
                           Mirror{record_for_test(account, 1, 1, {}), must(store->scope_set(one))}));
  });
  const auto right = must(store->scopes()).front();
  CHECK(right.sum == odata::entry_hash(id_for_test(1), Seq(1)));
  must(store.database().execute("update scope set count = 5, sum = -1"));
  store->forget_caches();
  store.write([&] { CHECK(must(store->recount()) == std::vector{odata::ScopeTotal{ScopeNumber(1), 1, right.sum}}); });
  CHECK(must(store->scopes()).front().sum == right.sum);
  store.verify();
}

// ---- random sequences --------------------------------------------------------------------------------------------------------

namespace {

// What the store should be, as simply as it can be said.
struct Expected {
  struct Row {
    std::optional<Mirror> mirror;
    std::optional<model::Record> visible;
    bool has_shadow = false;
  };
  std::map<RecordId, Row> rows;
  std::map<ScopeNumber, odata::ScopeTotal> totals;
  std::map<ScopeSetNumber, std::set<ScopeNumber>> sets;  // as given out

  void count() {
    for (auto& [number, total] : totals) total = {number, 0, 0};
    for (const auto& [id, row] : rows) {
      if (!row.mirror) continue;
      for (const auto scope : sets[row.mirror->scopes]) {
        const auto total = totals.find(scope);
        if (total == totals.end()) continue;
        ++total->second.count;
        total->second.sum += odata::entry_hash(id, row.mirror->record.version);
      }
    }
  }
};

class RandomUse {
 public:
  explicit RandomUse(std::uint64_t seed) : random_(seed) {}

  void run(int transactions) {
    for (int i = 0; i < transactions; ++i) {
      if (i == transactions / 4) store_.write([&] { must(store_->finish_load()); });
      if (i > transactions / 3 && random_.one_in(3)) store_.write([&] { must(store_->build_next_index()); });
      transact();
      if (random_.one_in(10)) store_.reopen();
    }
    store_.make_ready();
    compare();
  }

  void compare() {
    for (std::uint64_t i = 0; i < kRecords; ++i) {
      const auto id = id_for_test(i);
      const auto& row = expected_.rows[id];
      CHECK(must(store_->find(account_, id)) == row.visible);
      CHECK(must(store_->has_shadow(id)) == row.has_shadow);
      const auto mirror = must(store_->mirror(account_, id));
      REQUIRE(mirror.has_value() == row.mirror.has_value());
      if (!mirror) continue;
      CHECK(mirror->record == row.mirror->record);
      const auto scopes = must(store_->scopes_in(mirror->scopes));
      CHECK(std::set<ScopeNumber>(scopes.begin(), scopes.end()) == expected_.sets[row.mirror->scopes]);
    }
    expected_.count();
    for (const auto& row : must(store_->scopes())) {
      const auto& total = expected_.totals[row.scope.number];
      CHECK(row.count == total.count);
      CHECK(row.sum == total.sum);
    }
    store_.verify();
  }

 private:
  static constexpr std::uint64_t kRecords = 12;

  model::Record some_record(std::uint64_t id) {
    static const char* words[] = {"ada", "king", "Ada King", "zoë", "king ada king", ""};
    auto record = record_for_test(account_, id, static_cast<std::int64_t>(1 + random_.below(1000)), {});
    record.values[*account_.primary_name] = std::string(words[random_.below(std::size(words))]);
    if (random_.one_in(2))
      record.values[account_.find_column("telephone1")->index] =
          std::string("+1 555-") + std::to_string(random_.below(5));
    return record;
  }

  ScopeSetNumber some_set() {
    std::set<ScopeNumber> scopes;
    for (auto left = random_.below(3); left > 0; --left)
      scopes.insert(ScopeNumber(static_cast<std::int64_t>(1 + random_.below(4))));
    std::erase_if(scopes, [&](ScopeNumber scope) { return !expected_.totals.contains(scope); });
    const std::vector<ScopeNumber> sorted(scopes.begin(), scopes.end());
    const auto set = must(store_->scope_set(sorted));
    expected_.sets[set] = scopes;
    return set;
  }

  void transact() {
    const Expected before = expected_;
    auto transaction = must(store_->begin());
    for (auto steps = 1 + random_.below(5); steps > 0; --steps) step();
    if (random_.one_in(6)) expected_ = before;  // rolled back
    else must(transaction.commit());
  }

  void step() {
    const auto number = random_.below(kRecords);
    const auto id = id_for_test(number);
    auto& row = expected_.rows[id];
    switch (random_.below(8)) {
      case 0:
      case 1: set_mirror(id, Mirror{some_record(number), some_set()}); break;
      case 2: set_mirror(id, std::nullopt); break;
      case 3: keep_shadow(id); break;
      case 4:
        if (!row.has_shadow) keep_shadow(id);
        row.visible = random_.one_in(3) ? std::nullopt : std::optional(some_record(number));
        must(store_->set_visible(account_, id, row.visible));
        break;
      case 5:
        must(store_->drop_shadow(account_, id));
        if (std::exchange(row.has_shadow, false))
          row.visible = row.mirror ? std::optional(row.mirror->record) : std::nullopt;
        break;
      case 6: toggle_scope(ScopeNumber(static_cast<std::int64_t>(1 + random_.below(4)))); break;
      default: set_mirror(id, Mirror{some_record(number), some_set()}); break;
    }
  }

  void keep_shadow(RecordId id) {
    must(store_->keep_shadow(account_, id));
    expected_.rows[id].has_shadow = true;
  }

  void set_mirror(RecordId id, const std::optional<Mirror>& mirror) {
    must(store_->set_mirror(account_, id, mirror));
    auto& row = expected_.rows[id];
    row.mirror = mirror;
    if (!row.has_shadow) row.visible = mirror ? std::optional(mirror->record) : std::nullopt;
  }

  void toggle_scope(ScopeNumber scope) {
    if (!expected_.totals.contains(scope)) {
      must(store_->add_scope(scope_for_test(scope.value, account_), false));
      expected_.totals[scope] = {scope, 0, 0};
      return;
    }
    if (!random_.one_in(3)) return;
    std::set<RecordId> orphans;
    for (const auto& orphan : must(store_->drop_scope(scope))) orphans.insert(orphan.id);
    std::set<RecordId> expected;
    for (const auto& [id, row] : expected_.rows)
      if (row.mirror && expected_.sets[row.mirror->scopes] == std::set{scope}) expected.insert(id);
    CHECK(orphans == expected);
    for (auto& [number, members] : expected_.sets) members.erase(scope);
    expected_.totals.erase(scope);
  }

  SeededRandom random_;
  StoreForTest store_;
  const model::Table& account_ = store_.table("account");
  Expected expected_;
};

}  // namespace

TEST_CASE("any sequence of changes leaves what a simple model expects") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    RandomUse use(seed);
    use.run(60);
  }
}

}  // namespace satchel::device::store
