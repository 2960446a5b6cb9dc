// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "base/random.h"
#include "base/time.h"
#include "model/rules.h"

namespace satchel::model {
namespace {

constexpr std::string_view kId = "0190a1b2-0000-7000-8000-000000000001";
constexpr std::string_view kOther = "0190a1b2-0000-7000-8000-000000000002";

const Schema& schema() { return Schema::standard(); }
const Table& table(std::string_view name) { return *schema().find(name); }
const Column& column(std::string_view table_name, std::string_view name) {
  return *table(table_name).find_column(name);
}
Reference reference(std::string_view table_name, std::string_view id) {
  return {table(table_name).number, *RecordId::parse(id)};
}
Value number(std::int64_t value) { return value; }

Value parsed(std::string_view table_name, std::string_view name, std::string_view text) {
  const auto value = parse_value(schema(), table(table_name), column(table_name, name), text);
  CAPTURE(name);
  CAPTURE(text);
  REQUIRE_MESSAGE(value.ok(), value.error().message);
  return *value;
}

std::string refused(std::string_view table_name, std::string_view name, std::string_view text) {
  const auto value = parse_value(schema(), table(table_name), column(table_name, name), text);
  CAPTURE(text);
  REQUIRE_FALSE(value.ok());
  CHECK(value.error().code == ErrorCode::bad_value);
  CHECK(value.error().target == name);
  return value.error().message;
}

std::string formatted(std::string_view table_name, std::string_view name, const Value& value) {
  return format_value(schema(), column(table_name, name), value);
}

std::string displayed(std::string_view table_name, std::string_view name, const Value& value) {
  return display(schema(), column(table_name, name), value,
                 [](const Reference& to) { return to.id == *RecordId::parse(kId) ? "Ada King" : ""; });
}

TEST_SUITE("value_text") {
  TEST_CASE("plain text becomes a value of the column's type") {
    CHECK(parsed("account", "name", " Contoso\r\n") == Value(" Contoso\n"));
    CHECK(parsed("account", "numberofemployees", " 12 ") == number(12));
    CHECK(parsed("account", "numberofemployees", "+12") == number(12));
    CHECK(parsed("account", "revenue", "12.5") == number(1250));
    CHECK(parsed("account", "revenue", "1e3") == number(100'000));
    CHECK(parsed("contact", "birthdate", "1970-01-02") == number(1));
    CHECK(parsed("incident", "followupby", "1970-01-01T01:00:00+01:00") == number(0));
    CHECK(parsed("account", "industrycode", "7") == number(7));
    CHECK(parsed("account", "industrycode", "consulting") == number(7));
    CHECK(parsed("incident", "statuscode", "On Hold") == number(2));
    CHECK(parsed("account", "versionnumber", "-9223372036854775808") ==
          number(std::numeric_limits<std::int64_t>::min()));
    for (const auto name :
         {"name", "numberofemployees", "revenue", "industrycode", "primarycontactid", "creditonhold"}) {
      CHECK(is_null(parsed("account", name, "")));
    }
    CHECK(is_null(parsed("account", "revenue", "  ")));
  }

  TEST_CASE("a boolean is said in many ways, labels too") {
    for (const auto text : {"true", "YES", "1", "Yes"}) CHECK(parsed("account", "creditonhold", text) == number(1));
    for (const auto text : {"False", "no", "0"}) CHECK(parsed("account", "creditonhold", text) == number(0));
    CHECK(parsed("account", "donotphone", "do not allow") == number(1));
    CHECK(parsed("phonecall", "directioncode", "Incoming") == number(0));
  }

  TEST_CASE("a lookup is a set and an id; the id alone where there is one target") {
    const auto id = std::string(kId), other = std::string(kOther);
    CHECK(parsed("account", "primarycontactid", "contacts/" + id) == Value(reference("contact", kId)));
    CHECK(parsed("account", "primarycontactid", id) == Value(reference("contact", kId)));
    CHECK(parsed("contact", "parentcustomerid", "accounts/" + id) == Value(reference("account", kId)));
    CHECK(refused("contact", "parentcustomerid", id)
              .starts_with("Company Name must be accounts/ID or contacts/ID; this is \""));
    CHECK(refused("contact", "parentcustomerid", "leads/" + id)
              .starts_with("Company Name must be accounts/ID or contacts/ID"));
    CHECK(refused("contact", "parentcustomerid", "accounts/7") ==
          "Company Name must be accounts/ID or contacts/ID; this is \"accounts/7\".");
    CHECK(parsed("phonecall", "to", " leads/" + other + " ; contacts/" + id + ";") ==
          Value(PartyList{{reference("contact", kId), ""}, {reference("lead", kOther), ""}}));
    CHECK(is_null(parsed("phonecall", "to", ";")));
    CHECK(refused("phonecall", "to", "contacts/" + id + ";tasks/" + other)
              .starts_with(
                  "Call To must be accounts/ID or contacts/ID or leads/ID or systemusers/ID, with semicolons between"));
  }

  TEST_CASE("what can't be read is refused with what was expected") {
    CHECK(refused("account", "numberofemployees", "12.5") ==
          "Number of Employees must be a whole number; this is \"12.5\".");
    CHECK(refused("account", "numberofemployees", "9223372036854775808")
              .starts_with("Number of Employees must be a whole number"));
    CHECK(refused("account", "numberofemployees", "+-1").starts_with("Number of Employees must be a whole number"));
    CHECK(refused("account", "revenue", "12,5") == "Annual Revenue: \"12,5\" isn't a number.");
    CHECK(refused("account", "creditonhold", "maybe") == "Credit Hold must be true or false; this is \"maybe\".");
    CHECK(refused("account", "industrycode", "Whaling") ==
          "Industry must be the number or label of one of its options; this is \"Whaling\".");
    CHECK(refused("contact", "birthdate", "23.11.2026") ==
          "Birthday must be a date like 2026-11-23; this is \"23.11.2026\".");
    CHECK(refused("incident", "followupby", "2026-11-23") ==
          "Follow Up By must be a time like 2026-11-23T08:15:00Z; this is \"2026-11-23\".");
    CHECK(refused("account", "accountid", kId) == "Account can't be set by a text.");
  }

  TEST_CASE("values are written plainly") {
    CHECK(formatted("account", "revenue", number(1250)) == "12.50");
    CHECK(formatted("account", "industrycode", number(7)) == "7");
    CHECK(formatted("account", "creditonhold", number(1)) == "true");
    CHECK(formatted("contact", "birthdate", number(1)) == "1970-01-02");
    CHECK(formatted("incident", "followupby", number(0)) == "1970-01-01T00:00:00Z");
    CHECK(formatted("contact", "parentcustomerid", reference("account", kId)) == "accounts/" + std::string(kId));
    CHECK(
        formatted("phonecall", "to", PartyList{{reference("contact", kId), "a@x"}, {reference("lead", kOther), ""}}) ==
        "contacts/" + std::string(kId) + ";leads/" + std::string(kOther));
    CHECK(formatted("account", "name", {}) == "");
  }

  TEST_CASE("values are shown to people with labels and names") {
    CHECK(displayed("account", "revenue", number(1250)) == "12.50");
    CHECK(displayed("account", "industrycode", number(7)) == "Consulting");
    CHECK(displayed("account", "industrycode", number(99)) == "99");
    CHECK(displayed("account", "donotphone", number(0)) == "Allow");
    CHECK(displayed("incident", "statuscode", number(3)) == "Waiting for Details");
    CHECK(displayed("contact", "birthdate", number(1)) == "1970-01-02");
    CHECK(displayed("account", "primarycontactid", reference("contact", kId)) == "Ada King");
    CHECK(displayed("account", "primarycontactid", reference("contact", kOther)) == "");
    CHECK(displayed("phonecall", "to",
                    PartyList{{reference("contact", kId), ""}, {reference("lead", kOther), "a@x"}}) == "Ada King, a@x");
    CHECK(displayed("account", "name", {}) == "");
    CHECK(displayed("contact", "entityimage", "/9j/AAEC") == "image, 6 bytes");
    CHECK(display(schema(), column("account", "primarycontactid"), reference("contact", kId), {}) == "");
  }

  // Any allowed value of any column but a party's address, which the plain form leaves out.
  TEST_CASE("what is written is read as the same value") {
    constexpr std::uint64_t kSeed = 11;
    SeededRandom random(kSeed);
    for (const auto& each : schema().tables()) {
      for (const auto& any : each.columns) {
        if (any.type == ColumnType::id) continue;
        for (int i = 0; i < 5; ++i) {
          Value value;
          if (any.holds_text()) value = random.hex(10);
          else if (any.type == ColumnType::lookup)
            value = Reference{any.targets[random.below(any.targets.size())], *RecordId::parse(kId)};
          else if (any.type == ColumnType::party_list)
            value = PartyList{{{any.targets.back(), *RecordId::parse(kOther)}, ""}};
          else if (!any.options.empty()) value = any.options[random.below(any.options.size())].value;
          else value = static_cast<std::int64_t>(random.next() >> 31) - 4'000'000'000;
          if (any.type == ColumnType::date) value = static_cast<std::int64_t>(random.below(100'000));
          CAPTURE(any.name);
          REQUIRE(parsed(each.name, any.name, formatted(each.name, any.name, value)) == value);
        }
      }
    }
  }
}

}  // namespace
}  // namespace satchel::model
