// SPDX-License-Identifier: Apache-2.0
#include "server/records/records.h"

#include <cassert>

#include "server/access/rights_mark.h"
#include "server/records/internal/pull_page.h"
#include "server/records/internal/queries.h"
#include "server/records/internal/tables.h"
#include "server/records/internal/writer.h"

namespace satchel::server::records {
namespace {

using model::Record;
using model::Table;

// A read transaction, unless the caller has one open already.
class Snapshot {
 public:
  static Result<Snapshot> begin(sql::Database& database) {
    if (database.in_transaction()) return Snapshot(std::nullopt);
    return Snapshot(TRY(sql::Transaction::begin(database, sql::Transaction::Kind::read)));
  }
  Result<void> end() { return transaction_ ? transaction_->commit() : Result<void>(); }

 private:
  explicit Snapshot(std::optional<sql::Transaction> transaction) : transaction_(std::move(transaction)) {}
  std::optional<sql::Transaction> transaction_;
};

Error not_found(const Table& table, RecordId id) {
  return {ErrorCode::not_found,
          "There is no " + table.label + " with the id " + id.to_string() + ", or you may not see it.",
          table.set + "(" + id.to_string() + ")"};
}

class SqlRecords final : public Records {
 public:
  SqlRecords(sql::Database& database, OrganizationNumber organization, const model::Schema& schema, Random& random,
             Log& log)
      : context_(database, organization, schema, random, log),
        scopes_(context_),
        subscriptions_(context_, scopes_),
        pool_(schema) {}

  Result<void> prepare() {
    auto transaction = TRY(sql::Transaction::begin(context_.database));
    TRY(prepare_tables(context_));
    epoch_ = TRY(read_state(context_)).epoch;
    return transaction.commit();
  }

  const model::Schema& schema() const override { return context_.schema; }

  // ---- writing -----------------------------------------------------------------------------------------------------------
  Result<void> begin_part() override {
    assert(!part_ && context_.database.in_transaction());
    const State state = TRY(read_state(context_));
    scopes_.use(state);
    part_.emplace();
    part_->before = state.head;
    return {};
  }

  Result<void> end_part() override {
    assert(part_);
    const Part part = *std::exchange(part_, std::nullopt);
    if (!part.cut) return {};
    TRY(scopes_.add(part.totals, part.before, *part.cut));
    if (part.rights_changed) TRY(access::touch_rights(context_.database, context_.organization, context_.random));
    return write_head(context_, *part.cut, part.made_at);
  }

  void abandon_part() override { part_.reset(); }

  Result<Outcome> apply(const access::Caller& caller, const model::RecordChange& change, const Condition& condition,
                        Absent absent, Instant now) override {
    assert(part_);
    return Writer(context_, scopes_, caller, *part_, now).apply(change, condition, absent);
  }

  // ---- reading -----------------------------------------------------------------------------------------------------------
  Result<Record> get(const access::Caller& caller, const Table& table, RecordId id) override {
    auto row = TRY(find_row(context_, context_.at(table.number), id));
    if (row && access::may(caller, table, access::Privilege::read, *row)) return std::move(*row);
    if (!row && !table.is_intersect && TRY(find_deleted(context_, id)))
      return Error{ErrorCode::deleted, "The " + table.label + " with the id " + id.to_string() + " was deleted.",
                   table.set + "(" + id.to_string() + ")"};
    return not_found(table, id);
  }

  Result<ListPage> list(const access::Caller& caller, const query::Query& query, std::size_t rows_max) override {
    return list_rows(context_, caller, query, rows_max);
  }

  std::string name_of(const access::Caller& caller, const model::Reference& reference) override {
    const auto* table = context_.schema.find(reference.table);
    if (table == nullptr || !table->primary_name) return {};
    const auto row = find_row(context_, context_.at(reference.table), reference.id);
    if (!row || !*row || !access::may(caller, *table, access::Privilege::read, **row)) return {};
    return name_in(*table, **row);
  }

  Result<std::vector<RecordId>> find_by_text(const Table& table, model::ColumnIndex column,
                                             std::string_view text) override {
    return find_text(context_, context_.at(table.number), table.columns[column], text);
  }

