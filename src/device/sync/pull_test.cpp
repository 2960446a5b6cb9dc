// SPDX-License-Identifier: Apache-2.0
//
// What pages do to a device that holds rows and has changes of its own.
#include "device/sync/pull.h"

#include <doctest/doctest.h>

#include "device/sync/decisions.h"
#include "device/sync/device_for_test.h"

namespace satchel::device::sync {

void fail_for_test(const Error& error) {
  const std::string sentence = std::string(name_of(error.code)) + ": " + error.message;
  FAIL(sentence);
}

}  // namespace satchel::device::sync

using namespace satchel;
using namespace satchel::device;
using namespace satchel::device::sync;
using odata::FeedMark;
using odata::FeedPhase;
using store::ChangeState;

namespace {

const model::Table& contact() { return *model::Schema::standard().find("contact"); }
const ScopeNumber kContacts(2), kOthers(77);

model::Record king(std::int64_t version, const char* city = "Ulm") {
  return record_for_test(contact(), 1, version,
                         {{"lastname", text_for_test("King")}, {"address1_city", text_for_test(city)}});
}

FeedMark left(std::uint8_t id, std::int64_t seq, ScopeNumber scope = kContacts) {
  return {FeedMark::Kind::leave, contact().number, id_for_test(id), Seq(seq), {scope}};
}

}  // namespace

TEST_CASE("Y11: a row goes only at the end of a cut, and only when no scope holds it any more") {
  DeviceForTest device;
  device.hold({king(5)});
  device.pull({.marks = {left(1, 11)}});
  CHECK(device.shows("contact", 1));  // staged: the cut isn't there
  SUBCASE("nothing else holds it") {
    CHECK(device.pull({.cut = 12}).removed == 1);
    CHECK_FALSE(device.shows("contact", 1));
  }
  SUBCASE("a later page of the same cut brings it back") {
    CHECK(device.pull({.cut = 12, .rows = {king(12)}}).removed == 0);
    CHECK(device.shows("contact", 1));
  }
  device.verify();
}

TEST_CASE("Y11: a row that leaves one of two scopes stays") {
  DeviceForTest device;
  device.hold({});
  device.pull({.cut = 11,
               .rows = {king(11)},
               .granted = {scope_for_test(77, contact().number)},
               .scopes = {kContacts, kOthers}});
  device.pull({.cut = 12, .marks = {left(1, 12)}});
  CHECK(device.shows("contact", 1));
  device.pull({.cut = 13, .dropped = {kOthers}});
  CHECK_FALSE(device.shows("contact", 1));
  device.verify();
}

TEST_CASE("Y11: unsent work alone is no reason for a row to stay") {
  DeviceForTest device;
  device.hold({king(5)});
  device.edit("contact", 1, {{"jobtitle", text_for_test("Cook")}});
  device.pull({.cut = 12, .marks = {left(1, 11)}});
  CHECK_FALSE(device.shows("contact", 1));  // its edit is in the error list (Q2)
  CHECK(must(device->unscoped_rows(10)).empty());
  CHECK(device.outbox(1).size() == 1);
  CHECK(device.outbox(1)[0].state == ChangeState::refused);
  device.verify();
}

TEST_CASE("Y12: pages wait for their cut; then rows, cut and cursor move together") {
  DeviceForTest device;
  device.hold({king(5)});
  device.pull({.rows = {king(11, "Bern")}});
  CHECK(device.seen("contact", 1, "address1_city") == text_for_test("Ulm"));
  CHECK(must(device->setting("cut")) == Cut{Seq(10), 7}.to_string());
  device.pull_rows(12, {record_for_test(contact(), 2, 12, {{"lastname", text_for_test("Lee")}})});
  CHECK(device.seen("contact", 1, "address1_city") == text_for_test("Bern"));
  CHECK(device.shows("contact", 2));
  CHECK(must(device->setting("cut")) == Cut{Seq(12), 7}.to_string());
  CHECK(must(device->staged_pages()) == 0);
  device.verify();
}

