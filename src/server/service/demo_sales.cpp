// SPDX-License-Identifier: Apache-2.0
//
// Accounts, contacts, leads, opportunities and cases of the demo organisation.
#include <algorithm>

#include "server/service/internal/demo_world.h"

namespace satchel::server::service::demo {
namespace {

constexpr Duration kDay = Duration::of_days(1);

std::string digits(std::int64_t number, std::size_t width) {
  auto text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::int64_t day_of(Instant instant) { return instant.seconds() / 86'400; }

// Every fifth belongs to the team; persons share the rest.
int owner_of(World& world, std::size_t count) {
  if (count % 5 == 0) return kEastSales;
  const auto share = world.dice.between(0, 99);
  return share < 29 ? kEast1 : share < 54 ? kEast2 : share < 79 ? kWest1 : kDrafts1;
}

void set_owner(World& world, ChangeMaker& row, int owner) { row.set("ownerid", world.owner(owner)); }

void set_address(World& world, ChangeMaker& row, const City& city) {
  const auto& street = world.dice.pick(kStreets);
  row.set("address1_line1", std::to_string(world.dice.between(1, 240)) + " " + std::string(street))
      .set("address1_city", std::string(city.name))
      .set("address1_postalcode", world.postal_code(city))
      .set("address1_country", std::string(city.country));
  if (!city.state.empty()) row.set("address1_stateorprovince", std::string(city.state));
}

void set_currency(World& world, ChangeMaker& row, const City* city) {
  const auto currency = city != nullptr ? city->currency : 0;
  row.set_lookup("transactioncurrencyid", world.table("transactioncurrency"),
                 world.currencies[static_cast<std::size_t>(currency)]);
}

// The same name twice gets its town, and then a number.
std::string company_name(World& world, const Trade& trade, const City& city) {
  std::string name(world.dice.pick(kCompanyNames));
  const auto form = world.dice.between(0, 9);
  if (form == 0) name = std::string(world.dice.pick(kLastNames)) + " & " + name;
  if (form == 1) name = std::string(world.dice.pick(kLastNames));
  name += " " + std::string(trade.word);
  if (form == 2) name += " " + std::string(city.name);
  if (!world.company_names.contains(name)) return name;
  if (form != 2) name += " " + std::string(city.name);
  const auto base = name;
  for (int i = 2; world.company_names.contains(name); ++i) name = base + " " + std::to_string(i);
  return name;
}

std::int64_t customer_type(World& world) {
  const auto share = world.dice.between(0, 99);
  return share < 62 ? 3 : share < 80 ? 8 : share < 86 ? 9 : share < 91 ? 5 : share < 96 ? 10 : 12;
}

// Where it has been long enough: who came early has had more time for changes.
Instant later(World& world, std::int64_t days_max) {
  return world.dice.percent(60) ? world.moment : world.moment + Duration::of_days(world.dice.between(1, days_max));
}

}  // namespace

// ---- accounts ------------------------------------------------------------------------------------------------------

Result<void> put_account(World& world) {
  const auto& city = world.dice.pick(kCities);
  const auto& trade = world.dice.pick(kTrades);
  Account account{
      world.new_id(), owner_of(world, world.accounts.size()), company_name(world, trade, city), "", &city, -1};
  account.domain = ascii_name(account.name, '-') + ".example.com";
  world.company_names.insert(account.name);

  ChangeMaker row(world.table("account"), account.id);
  const auto teams = world.dice.between(1, 40);
  const auto employees = teams * world.dice.between(2, 40);
  set_owner(world, row, account.owner);
  set_address(world, row, city);
  set_currency(world, row, &city);
  row.set("name", account.name)
      .set("accountnumber", "A-" + digits(static_cast<std::int64_t>(world.accounts.size()) + 1, 5))
      .set("telephone1", world.phone(city))
      .set("emailaddress1", "office@" + account.domain)
      .set("websiteurl", "https://www." + account.domain)
      .set("industrycode", trade.industry)
      .set("customertypecode", customer_type(world))
      .set("numberofemployees", employees)
      .set_number("revenue", std::to_string(employees * world.dice.between(80, 260) * 1000));
  if (world.dice.percent(30)) row.set_number("creditlimit", std::to_string(world.dice.between(1, 40) * 2500));
  if (world.dice.percent(25)) {
    About about{account.owner, account.name, world.dice.pick(kFirstNames), &city, -1, {}};
    row.set("description", world.told(world.dice.pick(kAccountNotes), about));
  }
  if (world.dice.percent(5) && !world.accounts.empty())
    row.set_lookup("parentaccountid", row.table(), world.dice.pick(world.accounts).id);
  if (world.dice.percent(4)) row.set("statecode", std::int64_t{1});
  add_picture(row);
  const int maker = world.person(account.owner);
  world.accounts.push_back(std::move(account));
  return world.put(maker, row, later(world, 120));
}

// ---- contacts ------------------------------------------------------------------------------------------------------

namespace {

Contact contact_of(World& world, std::int64_t account, std::string_view last_name) {
  Contact contact{world.new_id(), 0, account, world.dice.pick(kFirstNames), "", ""};
  const auto* parent = account >= 0 ? &world.accounts[static_cast<std::size_t>(account)] : nullptr;
  contact.owner = parent != nullptr && world.dice.percent(92) ? parent->owner : owner_of(world, world.contacts.size());
  const std::string domain = parent != nullptr ? parent->domain : std::string("mail.example.com");
  contact.mail = ascii_name(contact.first_name, 0) + "." + ascii_name(last_name, 0) + "@" + domain;
  return contact;
}

void describe_contact(World& world, ChangeMaker& row, const Contact& contact, const City& city) {
  row.set("jobtitle", std::string(world.dice.pick(kJobTitles)))
      .set("department", std::string(world.dice.pick(kDepartments)))
      .set("accountrolecode", world.dice.between(1, 3))
      .set("preferredcontactmethodcode", world.dice.between(1, 3));
  if (world.dice.percent(60)) row.set("mobilephone", world.phone(city));
  if (world.dice.percent(55)) row.set("birthdate", day_of(world.moment) - world.dice.between(20 * 365, 64 * 365));
  if (world.dice.percent(4)) row.set("donotbulkemail", std::int64_t{1});
  if (world.dice.percent(3)) row.set("statecode", std::int64_t{1});
  if (!world.dice.percent(15)) return;
  const About about{contact.owner, "", contact.first_name, &city, -1, {}};
  row.set("description", world.told(world.dice.pick(kContactNotes), about));
}

}  // namespace

Result<void> put_contact(World& world, std::int64_t account) {
  const auto& last_name = world.dice.pick(kLastNames);
  auto contact = contact_of(world, account, last_name);
  auto* parent = account >= 0 ? &world.accounts[static_cast<std::size_t>(account)] : nullptr;
  const auto& city = parent != nullptr ? *parent->city : world.dice.pick(kCities);
  contact.phone = world.phone(city);
  const auto& people = world.table("contact");
  ChangeMaker row(people, contact.id);
  row.set("firstname", std::string(contact.first_name))
      .set("lastname", std::string(last_name))
      .set("emailaddress1", contact.mail)
      .set("telephone1", contact.phone);
  set_owner(world, row, contact.owner);
  set_address(world, row, city);
  describe_contact(world, row, contact, city);
  if (parent != nullptr) row.set_lookup("parentcustomerid", world.table("account"), parent->id);
  add_picture(row);
  const auto id = contact.id;
  const int maker = world.person(contact.owner);
  world.contacts.push_back(std::move(contact));
  TRY(world.put(maker, row, later(world, 90)));
  if (parent == nullptr || parent->first_contact >= 0) return {};
  parent->first_contact = static_cast<std::int64_t>(world.contacts.size()) - 1;
  ChangeMaker primary(world.table("account"), parent->id, model::ChangeKind::update);
  primary.set_lookup("primarycontactid", people, id);
  --world.made;  // No new row.
  return world.put(maker, primary);
}

// ---- leads ---------------------------------------------------------------------------------------------------------

namespace {

// New ones are open; after two months most are decided.
std::int64_t lead_status(World& world, Instant& decided) {
  decided = world.moment + Duration::of_days(world.dice.between(3, 60));
  if (decided > world.clock.now() || world.dice.percent(10)) {
    decided = world.moment;
    return world.dice.between(1, 2);
  }
  return world.dice.percent(45) ? 3 : world.dice.between(4, 7);
}

}  // namespace

Result<void> put_lead(World& world) {
  const auto& city = world.dice.pick(kCities);
  const auto& trade = world.dice.pick(kTrades);
  const auto& first = world.dice.pick(kFirstNames);
  const auto& last = world.dice.pick(kLastNames);
  const auto company = company_name(world, trade, city);
  const int owner = owner_of(world, world.leads.size());
  const About about{owner, company, first, &city, -1, {}};
  ChangeMaker row(world.table("lead"), world.new_id());
  set_owner(world, row, owner);
  set_address(world, row, city);
  set_currency(world, row, &city);
  Instant decided;
  row.set("subject", world.told(world.dice.pick(kLeadTopics), about))
      .set("firstname", std::string(first))
      .set("lastname", std::string(last))
      .set("companyname", company)
      .set("jobtitle", std::string(world.dice.pick(kJobTitles)))
      .set("emailaddress1", ascii_name(first, 0) + "@" + ascii_name(company, '-') + ".example.com")
      .set("telephone1", world.phone(city))
      .set("leadsourcecode", world.dice.between(1, 9))
      .set("leadqualitycode", world.dice.between(1, 3))
      .set("industrycode", trade.industry)
      .set_number("estimatedamount", std::to_string(world.dice.between(4, 300) * 250))
      .set("estimatedclosedate", day_of(world.moment) + world.dice.between(30, 200))
      .set("statuscode", lead_status(world, decided));
  world.leads.push_back({{row.table().number, row.change().id}, owner, -1, -1});
  return world.put(world.person(owner), row, decided);
}

// ---- opportunities -------------------------------------------------------------------------------------------------

namespace {

// Mostly an account's, sometimes a person's own.
Matter new_matter(World& world, const model::Table& table) {
  Matter matter{{table.number, world.new_id()}, 0, -1, -1};
  const auto contact = static_cast<std::int64_t>(world.dice.index(world.contacts.size()));
  const auto& person = world.contacts[static_cast<std::size_t>(contact)];
  matter.account = person.account;
  matter.contact = contact;
  matter.owner = world.owner_below(person.account >= 0 && world.dice.percent(85)
                                       ? world.accounts[static_cast<std::size_t>(person.account)].owner
                                       : person.owner);
  return matter;
}

void set_customer(World& world, ChangeMaker& row, const Matter& matter) {
  const auto& accounts = world.table("account");
  const auto& contacts = world.table("contact");
  if (matter.account >= 0)
    row.set_lookup("customerid", accounts, world.accounts[static_cast<std::size_t>(matter.account)].id);
  else row.set_lookup("customerid", contacts, world.contacts[static_cast<std::size_t>(matter.contact)].id);
}

// Won, lost or open by its planned day; open ones stand in some stage.
Instant close_opportunity(World& world, ChangeMaker& row, Instant planned, std::int64_t value) {
  constexpr std::array<std::string_view, 4> kSteps = {"1-Qualify", "2-Develop", "3-Propose", "4-Close"};
  const Instant actual = planned + Duration::of_days(world.dice.between(-15, 15));
  const bool is_closed = actual < world.clock.now() && world.dice.percent(88);
  const auto stage = is_closed ? 3 : world.dice.between(0, 3);
  row.set("salesstage", stage).set("stepname", std::string(kSteps[static_cast<std::size_t>(stage)]));
  if (!is_closed) {
    row.set("closeprobability", 10 + stage * 25);
    if (world.dice.percent(10)) row.set("statuscode", std::int64_t{2});
    return later(world, 40);
  }
  const bool is_won = world.dice.percent(55);
  row.set("closeprobability", std::int64_t{is_won ? 100 : 0})
      .set("actualclosedate", day_of(actual))
      .set("statuscode", is_won ? std::int64_t{3} : world.dice.between(4, 5));
  if (is_won) row.set_number("actualvalue", std::to_string(value * world.dice.between(80, 110) / 100));
  return actual;
}

}  // namespace

Result<void> put_opportunity(World& world) {
  const auto& opportunities = world.table("opportunity");
  const auto matter = new_matter(world, opportunities);
  const auto about = world.about(matter);
  const auto pieces = world.dice.between(2, 60);
  const auto value = pieces * world.dice.between(5, 60) * 50;
  const Instant planned = world.moment + Duration::of_days(world.dice.between(25, 200));
  ChangeMaker row(opportunities, matter.record.id);
  set_owner(world, row, matter.owner);
  set_customer(world, row, matter);
  set_currency(world, row, about.city);
  row.set("name", world.told(world.dice.pick(kTopics), about))
      .set_lookup("parentcontactid", world.table("contact"),
                  world.contacts[static_cast<std::size_t>(matter.contact)].id)
      .set_number("estimatedvalue", std::to_string(value))
      .set("estimatedclosedate", day_of(planned))
      .set("opportunityratingcode", world.dice.between(1, 3))
      .set("purchasetimeframe", world.dice.between(0, 4))
      .set("customerneed", std::string(world.dice.pick(kNeeds)));
  if (matter.account >= 0)
    row.set_lookup("parentaccountid", world.table("account"),
                   world.accounts[static_cast<std::size_t>(matter.account)].id);
  if (world.dice.percent(50)) row.set("proposedsolution", world.told(world.dice.pick(kSolutions), about));
  if (world.dice.percent(40)) row.set_number("budgetamount", std::to_string(value * world.dice.between(70, 120) / 100));
  if (world.dice.percent(6) && !world.leads.empty())
    row.set("originatingleadid", world.leads[world.dice.recent(world.leads.size())].record);
  const auto modified = close_opportunity(world, row, planned, value);
  world.opportunities.push_back(matter);
  return world.put(world.person(matter.owner), row, modified);
}

// ---- cases ---------------------------------------------------------------------------------------------------------

namespace {

std::string ticket(World& world) {
  constexpr std::string_view kLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  std::string text = "CAS-" + digits(static_cast<std::int64_t>(world.cases.size()) + 1001, 5) + "-";
  for (int i = 0; i < 5; ++i) text += kLetters[world.dice.index(kLetters.size())];
  return text;
}

Instant resolve_case(World& world, ChangeMaker& row) {
  const Instant solved = world.moment + Duration::of_hours(world.dice.between(2, 24 * 20));
  const bool is_over = solved < world.clock.now() && world.dice.percent(94);
  row.set("responseby", (world.moment + kDay).seconds()).set("resolveby", (world.moment + kDay * 7).seconds());
  if (!is_over) {
    row.set("statuscode", world.dice.between(1, 4))
        .set("followupby", (world.clock.now() + kDay * world.dice.between(-2, 6)).seconds());
    return later(world, 5);
  }
  const auto share = world.dice.between(0, 99);
  row.set("statuscode", std::int64_t{share < 70 ? 5 : share < 95 ? 1000 : 6}).set("firstresponsesent", std::int64_t{1});
  if (share < 50) row.set("customersatisfactioncode", world.dice.between(2, 5));
  return solved;
}

}  // namespace

Result<void> put_case(World& world) {
  const auto& incidents = world.table("incident");
  const auto matter = new_matter(world, incidents);
  const auto about = world.about(matter);
  const auto& problem = world.dice.pick(kProblems);
  ChangeMaker row(incidents, matter.record.id);
  set_owner(world, row, matter.owner);
  set_customer(world, row, matter);
  row.set("title", world.told(problem.title, about))
      .set("description", world.told(problem.description, about))
      .set("casetypecode", problem.type)
      .set("ticketnumber", ticket(world))
      .set_lookup("primarycontactid", world.table("contact"),
                  world.contacts[static_cast<std::size_t>(matter.contact)].id)
      .set_lookup("productid", world.table("product"), world.dice.pick(world.products))
      .set("caseorigincode", world.dice.between(1, 3))
      .set("prioritycode", world.dice.between(1, 3));
  if (world.dice.percent(40)) row.set("productserialnumber", "SN" + digits(world.dice.between(0, 9'999'999), 7));
  if (world.dice.percent(5))
    row.set("isescalated", std::int64_t{1}).set("escalatedon", (world.moment + kDay * 2).seconds());
  const auto modified = resolve_case(world, row);
  world.cases.push_back(matter);
  return world.put(world.person(matter.owner), row, modified);
}

}  // namespace satchel::server::service::demo
