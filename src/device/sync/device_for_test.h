// SPDX-License-Identifier: Apache-2.0
//
// A device for this room's tests: the real store, in memory, and pages and answers such as a server would send.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "device/sync/local_changes.h"
#include "device/sync/pull.h"
#include "device/sync/push.h"
#include "edge/sqlite/database.h"
#include "model/rules.h"

namespace satchel::device::sync {

// Ends the test case with the error's sentence. Defined in pull_test.cpp.
void fail_for_test(const Error& error);

template <class T>
T must(Result<T> result) {
  if (!result.ok()) fail_for_test(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

using ValuesForTest = std::initializer_list<std::pair<const char*, model::Value>>;

inline RecordId id_for_test(std::uint8_t number) {
  Uuid id;
  id.bytes[0] = 1;
  id.bytes[15] = number;
  return RecordId(id);
}

inline constexpr std::uint8_t kUserForTest = 200;

// Of the user's own, where records have owners.
inline model::Record record_for_test(const model::Table& table, std::uint8_t id, std::int64_t version,
                                     ValuesForTest values) {
  model::Record record{table.number, id_for_test(id), Seq(version), std::vector<model::Value>(table.columns.size())};
  if (table.owner) record.values[*table.owner] = model::Reference{TableNumber(8), id_for_test(kUserForTest)};
  for (const auto& [name, value] : values) record.values[table.find_column(name)->index] = value;
  return record;
}

// One page of the feed. Rows are held by the scope numbered as their table, unless said otherwise.
struct PageForTest {
  const model::Schema* schema = &model::Schema::standard();
  odata::FeedPhase phase = odata::FeedPhase::delta;
  std::int64_t cut = 0;  // 0: the page declares none
  std::vector<model::Record> rows = {};
  std::vector<odata::FeedMark> marks = {};
  std::vector<odata::FeedScope> granted = {};
  std::vector<ScopeNumber> dropped = {};
  std::vector<odata::ScopeTotal> totals = {};
  std::vector<odata::FeedHead::Named> named = {};
  std::vector<ScopeNumber> scopes = {};  // of every row, if any
  std::optional<odata::FeedWatch> watch = {};

  std::string write() const {
    odata::FeedPageWriter writer(*schema);
    for (const auto& row : rows)
      writer.row(schema->at(row.table), row, scopes.empty() ? std::vector{ScopeNumber(row.table.value)} : scopes);
    for (const auto& mark : marks) writer.mark(mark);
    odata::FeedHead head;
    head.phase = phase;
    head.complete = cut != 0;
    head.cut = Cut{Seq(cut), 7};
    head.cursor = "cursor";
    head.granted = granted;
    head.dropped = dropped;
    head.totals = totals;
    head.named = named;
    head.watch = watch;
    return writer.finish(head);
  }
};

inline odata::FeedScope scope_for_test(std::int64_t number, TableNumber table) {
  return {ScopeNumber(number), table, odata::AccessKind::all, RecordId(), 0};
}

class DeviceForTest {
 public:
  explicit DeviceForTest(const model::Schema& schema = model::Schema::standard())
      : database_(must(edge::sqlite::open({.path = ":memory:", .profile = edge::sqlite::Profile::device}))),
        store_(must(store::DeviceStore::open(*database_, schema))) {}

  store::DeviceStore* operator->() { return store_.get(); }
  store::DeviceStore& store() { return *store_; }
  const model::Table& table(const char* name) const { return *store_->schema().find(name); }
  model::ColumnIndex column(const char* table_name, const char* name) const {
    return table(table_name).find_column(name)->index;
  }
  // A user's ordinary store: everything of these tables, loaded, at a cut.
  void hold(std::vector<model::Record> rows, std::int64_t cut = 10) {
    PageForTest load{.phase = odata::FeedPhase::load, .rows = std::move(rows)};
    for (const auto* name : {"account", "contact", "task"})
      load.granted.push_back(scope_for_test(table(name).number.value, table(name).number));
    pull(load);
    pull({.cut = cut});
  }
  PageReport pull(const PageForTest& page) { return must(take_page(*store_, page.write(), settling())); }
  // A cut with these rows.
  PageReport pull_rows(std::int64_t cut, std::vector<model::Record> rows) {
    return pull({.cut = cut, .rows = std::move(rows)});
  }

  template <class Work>
  auto write(Work work) {
    auto transaction = must(store_->begin());
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      must(transaction.commit());
    } else {
      auto result = work();
      must(transaction.commit());
      return result;
    }
  }
  Result<void> save(const char* table_name, model::ChangeKind kind, std::uint8_t id, ValuesForTest values) {
    model::RecordChange change{table(table_name).number, id_for_test(id), kind, {}};
    for (const auto& [name, value] : values) change.set(column(table_name, name), value);
    return write([&] { return sync::save(*store_, change, {now, user, &random_}); });
  }
  void edit(const char* table_name, std::uint8_t id, ValuesForTest values) {
    must(save(table_name, model::ChangeKind::update, id, values));
  }
  void create(const char* table_name, std::uint8_t id, ValuesForTest values) {
    must(save(table_name, model::ChangeKind::create, id, values));
  }

  PushPlan plan() {
    return write([&] { return must(plan_push(*store_, settling())); });
  }
  PushReport answer(std::vector<odata::BatchAnswer> answers) {
    return write([&] { return must(read_answers(*store_, answers, settling())); });
  }
  // All of a plan's parts were applied as this version.
  void confirm(const PushPlan& plan, std::int64_t version) {
    std::vector<odata::BatchAnswer> answers;
    for (const auto& part : plan.parts) answers.push_back(applied(part, version));
    answer(std::move(answers));
  }
  static odata::BatchAnswer applied(const odata::BatchPart& part, std::int64_t version) {
    odata::BatchAnswer answer{part.id, part.group, {}};
    answer.response.status = 204;
    answer.response.headers.set("etag", "W/\"" + std::to_string(version) + "\"");
    return answer;
  }
  static odata::BatchAnswer refused(const odata::BatchPart& part, int status, ErrorCode code) {
    odata::BatchAnswer answer{part.id, part.group, {}};
    answer.response.status = status;
    answer.response.body = R"({"error":{"code":")" + std::string(name_of(code)) + R"(","message":"Not like this."}})";
    return answer;
  }

  model::Value seen(const char* table_name, std::uint8_t id, const char* name) {
    const auto record = must(store_->find(table(table_name), id_for_test(id)));
    return record ? record->values[column(table_name, name)] : model::Value(std::string("(not there)"));
  }
  bool shows(const char* table_name, std::uint8_t id) {
    return must(store_->find(table(table_name), id_for_test(id))).has_value();
  }
  std::vector<store::OutboxEntry> outbox(std::uint8_t id) { return must(store_->outbox_of(id_for_test(id))); }
  std::vector<store::Conflict> conflicts(std::uint8_t id) { return must(store_->conflicts_of(id_for_test(id))); }
  void verify() {
    write([&] { must(store_->verify()); });
  }

  Settling settling() { return {.now = now, .server_now = now, .user = user, .random = &random_}; }

  Instant now = Instant::of_seconds(1'700'000'000);
  RecordId user = id_for_test(kUserForTest);

 private:
  SeededRandom random_{1};
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<store::DeviceStore> store_;
};

inline model::Value text_for_test(const char* text) { return model::Value(std::string(text)); }

}  // namespace satchel::device::sync
