// SPDX-License-Identifier: Apache-2.0
#include "bench/made_up_rows.h"

#include <array>
#include <string_view>

#include "base/random.h"

namespace satchel::bench {
namespace {

using Words = std::string_view;

constexpr std::array<Words, 48> kFirstNames{
    "Ada",     "Amara",   "Anton",  "Beatriz", "Boris", "Carla",   "Chen",   "Dana", "Dmitri", "Elena",
    "Emil",    "Farah",   "Fiona",  "Gustav",  "Hanna", "Hiroshi", "Ines",   "Ivan", "Jasmin", "Jonas",
    "Kaya",    "Kofi",    "Lara",   "Leon",    "Mateo", "Mira",    "Nadia",  "Noor", "Oskar",  "Paula",
    "Petra",   "Quentin", "Rafael", "Rosa",    "Samir", "Sofia",   "Stefan", "Tara", "Tomás",  "Ulrike",
    "Valérie", "Viktor",  "Wanda",  "Xavier",  "Yusuf", "Zoë",     "Zsófia", "Åsa"};
constexpr std::array<Words, 64> kLastNames{
    "Abbott",   "Almeida",  "Andersen", "Baptiste",  "Becker",   "Bianchi", "Brandt",   "Castillo",
    "Cohen",    "Conrad",   "Dahl",     "Delacroix", "Dvořák",   "Eriksen", "Farkas",   "Ferreira",
    "Fischer",  "Forsyth",  "Garcia",   "Gruber",    "Haddad",   "Hansen",  "Hartmann", "Holm",
    "Ibrahim",  "Ivanova",  "Jansen",   "Jensen",    "Kaplan",   "Keller",  "Kimura",   "Kowalski",
    "Laurent",  "Lindgren", "Lopez",    "Maier",     "Marković", "Mensah",  "Moreau",   "Murphy",
    "Nakamura", "Nielsen",  "Novak",    "Okafor",    "Oliveira", "Olsen",   "Pereira",  "Petrov",
    "Quist",    "Rahman",   "Ricci",    "Rossi",     "Santos",   "Schulz",  "Silva",    "Sørensen",
    "Tanaka",   "Urbano",   "Vasquez",  "Virtanen",  "Wagner",   "Weber",   "Yilmaz",   "Ziegler"};
constexpr std::array<Words, 56> kCompanyWords{
    "Alder",   "Anchor", "Aspen",    "Atlas", "Aurora", "Beacon",  "Birch",    "Blue",      "Bridge", "Cedar",
    "Clear",   "Cobalt", "Copper",   "Crown", "Delta",  "Eagle",   "Ember",    "Evergreen", "Falcon", "Finch",
    "Granite", "Harbor", "Haven",    "Heron", "Iron",   "Juniper", "Keystone", "Lantern",   "Lark",   "Linden",
    "Lunar",   "Maple",  "Meridian", "Mill",  "North",  "Oak",     "Onyx",     "Orchard",   "Osprey", "Pine",
    "Pioneer", "Quarry", "Raven",    "Ridge", "River",  "Sable",   "Silver",   "Slate",     "Solar",  "Summit",
    "Swift",   "Timber", "Union",    "Vale",  "Willow", "Zenith"};
constexpr std::array<Words, 24> kTrades{"Foods",    "Logistics", "Repairs",   "Systems",  "Textiles", "Tools",
                                        "Pharma",   "Packaging", "Energy",    "Motors",   "Optics",   "Foundry",
                                        "Clinics",  "Hotels",    "Books",     "Dairy",    "Media",    "Software",
                                        "Printing", "Furniture", "Chemicals", "Plumbing", "Robotics", "Nurseries"};
constexpr std::array<Words, 6> kCompanyForms{"Ltd", "GmbH", "Inc", "AB", "& Sons", "Group"};
constexpr std::array<Words, 40> kTowns{
    "Lisbon",   "Porto",   "Madrid",  "Seville", "Lyon",   "Nantes",  "Turin",   "Bologna", "Vienna",    "Graz",
    "Munich",   "Hamburg", "Leipzig", "Dresden", "Prague", "Brno",    "Kraków",  "Gdańsk",  "Budapest",  "Szeged",
    "Zagreb",   "Split",   "Athens",  "Patras",  "Oslo",   "Bergen",  "Malmö",   "Uppsala", "Aarhus",    "Odense",
    "Helsinki", "Tampere", "Dublin",  "Cork",    "Leeds",  "Bristol", "Antwerp", "Ghent",   "Rotterdam", "Utrecht"};
constexpr std::array<Words, 28> kJobs{"Buyer",
                                      "Plant Manager",
                                      "Head of Purchasing",
                                      "Accountant",
                                      "Owner",
                                      "Site Engineer",
                                      "Office Manager",
                                      "Sales Manager",
                                      "Warehouse Lead",
                                      "Quality Manager",
                                      "Chief Executive",
                                      "Technician",
                                      "Project Manager",
                                      "Service Manager",
                                      "IT Manager",
                                      "Shift Supervisor",
                                      "Controller",
                                      "Product Manager",
                                      "Safety Officer",
                                      "Receptionist",
                                      "Head of Logistics",
                                      "Designer",
                                      "Data Analyst",
                                      "Legal Counsel",
                                      "Marketing Manager",
                                      "Research Lead",
                                      "Maintenance Planner",
                                      "Assistant"};
constexpr std::array<Words, 20> kVerbs{"Send",    "Prepare", "Review",  "Discuss", "Confirm", "Follow up on", "Renew",
                                       "Check",   "Update",  "Collect", "Explain", "Order",   "Return",       "Compare",
                                       "Arrange", "Finish",  "Present", "Correct", "Ask for", "Measure"};
constexpr std::array<Words, 36> kMatters{"the offer",
                                         "the contract",
                                         "the price list",
                                         "spare parts",
                                         "the delivery date",
                                         "the invoice",
                                         "the site visit",
                                         "the warranty",
                                         "the demo units",
                                         "last year's order",
                                         "the service plan",
                                         "the label printers",
                                         "the cold chain sensors",
                                         "the scanners",
                                         "the tablets",
                                         "the payment terms",
                                         "the complaint",
                                         "the training",
                                         "the floor plan",
                                         "the budget",
                                         "the certificate",
                                         "the samples",
                                         "the survey",
                                         "the reference call",
                                         "the rollout",
                                         "the packaging",
                                         "the second site",
                                         "the new catalogue",
                                         "the discount",
                                         "the installation",
                                         "the inspection",
                                         "the shipment",
                                         "the return",
                                         "the roadmap",
                                         "the pilot",
                                         "the renewal"};
constexpr std::array<Words, 20> kRemarks{
    "They want an answer before the end of the month.",
    "Prefers to be called in the morning, never on Fridays.",
    "The board decides in two weeks; until then nothing can be ordered.",
    "Two of the units arrived scratched and will be swapped.",
    "Asked whether the sensors hold in the freezer of the new hall.",
    "Needs the figures per site, not only the sum.",
    "Was pleased with the last delivery and will tell a colleague in the other branch.",
    "The gate closes at four, so come early.",
    "Bring the short manual in two languages.",
    "Compares us with two others; the price isn't what worries him most.",
    "The old contract runs out next quarter.",
    "Waiting for the drawing of the loading dock.",
    "She will be on leave and names somebody who stands in for her.",
    "Check the serial numbers against the list before leaving.",
    "The invoice went to the wrong address and must be sent once more.",
    "Would rather lease than buy.",
    "Offer a second training for the night shift.",
    "Their auditors ask for the certificate each spring.",
    "Twelve more tablets if the pilot goes well.",
    "Don't forget the adapter for the older scales."};

constexpr std::int64_t kAccountShare = 25, kContactShare = 40, kTaskShare = 20;  // percent; the rest are phone calls
constexpr Duration kYears = Duration::of_days(730);

// Commas and quotation marks stay out of the words above, so no field needs quoting.
class Rows {
 public:
  Rows(std::int64_t rows, Instant now) : rows_(rows), now_(now), random_(20) {}

