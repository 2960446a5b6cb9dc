// SPDX-License-Identifier: Apache-2.0
//
// The demo organisation while it grows: who is there, what can be referred to, and how a record is put.
//
//   cast (organisation, units, users, products)  ->  accounts -> contacts -> opportunities, cases, activities, notes
//
// Always true: with the same arguments the same records come in the same order, with the same ids.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/random.h"
#include "server/service/internal/demo_clock.h"
#include "server/service/internal/demo_texts.h"
#include "server/service/internal/filling.h"

namespace satchel::server::service::demo {

// Chance with a fixed beginning.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  Random& random() { return random_; }

  bool percent(std::uint64_t share) { return random_.below(100) < share; }
  // From `low` to `high`, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(high - low + 1)));
  }
  std::size_t index(std::size_t size) { return static_cast<std::size_t>(random_.below(size)); }
  // The later ones more often.
  std::size_t recent(std::size_t size) { return std::max(index(size), index(size)); }
  template <class List>
  const auto& pick(const List& list) {
    return list[index(list.size())];
  }

 private:
  SeededRandom random_;
};

// The places in World::users.
enum Who : int { kAdmin, kEast1, kEast2, kWest1, kDrafts1, kUsers };
// An owner is a person, or the team "East Sales".
inline constexpr int kEastSales = kUsers;

struct Account {
  RecordId id;
  int owner = 0;
  std::string name, domain;
  const City* city = nullptr;
  std::int64_t first_contact = -1;  // place in World::contacts
};
struct Contact {
  RecordId id;
  int owner = 0;
  std::int64_t account = -1;  // place in World::accounts
  std::string_view first_name;
  std::string mail, phone;
};
// A lead, opportunity or case: what activities are about.
struct Matter {
  model::Reference record;
  int owner = 0;
  std::int64_t account = -1, contact = -1;
};

// What texts and parties of one record are about.
struct About {
  int owner = 0;
  std::string company;
  std::string_view first_name;
  const City* city = nullptr;
  std::int64_t contact = -1;
  model::Reference regarding;
};

class World {
 public:
  World(records::Records& records, Filling& filling, Instant now);

  const model::Schema& schema;
  Filling& filling;
  Dice dice;
  DemoClock clock;        // knows the slots when the cast stands
  std::int64_t slot = 0;  // of the record that is being made
  Instant moment;

  std::array<RecordId, kUsers> users;
  RecordId east_sales;
  std::array<RecordId, 3> currencies;  // as City::currency
  std::vector<RecordId> products;      // as kProducts
  std::vector<Account> accounts;
  std::vector<Contact> contacts;
  std::vector<Matter> leads, opportunities, cases;
  std::unordered_set<std::string> company_names;
  std::int64_t made = 0;  // rows put so far

  const model::Table& table(std::string_view name) const { return *schema.find(name); }
  RecordId new_id() { return satchel::new_id<RecordId>(dice.random(), moment); }
  model::Reference owner(int owner) const;
  // Who works for an owner: himself, or somebody of the team.
  int person(int owner) { return owner == kEastSales ? static_cast<int>(dice.between(kEast1, kEast2)) : owner; }
  // Mostly the same owner; else a colleague.
  int owner_below(int owner);

  // Puts a record that `who` made at `moment` and changed last at `modified`.
  Result<void> put(int who, ChangeMaker& change, Instant modified);
  Result<void> put(int who, ChangeMaker& change) { return put(who, change, moment); }

  About about_account(std::int64_t account);
  About about_contact(std::int64_t contact);
  About about(const Matter& matter);
  // Something that happened lately at some customer.
  About about_anything();

  // A pattern with its {words} filled in.
  std::string told(std::string_view pattern, const About& about);
  // `count` different sentences of a list.
  std::string told(Words sentences, int count, const About& about);
  std::string quarter(Instant instant) const;
  std::string phone(const City& city);
  std::string postal_code(const City& city);
  // A moment between the two, which may be the same.
  Instant between(Instant low, Instant high);
};

// "Størk & Öberg" -> "stork-oberg": for mail addresses and sites.
std::string ascii_name(std::string_view text, char blank);

// A fifth of the accounts and contacts has one.
void add_picture(ChangeMaker& row);

// ---- rows, each one more ---------------------------------------------------------------------------------------------

// Organisation, units, teams, users, currencies, competitors; products as many as fit the size.
Result<void> put_cast(Service& service, World& world, std::int64_t records);
Result<void> put_account(World& world);
// Of an account, or of nobody's (-1).
Result<void> put_contact(World& world, std::int64_t account);
Result<void> put_lead(World& world);
Result<void> put_opportunity(World& world);
Result<void> put_case(World& world);
Result<void> put_task(World& world);
Result<void> put_phone_call(World& world);
Result<void> put_appointment(World& world);
Result<void> put_email(World& world);
Result<void> put_note(World& world);

}  // namespace satchel::server::service::demo
