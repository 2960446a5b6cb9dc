// SPDX-License-Identifier: Apache-2.0
#include "model/rules.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "base/time.h"

namespace satchel::model {
namespace {

const Schema& schema() { return Schema::standard(); }
const Table& table(std::string_view name) { return *schema().find(name); }
const Column& column(std::string_view table_name, std::string_view name) {
  return *table(table_name).find_column(name);
}

RecordId id_of(std::uint8_t number) {
  RecordId id;
  id.uuid.bytes[15] = number;
  return id;
}
Reference reference(std::string_view table_name, std::uint8_t number) {
  return {table(table_name).number, id_of(number)};
}
Value number(std::int64_t value) { return value; }

RecordChange change_of(std::string_view table_name, ChangeKind kind,
                       std::initializer_list<std::pair<std::string_view, Value>> values) {
  RecordChange change{table(table_name).number, id_of(1), kind, {}};
  for (const auto& [name, value] : values) change.set(column(table_name, name).index, value);
  return change;
}

Value value_in(std::string_view table_name, const RecordChange& change, std::string_view name) {
  const auto* value = change.find(column(table_name, name).index);
  REQUIRE_MESSAGE(value != nullptr, name);
  return *value;
}

Error refusal_of(std::string_view table_name, std::string_view name, const Value& value) {
  const auto checked = check_value(schema(), table(table_name), column(table_name, name), value);
  CAPTURE(name);
  REQUIRE_FALSE(checked.ok());
  CHECK(checked.error().code == ErrorCode::bad_value);
  CHECK(checked.error().target == name);
  return checked.error();
}

void check_refused(std::string_view table_name, std::string_view name, const Value& value, std::string_view sentence) {
  CHECK(refusal_of(table_name, name, value).message == sentence);
}

bool is_allowed(std::string_view table_name, std::string_view name, const Value& value) {
  return check_value(schema(), table(table_name), column(table_name, name), value).ok();
}

std::string utf8(char32_t point) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xC0 | point >> 6), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0 | point >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | point >> 18), tail(12), tail(6), tail(0)};
}

// Letters, line ends, marks and bytes that aren't text, close together so that they meet.
std::string random_text(Random& random) {
  std::string text;
  for (auto n = random.below(8); n > 0; --n) {
    switch (random.below(6)) {
      case 0: text += '\r'; break;
      case 1: text += '\n'; break;
      case 2: text += utf8(static_cast<char32_t>(0x300 + random.below(0x70))); break;
      case 3: text += utf8(static_cast<char32_t>(0x20 + random.below(0xD000))); break;
      case 4: text += static_cast<char>(random.below(256)); break;
      default: text += static_cast<char>('a' + random.below(26));
    }
  }
  return text;
}

Value random_value(Random& random) {
  switch (random.below(5)) {
    case 0: return {};
    case 1: return static_cast<std::int64_t>(random.next());
    case 2: return reference("account", static_cast<std::uint8_t>(random.below(3)));
    case 3: {
      PartyList parties;
      for (auto n = random.below(5); n > 0; --n) {
        parties.push_back({reference("contact", static_cast<std::uint8_t>(random.below(3))), random_text(random)});
      }
      return parties;
    }
    default: return random_text(random);
  }
}