  MadeUpFile accounts();
  MadeUpFile contacts();
  MadeUpFile tasks();
  MadeUpFile phone_calls();

 private:
  struct Account {
    RecordId id;
    std::int64_t owner = 0;
    std::string domain;
  };
  struct Contact {
    RecordId id;
    std::int64_t account = 0;
    std::string phone;
  };

  template <class List>
  std::string pick(const List& list) {
    return std::string(list[random_.below(list.size())]);
  }
  bool percent(std::uint64_t share) { return random_.below(100) < share; }
  std::int64_t share_of_rows(std::int64_t percent_of) const { return rows_ * percent_of / 100; }
  // Moments of one table go from two years ago to now, as its ids do.
  Instant moment(std::int64_t row, std::int64_t of) {
    const auto step = kYears.milliseconds / (of + 1);
    const auto jitter = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(step) + 1));
    return Instant{now_.milliseconds - kYears.milliseconds + row * step + jitter};
  }
  std::string phone() {
    std::string text = "+" + std::to_string(30 + random_.below(60)) + " 555 ";
    for (int i = 0; i < 6; ++i) text += static_cast<char>('0' + random_.below(10));
    return text;
  }
  std::string remark() { return percent(35) ? pick(kRemarks) + " " + pick(kRemarks) : std::string(); }
  std::string subject() { return pick(kVerbs) + " " + pick(kMatters); }
  const Contact& any_contact() { return contacts_[random_.below(contacts_.size())]; }
  std::string owner_of(const Contact& contact) const {
    return representative(accounts_[static_cast<std::size_t>(contact.account)].owner);
  }

