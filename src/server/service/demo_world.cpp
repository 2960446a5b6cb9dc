// SPDX-License-Identifier: Apache-2.0
#include "server/service/internal/demo_world.h"

#include <algorithm>

#include "base/text.h"

namespace satchel::server::service::demo {
namespace {

// Any number would do; this one is the demo.
constexpr std::uint64_t kSeed = 20'260'401;

}  // namespace

World::World(records::Records& records, Filling& filling_, Instant now)
    : schema(records.schema()), filling(filling_), dice(kSeed), clock(now, 1), moment(clock.start()) {}

model::Reference World::owner(int owner) const {
  if (owner == kEastSales) return {table("team").number, east_sales};
  return {table("systemuser").number, users[static_cast<std::size_t>(owner)]};
}

int World::owner_below(int owner) {
  if (owner == kEastSales) return dice.percent(75) ? owner : person(owner);
  return dice.percent(95) ? owner : static_cast<int>(dice.between(kEast1, kDrafts1));
}

Result<void> World::put(int who, ChangeMaker& change, Instant modified) {
  modified = std::max(moment, std::min(modified, clock.now()));
  if (modified != moment && change.has("overriddencreatedon")) change.set("overriddencreatedon", moment.seconds());
  ++made;
  return filling.put(access::system_caller(kTheOrganization, users[static_cast<std::size_t>(who)]), change.change(),
                     modified);
}

// ---- what it is about ----------------------------------------------------------------------------------------------

About World::about_account(std::int64_t account) {
  const auto& row = accounts[static_cast<std::size_t>(account)];
  About about{row.owner, row.name, "the director", row.city, row.first_contact, {table("account").number, row.id}};
  if (about.contact >= 0) about.first_name = contacts[static_cast<std::size_t>(about.contact)].first_name;
  return about;
}

About World::about_contact(std::int64_t contact) {
  const auto& row = contacts[static_cast<std::size_t>(contact)];
  About about;
  if (row.account >= 0) about = about_account(row.account);
  else about.company = "the household", about.city = &dice.pick(kCities);
  about.owner = row.owner;
  about.first_name = row.first_name;
  about.contact = contact;
  about.regarding = {table("contact").number, row.id};
  return about;
}

About World::about(const Matter& matter) {
  About about = matter.contact >= 0 ? about_contact(matter.contact)
                : matter.account >= 0
                    ? about_account(matter.account)
                    : About{matter.owner, "the new company", "the caller", &dice.pick(kCities), -1, {}};
  about.owner = matter.owner;
  about.regarding = matter.record;
  return about;
}

About World::about_anything() {
  const auto share = dice.between(0, 99);
  if (share < 35 && !opportunities.empty()) return about(opportunities[dice.recent(opportunities.size())]);
  if (share < 55 && !cases.empty()) return about(cases[dice.recent(cases.size())]);
  if (share < 65 && !leads.empty()) return about(leads[dice.recent(leads.size())]);
  if (share < 80 && !contacts.empty()) return about_contact(static_cast<std::int64_t>(dice.recent(contacts.size())));
  return about_account(static_cast<std::int64_t>(dice.recent(accounts.size())));
}

// ---- texts ---------------------------------------------------------------------------------------------------------

std::string World::told(std::string_view pattern, const About& about) {
  std::string out;
  while (!pattern.empty()) {
    const auto open = std::min(pattern.find('{'), pattern.size());
    out += pattern.substr(0, open);
    pattern.remove_prefix(open);
    if (pattern.empty()) break;
    const auto close = pattern.find('}');
    const auto word = pattern.substr(1, close - 1);
    if (word == "company") out += about.company;
    else if (word == "first") out += about.first_name;
    else if (word == "city") out += about.city->name;
    else if (word == "product")
      out += kProducts[dice.index(19)].name;  // Devices stand before accessories and services.
    else if (word == "number") out += std::to_string(dice.between(2, 60));
    else if (word == "quarter") out += quarter(moment + Duration::of_days(dice.between(60, 240)));
    pattern.remove_prefix(close + 1);
  }
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

std::string World::told(Words sentences, int count, const About& about) {
  std::string out;
  // A prime step meets no sentence twice.
  std::size_t at = dice.index(sentences.size());
  for (int i = 0; i < count; ++i, at += 5) {
    if (!out.empty()) out += ' ';
    out += told(sentences[at % sentences.size()], about);
  }
  return out;
}

std::string World::quarter(Instant instant) const {
  const auto date = format_date(instant.seconds() / 86'400);  // "2026-11-23"
  const int month = (date[5] - '0') * 10 + (date[6] - '0');
  return "Q" + std::to_string((month + 2) / 3) + " " + date.substr(0, 4);
}

// 555 belongs to no subscriber.
std::string World::phone(const City& city) {
  const auto number = std::to_string(10'000 + dice.between(0, 9'999));
  return std::string(city.dial) + " 555 " + number.substr(1);
}

std::string World::postal_code(const City& city) {
  std::string code(city.postal);
  for (char& c : code) {
    if (c == '#') c = static_cast<char>('0' + dice.between(0, 9));
    if (c == '@') c = static_cast<char>('A' + dice.between(0, 25));
  }
  return code;
}

Instant World::between(Instant low, Instant high) {
  if (high <= low) return low;
  return {dice.between(low.milliseconds, high.milliseconds)};
}

std::string ascii_name(std::string_view text, char blank) {
  std::string out;
  const auto key = fold_key(text);
  // Letters that no accent makes: ø, ł, đ, ı, æ.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kOthers = {
      {{"\xC3\xB8", "o"}, {"\xC5\x82", "l"}, {"\xC4\x91", "d"}, {"\xC4\xB1", "i"}, {"\xC3\xA6", "ae"}}};
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char c = key[i];
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
    else if ((c == ' ' || c == '-') && !out.empty() && out.back() != blank && blank != 0) out += blank;
    for (const auto& [letter, plain] : kOthers)
      if (key.substr(i, letter.size()) == letter) out += plain;
  }
  return out;
}

}  // namespace satchel::server::service::demo