TEST_SUITE("rules") {
  // --- Normal form (Y22) ---

  TEST_CASE("the normal form of texts: no empty ones, NFC, LF") {
    const auto& name = column("account", "name");
    CHECK(is_null(normalize(name, "")));
    CHECK(normalize(name, "plain") == Value("plain"));
    CHECK(normalize(name, "a\r\nb\rc\nd") == Value("a\nb\nc\nd"));
    CHECK(normalize(name, "\r\r\n\n") == Value("\n\n\n"));
    CHECK(normalize(name, "e\xCC\x81t\xC3\xA9") == Value("\xC3\xA9t\xC3\xA9"));
    CHECK(normalize(name, " a ") == Value(" a "));
    CHECK(normalize(name, "\xFF\r\n") == Value("\xFF\n"));
  }

  TEST_CASE("the normal form of parties: sorted, each once with an address if any has one, and none is nothing") {
    const auto& to = column("phonecall", "to");
    const auto one = reference("contact", 1), two = reference("contact", 2);
    CHECK(is_null(normalize(to, PartyList{})));
    CHECK(normalize(to, PartyList{{two, ""}, {one, ""}, {two, ""}}) == Value(PartyList{{one, ""}, {two, ""}}));
    const Value kept = PartyList{{one, "a@x"}};
    CHECK(normalize(to, PartyList{{one, "a@x"}, {one, ""}, {one, "b@x"}}) == kept);
    CHECK(normalize(to, PartyList{{one, "b@x"}, {one, "a@x"}, {one, ""}}) == kept);
    CHECK(normalize(to, PartyList{{one, "e\xCC\x81"}}) == Value(PartyList{{one, "\xC3\xA9"}}));
  }

  TEST_CASE("the normal form of a normal form is itself, and values of another type pass through") {
    constexpr std::uint64_t kSeed = 20261123;
    SeededRandom random(kSeed);
    const auto& contact = table("contact");
    for (int i = 0; i < 50'000; ++i) {
      const auto& any = contact.columns[random.below(contact.columns.size())];
      const auto value = random_value(random);
      const auto once = normalize(any, value);
      CAPTURE(i);
      REQUIRE(normalize(any, once) == once);
      if (integer_in(value) || reference_in(value)) REQUIRE(once == value);
    }
  }

  // --- Checks ---

  TEST_CASE("a refused value is named in a sentence with its label and limit") {
    check_refused("contact", "firstname", std::string(61, 'x'),
                  "First Name may have at most 50 characters; this has 61.");
    check_refused("contact", "firstname", number(1), "First Name must be a text.");
    check_refused("contact", "firstname", "a\xFF", "First Name holds bytes that aren't UTF-8 text.");
    check_refused("contact", "firstname", std::string("a\0b", 3),
                  "First Name holds the character U+0000, which no text may have.");
    check_refused("account", "numberofemployees", number(-1),
                  "Number of Employees must be from 0 to 1000000000; this is -1.");
    check_refused("account", "numberofemployees", "many", "Number of Employees must be a whole number.");
    check_refused("account", "revenue", number(10'000'000'000'001),
                  "Annual Revenue must be from 0.00 to 100000000000.00; this is 100000000000.01.");
    check_refused("account", "revenue", "much", "Annual Revenue must be a number.");
    check_refused("account", "address1_latitude", number(9'000'001),
                  "Address 1: Latitude must be from -90.00000 to 90.00000; this is 90.00001.");
    check_refused("account", "creditonhold", number(2), "Credit Hold must be yes or no.");
    check_refused("account", "industrycode", number(34), "Industry has no option 34.");
    check_refused("account", "industrycode", "Consulting", "Industry must be the number of one of its options.");
    check_refused("account", "statuscode", number(3), "Status Reason has no option 3.");
    check_refused("contact", "birthdate", number(2'932'897), "Birthday must lie in the years 1 to 9999.");
    check_refused("contact", "birthdate", "2026-11-23", "Birthday must be a date.");
    check_refused("incident", "followupby", number(std::numeric_limits<std::int64_t>::max()),
                  "Follow Up By must lie in the years 1 to 9999.");
    check_refused("incident", "followupby", reference("contact", 1), "Follow Up By must be a date with a time.");
    check_refused("contact", "parentcustomerid", reference("lead", 1),
                  "Company Name must be one of these: Account or Contact; this is Lead.");
    check_refused("contact", "parentcustomerid", Reference{TableNumber(77), id_of(1)},
                  "Company Name must be one of these: Account or Contact; this is of an unknown table.");
    check_refused("contact", "parentcustomerid", reference("account", 0),
                  "Company Name names a record by an empty id.");
    check_refused("contact", "parentcustomerid", "Contoso", "Company Name must name a record.");
    check_refused("phonecall", "to",
                  PartyList{{reference("contact", 1), ""}, {reference("account", 2), ""}, {reference("task", 3), ""}},
                  "Call To takes only these: Account, Contact, Lead or User; this is Task.");
    check_refused("phonecall", "to", reference("contact", 1), "Call To must be a list of people.");
    check_refused("phonecall", "to", PartyList{{reference("contact", 1), std::string(201, 'x')}},
                  "Call To holds an address of more than 200 characters.");
    check_refused("phonecall", "to", PartyList{{reference("contact", 1), "\xFF"}},
                  "Call To holds an address that isn't UTF-8 text.");
    check_refused("phonecall", "to", PartyList(kPartiesMax + 1, Party{reference("contact", 1), ""}),
                  "Call To may list at most 500.");
    check_refused("account", "accountid", number(1), "Account: a record's id is no value of it.");
  }

  TEST_CASE("a value at its limit is allowed, and so is none at all") {
    CHECK(is_allowed("contact", "firstname", std::string(50, 'x')));
    CHECK(is_allowed("account", "numberofemployees", number(0)));
    CHECK(is_allowed("account", "revenue", number(10'000'000'000'000)));
    CHECK(is_allowed("account", "industrycode", number(33)));
    CHECK(is_allowed("contact", "birthdate", number(*parse_date("0001-01-01"))));
    CHECK(is_allowed("contact", "birthdate", number(*parse_date("9999-12-31"))));
    CHECK_FALSE(is_allowed("contact", "birthdate", number(*parse_date("0001-01-01") - 1)));
    CHECK(is_allowed("incident", "followupby", number(*parse_date_time("0001-01-01T00:00:00Z"))));
    CHECK(is_allowed("incident", "followupby", number(*parse_date_time("9999-12-31T23:59:59Z"))));
    CHECK_FALSE(is_allowed("incident", "followupby", number(*parse_date_time("9999-12-31T23:59:59Z") + 1)));
    CHECK(is_allowed("account", "ownerid", reference("team", 1)));
    CHECK(is_allowed("account", "versionnumber", number(std::numeric_limits<std::int64_t>::max())));
    for (const auto& each : schema().tables()) {
      for (const auto& any : each.columns) CHECK(check_value(schema(), each, any, {}).ok());
    }
  }

  TEST_CASE("length counts as Dataverse does, in UTF-16 units") {
    std::string accents, faces;
    for (int i = 0; i < 50; ++i) accents += "é";
    for (int i = 0; i < 25; ++i) faces += "😀";
    CHECK(is_allowed("contact", "firstname", accents));
    CHECK(is_allowed("contact", "firstname", faces));
    check_refused("contact", "firstname", faces + "!", "First Name may have at most 50 characters; this has 51.");
  }

  TEST_CASE("no value of any type is too strange to be answered") {
    constexpr std::uint64_t kSeed = 5;
    SeededRandom random(kSeed);
    for (int i = 0; i < 20'000; ++i) {
      const auto& any_table = schema().tables()[random.below(schema().tables().size())];
      const auto& any = any_table.columns[random.below(any_table.columns.size())];
      const auto checked = check_value(schema(), any_table, any, random_value(random));
      if (!checked.ok()) REQUIRE(is_utf8(checked.error().message));
    }
  }

  // --- Changes ---

  TEST_CASE("preparing a change normalizes and checks its values") {
    const auto prepared = prepare(schema(),
                                  change_of("contact", ChangeKind::update,
                                            {{"firstname", ""}, {"lastname", "e\xCC\x81"}, {"gendercode", number(1)}}),
                                  true);
    REQUIRE(prepared.ok());
    CHECK(*prepared == change_of("contact", ChangeKind::update,
                                 {{"firstname", {}}, {"lastname", "\xC3\xA9"}, {"gendercode", number(1)}}));
    const auto refused =
        prepare(schema(), change_of("contact", ChangeKind::update, {{"gendercode", number(9)}}), false);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message == "Gender has no option 9.");
    RecordChange unknown = change_of("contact", ChangeKind::update, {});
    unknown.values.push_back({9999, {}});
    CHECK(prepare(schema(), unknown, false).error().code == ErrorCode::unknown_column);
  }

  TEST_CASE("columns that others set are refused when strict and dropped when not") {
    const std::pair<std::string_view, std::string_view> kColumns[] = {
        {"fullname", "Full Name is worked out from other columns and can't be set."},
        {"creditlimit_base", "Credit Limit (Base) is worked out from other columns and can't be set."},
        {"modifiedon", "Modified On is set by the server and can't be set by others."},
        {"versionnumber", "Version Number is set by the server and can't be set by others."},
        {"overriddencreatedon", "Record Created On can be set only when the record is created."},
        {"contactid", "Contact: a record's id is no value of it and can't be changed."},
    };
    for (const auto& [name, sentence] : kColumns) {
      const auto change = change_of("contact", ChangeKind::update, {{"lastname", "King"}, {name, number(5)}});
      const auto strict = prepare(schema(), change, true);
      REQUIRE_FALSE(strict.ok());
      CHECK(strict.error().message == sentence);
      CHECK(strict.error().target == name);
      const auto lenient = prepare(schema(), change, false);
      REQUIRE(lenient.ok());
      CHECK(*lenient == change_of("contact", ChangeKind::update, {{"lastname", "King"}}));
    }
    CHECK(prepare(schema(), change_of("contact", ChangeKind::create, {{"overriddencreatedon", number(5)}}), true).ok());
  }

  // --- Defaults ---

  TEST_CASE("a create gets what nobody said") {
    auto change = change_of("phonecall", ChangeKind::create,
                            {{"subject", "Hello"}, {"prioritycode", number(2)}, {"leftvoicemail", {}}});
    fill_defaults(schema(), change);
    CHECK(value_in("phonecall", change, "statecode") == number(0));
    CHECK(value_in("phonecall", change, "statuscode") == number(1));
    CHECK(value_in("phonecall", change, "directioncode") == number(1));
    CHECK(value_in("phonecall", change, "prioritycode") == number(2));
    CHECK(is_null(value_in("phonecall", change, "leftvoicemail")));
    CHECK(std::is_sorted(change.values.begin(), change.values.end(),
                         [](const auto& a, const auto& b) { return a.column < b.column; }));
    const auto once = change;
    fill_defaults(schema(), change);
    CHECK(change == once);
    CHECK(prepare(schema(), change, true).ok());
  }

  TEST_CASE("defaults of every table are values that it takes") {
    for (const auto& each : schema().tables()) {
      CAPTURE(each.name);
      RecordChange change{each.number, id_of(1), ChangeKind::create, {}};
      fill_defaults(schema(), change);
      const auto prepared = prepare(schema(), change, true);
      REQUIRE_MESSAGE(prepared.ok(), prepared.error().message);
      CHECK(*prepared == change);
    }
  }

  TEST_CASE("defaults keep a state or a status that was given") {
    auto by_status = change_of("opportunity", ChangeKind::create, {{"statuscode", number(5)}});
    fill_defaults(schema(), by_status);
    CHECK(value_in("opportunity", by_status, "statecode") == number(2));
    auto by_state = change_of("opportunity", ChangeKind::create, {{"statecode", number(1)}});
    fill_defaults(schema(), by_state);
    CHECK(value_in("opportunity", by_state, "statuscode") == number(3));
  }

  // --- State and status ---

  TEST_CASE("of state and status either completes the other") {
    auto by_state = change_of("incident", ChangeKind::update, {{"statecode", number(1)}});
    REQUIRE(complete_state(table("incident"), by_state).ok());
    CHECK(value_in("incident", by_state, "statuscode") == number(5));
    auto by_status = change_of("incident", ChangeKind::update, {{"statuscode", number(2000)}});
    REQUIRE(complete_state(table("incident"), by_status).ok());
    CHECK(value_in("incident", by_status, "statecode") == number(2));
    auto emptied = change_of("incident", ChangeKind::update, {{"statecode", number(2)}, {"statuscode", {}}});
    REQUIRE(complete_state(table("incident"), emptied).ok());
    CHECK(value_in("incident", emptied, "statuscode") == number(6));
    auto both = change_of("incident", ChangeKind::update, {{"statecode", number(1)}, {"statuscode", number(1000)}});
    const auto before = both;
    REQUIRE(complete_state(table("incident"), both).ok());
    CHECK(both == before);
  }

  TEST_CASE("a change that says nothing of its state, or a table without any, stays as it is") {
    auto other = change_of("incident", ChangeKind::update, {{"title", "Leak"}});
    const auto before = other;
    CHECK(complete_state(table("incident"), other).ok());
    CHECK(other == before);
    auto note = change_of("annotation", ChangeKind::create, {{"subject", "Leak"}});
    CHECK(complete_state(table("annotation"), note).ok());
    CHECK(note.values.size() == 1);
  }

  TEST_CASE("a status of another state, or none at all, is refused") {
    const auto refused = [](std::initializer_list<std::pair<std::string_view, Value>> values) {
      auto change = change_of("opportunity", ChangeKind::update, values);
      const auto before = change;
      const auto completed = complete_state(table("opportunity"), change);
      REQUIRE_FALSE(completed.ok());
      CHECK(completed.error().code == ErrorCode::bad_value);
      CHECK(change == before);
      return completed.error().message;
    };
    CHECK(refused({{"statecode", number(0)}, {"statuscode", number(3)}}) ==
          "Status Reason \"Won\" doesn't belong to Status \"Open\".");
    CHECK(refused({{"statecode", {}}}) == "Status can't be empty.");
    CHECK(refused({{"statuscode", {}}}) == "Status Reason can't be empty.");
    CHECK(refused({{"statecode", {}}, {"statuscode", number(3)}}) == "Status can't be empty.");
    CHECK(refused({{"statecode", number(9)}}) == "Status has no option 9.");
    CHECK(refused({{"statecode", number(9)}, {"statuscode", number(3)}}) == "Status has no option 9.");
    CHECK(refused({{"statuscode", number(9)}}) == "Status Reason has no option 9.");
  }

  // --- Required ---

  TEST_CASE("the first required column that is missing is named") {
    const auto& contact = table("contact");
    std::vector<Value> values(contact.columns.size());
    const auto missing = [&] {
      const auto checked = check_required(contact, values);
      return checked.ok() ? std::pair<std::string, std::string>()
                          : std::pair(checked.error().message, checked.error().target);
    };
    CHECK(missing() == std::pair<std::string, std::string>("Last Name is required.", "lastname"));
    values[column("contact", "lastname").index] = "King";
    CHECK(missing() == std::pair<std::string, std::string>("Owner is required.", "ownerid"));
    values[column("contact", "ownerid").index] = reference("systemuser", 1);
    CHECK(missing().first.empty());
  }
}

}  // namespace
}  // namespace satchel::model