  std::int64_t rows_;
  Instant now_;
  SeededRandom random_;
  std::vector<Account> accounts_;
  std::vector<Contact> contacts_;
};

std::string lower_ascii_letters(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c | 0x20);
    else if (c >= 'a' && c <= 'z') out += c;
  }
  return out;
}

MadeUpFile Rows::accounts() {
  MadeUpFile file{"accounts",
                  "accountid,overriddencreatedon,name,telephone1,address1_line1,address1_postalcode,address1_city,"
                  "numberofemployees,ownerid\n"};
  const auto count = share_of_rows(kAccountShare);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto made = moment(i, count);
    const auto first = pick(kCompanyWords), second = pick(kCompanyWords), trade = pick(kTrades);
    Account account{new_id<RecordId>(random_, made), i % kRepresentatives,
                    lower_ascii_letters(first + second) + "-" + lower_ascii_letters(trade) + ".example.com"};
    file.csv += account.id.to_string() + "," + format_date_time(made.seconds()) + "," + first + " " + second + " " +
                trade + " " + pick(kCompanyForms) + "," + phone() + "," + pick(kLastNames) + " Street " +
                std::to_string(1 + random_.below(240)) + "," + std::to_string(10'000 + random_.below(80'000)) + "," +
                pick(kTowns) + "," + std::to_string(1 + random_.below(2'000)) + "," + representative(account.owner) +
                "\n";
    accounts_.push_back(std::move(account));
  }
  return file;
}

MadeUpFile Rows::contacts() {
  MadeUpFile file{"contacts",
                  "contactid,overriddencreatedon,firstname,lastname,jobtitle,emailaddress1,telephone1,"
                  "parentcustomerid,ownerid\n"};
  const auto count = share_of_rows(kContactShare);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto made = moment(i, count);
    const auto at = i * static_cast<std::int64_t>(accounts_.size()) / count;
    const auto& account = accounts_[static_cast<std::size_t>(at)];
    const auto first = pick(kFirstNames), last = pick(kLastNames);
    Contact contact{new_id<RecordId>(random_, made), at, phone()};
    file.csv += contact.id.to_string() + "," + format_date_time(made.seconds()) + "," + first + "," + last + "," +
                pick(kJobs) + "," + lower_ascii_letters(first) + "." + lower_ascii_letters(last) + "@" +
                account.domain + "," + contact.phone + ",accounts/" + account.id.to_string() + "," +
                representative(account.owner) + "\n";
    contacts_.push_back(std::move(contact));
  }
  return file;
}

