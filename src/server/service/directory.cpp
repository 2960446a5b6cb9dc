// SPDX-License-Identifier: Apache-2.0
#include "server/service/internal/directory.h"

#include <iterator>
#include <utility>

#include "base/text.h"
#include "server/records/limits.h"
#include "server/service/internal/filling.h"
#include "server/service/limits.h"

namespace satchel::server::service {

using model::Record;
using model::Reference;

namespace {

access::Caller everybody() { return access::system_caller(kTheOrganization, {}); }

}  // namespace

Result<RecordId> Directory::one(std::string_view table_name, std::string_view column, std::string_view name) const {
  const auto& table = *records_.schema().find(table_name);
  const auto ids = TRY(records_.find_by_text(table, table.find_column(column)->index, name));
  if (ids.size() == 1) return ids[0];
  const std::string what = "\"" + std::string(name) + "\"";
  if (ids.empty())
    return Error{ErrorCode::not_found, "There's no " + table.label + " " + what + ".", std::string(table_name)};
  return Error{ErrorCode::bad_value, "More than one " + table.label + " is called " + what + ".",
               std::string(table_name)};
}

Result<RecordId> Directory::user(std::string_view user_name) const {
  return one("systemuser", "domainname", user_name);
}
Result<RecordId> Directory::team(std::string_view name) const { return one("team", "name", name); }
Result<RecordId> Directory::unit(std::string_view name) const { return one("businessunit", "name", name); }

Result<std::optional<RecordId>> Directory::profile(std::string_view name) const {
  std::optional<RecordId> oldest;
  for (const auto& row : TRY(all("mobileofflineprofile"))) {
    if (!is_set(row, "published")) continue;
    if (!name.empty() && fold_key(text(row, "name")) == fold_key(name)) return std::optional(row.id);
    if (!oldest || row.id < *oldest) oldest = row.id;
  }
  if (name.empty()) return oldest;
  return Error{ErrorCode::not_found, "There's no published offline profile \"" + std::string(name) + "\".", "profile"};
}

Result<std::vector<RecordId>> Directory::users_named(std::string_view user_name) const {
  const auto& users = *records_.schema().find("systemuser");
  return records_.find_by_text(users, users.find_column("domainname")->index, user_name);
}

Result<Reference> Directory::owner(std::string_view name) const {
  const auto users = TRY(users_named(name));
  if (users.size() == 1) return Reference{records_.schema().find("systemuser")->number, users[0]};
  auto found = team(name);
  if (found) return Reference{records_.schema().find("team")->number, *found};
  if (found.error().code != ErrorCode::not_found) return found.error();
  return Error{ErrorCode::not_found, "There's no user or team \"" + std::string(name) + "\".", "to"};
}

Result<std::optional<RecordId>> Directory::default_team(RecordId unit) const {
  const auto& teams = *records_.schema().find("team");
  const auto ids = TRY(records_.find_by_text(teams, teams.find_column("name")->index, name_of("businessunit", unit)));
  for (const auto id : ids)
    if (reference(TRY(records_.get(everybody(), teams, id)), "businessunitid") == unit) return std::optional(id);
  return std::optional<RecordId>();
}

Result<std::optional<RecordId>> Directory::membership(RecordId team, RecordId user) const {
  const auto& links = *records_.schema().find("teammembership");
  const auto is = [&](std::string_view column, RecordId id) {
    return query::Filter{
        query::Compare{{{}, links.find_column(column)->index}, query::Comparison::eq, Reference{{}, id}}};
  };
  query::Query query;
  query.table = links.number;
  query.filter = query::Filter{query::All{{is("teamid", team), is("systemuserid", user)}}};
  const auto page = TRY(records_.list(everybody(), query, 1));
  return page.records.empty() ? std::optional<RecordId>() : std::optional(page.records[0].id);
}

Result<std::vector<Record>> Directory::all(std::string_view table_name) const {
  const auto& table = *records_.schema().find(table_name);
  query::Query query;
  query.table = table.number;
  if (table.primary_name) query.order.push_back({query::Path{{}, *table.primary_name}, false});
  std::vector<Record> rows;
  while (rows.size() < kAdminRowsMax) {
    auto page = TRY(records_.list(everybody(), query, records::kListRowsMax));
    std::move(page.records.begin(), page.records.end(), std::back_inserter(rows));
    if (!page.next) break;
    query.after = page.next;
  }
  return rows;
}

std::string Directory::name_of(std::string_view table, RecordId id) const {
  return records_.name_of(everybody(), {records_.schema().find(table)->number, id});
}

std::string Directory::user_name_of(RecordId user) const {
  const auto row = records_.get(everybody(), *records_.schema().find("systemuser"), user);
  return row ? text(*row, "domainname") : std::string();
}

const model::Value& Directory::value(const Record& record, std::string_view column) const {
  return record.values[records_.schema().at(record.table).find_column(column)->index];
}

std::string Directory::text(const Record& record, std::string_view column) const {
  const auto* text = model::text_in(value(record, column));
  return text != nullptr ? *text : std::string();
}

RecordId Directory::reference(const Record& record, std::string_view column) const {
  const auto* reference = model::reference_in(value(record, column));
  return reference != nullptr ? reference->id : RecordId();
}

bool Directory::is_set(const Record& record, std::string_view column) const {
  return value(record, column) == model::Value(std::int64_t{1});
}

}  // namespace satchel::server::service