  // ---- the feed ----------------------------------------------------------------------------------------------------------
  Result<std::string> pull_page(const access::Caller& caller, const PullRequest& request, Instant now) override {
    auto snapshot = TRY(Snapshot::begin(context_.database));
    const State state = TRY(use_state());
    const auto* subscription = TRY(subscriptions_.of(caller, state));
    const auto* watched = request.watch > 0 ? TRY(subscriptions_.watched_of(caller, state)) : nullptr;
    auto page = TRY(PullPage(context_, scopes_, pool_, caller, request).make(state, *subscription, watched, now));
    TRY(snapshot.end());
    return page;
  }

  Result<RangeAnswer> ranges(const access::Caller& caller, const RangeRequest& request) override {
    auto snapshot = TRY(Snapshot::begin(context_.database));
    const State state = TRY(use_state());
    const auto* subscription = TRY(subscriptions_.of(caller, state));
    auto answer = TRY(compare_ranges(context_, *subscription, request, state));
    TRY(snapshot.end());
    return answer;
  }

  Result<Cut> head() override { return TRY(read_state(context_)).head; }
  Result<void> check_cut(const Cut& cut) override {
    return records::check_cut(context_, TRY(read_state(context_)), cut);
  }
  Result<std::string> lost_commits() override { return records::lost_commits(context_); }
  Uuid epoch() const override { return epoch_; }
  Result<void> begin_new_epoch(Instant now) override {
    Uuid epoch;
    context_.random.fill(epoch.bytes);
    const State state = TRY(read_state(context_));
    const Seq first(std::max(state.head.seq.value + 1, now.milliseconds));
    TRY(write_head(context_, {first, context_.random.next()}, now));
    TRY(write_epoch(context_, epoch, {state.head.seq, first}));
    epoch_ = epoch;
    return {};
  }

  Result<std::string> changes_from_now(const access::Caller& caller, const Table& table) override {
    return token_of_now(caller, context_.at(table.number), TRY(read_state(context_)));
  }
  Result<ChangesPage> changes(const access::Caller& caller, const Table& table, std::string_view token,
                              std::size_t rows_max) override {
    auto snapshot = TRY(Snapshot::begin(context_.database));
    const State state = TRY(use_state());
    auto page = TRY(read_changes(context_, scopes_, caller, context_.at(table.number), state, token, rows_max));
    TRY(snapshot.end());
    return page;
  }

  // ---- request memory, house keeping ---------------------------------------------------------------------------------------
  Result<std::optional<Remembered>> recall(RecordId user, std::string_view request_id) override {
    return recall_answer(context_, user, request_id);
  }
  Result<void> remember(RecordId user, std::string_view request_id, const Remembered& answer, Instant now) override {
    return remember_answer(context_, user, request_id, answer, now);
  }

  Result<void> sweep(Instant now) override {
    if (context_.database.in_transaction()) return sweep_old(context_, TRY(read_state(context_)), now);
    auto transaction = TRY(sql::Transaction::begin(context_.database));
    TRY(sweep_old(context_, TRY(read_state(context_)), now));
    return transaction.commit();
  }

  Result<void> verify() override {
    auto snapshot = TRY(Snapshot::begin(context_.database));
    TRY(use_state());
    TRY(verify_all(context_, scopes_));
    return snapshot.end();
  }

 private:
  Result<State> use_state() {
    State state = TRY(read_state(context_));
    scopes_.use(state);
    return state;
  }

  Context context_;
  Scopes scopes_;
  Subscriptions subscriptions_;
  PullPage::Pool pool_;
  std::optional<Part> part_;
  Uuid epoch_;
};

}  // namespace

Result<std::unique_ptr<Records>> Records::open(sql::Database& database, OrganizationNumber organization,
                                               const model::Schema& schema, Random& random, Log& log) {
  auto records = std::make_unique<SqlRecords>(database, organization, schema, random, log);
  TRY(records->prepare());
  return std::unique_ptr<Records>(std::move(records));
}

}  // namespace satchel::server::records
