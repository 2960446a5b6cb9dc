// SPDX-License-Identifier: Apache-2.0
//
// What the tests of this room share: a door on a real store in memory, and a server that is played by hand.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "device/door/door.h"

namespace satchel::device::door {

using ValuesForTest = std::initializer_list<std::pair<const char*, model::Value>>;

RecordId id_for_test(std::uint8_t number);
model::Record record_for_test(std::string_view table, std::uint8_t id, std::int64_t version, ValuesForTest values);

class DoorForTest {
 public:
  DoorForTest();
  // Elena is signed in, has decided about a PIN, and holds these records as of a cut at `version` 100.
  static std::unique_ptr<DoorForTest> with(const std::vector<model::Record>& records);

  // Says something and gives what was told to it, or null.
  Json hear(const Json& message);
  Json ask(std::string_view question);                      // a question's JSON -> its answer, or {"refusal": …}
  Json act(std::string_view action, std::string key = {});  // the same of an action
  void watch(std::int64_t id, std::string_view question);
  // What was told since the last call, to messages with this id.
  std::vector<Json> told(std::int64_t id);
  // Whole messages since the last call, in their order.
  std::vector<Json> told();

  // Takes out what there is, and does the work that is left.
  void drain();
  void pass(Duration time);  // and wakes as asked

  // ---- the server, by hand ---------------------------------------------------------------------------------------------------
  bool has_request() const { return !sends_.empty(); }
  client::Send take_request();
  void answer(const client::Send& send, Result<Response> response);
  void answer(const client::Send& send, int status, std::string type, std::string body);
  // A page that declares a cut with these rows; all in one scope per table.
  std::string page(const std::vector<model::Record>& records, std::int64_t cut);
  // Answers pulls with `records` and refuses nothing, until the door is quiet.
  void sync(const std::vector<model::Record>& records, std::int64_t cut);

  store::DeviceStore& store() { return *store_; }
  Door& door() { return *door_; }
  std::optional<Instant> wake_at() const { return wake_at_; }
  Instant now;

 private:
  SeededRandom random_{11};
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<store::DeviceStore> store_;
  std::unique_ptr<Door> door_;
  std::vector<client::Send> sends_;
  std::vector<std::pair<std::int64_t, Json>> told_;
  std::optional<Instant> wake_at_;
  std::int64_t last_id_ = 1000;
};

}  // namespace satchel::device::door