TEST_CASE("Y12: a first load shows its rows at once; what a later load changes waits for the cut") {
  DeviceForTest device;
  device.pull({.phase = FeedPhase::load, .rows = {king(5)}, .granted = {scope_for_test(2, contact().number)}});
  CHECK(device.shows("contact", 1));
  device.pull({.cut = 10});
  device.pull({.phase = FeedPhase::load,
               .rows = {king(11, "Bern"), record_for_test(contact(), 2, 9, {{"lastname", text_for_test("Lee")}})},
               .granted = {scope_for_test(77, contact().number)},
               .scopes = {kContacts, kOthers}});
  CHECK(device.shows("contact", 2));
  CHECK(device.seen("contact", 1, "address1_city") == text_for_test("Ulm"));
  device.pull({.cut = 12});
  CHECK(device.seen("contact", 1, "address1_city") == text_for_test("Bern"));
  device.verify();
}

TEST_CASE("Y13: an acknowledged change stays in view until a cut contains it") {
  DeviceForTest device;
  device.hold({king(5)});
  device.edit("contact", 1, {{"address1_city", text_for_test("Rome")}});
  device.confirm(device.plan(), 12);
  CHECK(device.seen("contact", 1, "address1_city") == text_for_test("Rome"));
  device.pull_rows(11, {king(11, "Bern")});  // an older cut, in which somebody else had changed it
  CHECK(device.seen("contact", 1, "address1_city") == text_for_test("Rome"));
  CHECK(device.outbox(1).size() == 1);
  device.pull_rows(12, {king(12, "Rome")});
  CHECK(device.seen("contact", 1, "address1_city") == text_for_test("Rome"));
  CHECK(device.outbox(1).empty());
  CHECK_FALSE(must(device->has_shadow(id_for_test(1))));
  device.verify();
}

TEST_CASE("Y13: a record whose answer isn't known isn't merged") {
  DeviceForTest device;
  device.hold({king(5)});
  device.edit("contact", 1, {{"address1_city", text_for_test("Rome")}});
  const auto plan = device.plan();
  device.pull_rows(11, {king(11, "Bern")});
  CHECK(device.conflicts(1).empty());
  CHECK(device.outbox(1)[0].state == ChangeState::sent);
  CHECK(device.seen("contact", 1, "address1_city") == text_for_test("Rome"));
  SUBCASE("it had been refused as stale: now it is merged") {
    device.answer({DeviceForTest::refused(plan.parts[0], 412, ErrorCode::version_conflict)});
    CHECK(device.conflicts(1).size() == 1);
  }
  SUBCASE("it had been applied: nothing to decide") {
    device.confirm(plan, 12);
    CHECK(device.conflicts(1).empty());
  }
  device.verify();
}

TEST_CASE("of a deleted record the newest words are asked about, though older ones are answered last (K3)") {
  DeviceForTest device;
  device.hold({king(5)});
  device.edit("contact", 1, {{"jobtitle", text_for_test("first")}});
  device.answer({DeviceForTest::refused(device.plan().parts[0], 403, ErrorCode::forbidden)});
  device.edit("contact", 1, {{"telephone1", text_for_test("second")}});
  device.plan();  // on its way; nothing comes back
  device.edit("contact", 1, {{"telephone1", text_for_test("third")}});
  device.edit("contact", 1, {{"jobtitle", text_for_test("fourth")}});  // what was refused goes out again, before this
  const auto plan = device.plan();
  REQUIRE(plan.parts.size() == 2);
  device.answer({DeviceForTest::refused(plan.parts[0], 410, ErrorCode::deleted),
                 DeviceForTest::refused(plan.parts[1], 410, ErrorCode::deleted)});
  REQUIRE(device.conflicts(1).size() == 1);
  const auto conflict = device.conflicts(1)[0];
  CHECK(conflict.kind == store::ConflictKind::deleted_there);
  const auto mine = [&](const char* column) {
    const model::RecordChange change{conflict.table, conflict.record, model::ChangeKind::update, conflict.mine};
    return *change.find(model::Schema::standard().find("contact")->find_column(column)->index);
  };
  CHECK(mine("telephone1") == text_for_test("third"));
  CHECK(mine("jobtitle") == text_for_test("fourth"));
  CHECK(device.outbox(1).empty());
  device.verify();
}

