// SPDX-License-Identifier: Apache-2.0
//
// Outbox, acknowledged changes, conflicts and their history, staged pages: what goes in comes out.
#include <doctest/doctest.h>

#include "base/random.h"
#include "device/store/internal/store_for_test.h"
#include "device/store/limits.h"
#include "device/store/store.h"

namespace satchel::device::store {
namespace {

using model::ChangeKind;
using model::Value;

ChangeId change_id(std::uint64_t number) { return ChangeId(id_for_test(number).uuid); }

// An entry with something in every field.
OutboxEntry full_entry(const model::Table& contact, std::uint64_t number) {
  OutboxEntry entry;
  entry.id = change_id(number);
  entry.change = {contact.number, id_for_test(number), ChangeKind::update, {}};
  entry.change.set(contact.find_column("fullname")->index, std::string("Ada"));
  entry.change.set(contact.find_column("parentcustomerid")->index, model::Reference{TableNumber(1), id_for_test(77)});
  entry.change.set(contact.find_column("birthdate")->index, Value());
  entry.bases = {{contact.find_column("birthdate")->index, std::int64_t{-3}}};
  entry.base_version = Seq(17);
  entry.seen = Cut{Seq(18), 0xFEDC'BA98'7654'3210};
  entry.state = ChangeState::blocked;
  entry.group = change_id(5);
  entry.first_sent = Instant{1'700'000'000'123};
  entry.acknowledged_version = Seq(19);
  entry.saved_at = Instant{-5};
  entry.reason_code = "bad_value";
  entry.reason = "It's too long.";
  entry.reason_target = "fullname";
  entry.waits_for = model::Reference{TableNumber(1), id_for_test(78)};
  entry.retired = {{"shoesize", "44"}};
  return entry;
}

void check_same(const OutboxEntry& a, const OutboxEntry& b) {
  CHECK(a.position == b.position);
  CHECK(a.id == b.id);
  CHECK(a.change == b.change);
  CHECK(a.bases == b.bases);
  CHECK(a.base_version == b.base_version);
  CHECK(a.seen == b.seen);
  CHECK(a.state == b.state);
  CHECK(a.group == b.group);
  CHECK(a.first_sent == b.first_sent);
  CHECK(a.acknowledged_version == b.acknowledged_version);
  CHECK(a.saved_at == b.saved_at);
  CHECK(a.reason_code == b.reason_code);
  CHECK(a.reason == b.reason);
  CHECK(a.reason_target == b.reason_target);
  CHECK(a.waits_for == b.waits_for);
  CHECK(a.retired == b.retired);
}

void check_same(const Conflict& a, const Conflict& b) {
  CHECK(a.id == b.id);
  CHECK(a.table == b.table);
  CHECK(a.record == b.record);
  CHECK(a.kind == b.kind);
  CHECK(a.base == b.base);
  CHECK(a.mine == b.mine);
  CHECK(a.server == b.server);
  CHECK(a.by == b.by);
  CHECK(a.at == b.at);
  CHECK(a.server_version == b.server_version);
  CHECK(a.opened_at == b.opened_at);
  CHECK(a.retired == b.retired);
}

Conflict full_conflict(const model::Table& contact) {
  const auto column = contact.find_column("fullname")->index;
  Conflict conflict;
  conflict.table = contact.number;
  conflict.record = id_for_test(3);
  conflict.kind = ConflictKind::deleted_here;
  conflict.base = {{column, Value()}};
  conflict.mine = {{column, std::string("Mine")}};
  conflict.server = {{column, std::string("Theirs")}};
  conflict.by = id_for_test(9);
  conflict.at = Instant::of_seconds(77);
  conflict.server_version = Seq(12);
  conflict.opened_at = Instant{99};
  conflict.retired = {{"shoesize", "44"}};
  return conflict;
}

}  // namespace

TEST_CASE("an outbox entry comes back as it went in") {
  StoreForTest store;
  const auto& contact = store.table("contact");
  auto full = full_entry(contact, 1);
  OutboxEntry bare;
  bare.id = change_id(2);
  bare.change = {contact.number, id_for_test(2), ChangeKind::remove, {}};
  store.write([&] {
    full.position = must(store->append(full));
    bare.position = must(store->append(bare));
  });
  store.reopen();
  const auto entries = must(store->outbox());
  REQUIRE(entries.size() == 2);
  check_same(entries[0], full);
  check_same(entries[1], bare);
  check_same(*must(store->outbox_entry(full.position)), full);
  CHECK_FALSE(must(store->outbox_entry(OutboxPosition(99))).has_value());
  CHECK(must(store->outbox_of(id_for_test(2))).size() == 1);
  CHECK(must(store->outbox_of(id_for_test(3))).empty());
}

TEST_CASE("entries are counted by state, changed in place and removed") {
  StoreForTest store;
  const auto& contact = store.table("contact");
  OutboxPosition position;
  store.write([&] {
    for (std::uint64_t i = 1; i <= 3; ++i) {
      auto entry = full_entry(contact, i);
      entry.state = ChangeState::waiting;
      position = must(store->append(entry));
    }
  });
  CHECK(must(store->outbox_count(ChangeState::waiting)) == 3);
  store.write([&] {
    auto entry = *must(store->outbox_entry(position));
    entry.state = ChangeState::refused;
    entry.reason = "No.";
    entry.id = change_id(40);
    must(store->update(entry));
    must(store->remove(OutboxPosition(1)));
    must(store->remove(OutboxPosition(1)));  // gone already: fine
  });
  CHECK(must(store->outbox_count(ChangeState::waiting)) == 1);
  CHECK(must(store->outbox_count(ChangeState::refused)) == 1);
  CHECK(must(store->outbox()).back().reason == "No.");
  CHECK(must(store->outbox()).back().id == change_id(40));
  store.write([&] {
    auto gone = full_entry(contact, 1);
    gone.position = OutboxPosition(1);
    CHECK(store->update(gone).error().code == ErrorCode::not_found);
  });
}

TEST_CASE("a position isn't used again, even if the last one was removed") {
  StoreForTest store;
  const auto& contact = store.table("contact");
  OutboxPosition first, second;
  store.write([&] {
    first = must(store->append(full_entry(contact, 1)));
    must(store->remove(first));
    second = must(store->append(full_entry(contact, 2)));
  });
  CHECK(second > first);
  store.write([&] { must(store->remove(second)); });
  store.reopen();
  store.write([&] { CHECK(must(store->append(full_entry(contact, 3))) > second); });
}

TEST_CASE("a full outbox refuses the next change") {
  StoreForTest store;
  OutboxEntry entry;
  entry.change.kind = ChangeKind::remove;
  entry.change.table = store.table("contact").number;
  store.write([&] {
    for (std::size_t i = 0; i < kOutboxChangesMax; ++i) must(store->append(entry));
    CHECK(store->append(entry).error().code == ErrorCode::outbox_full);
    must(store->remove(OutboxPosition(1)));
    must(store->append(entry));
    CHECK(store->append(entry).error().code == ErrorCode::outbox_full);
  });
}

TEST_CASE("acknowledged changes are kept thirty days, and found by version") {
  StoreForTest store;
  const auto& contact = store.table("contact");
  const auto day = [](std::int64_t n) { return Instant{} + Duration::of_days(n); };
  store.write([&] {
    for (std::uint64_t i = 1; i <= 4; ++i) {
      auto entry = full_entry(contact, i);
      entry.state = ChangeState::acknowledged;
      entry.acknowledged_version = Seq(static_cast<std::int64_t>(100 - i));
      must(store->keep_acknowledged(entry, day(static_cast<std::int64_t>(i))));
      must(store->keep_acknowledged(entry, day(static_cast<std::int64_t>(i))));  // twice is once
    }
  });
  auto kept = must(store->acknowledged_above(Seq(97)));
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].acknowledged_version == Seq(98));
  CHECK(kept[0].change == full_entry(contact, 2).change);
  CHECK(kept[0].state == ChangeState::acknowledged);
  store.write([&] {
    must(store->drop_acknowledged(kept[0].id));
    must(store->sweep(day(32)));  // the first is 31 days old
  });
  CHECK(must(store->acknowledged_above(Seq(0))).size() == 2);
}

