// SPDX-License-Identifier: Apache-2.0
//
// A server was restored from a backup, and has lost what it had confirmed (Y8). Behind the repair the user is asked about each of his
// words that went with it, once, however much he or others did since.
#include "device/sync/repair.h"

#include <doctest/doctest.h>

#include "device/sync/device_for_test.h"

using namespace satchel;
using namespace satchel::device;
using namespace satchel::device::sync;
using odata::FeedPhase;
using store::ConflictKind;

namespace {

constexpr std::int64_t kBackup = 15, kNewEpoch = 1000;

const model::Table& contact() { return *model::Schema::standard().find("contact"); }

model::Record king(std::int64_t version, const char* job) {
  return record_for_test(contact(), 1, version,
                         {{"lastname", text_for_test("King")}, {"jobtitle", text_for_test(job)}});
}

// What the server says when the device comes with a cut that it doesn't know, and the pages of the repair.
void repair(DeviceForTest& device, const PageForTest& page) {
  device.write([&] {
    must(device->set_setting("repairing", "yes"));
    must(device->set_setting(kLostCommits, std::to_string(kBackup) + "-" + std::to_string(kNewEpoch)));
  });
  device.pull(page);
  device.write([&] {
    must(offer_undone(device.store(), device.settling()));
    must(device->drop_setting("repairing"));
  });
  device.verify();
}

void confirm_all(DeviceForTest& device, std::int64_t version) { device.confirm(device.plan(), version); }

const model::Value* mine_in(const DeviceForTest& device, const store::Conflict& conflict, const char* name) {
  for (const auto& value : conflict.mine)
    if (value.column == device.column("contact", name)) return &value.value;
  return nullptr;
}

bool offers(const DeviceForTest& device, const store::Conflict& conflict, const char* name, const char* text) {
  const auto* mine = mine_in(device, conflict, name);
  return mine != nullptr && *mine == text_for_test(text);
}

PageForTest gone() {
  return {.cut = kNewEpoch + 1, .named = {{contact().number, id_for_test(2), odata::NamedAnswer::gone}}};
}

}  // namespace

TEST_CASE("Y8: a confirmed edit that the server lost is offered again") {
  DeviceForTest device;
  device.hold({king(5, "Cook")});
  device.edit("contact", 1, {{"jobtitle", text_for_test("Chef")}});
  confirm_all(device, 20);
  SUBCASE("it was in a cut") { device.pull_rows(21, {king(20, "Chef")}); }
  SUBCASE("it was in no cut yet") {}
  SUBCASE("somebody wrote over it meanwhile") {
    device.pull_rows(21, {king(20, "Chef")});
    repair(device, {.cut = kNewEpoch + 2, .rows = {king(kNewEpoch + 2, "Boss")}});
    REQUIRE(device.conflicts(1).size() == 1);
    CHECK(offers(device, device.conflicts(1)[0], "jobtitle", "Chef"));
    return;
  }
  repair(device, {.cut = kNewEpoch + 1, .rows = {king(5, "Cook")}});
  REQUIRE(device.conflicts(1).size() == 1);
  CHECK(offers(device, device.conflicts(1)[0], "jobtitle", "Chef"));
  CHECK(device.seen("contact", 1, "jobtitle") == text_for_test("Chef"));
  CHECK(device.outbox(1).empty());
  repair(device, {.cut = kNewEpoch + 3});
  CHECK(device.conflicts(1).size() == 1);  // asked once
}

TEST_CASE("Y8: a confirmed edit that the backup has is not asked about, whatever others made of it") {
  DeviceForTest device;
  device.hold({king(5, "Cook")});
  device.edit("contact", 1, {{"jobtitle", text_for_test("Chef")}});
  confirm_all(device, 12);
  device.pull_rows(13, {king(12, "Chef")});
  repair(device, {.cut = kNewEpoch + 2, .rows = {king(kNewEpoch + 2, "Boss")}});
  CHECK(device.conflicts(1).empty());
  CHECK(device.seen("contact", 1, "jobtitle") == text_for_test("Boss"));
}

TEST_CASE("Y8: an edit that wasn't sent yet is newer than the one that was lost under it") {
  DeviceForTest device;
  device.hold({king(5, "Cook")});
  device.edit("contact", 1, {{"jobtitle", text_for_test("Chef")}, {"telephone1", text_for_test("555")}});
  confirm_all(device, 20);
  device.edit("contact", 1, {{"jobtitle", text_for_test("Boss")}});
  repair(device, {.cut = kNewEpoch + 1, .rows = {king(5, "Cook")}});
  CHECK(device.seen("contact", 1, "jobtitle") == text_for_test("Boss"));
  CHECK(device.seen("contact", 1, "telephone1") == text_for_test("555"));
  for (const auto& conflict : device.conflicts(1)) CHECK_FALSE(offers(device, conflict, "jobtitle", "Chef"));
}

TEST_CASE("Y8: of a new record that the server lost all that was typed can be restored, in one piece (K3)") {
  DeviceForTest device;
  device.hold({});
  device.create("contact", 2, {{"lastname", text_for_test("Lee")}});
  confirm_all(device, 20);
  device.edit("contact", 2, {{"jobtitle", text_for_test("Cook")}});
  confirm_all(device, 21);
  device.edit("contact", 2, {{"department", text_for_test("Kitchen")}});
  SUBCASE("the last edit waits") {}
  SUBCASE("the last edit is on its way") { (void)device.plan(); }
  SUBCASE("it was in a cut") {
    device.pull_rows(21, {record_for_test(contact(), 2, 21,
                                          {{"lastname", text_for_test("Lee")}, {"jobtitle", text_for_test("Cook")}})});
  }
  repair(device, gone());
  const auto conflicts = device.conflicts(2);
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].kind == ConflictKind::deleted_there);
  CHECK(offers(device, conflicts[0], "lastname", "Lee"));
  CHECK(offers(device, conflicts[0], "jobtitle", "Cook"));
  CHECK(offers(device, conflicts[0], "department", "Kitchen"));
  CHECK(device.outbox(2).empty());
}

TEST_CASE("Y8: a record that was made and deleted since the backup is nothing to ask about") {
  DeviceForTest device;
  device.hold({});
  device.create("contact", 2, {{"lastname", text_for_test("Lee")}});
  confirm_all(device, 20);
  must(device.save("contact", model::ChangeKind::remove, 2, {}));
  confirm_all(device, 21);
  repair(device, gone());
  CHECK(device.conflicts(2).empty());
}