TEST_CASE("a deleted record about which the user has decided takes no edit until its row is gone (K3)") {
  DeviceForTest device;
  device.hold({king(5)});
  device.edit("contact", 1, {{"jobtitle", text_for_test("Cook")}});
  device.answer({DeviceForTest::refused(device.plan().parts[0], 410, ErrorCode::deleted)});
  REQUIRE(device.conflicts(1).size() == 1);
  auto keep = Keep::server;
  SUBCASE("restored") { keep = Keep::mine; }
  SUBCASE("let go") {}
  const auto id = device.conflicts(1)[0].id;
  device.write([&] { must(decide(device.store(), id, {.keep = keep, .columns = {}}, device.settling())); });
  REQUIRE(device.shows("contact", 1));
  const auto edit = [&] {
    return device.save("contact", model::ChangeKind::update, 1, {{"jobtitle", text_for_test("Baker")}});
  };
  const auto refused = edit();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::deleted);
  CHECK(device.conflicts(1).empty());
  device.pull({.cut = 12});
  CHECK(edit().ok());  // no mark came: it's there after all
  device.verify();
}

TEST_CASE("Q2: what leaves a user's scope leaves his device; what he typed is kept, and only that") {
  DeviceForTest device;
  device.hold({king(5)});
  device.edit("contact", 1, {{"jobtitle", text_for_test("Cook")}});
  device.pull({.cut = 12, .dropped = {kContacts}});
  CHECK_FALSE(device.shows("contact", 1));
  CHECK_FALSE(must(device->mirror(contact(), id_for_test(1))));
  REQUIRE(device.outbox(1).size() == 1);
  const auto entry = device.outbox(1)[0];
  CHECK(entry.state == ChangeState::refused);
  CHECK(entry.change.values ==
        std::vector<model::ColumnValue>{{device.column("contact", "jobtitle"), text_for_test("Cook")}});
  CHECK(entry.bases.empty());  // what the screen had shown isn't his to keep
  device.verify();
}

TEST_CASE("invariant 8: without a cursor, a scope that isn't granted again is lost") {
  DeviceForTest device;
  device.hold({king(5), record_for_test(contact(), 2, 5, {{"lastname", text_for_test("Lee")}})});
  device.edit("contact", 2, {{"jobtitle", text_for_test("Cook")}});
  device.write([&] { must(device->drop_setting("cursor")); });  // a repair, or a newer schema
  device.pull({.cut = 12, .granted = {scope_for_test(1, TableNumber(1))}});
  CHECK_FALSE(device.shows("contact", 1));
  for (const auto& row : must(device->scopes())) CHECK(row.scope.number != kContacts);
  // The one with unsent work may have moved into another scope: the server is asked before anything is decided.
  CHECK(device.outbox(2)[0].state == ChangeState::waiting);
  const auto named = must(device->unscoped_rows(10));
  REQUIRE(named.size() == 1);
  CHECK(named[0].id == id_for_test(2));
  device.pull({.cut = 13, .named = {{contact().number, id_for_test(2), odata::NamedAnswer::forbidden}}});
  CHECK_FALSE(device.shows("contact", 2));
  CHECK(device.outbox(2)[0].state == ChangeState::refused);
  device.verify();
}

// ---- a newer schema (Y26) ----------------------------------------------------------------------------------------------------

namespace {

// The standard schema without tasks, as an app of last year would have it.
model::Schema older_schema() {
  const std::vector<model::Schema::File> files = {{"shared.json", R"({"number": 1})"}, {"contact.json", R"({
  "name": "contact", "number": 2, "set": "contacts", "label": "Contact", "plural": "Contacts", "ownership": "organization",
  "primary_name": "lastname", "quick_find": ["lastname"],
  "columns": [{"name": "lastname", "label": "Last Name", "type": "text", "length": 50}]
})"}};
  return must(model::Schema::load(files));
}

}  // namespace

TEST_CASE("Y7: a first load that was broken off for so long that it begins anew keeps nothing of what came before") {
  DeviceForTest device;
  const PageForTest first{.phase = FeedPhase::load,
                          .rows = {king(5), record_for_test(contact(), 2, 5, {{"lastname", text_for_test("Lee")}})},
                          .granted = {scope_for_test(2, TableNumber(2))}};
  device.pull(first);
  device.pull({.phase = FeedPhase::load, .rows = {king(7, "Bern")}, .granted = first.granted});
  device.pull({.cut = 12});
  CHECK(device.seen("contact", 1, "address1_city") == text_for_test("Bern"));
  CHECK_FALSE(device.shows("contact", 2));  // deleted meanwhile; nobody knows that any more
  device.verify();
}