TEST_CASE("a conflict comes back as it went in") {
  StoreForTest store;
  auto conflict = full_conflict(store.table("contact"));
  store.write([&] { conflict.id = must(store->add_conflict(conflict)); });
  store.reopen();
  REQUIRE(must(store->conflicts()).size() == 1);
  check_same(must(store->conflicts()).front(), conflict);
  REQUIRE(must(store->conflicts_of(conflict.record)).size() == 1);
  CHECK(must(store->conflicts_of(id_for_test(4))).empty());
  conflict.at.reset();
  conflict.kind = ConflictKind::columns;
  conflict.server.clear();
  store.write([&] { must(store->update_conflict(conflict)); });
  check_same(must(store->conflicts()).front(), conflict);
  store.write([&] {
    must(store->remove_conflict(conflict.id));
    CHECK(store->update_conflict(conflict).error().code == ErrorCode::not_found);
  });
  CHECK(must(store->conflicts()).empty());
}

TEST_CASE("a decided conflict keeps its number; what a policy decided gets one of its own") {
  StoreForTest store;
  const auto& contact = store.table("contact");
  auto conflict = full_conflict(contact);
  ConflictId next;
  store.write([&] {
    conflict.id = must(store->add_conflict(conflict));
    must(store->remove_conflict(conflict.id));
    must(store->add_conflict_record({conflict.id, conflict, "mine", Instant{10}}));
    must(store->add_conflict_record({ConflictId(), full_conflict(contact), "policy", Instant{20}}));
    next = must(store->add_conflict(conflict));
  });
  const auto records = must(store->conflict_records());
  REQUIRE(records.size() == 2);
  CHECK(records[0].id == conflict.id);
  check_same(records[0].conflict, conflict);
  CHECK(records[0].decision == "mine");
  CHECK(records[0].decided_at == Instant{10});
  CHECK(records[1].id != conflict.id);
  CHECK(records[1].id != next);
  store.write([&] { must(store->sweep(Instant{15} + Duration::of_days(90))); });
  CHECK(must(store->conflict_records()).size() == 1);
}

