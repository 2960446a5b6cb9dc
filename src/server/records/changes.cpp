// SPDX-License-Identifier: Apache-2.0
//
// Changes of one table since a point in time: what OData's delta links lead to. The entries are the feed's (Y1), the place is
// a token that the client carries:
//
//   text  = base64url( seal(16) bytes )          seal = keyed hash of user and bytes
//   bytes = format, table, epoch, cut, hash of the caller's keys, horizon, seq and record of the last entry told
//
// Everything up to the cut is known to the client. The first page fixes the horizon; what changes while pages are read
// comes with the next delta link.
#include <algorithm>
#include <set>
#include <tuple>

#include "base/bytes.h"
#include "server/access/seal.h"
#include "server/records/internal/queries.h"
#include "server/records/limits.h"

namespace satchel::server::records {
namespace {

constexpr std::uint8_t kFormat = 1;

constexpr std::string_view kEntriesBehind =
    "select seq, record from scope_entry where organization = ?1 and scope = ?2 and (seq, record) > (?3, ?4) and "
    "seq <= ?5 order by seq, record limit ?6";

struct Place {
  Uuid epoch;
  TableNumber table;
  Cut cut;           // known up to here
  std::string keys;  // hash of the keys that the caller had
  Cut horizon;       // of the pages that are being read; seq 0: none is
  Seq seq;           // the last entry that was told
  RecordId record;
};

Error bad_token() {
  return {ErrorCode::bad_cursor, "This delta link is none that the server gave to this user for this table.",
          "$deltatoken"};
}

Error read_again(std::string_view why) {
  return {ErrorCode::history_changed,
          "Changes can't be told from here: " + std::string(why) + ". Read everything again.", "$deltatoken"};
}

void write_cut(ByteWriter& out, const Cut& cut) {
  out.zigzag(cut.seq.value);
  out.u64(cut.mark);
}

Cut read_cut(ByteReader& in) {
  Cut cut;
  cut.seq = Seq(in.zigzag());
  cut.mark = in.u64();
  return cut;
}

std::string sealed(std::string_view bytes, const access::Caller& caller, std::string_view secret) {
  return access::seal(secret, "delta" + std::string(caller.user.view()) + std::string(bytes));
}

std::string write_token(const Place& place, const access::Caller& caller, const State& state) {
  ByteWriter out;
  out.u8(kFormat);
  out.zigzag(place.table.value);
  out.raw(place.epoch.view());
  write_cut(out, place.cut);
  out.text(place.keys);
  write_cut(out, place.horizon);
  out.zigzag(place.seq.value);
  out.raw(place.record.view());
  return to_base64url(sealed(out.bytes(), caller, state.secret) + out.bytes());
}

Result<Place> read_token(std::string_view text, const access::Caller& caller, const State& state) {
  const auto all = from_base64url(text);
  if (!all || all->size() < access::kSealSize) return bad_token();
  const std::string_view bytes = std::string_view(*all).substr(access::kSealSize);
  if (!access::same_secret(std::string_view(*all).substr(0, access::kSealSize), sealed(bytes, caller, state.secret)))
    return bad_token();
  ByteReader in(bytes);
  if (in.u8() != kFormat) return bad_token();
  Place place;
  place.table = TableNumber(static_cast<std::int32_t>(in.zigzag()));
  place.epoch = Uuid::from_bytes(in.raw(16)).value_or(Uuid());
  place.cut = read_cut(in);
  place.keys = std::string(in.text());
  place.horizon = read_cut(in);
  place.seq = Seq(in.zigzag());
  place.record = RecordId::from_bytes(in.raw(16)).value_or(RecordId());
  if (in.failed() || !in.at_end()) return bad_token();
  return place;
}

// The same as long as the caller may read the same kinds of records.
std::string hash_of(std::vector<access::AccessKey> keys, const State& state) {
  std::sort(keys.begin(), keys.end());
  ByteWriter out;
  for (const auto& key : keys) {
    out.u8(static_cast<std::uint8_t>(key.kind));
    out.raw(key.id.view());
  }
  return access::seal(state.secret, out.bytes());
}

using Entry = std::pair<Seq, RecordId>;

// The nearest entries of the caller's scopes behind the place, in order, one more than asked for.
Result<std::vector<Entry>> entries_behind(Context& context, Scopes& scopes, const access::Caller& caller,
                                          const TableSql& table, const Place& place, std::size_t rows_max) {
  std::vector<Entry> entries;
  for (const auto& key : access::keys_of(caller, *table.table)) {
    const auto scope = TRY(scopes.find({table->number, key}));
    if (!scope) continue;
    auto select = TRY(sql::borrow(context.database, kEntriesBehind));
    select->bind_integer(1, context.organization.value);
    select->bind_integer(2, scope->value);
    select->bind_integer(3, place.seq.value);
    select->bind_blob(4, place.record.view());
    select->bind_integer(5, place.horizon.seq.value);
    select->bind_integer(6, static_cast<std::int64_t>(rows_max) + 1);
    while (TRY(select->step()))
      entries.emplace_back(Seq(select->integer(0)), RecordId::from_bytes(select->blob(1)).value_or(RecordId()));
  }
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  if (entries.size() > rows_max + 1) entries.resize(rows_max + 1);
  return entries;
}

Result<void> check(Context& context, const access::Caller& caller, const TableSql& table, const State& state,
                   const Place& place) {
  if (place.table != table->number) return bad_token();
  if (place.epoch != state.epoch || !check_cut(context, state, place.cut))
    return read_again("the server was restored from a backup");
  if (place.cut.seq < state.floor) return read_again("the link is too old");
  if (place.keys != hash_of(access::keys_of(caller, *table.table), state))
    return read_again("your rights have changed");
  return {};
}

}  // namespace

Result<std::string> token_of_now(const access::Caller& caller, const TableSql& table, const State& state) {
  if (!table.is_fed)
    return Error{ErrorCode::not_implemented, "Changes of " + table->plural + " aren't tracked.", table->set};
  const Place place{state.epoch, table->number,  state.head, hash_of(access::keys_of(caller, *table.table), state),
                    {},          state.head.seq, {}};
  return write_token(place, caller, state);
}

Result<ChangesPage> read_changes(Context& context, Scopes& scopes, const access::Caller& caller, const TableSql& table,
                                 const State& state, std::string_view token, std::size_t rows_max) {
  Place place = TRY(read_token(token, caller, state));
  TRY(check(context, caller, table, state, place));
  if (place.horizon.seq == Seq()) {
    place.horizon = state.head;
    // Behind all entries of the cut, whatever their ids.
    place.seq = place.cut.seq.next();
    place.record = {};
  }
  rows_max = std::clamp<std::size_t>(rows_max, 1, kListRowsMax);
  const auto entries = TRY(entries_behind(context, scopes, caller, table, place, rows_max));
  ChangesPage page;
  std::set<RecordId> told;
  for (std::size_t i = 0; i < entries.size() && i < rows_max; ++i) {
    std::tie(place.seq, place.record) = entries[i];
    if (!told.insert(place.record).second) continue;
    auto row = TRY(find_row(context, table, place.record));
    const bool is_there = row.has_value();
    if (is_there && access::may(caller, *table.table, access::Privilege::read, *row))
      page.changed.push_back(std::move(*row));
    else page.gone.push_back({place.record, !is_there});
  }
  if (entries.size() > rows_max) {
    page.next = write_token(place, caller, state);
    return page;
  }
  page.delta =
      write_token({state.epoch, table->number, place.horizon, place.keys, {}, place.horizon.seq, {}}, caller, state);
  return page;
}

}  // namespace satchel::server::records
