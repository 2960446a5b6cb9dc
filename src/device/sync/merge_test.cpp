// SPDX-License-Identifier: Apache-2.0
//
// The laws of docs/merge_laws.md, each over random rows of a contact.
#include "device/sync/merge.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/random.h"

using namespace satchel;
using namespace satchel::device::sync;
using model::ColumnIndex;
using model::Value;

namespace {

const model::Table& table_named(const char* name) { return *model::Schema::standard().find(name); }
const model::Table& contact() { return table_named("contact"); }
ColumnIndex index_of(const model::Table& table, const char* column) { return table.find_column(column)->index; }

model::Record blank(const model::Table& table) {
  model::Record record;
  record.table = table.number;
  record.values.resize(table.columns.size());
  return record;
}

Value text(std::uint64_t number) { return number == 0 ? Value{} : Value{"value " + std::to_string(number)}; }

// A random argument: some columns pending, a server that moved some of them.
struct Argument {
  std::vector<PendingColumn> pending;
  model::Record server = blank(contact());
};

Argument random_argument(Random& random) {
  static const char* kColumns[] = {"firstname", "lastname", "jobtitle", "telephone1", "description", "department"};
  Argument argument;
  for (const auto* name : kColumns) {
    const auto column = index_of(contact(), name);
    const auto base = random.below(3);
    argument.server.values[column] = text(random.below(3));
    if (random.one_in(2)) argument.pending.push_back({column, text(base), text(random.below(3))});
  }
  std::sort(argument.pending.begin(), argument.pending.end(),
            [](const auto& a, const auto& b) { return a.column < b.column; });
  return argument;
}

std::vector<ColumnIndex> columns_in(const MergePlan& plan) {
  std::vector<ColumnIndex> columns(plan.keep);
  columns.insert(columns.end(), plan.drop.begin(), plan.drop.end());
  for (const auto& pending : plan.rebase) columns.push_back(pending.column);
  for (const auto& group : plan.ask)
    for (const auto& pending : group) columns.push_back(pending.column);
  std::sort(columns.begin(), columns.end());
  return columns;
}

model::Party party(std::uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return {{TableNumber(2), RecordId(id)}, ""};
}

constexpr int kRuns = 2000;

}  // namespace

TEST_CASE("M1: if the server has base everywhere, everything is kept") {
  SeededRandom random(1);
  for (int run = 0; run < kRuns; ++run) {
    auto argument = random_argument(random);
    std::erase_if(argument.pending, [](const PendingColumn& p) { return p.base == p.mine; });
    for (const auto& pending : argument.pending) argument.server.values[pending.column] = pending.base;
    const auto plan = plan_merge(contact(), argument.pending, argument.server, ConflictPolicy::ask);
    CHECK(plan.keep.size() == argument.pending.size());
    CHECK(plan.ask.empty());
  }
}

TEST_CASE("M2: if the server has mine everywhere, everything is dropped") {
  SeededRandom random(2);
  for (int run = 0; run < kRuns; ++run) {
    auto argument = random_argument(random);
    for (const auto& pending : argument.pending) argument.server.values[pending.column] = pending.mine;
    CHECK(plan_merge(contact(), argument.pending, argument.server, ConflictPolicy::ask).drop.size() ==
          argument.pending.size());
  }
}

TEST_CASE("M3: every pending column has exactly one fate") {
  SeededRandom random(3);
  for (int run = 0; run < kRuns; ++run) {
    const auto argument = random_argument(random);
    std::vector<ColumnIndex> asked;
    for (const auto& pending : argument.pending) asked.push_back(pending.column);
    for (const auto policy : {ConflictPolicy::ask, ConflictPolicy::server, ConflictPolicy::device})
      CHECK(columns_in(plan_merge(contact(), argument.pending, argument.server, policy)) == asked);
  }
}

TEST_CASE("M4: merging what stayed pending with the same server again keeps it") {
  SeededRandom random(4);
  for (int run = 0; run < kRuns; ++run) {
    const auto argument = random_argument(random);
    const auto plan = plan_merge(contact(), argument.pending, argument.server, ConflictPolicy::device);
    std::vector<PendingColumn> stayed = plan.rebase;
    for (const auto& pending : argument.pending)
      if (std::count(plan.keep.begin(), plan.keep.end(), pending.column) != 0) stayed.push_back(pending);
    const auto again = plan_merge(contact(), stayed, argument.server, ConflictPolicy::device);
    CHECK(again.keep.size() == stayed.size());
  }
}

TEST_CASE("M5: the plan doesn't depend on the order of the pending columns") {
  SeededRandom random(5);
  for (int run = 0; run < kRuns; ++run) {
    auto argument = random_argument(random);
    const auto plan = plan_merge(contact(), argument.pending, argument.server, ConflictPolicy::ask);
    std::reverse(argument.pending.begin(), argument.pending.end());
    auto reversed = plan_merge(contact(), argument.pending, argument.server, ConflictPolicy::ask);
    CHECK(columns_in(plan) == columns_in(reversed));
    CHECK(plan.ask.size() == reversed.ask.size());
    std::sort(reversed.keep.begin(), reversed.keep.end());
    CHECK(plan.keep == reversed.keep);
  }
}

