// SPDX-License-Identifier: Apache-2.0
//
// Who and what is there before the first customer (docs/demo.md).
#include <algorithm>

#include "server/service/internal/demo_world.h"
#include "server/service/internal/founding.h"

namespace satchel::server::service::demo {
namespace {

constexpr std::string_view kPassword = "satchel-demo";
constexpr std::string_view kCompany = "Satchel Demo";

struct Member {
  std::string_view user_name, first_name, last_name, title;
};
constexpr std::array<Member, kUsers> kMembers = {{
    {"admin@demo", "Amara", "Lindgren", "Systems Administrator"},
    {"east1@demo", "Elena", "Marković", "Account Manager East"},
    {"east2@demo", "Tomás", "Okafor", "Account Manager East"},
    {"west1@demo", "Wei-Lin", "Becker", "Account Manager West"},
    {"drafts1@demo", "Dana", "Fitzgerald", "Inside Sales"},
}};

// One second for each, from the beginning of the history on.
Result<void> put_next(World& world, const model::RecordChange& change) {
  world.moment = world.moment + Duration::of_seconds(1);
  ++world.made;
  return world.filling.put(access::system_caller(kTheOrganization, world.users[kAdmin]), change, world.moment);
}

Result<void> put_next(World& world, ChangeMaker& change) { return put_next(world, change.change()); }

// ---- people --------------------------------------------------------------------------------------------------------

struct Unit {
  RecordId id, team;
};

Result<Unit> put_unit(World& world, std::string_view name, RecordId root) {
  const Unit unit{world.new_id(), world.new_id()};
  TRY(put_next(world, unit_row(world.schema, unit.id, name, root)));
  TRY(put_next(world, team_row(world.schema, unit.team, name, unit.id, world.users[kAdmin])));
  return unit;
}

void describe(const World& world, const Member& member, ChangeMaker& user) {
  user.set("title", std::string(member.title))
      .set("internalemailaddress",
           std::string(member.user_name.substr(0, member.user_name.find('@'))) + "@satchel.example.com")
      .set("address1_telephone1", std::string("+1 206 555 01") + std::to_string(11 + (&member - kMembers.data())));
  if (member.user_name != kMembers[kAdmin].user_name)
    user.set_lookup("parentsystemuserid", world.table("systemuser"), world.users[kAdmin]);
}

Result<void> put_user(Service& service, World& world, Who who, const Unit& unit, RecordId profile) {
  const auto& member = kMembers[who];
  const auto id = world.users[who] = world.new_id();
  const Person person{std::string(member.user_name), std::string(member.first_name), std::string(member.last_name)};
  ChangeMaker user(world.table("systemuser"), user_row(world.schema, id, person, unit.id, profile));
  describe(world, member, user);
  TRY(put_next(world, user));
  TRY(put_next(world, membership_row(world.schema, unit.team, id)));
  // The row may just have been committed with many others; these two take part in the next commit then.
  TRY(world.filling.open());
  TRY(service.sessions().set_roles(id, {access::Role::salesperson}));
  return service.sessions().set_password(id, kPassword);
}

Result<void> put_team(World& world, RecordId team, std::string_view name, const Unit& unit,
                      std::initializer_list<Who> members) {
  TRY(put_next(world, team_row(world.schema, team, name, unit.id, world.users[kAdmin])));
  for (const Who who : members) TRY(put_next(world, membership_row(world.schema, team, world.users[who])));
  return {};
}

Result<void> put_people(Service& service, World& world, const Founded& founded) {
  const Unit root{founded.unit, founded.team};
  ChangeMaker admin(world.table("systemuser"), founded.administrator, model::ChangeKind::update);
  describe(world, kMembers[kAdmin], admin);
  TRY(put_next(world, admin));
  --world.made;  // The row was there.
  const auto east = TRY(put_unit(world, "East", root.id));
  const auto west = TRY(put_unit(world, "West", root.id));
  TRY(put_user(service, world, kEast1, east, founded.profile));
  TRY(put_user(service, world, kEast2, east, founded.profile));
  TRY(put_user(service, world, kWest1, west, founded.profile));
  TRY(put_user(service, world, kDrafts1, root, RecordId()));
  world.east_sales = world.new_id();
  TRY(put_team(world, world.east_sales, "East Sales", east, {kEast1, kEast2}));
  return put_team(world, world.new_id(), "West Sales", west, {kWest1});
}

// ---- currencies, products, competitors -----------------------------------------------------------------------------

Result<void> put_currency(World& world, int place, std::string_view name, std::string_view code,
                          std::string_view symbol, std::string_view rate) {
  const auto id = world.currencies[static_cast<std::size_t>(place)] = world.new_id();
  ChangeMaker row(world.table("transactioncurrency"), id);
  row.set("currencyname", std::string(name))
      .set("isocurrencycode", std::string(code))
      .set("currencysymbol", std::string(symbol))
      .set("currencyprecision", std::int64_t{2})
      .set_number("exchangerate", rate);
  return put_next(world, row);
}

ChangeMaker product_row(World& world, std::string_view name, std::string_view number) {
  ChangeMaker row(world.table("product"), world.new_id());
  row.set("name", std::string(name)).set("productnumber", std::string(number)).set("quantitydecimal", std::int64_t{0});
  return row;
}

// The announced one is a draft, the oldest is no longer sold.
std::int64_t status_of(const Product& product) {
  if (product.number == "RT-030") return 0;
  return product.number == "HS-100" ? 2 : 1;
}

Result<void> put_product(World& world, const Product& product, RecordId family) {
  const auto price = product.price;
  auto row = product_row(world, product.name, product.number);
  row.set("description", std::string(product.description))
      .set("parentproductid", model::Reference{row.table().number, family})
      .set("producttypecode", std::int64_t{product.family == 5 ? 3 : 1})
      .set("isstockitem", std::int64_t{product.family != 5})
      .set_lookup("transactioncurrencyid", world.table("transactioncurrency"), world.currencies[0])
      .set_number("price", std::to_string(price))
      .set_number("standardcost", std::to_string(price * 62 / 100))
      .set_number("currentcost", std::to_string(price * 65 / 100))
      .set("statuscode", status_of(product));
  if (product.family != 5) row.set_number("quantityonhand", std::to_string(world.dice.between(0, 400)));
  world.products.push_back(row.change().id);
  return put_next(world, row);
}

Result<void> put_products(World& world, std::size_t count) {
  std::vector<RecordId> families;
  for (std::size_t i = 0; i < kFamilies.size(); ++i) {
    auto row = product_row(world, kFamilies[i], "F-0" + std::to_string(i + 1));
    row.set("productstructure", std::int64_t{2});
    families.push_back(row.change().id);
    TRY(put_next(world, row));
  }
  for (std::size_t i = 0; i < count; ++i)
    TRY(put_product(world, kProducts[i], families[static_cast<std::size_t>(kProducts[i].family)]));
  return {};
}

Result<void> put_competitor(World& world, const Competitor& competitor) {
  ChangeMaker row(world.table("competitor"), world.new_id());
  row.set("name", std::string(competitor.name))
      .set("keyproduct", std::string(competitor.product))
      .set("strengths", std::string(competitor.strengths))
      .set("weaknesses", std::string(competitor.weaknesses))
      .set("overview", std::string(competitor.overview))
      .set("websiteurl", "https://" + ascii_name(competitor.name, '-') + ".example.com")
      .set_lookup("transactioncurrencyid", world.table("transactioncurrency"), world.currencies[0])
      .set_number("reportedrevenue", std::to_string(world.dice.between(2, 90) * 1'000'000))
      .set_number("winpercentage", std::to_string(world.dice.between(8, 60)));
  return put_next(world, row);
}

}  // namespace

Result<void> put_cast(Service& service, World& world, std::int64_t records) {
  const auto& admin = kMembers[kAdmin];
  const auto founded = TRY(
      found_organization(service, world.filling, kCompany,
                         {std::string(admin.user_name), std::string(admin.first_name), std::string(admin.last_name)},
                         kPassword, world.dice.random(), world.moment));
  world.made += 6;  // Organisation, unit, user, team, membership, currency.
  world.users[kAdmin] = founded.administrator;
  world.currencies[0] = founded.currency;
  TRY(put_people(service, world, founded));
  TRY(put_currency(world, 1, "Euro", "EUR", "€", "0.92"));
  TRY(put_currency(world, 2, "Pound Sterling", "GBP", "£", "0.79"));
  // A small organisation sells less, so that customers stay most of it. The devices stand first.
  const auto most = static_cast<std::size_t>(records / 40);
  TRY(put_products(world, std::clamp<std::size_t>(most, 8, kProducts.size())));
  for (std::size_t i = 0; i < std::clamp<std::size_t>(most / 2, 3, kCompetitors.size()); ++i)
    TRY(put_competitor(world, kCompetitors[i]));
  return {};
}

}  // namespace satchel::server::service::demo