TEST_CASE("staged pages come in the order in which they went in, up to a limit") {
  StoreForTest store;
  const std::string large(static_cast<std::size_t>(kStagedBytesMax / 2), 'x');
  store.write([&] {
    must(store->stage_page(std::string("one\0", 4)));
    must(store->stage_page("two"));
  });
  store.reopen();
  CHECK(must(store->staged_pages()) == 2);
  CHECK(must(store->staged_page(0)) == std::string("one\0", 4));
  CHECK(must(store->staged_page(1)) == "two");
  CHECK_FALSE(must(store->staged_page(2)).has_value());
  store.write([&] {
    must(store->stage_page(large));
    CHECK(store->stage_page(large).error().code == ErrorCode::too_large);
    must(store->drop_staged_pages());
    must(store->stage_page("three"));
  });
  CHECK(must(store->staged_page(0)) == "three");
}

// Every byte of a stored body is changed and every end cut off: an entry or an error, never a crash.
TEST_CASE("a damaged entry is an error that names it") {
  StoreForTest store;
  const auto& contact = store.table("contact");
  store.write([&] {
    must(store->append(full_entry(contact, 1)));
    must(store->add_conflict(full_conflict(contact)));
  });
  for (const char* table : {"outbox", "conflict"}) {
    auto select = must(store.database().prepare("select body from " + std::string(table)));
    must(select->step());
    const std::string body(select->blob(0));
    select.reset();
    auto damage = must(store.database().prepare("update " + std::string(table) + " set body = ?1"));
    const auto read_with = [&](const std::string& damaged) {
      damage->bind_blob(1, damaged);
      must(damage->run());
      const auto outbox = store->outbox();
      if (!outbox) CHECK(outbox.error().code == ErrorCode::store_damaged);
      const auto conflicts = store->conflicts();
      if (!conflicts) CHECK(conflicts.error().code == ErrorCode::store_damaged);
      return outbox.ok() && conflicts.ok();
    };
    for (std::size_t i = 0; i < body.size(); ++i) {
      CHECK_FALSE(read_with(body.substr(0, i)));
      for (const int bit : {1, 0x80}) {
        auto changed = body;
        changed[i] = static_cast<char>(changed[i] ^ bit);
        (void)read_with(changed);
      }
    }
    CHECK_FALSE(read_with(body + "x"));
    CHECK(read_with(body));
  }
}

}  // namespace satchel::device::store
