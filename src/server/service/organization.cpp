// SPDX-License-Identifier: Apache-2.0
//
// An organisation's first records. They need each other: a user its unit, a team its administrator, and every record
// somebody who created it. So the administrator's id is made first, and the rows follow in an order in which each finds
// those that it names.
#include <algorithm>

#include "base/text.h"
#include "model/organization_settings.h"
#include "server/records/limits.h"
#include "server/service/internal/founding.h"

namespace satchel::server::service {

using model::RecordChange;
using model::Schema;

RecordChange unit_row(const Schema& schema, RecordId id, std::string_view name, RecordId parent) {
  const auto& units = *schema.find("businessunit");
  ChangeMaker unit(units, id);
  unit.set("name", std::string(name));
  if (!parent.is_nil()) unit.set_lookup("parentbusinessunitid", units, parent);
  return unit.change();
}

RecordChange team_row(const Schema& schema, RecordId id, std::string_view name, RecordId unit, RecordId administrator) {
  return ChangeMaker(*schema.find("team"), id)
      .set("name", std::string(name))
      .set_lookup("businessunitid", *schema.find("businessunit"), unit)
      .set_lookup("administratorid", *schema.find("systemuser"), administrator)
      .change();
}

RecordChange membership_row(const Schema& schema, RecordId team, RecordId user) {
  return ChangeMaker(*schema.find("teammembership"), RecordId())
      .set_lookup("teamid", *schema.find("team"), team)
      .set_lookup("systemuserid", *schema.find("systemuser"), user)
      .change();
}

Person person_named(std::string_view user_name, std::string_view full_name) {
  full_name = trim(full_name);
  if (full_name.empty()) return {std::string(user_name), "", std::string(user_name.substr(0, user_name.find('@')))};
  const auto blank = full_name.rfind(' ');
  if (blank == std::string_view::npos) return {std::string(user_name), "", std::string(full_name)};
  return {std::string(user_name), std::string(trim(full_name.substr(0, blank))),
          std::string(full_name.substr(blank + 1))};
}

RecordChange profile_row(const Schema& schema, RecordId id, std::string_view name) {
  return ChangeMaker(*schema.find("mobileofflineprofile"), id)
      .set("name", std::string(name))
      .set("published", std::int64_t{1})
      .change();
}

RecordChange user_row(const Schema& schema, RecordId id, const Person& person, RecordId unit, RecordId profile) {
  ChangeMaker user(*schema.find("systemuser"), id);
  user.set("domainname", person.user_name).set("lastname", person.last_name);
  if (!person.first_name.empty()) user.set("firstname", person.first_name);
  user.set_lookup("businessunitid", *schema.find("businessunit"), unit);
  if (!profile.is_nil()) user.set_lookup("mobileofflineprofileid", *schema.find("mobileofflineprofile"), profile);
  return user.change();
}

// ---- the organisation ----------------------------------------------------------------------------------------------

namespace {

// The base currency. An organisation that counts in another one changes this row before it writes amounts.
RecordChange currency_row(const Schema& schema, RecordId id) {
  return ChangeMaker(*schema.find("transactioncurrency"), id)
      .set("currencyname", std::string("US Dollar"))
      .set("isocurrencycode", std::string("USD"))
      .set("currencysymbol", std::string("$"))
      .set("currencyprecision", std::int64_t{2})
      .set_number("exchangerate", "1")
      .change();
}

RecordChange organization_row(const Schema& schema, RecordId id, std::string_view name, RecordId currency) {
  return ChangeMaker(*schema.find("organization"), id)
      .set("name", std::string(name))
      .set_lookup("basecurrencyid", *schema.find("transactioncurrency"), currency)
      .set("basecurrencysymbol", std::string("$"))
      .set("basecurrencyprecision", std::int64_t{2})
      .change();
}

// Everybody whom an administrator adds has it, until he gives another one or takes it away.
constexpr std::string_view kFirstProfile = "All tables";

Result<void> check_new(records::Records& records) {
  query::Query query;
  query.table = records.schema().find("businessunit")->number;
  const auto page = TRY(records.list(access::system_caller(kTheOrganization, {}), query, 1));
  if (page.records.empty()) return {};
  return Error{ErrorCode::exists, "There is an organisation in this folder already."};
}

Result<void> check_given(std::string_view name, const Person& administrator, std::string_view password) {
  if (trim(name).empty()) return Error{ErrorCode::bad_value, "The organisation needs a name.", "name"};
  if (trim(administrator.user_name).empty())
    return Error{ErrorCode::bad_value, "The administrator needs a user name.", "administrator"};
  if (password.empty()) return Error{ErrorCode::bad_value, "The administrator needs a password.", "password"};
  return {};
}

}  // namespace

Result<Founded> found_organization(Service& service, Filling& filling, std::string_view name,
                                   const Person& administrator, std::string_view password, Random& random,
                                   Instant now) {
  TRY(check_given(name, administrator, password));
  TRY(filling.open());
  auto& records = service.records();
  TRY(check_new(records));
  const auto& schema = records.schema();
  const Founded made{new_id<RecordId>(random, now), new_id<RecordId>(random, now), new_id<RecordId>(random, now),
                     new_id<RecordId>(random, now), new_id<RecordId>(random, now), new_id<RecordId>(random, now)};
  const auto caller = access::system_caller(kTheOrganization, made.administrator);
  const auto put = [&](const RecordChange& change) { return filling.put(caller, change, now); };
  TRY(put(unit_row(schema, made.unit, name, {})));
  TRY(put(profile_row(schema, made.profile, kFirstProfile)));
  TRY(put(user_row(schema, made.administrator, administrator, made.unit, made.profile)));
  TRY(put(team_row(schema, made.team, name, made.unit, made.administrator)));
  TRY(put(membership_row(schema, made.team, made.administrator)));
  TRY(put(currency_row(schema, made.currency)));
  if (schema.find("organization") != nullptr)
    TRY(put(organization_row(schema, made.organization, name, made.currency)));
  TRY(service.sessions().set_roles(made.administrator, {access::Role::system_administrator}));
  TRY(service.sessions().set_password(made.administrator, password));
  return made;
}

Result<void> create_organization(Service& service, sql::Database& database, const NewOrganization& organization,
                                 Random& random, Instant now) {
  Filling filling(service.records(), database);
  TRY(found_organization(service, filling, organization.name, person_named(organization.administrator, ""),
                         organization.password, random, now));
  return filling.finish();
}

Result<void> set_organization(Service& service, sql::Database& database,
                              const std::vector<std::pair<std::string, std::string>>& settings, Instant now) {
  if (settings.empty()) return {};
  auto& records = service.records();
  const auto& table = *records.schema().find("organization");
  const auto caller = access::system_caller(kTheOrganization, TRY(first_administrator(service)));
  query::Query query;
  query.table = table.number;
  auto page = TRY(records.list(caller, query, 1));
  if (page.records.empty()) return Error{ErrorCode::not_found, "There's no organisation whose settings could be set."};
  auto& row = page.records[0];
  model::RecordChange change{row.table, row.id, model::ChangeKind::update, {}};
  for (const auto& [key, value] : settings) {
    TRY(model::set_setting(records.schema(), row, key, value, change));
    for (const auto& [column, set] : change.values) row.values[column] = set;
  }
  Filling filling(records, database);
  TRY(filling.open());
  TRY(filling.put(caller, change, now));
  return filling.finish();
}

Result<RecordId> first_administrator(Service& service) {
  auto& records = service.records();
  const auto& users = *records.schema().find("systemuser");
  query::Query query;
  query.table = users.number;
  query.order.push_back({query::Path{{}, *users.created_on}, false});
  const auto disabled = users.find_column("isdisabled")->index;
  for (;;) {
    const auto page = TRY(records.list(access::system_caller(kTheOrganization, {}), query, records::kListRowsMax));
    for (const auto& user : page.records) {
      const auto roles = TRY(service.sessions().roles_of(user.id));
      const bool is_enabled = user.values[disabled] != model::Value(std::int64_t{1});
      if (is_enabled && std::find(roles.begin(), roles.end(), access::Role::system_administrator) != roles.end())
        return user.id;
    }
    if (!page.next) break;
    query.after = page.next;
  }
  return Error{ErrorCode::not_found, "No enabled user is a system administrator: create the organisation first."};
}

}  // namespace satchel::server::service
