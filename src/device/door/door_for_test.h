// SPDX-License-Identifier: Apache-2.0
//
// What the tests of this room share: a door on a real store in memory, and a server that is played by hand.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
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

// Elena's accounts 1 and 2, the contact 3 of the first, and a task about that.
std::vector<model::Record> some_records();
inline constexpr std::uint8_t kElena = 200;
inline const std::string kAccount = id_for_test(1).to_string();
inline const std::string kContact = id_for_test(3).to_string();
inline const std::string kNew = "01000000-0000-0000-0000-0000000000ff";

Json json(std::string_view text);
std::string list_of(const std::string& set, const std::string& rest = {});  // a question for a list's first 50 rows
using Names = std::vector<std::string>;
Names names_in(const Json& list);
std::string code_of(const Json& told);  // of a refusal; empty if it's none

}  // namespace satchel::device::door