TEST_CASE("M6: a column that only one side changed is never in a conflict (K1)") {
  SeededRandom random(6);
  int asked = 0;
  for (int run = 0; run < kRuns; ++run) {
    const auto argument = random_argument(random);
    for (const auto& group : plan_merge(contact(), argument.pending, argument.server, ConflictPolicy::ask).ask)
      for (const auto& pending : group) {
        const auto& server = argument.server.values[pending.column];
        CHECK(server != pending.base);
        CHECK(server != pending.mine);
        ++asked;
      }
  }
  CHECK(asked > 100);  // the runs do argue
}

TEST_CASE("M7: changes of different columns end in the same row in either order") {
  const auto title = index_of(contact(), "jobtitle"), phone = index_of(contact(), "telephone1");
  const auto base = blank(contact());
  for (const bool title_first : {true, false}) {
    auto server = base;
    const PendingColumn edits[] = {{title, {}, std::string("Engineer")}, {phone, {}, std::string("555-0101")}};
    for (const auto& edit : {edits[title_first ? 0 : 1], edits[title_first ? 1 : 0]}) {
      const auto plan = plan_merge(contact(), {edit}, server, ConflictPolicy::ask);
      REQUIRE(plan.keep.size() == 1);
      server.values[edit.column] = edit.mine;
    }
    CHECK(server.values[title] == Value{std::string("Engineer")});
    CHECK(server.values[phone] == Value{std::string("555-0101")});
  }
}

TEST_CASE("M8: party lists merge as sets") {
  const model::PartyList base{party(1), party(2)};
  const model::PartyList mine{party(1), party(3)};    // 2 removed, 3 added
  const model::PartyList server{party(2), party(4)};  // 1 removed, 4 added
  const model::PartyList merged{party(3), party(4)};
  CHECK(merge_parties(base, mine, server) == merged);
  CHECK(merge_parties(base, server, mine) == merged);

  const auto& email = table_named("email");
  const auto to = index_of(email, "to");
  auto row = blank(email);
  row.values[to] = server;
  const auto plan = plan_merge(email, {{to, base, mine}}, row, ConflictPolicy::ask);
  REQUIRE(plan.rebase.size() == 1);
  CHECK(plan.rebase[0].mine == Value{merged});
  CHECK(plan.rebase[0].base == Value{server});
  CHECK(plan.ask.empty());
}

TEST_CASE("M9: status and reason are decided together (K7)") {
  const auto& table = table_named("opportunity");
  const auto state = *table.state, status = *table.status;
  auto server = blank(table);
  server.values[state] = std::int64_t{2};
  server.values[status] = std::int64_t{4};
  const std::vector<PendingColumn> pending{{std::min(state, status), std::int64_t{0}, std::int64_t{1}},
                                           {std::max(state, status), std::int64_t{1}, std::int64_t{3}}};
  const auto plan = plan_merge(table, pending, server, ConflictPolicy::ask);
  REQUIRE(plan.ask.size() == 1);
  CHECK(plan.ask[0].size() == 2);
}

TEST_CASE("M9: a currency that moved there puts every amount that moved here in question (K7)") {
  const auto& table = table_named("opportunity");
  const auto amount = index_of(table, "estimatedvalue");
  const auto currency = *table.currency;
  const Value euro = party(1).party, dollar = party(2).party;
  auto server = blank(table);
  server.values[currency] = dollar;
  server.values[amount] = std::int64_t{100};
  // The amount was changed here while the currency was the euro: the currency stands beside it as a witness.
  const std::vector<PendingColumn> pending{{amount, std::int64_t{100}, std::int64_t{120}}, {currency, euro, euro}};
  const auto plan = plan_merge(table, pending, server, ConflictPolicy::ask);
  REQUIRE(plan.ask.size() == 1);
  CHECK(plan.ask[0].size() == 2);

  server.values[currency] = euro;
  const auto calm = plan_merge(table, pending, server, ConflictPolicy::ask);
  CHECK(calm.ask.empty());
  CHECK(calm.keep == std::vector<ColumnIndex>{amount});
}

TEST_CASE("the policy decides an overlap without asking, and keeps what was lost (K2)") {
  const auto title = index_of(contact(), "jobtitle");
  auto server = blank(contact());
  server.values[title] = std::string("theirs");
  const std::vector<PendingColumn> pending{{title, {}, std::string("mine")}};
  const auto theirs = plan_merge(contact(), pending, server, ConflictPolicy::server);
  CHECK(theirs.drop == std::vector<ColumnIndex>{title});
  REQUIRE(theirs.lost.size() == 1);
  const auto mine = plan_merge(contact(), pending, server, ConflictPolicy::device);
  REQUIRE(mine.rebase.size() == 1);
  CHECK(mine.rebase[0].base == Value{std::string("theirs")});
  CHECK(mine.rebase[0].mine == Value{std::string("mine")});
}