MadeUpFile Rows::tasks() {
  MadeUpFile file{"tasks",
                  "activityid,overriddencreatedon,subject,description,scheduledend,regardingobjectid,ownerid\n"};
  const auto count = share_of_rows(kTaskShare);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto made = moment(i, count);
    const auto due = made.seconds() + static_cast<std::int64_t>(random_.below(40 * 24)) * 3600;
    const auto& contact = any_contact();
    file.csv += new_id<RecordId>(random_, made).to_string() + "," + format_date_time(made.seconds()) + "," + subject() +
                ",\"" + remark() + "\"," + format_date_time(due) + ",contacts/" + contact.id.to_string() + "," +
                owner_of(contact) + "\n";
  }
  return file;
}

MadeUpFile Rows::phone_calls() {
  MadeUpFile file{"phonecalls",
                  "activityid,overriddencreatedon,subject,description,phonenumber,regardingobjectid,from,to,ownerid\n"};
  const auto count = rows_ - share_of_rows(kAccountShare) - share_of_rows(kContactShare) - share_of_rows(kTaskShare);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto made = moment(i, count);
    const auto& contact = any_contact();
    const auto owner = owner_of(contact);
    file.csv += new_id<RecordId>(random_, made).to_string() + "," + format_date_time(made.seconds()) + "," + subject() +
                ",\"" + remark() + "\"," + contact.phone + ",contacts/" + contact.id.to_string() + "," + owner +
                ",contacts/" + contact.id.to_string() + "," + owner + "\n";
  }
  return file;
}

std::string team(std::int64_t number) { return "Project " + std::to_string(number + 1); }

}  // namespace

std::string representative(std::int64_t number) {
  const auto digits = std::to_string(number + 1);
  return "rep" + std::string(digits.size() < 2 ? "0" : "") + digits;
}

Result<void> make_up_rows(std::int64_t rows, Instant now, const std::function<Result<void>(const MadeUpFile&)>& take) {
  Rows made_up(rows, now);
  TRY(take(made_up.accounts()));
  TRY(take(made_up.contacts()));
  TRY(take(made_up.tasks()));
  return take(made_up.phone_calls());
}

MadeUpFile made_up_profile() { return {"mobileofflineprofiles", "name,published\nSales,true\n"}; }

MadeUpFile made_up_users(const std::vector<RecordId>& ids, const std::string& unit) {
  MadeUpFile file{"systemusers", "systemuserid,domainname,firstname,lastname,businessunitid,mobileofflineprofileid\n"};
  for (std::size_t i = 0; i < ids.size(); ++i)
    file.csv += ids[i].to_string() + "," + representative(static_cast<std::int64_t>(i)) + "," +
                std::string(kFirstNames[i]) + "," + std::string(kLastNames[i]) + "," + unit + ",Sales\n";
  return file;
}

MadeUpFile made_up_drafter(RecordId id, const std::string& name, const std::string& unit) {
  return {"systemusers", "systemuserid,domainname,firstname,lastname,businessunitid\n" + id.to_string() + "," + name +
                             ",Dora,Draft," + unit + "\n"};
}

MadeUpFile made_up_teams(const std::string& unit) {
  MadeUpFile file{"teams", "name,businessunitid\n"};
  for (std::int64_t i = 0; i < kTeams; ++i) file.csv += team(i) + "," + unit + "\n";
  return file;
}

MadeUpFile made_up_memberships(const std::vector<RecordId>& users) {
  MadeUpFile file{"teammemberships", "teamid,systemuserid\n"};
  for (std::int64_t i = 0; i < kTeams; ++i)
    for (const auto& user : users) file.csv += team(i) + "," + user.to_string() + "\n";
  return file;
}

MadeUpFile made_up_team_contacts() {
  MadeUpFile file{"contacts", "firstname,lastname,ownerid\n"};
  for (std::int64_t i = 0; i < kTeams; ++i)
    file.csv += std::string(kFirstNames[i]) + "," + std::string(kLastNames[i]) + "," + team(i) + "\n";
  return file;
}

}  // namespace satchel::bench