TEST_CASE("Y8: the number of a scope that a restored server gives to another table stands for that from now on") {
  DeviceForTest device;
  device.hold({king(5)});
  const auto& task = device.table("task");
  device.write([&] {
    must(device->drop_setting("cursor"));
    must(device->set_setting("repairing", "yes"));
  });
  device.pull({.cut = 13, .granted = {scope_for_test(kContacts.value, task.number)}});
  const auto scopes = must(device->scopes());
  REQUIRE(scopes.size() == 1);
  CHECK(scopes[0].scope.table == task.number);
  CHECK(scopes[0].count == 0);
  CHECK_FALSE(device.shows("contact", 1));
  device.verify();
}

TEST_CASE("Y18: a create that the server has already fills what is empty there, and asks about what is different") {
  DeviceForTest device;
  device.hold({});
  device.create(
      "contact", 1,
      {{"lastname", text_for_test("King")}, {"jobtitle", text_for_test("Cook")}, {"telephone1", text_for_test("555")}});
  device.pull_rows(12, {record_for_test(contact(), 1, 11,
                                        {{"lastname", text_for_test("King")},
                                         {"jobtitle", text_for_test("Chef")},  // written since, by whomever
                                         {"createdby", model::Reference{TableNumber(8), device.user}}})});
  const auto conflicts = device.conflicts(1);
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].server ==
        std::vector<model::ColumnValue>{{device.column("contact", "jobtitle"), text_for_test("Chef")}});
  const auto outbox = device.outbox(1);
  REQUIRE(outbox.size() == 1);
  CHECK(outbox[0].change.kind == model::ChangeKind::update);
  CHECK(outbox[0].change.find(device.column("contact", "telephone1")) != nullptr);
  CHECK(outbox[0].change.find(device.column("contact", "jobtitle")) == nullptr);
  device.verify();
}

TEST_CASE("Y26: an older app takes what it knows of a newer server's pages, and asks for nothing else") {
  const auto older = older_schema();
  DeviceForTest device(older);
  const auto& task = *model::Schema::standard().find("task");
  const auto row = record_for_test(task, 3, 5, {{"subject", text_for_test("Call")}});
  device.pull({.phase = FeedPhase::load,
               .rows = {king(5), row},
               .granted = {scope_for_test(2, TableNumber(2)), scope_for_test(task.number.value, task.number)}});
  const auto hash = odata::entry_hash(id_for_test(1), Seq(5));
  const auto report = device.pull({.cut = 12,
                                   .rows = {record_for_test(task, 4, 11, {})},
                                   .marks = {{FeedMark::Kind::deleted, task.number, id_for_test(3), Seq(11), {}}},
                                   .totals = {{kContacts, 1, hash}, {ScopeNumber(task.number.value), 1, 99}}});
  CHECK(report.complete);
  CHECK(report.mismatched.empty());
  CHECK(device.seen("contact", 1, "lastname") == text_for_test("King"));
  device.verify();
  device.pull({.cut = 13, .dropped = {ScopeNumber(task.number.value)}});
  device.verify();
}

TEST_CASE("Y26: rows told again for a newer schema need no cut to wait for, unless they changed meanwhile") {
  DeviceForTest device;
  device.hold({king(5, ""), record_for_test(contact(), 2, 5, {{"lastname", text_for_test("Lee")}})});
  device.edit("contact", 2, {{"jobtitle", text_for_test("Cook")}});
  device.write([&] { must(device->drop_setting("cursor")); });
  device.pull({.phase = FeedPhase::load,
               .rows = {king(5, "Ulm"), record_for_test(contact(), 2, 5,
                                                        {{"lastname", text_for_test("Lee")},
                                                         {"address1_city", text_for_test("Bern")}})},
               .granted = {scope_for_test(2, TableNumber(2))}});
  CHECK(must(device->staged_pages()) == 0);
  CHECK(device.seen("contact", 1, "address1_city") == text_for_test("Ulm"));
  CHECK(device.seen("contact", 2, "address1_city") == text_for_test("Bern"));
  CHECK(device.seen("contact", 2, "jobtitle") == text_for_test("Cook"));
  CHECK(device.conflicts(2).empty());
  device.verify();
}
