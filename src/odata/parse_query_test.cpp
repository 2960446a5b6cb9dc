// SPDX-License-Identifier: Apache-2.0
#include "odata/parse_query.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "odata/internal/filter_lexer.h"
#include "odata/internal/filter_path.h"

using namespace satchel;
using namespace satchel::odata;
using model::ColumnType;
using model::Schema;
using model::Table;
using model::Value;

namespace {

constexpr std::string_view kId = "01234567-89ab-cdef-0123-456789abcdef";

const Table& table(std::string_view name) { return *Schema::standard().find(name); }

// Monday, 23 November 2026, 08:15:30 UTC; 09:15:30 in the user's day.
QueryContext context() {
  QueryContext out;
  out.user = *RecordId::parse("00000000-0000-0000-0000-0000000000aa");
  out.business_unit = *RecordId::parse("00000000-0000-0000-0000-0000000000bb");
  out.teams = {*RecordId::parse("00000000-0000-0000-0000-0000000000cc")};
  out.now = Instant::of_seconds(*parse_date_time("2026-11-23T08:15:30Z"));
  out.utc_offset_minutes = 60;
  return out;
}

// ---- a tree in words, so that a test can be read: "and(lastname eq 'x', statecode ne 0)"

class Words {
 public:
  explicit Words(const Table& table) : table_(table) {}

  std::string operator()(const query::Filter& filter) const { return std::visit(*this, filter.node); }
  std::string operator()(const query::All& all) const { return "and(" + joined(all.parts) + ")"; }
  std::string operator()(const query::Any& any) const { return "or(" + joined(any.parts) + ")"; }
  std::string operator()(const query::Not& negation) const { return "not(" + (*this)(*negation.part) + ")"; }
  std::string operator()(const query::Compare& compare) const {
    return words(compare.path) + words(compare.comparison) + words(compare.path, compare.value);
  }
  std::string operator()(const query::CompareColumns& compare) const {
    return words(compare.left) + words(compare.comparison) + words(compare.right);
  }
  std::string operator()(const query::In& in) const {
    std::string out;
    for (const auto& value : in.values) out += (out.empty() ? "" : ",") + words(in.path, value);
    return words(in.path) + " in (" + out + ")";
  }
  std::string operator()(const query::Match& match) const {
    const char* name = match.match == query::TextMatch::contains      ? "contains"
                       : match.match == query::TextMatch::starts_with ? "startswith"
                                                                      : "endswith";
    return std::string(name) + "(" + words(match.path) + ",'" + match.text + "')";
  }
  std::string operator()(const query::HasParty& has) const {
    return table_.columns[has.column].name + " has " + has.party.to_string();
  }
  std::string operator()(const query::Exists& exists) const {
    const Table& of = Schema::standard().at(exists.table);
    return "exists(" + of.columns[exists.lookup].name + " of " + of.name + " = " + words(exists.path) +
           (exists.part ? ": " + Words(of)(*exists.part) : "") + ")";
  }

  std::string words(const query::Path& path) const {
    const Table* at = &table_;
    std::string out;
    for (const auto& hop : path.hops) {
      out += at->columns[hop.lookup].name + ">" + Schema::standard().at(hop.target).name + "/";
      at = Schema::standard().find(hop.target);
    }
    return out + at->columns[path.column].name;
  }

 private:
  std::string joined(const std::vector<query::Filter>& parts) const {
    std::string out;
    for (const auto& part : parts) out += (out.empty() ? "" : ", ") + (*this)(part);
    return out;
  }
  static std::string words(query::Comparison comparison) {
    static constexpr std::array kNames = {" eq ", " ne ", " gt ", " ge ", " lt ", " le "};
    return kNames[static_cast<std::size_t>(comparison)];
  }
  std::string words(const query::Path& path, const Value& value) const {
    if (model::is_null(value)) return "null";
    if (const auto* text = model::text_in(value)) return "'" + *text + "'";
    if (const auto* reference = model::reference_in(value)) return reference->id.to_string();
    const auto type = query::end_of(Schema::standard(), table_, path).column->type;
    if (type == ColumnType::date) return format_date(*model::integer_in(value));
    if (type == ColumnType::datetime) return format_date_time(*model::integer_in(value));
    return std::to_string(*model::integer_in(value));
  }

  const Table& table_;
};

std::string parsed(std::string_view text, std::string_view of = "contact") {
  const auto filter = parse_filter(Schema::standard(), table(of), text, context());
  if (!filter.ok()) return std::string(name_of(filter.error().code)) + ": " + filter.error().message;
  return Words(table(of))(*filter);
}

std::string failure(std::string_view text, std::string_view of = "contact") {
  const auto filter = parse_filter(Schema::standard(), table(of), text, context());
  return filter.ok() ? "ok" : std::string(name_of(filter.error().code));
}

Result<QueryOptions> options(std::string_view raw, std::string_view of = "contact") {
  return parse_query_string(Schema::standard(), table(of), raw, context());
}

std::string option_failure(std::string_view raw) {
  const auto found = options(raw);
  return found.ok() ? "ok" : std::string(name_of(found.error().code));
}

std::string filter_of(std::string_view raw) {
  const auto found = options(raw);
  REQUIRE_MESSAGE(found.ok(), found.error().message);
  return Words(table("contact"))(*found->query.filter);
}

}  // namespace

// ---- operators ----------------------------------------------------------------------------------------------------------

TEST_CASE("and binds closer than or, not closer than both") {
  CHECK(parsed("firstname eq 'a' or lastname ne 'b' and statecode eq 0") ==
        "or(firstname eq 'a', and(lastname ne 'b', statecode eq 0))");
  CHECK(parsed("(firstname eq 'a' or lastname eq 'b') and not statecode eq 0") ==
        "and(or(firstname eq 'a', lastname eq 'b'), not(statecode eq 0))");
  CHECK(parsed("not (statecode eq 0)") == "not(statecode eq 0)");
  CHECK(parsed("not not contains(fullname,'x')") == "contains(fullname,'x')");
  CHECK(parsed("firstname eq 'a' and (lastname eq 'b' and fullname eq 'c')") ==
        "and(firstname eq 'a', lastname eq 'b', fullname eq 'c')");
}

TEST_CASE("operators and functions are taken in any case, and sides may be changed") {
  CHECK(parsed("Contains(fullname,'x') AND statecode EQ 0") == "and(contains(fullname,'x'), statecode eq 0)");
  CHECK(parsed("10 lt versionnumber") == "versionnumber gt 10");
  CHECK(parsed("(versionnumber) ge (3)") == "versionnumber ge 3");
  CHECK(parsed("contains(fullname,'x') eq false") == "not(contains(fullname,'x'))");
  CHECK(parsed("true ne contains(fullname,'x')") == "not(contains(fullname,'x'))");
  CHECK(parsed("donotemail") == "donotemail eq 1");
  CHECK(parsed("not donotemail") == "not(donotemail eq 1)");
  CHECK(parsed("true") == "and()");
}

TEST_CASE("in takes a list of values") {
  CHECK(parsed("firstname in ('a','b''c',null)") == "firstname in ('a','b'c',null)");
  CHECK(parsed("statecode in (0, 1)") == "statecode in (0,1)");
  CHECK(parsed("not firstname in ('a')") == "not(firstname in ('a'))");
  CHECK(failure("firstname in ('a',)") == "bad_filter");
  CHECK(failure("firstname in 'a'") == "bad_filter");
  CHECK(failure("firstname in ('a'") == "bad_filter");
}

// ---- literals -----------------------------------------------------------------------------------------------------------

TEST_CASE("texts: quotes are doubled, and the empty text means no value") {
  CHECK(parsed("lastname eq 'O''Hara'") == "lastname eq 'O'Hara'");
  CHECK(parsed("lastname eq ''''") == "lastname eq '''");
  CHECK(parsed(R"(lastname in ["O'Hara","M\u00fcller \"M\""])") == "lastname in ('O'Hara','Müller \"M\"')");
  CHECK(failure("lastname eq \"x") == "bad_filter");
  CHECK(failure("lastname eq \"x\\") == "bad_filter");
  CHECK(parsed("lastname eq ''") == "lastname eq null");
  CHECK(parsed("lastname ne ''") == "lastname ne null");
  CHECK(parsed("lastname gt ''") == "lastname gt ''");
  CHECK(parsed("tolower(lastname) eq toupper('x')") == "lastname eq 'x'");
  CHECK(parsed("lastname eq '日本 (und) or'") == "lastname eq '日本 (und) or'");
}

// creditlimit has two decimals, so 12.505 lies between two values that it can hold.
TEST_CASE("numbers keep their digits until the column's scale is known") {
  CHECK(parsed("creditlimit eq 12.5") == "creditlimit eq 1250");
  CHECK(parsed("creditlimit eq 1.25e1") == "creditlimit eq 1250");
  CHECK(parsed("creditlimit eq -0012.50") == "creditlimit eq -1250");
  CHECK(parsed("creditlimit eq 0.0e99") == "creditlimit eq 0");
  CHECK(parsed("creditlimit eq 12.505") == "or()");
  CHECK(parsed("creditlimit ne 12.505") == "and()");
  CHECK(parsed("creditlimit gt 12.505") == "creditlimit gt 1250");
  CHECK(parsed("creditlimit ge 12.505") == "creditlimit gt 1250");
  CHECK(parsed("creditlimit lt 12.505") == "creditlimit le 1250");
  CHECK(parsed("creditlimit lt -12.505") == "creditlimit le -1251");
  CHECK(parsed("versionnumber gt 2.5") == "versionnumber gt 2");
  CHECK(parsed("versionnumber eq 2.0") == "versionnumber eq 2");
  CHECK(parsed("versionnumber lt 1e30") == "versionnumber le 9223372036854775807");
  CHECK(parsed("versionnumber gt -99999999999999999999") == "versionnumber gt -9223372036854775808");
  CHECK(parsed("versionnumber gt 1e-5") == "versionnumber gt 0");
  CHECK(parsed("versionnumber in (1, 2.5)") == "versionnumber in (1)");
}

TEST_CASE("dates and moments") {
  CHECK(parsed("birthdate eq 1985-12-10") == "birthdate eq 1985-12-10");
  CHECK(parsed("birthdate ge 1985-12-10T00:00:00Z") == "birthdate ge 1985-12-10");
  CHECK(parsed("birthdate ge 1985-12-10T00:00:00.000+02:00") == "birthdate ge 1985-12-10");
  CHECK(failure("birthdate ge 1985-12-10T12:00:00Z") == "bad_filter");
  CHECK(parsed("modifiedon ge 2026-11-23") == "modifiedon ge 2026-11-23T00:00:00Z");
  CHECK(parsed("modifiedon lt 2026-11-23T09:15:00+01:00") == "modifiedon lt 2026-11-23T08:15:00Z");
  CHECK(parsed("modifiedon lt 2026-11-23T09:15:00 01:00") == "modifiedon lt 2026-11-23T08:15:00Z");
  CHECK(parsed("modifiedon lt 2026-11-23T08:15:00.5Z") == "modifiedon le 2026-11-23T08:15:00Z");
  CHECK(parsed("modifiedon eq 2026-11-23T08:15:00.000Z") == "modifiedon eq 2026-11-23T08:15:00Z");
  CHECK(parsed("modifiedon gt now()") == "modifiedon gt 2026-11-23T08:15:30Z");
  CHECK(failure("modifiedon lt 2026-11-23T08:15:00") == "bad_filter");
  CHECK(failure("modifiedon lt 2026-02-30") == "bad_filter");
  CHECK(failure("birthdate eq '1985-12-10'") == "bad_filter");
}

TEST_CASE("parts of dates become ranges") {
  CHECK(parsed("year(createdon) eq 2026") ==
        "and(createdon ge 2026-01-01T00:00:00Z, createdon lt 2027-01-01T00:00:00Z)");
  CHECK(parsed("year(birthdate) le 1985") == "and(birthdate lt 1986-01-01)");
  CHECK(parsed("year(birthdate) ne 1985") == "not(and(birthdate ge 1985-01-01, birthdate lt 1986-01-01))");
  CHECK(parsed("date(createdon) gt 2026-11-23") == "and(createdon ge 2026-11-24T00:00:00Z)");
  CHECK(failure("month(createdon) eq 11") == "not_implemented");
  CHECK(failure("year(fullname) eq 2026") == "bad_filter");
}

TEST_CASE("ids come bare or quoted, in any case") {
  const std::string expected = "parentcustomerid eq " + std::string(kId);
  CHECK(parsed("_parentcustomerid_value eq 01234567-89AB-CDEF-0123-456789ABCDEF") == expected);
  CHECK(parsed("_parentcustomerid_value eq '" + std::string(kId) + "'") == expected);
  CHECK(parsed("parentcustomerid eq " + std::string(kId)) == expected);
  CHECK(parsed("contactid eq abcdef12-89ab-cdef-0123-456789abcdef") ==
        "contactid eq abcdef12-89ab-cdef-0123-456789abcdef");
  CHECK(failure("contactid eq 'ada'") == "bad_filter");
}

// ---- paths --------------------------------------------------------------------------------------------------------------

TEST_CASE("paths lead over lookups") {
  CHECK(parsed("primarycontactid/fullname eq 'x'", "account") == "primarycontactid>contact/fullname eq 'x'");
  CHECK(parsed("contains(parentcustomerid_account/name,'x')") == "contains(parentcustomerid>account/name,'x')");
  CHECK(parsed("parentcustomerid_account/primarycontactid/lastname ne null") ==
        "parentcustomerid>account/primarycontactid>contact/lastname ne null");
  CHECK(parsed("$it/fullname eq 'x'") == "fullname eq 'x'");
}

TEST_CASE("the id behind a lookup is the lookup itself") {
  const std::string id(kId);
  CHECK(parsed("primarycontactid/contactid eq " + id, "account") == "primarycontactid eq " + id);
  CHECK(parsed("primarycontactid ne null", "account") == "primarycontactid ne null");
  CHECK(parsed("parentcustomerid_account/accountid eq " + id) == "parentcustomerid eq " + id);
  CHECK(parsed("parentcustomerid_account/accountid in (" + id + ")") == "parentcustomerid in (" + id + ")");
  CHECK(parsed("parentcustomerid_account/accountid gt " + id) == "parentcustomerid>account/accountid gt " + id);
}

TEST_CASE("a null test on one of several navigations asks which table it is") {
  CHECK(parsed("parentcustomerid_account ne null") == "parentcustomerid>account/accountid ne null");
  CHECK(parsed("_parentcustomerid_value eq null") == "parentcustomerid eq null");
}

TEST_CASE("a lookup's own name leads to the one table that knows what follows") {
  CHECK(parsed("ownerid/fullname eq 'x'") == "ownerid>systemuser/fullname eq 'x'");
  CHECK(parsed("ownerid/teamtype eq 0") == "ownerid>team/teamtype eq 0");
  CHECK(failure("ownerid/businessunitid/name eq 'x'") == "bad_filter");
}

TEST_CASE("two columns are compared when they hold the same kind of value") {
  CHECK(parsed("firstname eq lastname") == "firstname eq lastname");
  CHECK(parsed("createdon lt modifiedon") == "createdon lt modifiedon");
  CHECK(parsed("firstname ne parentcustomerid_account/name") == "firstname ne parentcustomerid>account/name");
  CHECK(failure("firstname eq birthdate") == "bad_filter");
  CHECK(failure("creditlimit eq exchangerate") == "not_implemented");
}

// ---- functions ----------------------------------------------------------------------------------------------------------

TEST_CASE("functions about the user") {
  const auto called = [](std::string_view name, std::string_view column, std::string_view of = "contact") {
    return parsed("Microsoft.Dynamics.CRM." + std::string(name) + "(PropertyName='" + std::string(column) + "')", of);
  };
  const std::string user = "00000000-0000-0000-0000-0000000000aa", team = "00000000-0000-0000-0000-0000000000cc";
  CHECK(called("EqualUserId", "ownerid") == "ownerid in (" + user + ")");
  CHECK(called("NotEqualUserId", "_ownerid_value") == "not(ownerid in (" + user + "))");
  CHECK(called("EqualUserTeams", "ownerid") == "ownerid in (" + team + ")");
  CHECK(called("EqualUserOrUserTeams", "ownerid") == "ownerid in (" + team + "," + user + ")");
  CHECK(called("EqualBusinessId", "owningbusinessunit") ==
        "owningbusinessunit in (00000000-0000-0000-0000-0000000000bb)");
  CHECK(called("EqualUserId", "to", "phonecall") == "or(to has " + user + ")");
  CHECK(called("EqualUserId", "fullname").starts_with("bad_filter"));
}

// The user's Monday began at 23:00 UTC on Sunday.
TEST_CASE("functions about time use the user's days") {
  const auto called = [](std::string_view call) { return parsed("Microsoft.Dynamics.CRM." + std::string(call)); };
  const auto between = [](std::string from, std::string to) {
    return "and(modifiedon ge " + from + ", modifiedon lt " + to + ")";
  };
  CHECK(called("Today(PropertyName='modifiedon')") == between("2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z"));
  CHECK(called("Yesterday(PropertyName='modifiedon')") == between("2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z"));
  CHECK(called("Tomorrow(PropertyName='birthdate')") == "and(birthdate ge 2026-11-24, birthdate lt 2026-11-25)");
  CHECK(called("ThisWeek(PropertyName='birthdate')") == "and(birthdate ge 2026-11-22, birthdate lt 2026-11-29)");
  CHECK(called("ThisMonth(PropertyName='birthdate')") == "and(birthdate ge 2026-11-01, birthdate lt 2026-12-01)");
  CHECK(called("NextMonth(PropertyName='birthdate')") == "and(birthdate ge 2026-12-01, birthdate lt 2027-01-01)");
  CHECK(called("LastYear(PropertyName='birthdate')") == "and(birthdate ge 2025-01-01, birthdate lt 2026-01-01)");
  CHECK(called("LastXDays(PropertyName='modifiedon',PropertyValue=10)") ==
        between("2026-11-12T23:00:00Z", "2026-11-23T08:15:31Z"));
  CHECK(called("Last7Days(PropertyName='birthdate')") == "and(birthdate ge 2026-11-16, birthdate lt 2026-11-24)");
  CHECK(called("NextXDays(PropertyName='modifiedon',PropertyValue='2')") ==
        between("2026-11-23T08:15:30Z", "2026-11-25T23:00:00Z"));
  CHECK(called("LastXMonths(PropertyName='birthdate',PropertyValue=9)") ==
        "and(birthdate ge 2026-02-23, birthdate lt 2026-11-24)");
  CHECK(called("LastXHours(PropertyName='modifiedon',PropertyValue=1)") ==
        between("2026-11-23T07:00:00Z", "2026-11-23T08:15:31Z"));
  CHECK(called("OlderThanXDays(PropertyName='modifiedon',PropertyValue=1)") ==
        "and(modifiedon lt 2026-11-21T23:00:00Z)");
  CHECK(called("OlderThanXMinutes(PropertyName='modifiedon',PropertyValue=15)") ==
        "and(modifiedon lt 2026-11-23T08:00:30Z)");
  CHECK(called("LastXHours(PropertyName='birthdate',PropertyValue=1)").starts_with("bad_filter"));
  CHECK(called("LastXDays(PropertyName='modifiedon')").starts_with("bad_filter"));
  CHECK(called("LastXDays(PropertyName='modifiedon',PropertyValue=0)").starts_with("bad_filter"));
  CHECK(called("LastXYears(PropertyName='modifiedon',PropertyValue=99999999999)").starts_with("bad_filter"));
  CHECK(called("Today(PropertyName='fullname')").starts_with("bad_filter"));
}

TEST_CASE("functions about a day and about lists") {
  const auto called = [](std::string_view call) { return parsed("Microsoft.Dynamics.CRM." + std::string(call)); };
  CHECK(called("On(PropertyName='modifiedon',PropertyValue='2026-11-23')") ==
        "and(modifiedon ge 2026-11-22T23:00:00Z, modifiedon lt 2026-11-23T23:00:00Z)");
  CHECK(called("On(PropertyName='modifiedon',PropertyValue=2026-11-22T23:30:00Z)") ==
        "and(modifiedon ge 2026-11-22T23:00:00Z, modifiedon lt 2026-11-23T23:00:00Z)");
  CHECK(called("OnOrAfter(PropertyName='birthdate',PropertyValue=2026-11-23)") == "and(birthdate ge 2026-11-23)");
  CHECK(called("OnOrBefore(PropertyName='birthdate',PropertyValue=2026-11-23)") == "and(birthdate lt 2026-11-24)");
  CHECK(called("Between(PropertyName='creditlimit',PropertyValues=['1','2.5'])") ==
        "and(creditlimit ge 100, creditlimit le 250)");
  CHECK(called("Between(PropertyName='birthdate',PropertyValues=[\"1985-01-01\",\"1985-12-31\"])") ==
        "and(and(birthdate ge 1985-01-01), and(birthdate lt 1986-01-01))");
  CHECK(called("In(PropertyName='statecode',PropertyValues=['0','1'])") == "statecode in (0,1)");
  CHECK(called("NotIn(PropertyName='lastname',PropertyValues=['0'])") == "not(lastname in ('0'))");
  CHECK(called("Between(PropertyName='creditlimit',PropertyValues=['1'])").starts_with("bad_filter"));
  CHECK(called("ContainValues(PropertyName='statecode',PropertyValues=['1'])").starts_with("not_implemented"));
  CHECK(called("Wrong(PropertyName='statecode')").starts_with("bad_filter"));
  CHECK(called("Today()").starts_with("bad_filter"));
}

TEST_CASE("parties are found with any") {
  const std::string id(kId);
  CHECK(parsed("phonecall_activity_parties/any(p:p/_partyid_value eq " + id + ")", "phonecall") ==
        "or(from has " + id + ", to has " + id + ")");
  CHECK(parsed("phonecall_activity_parties/any(p:p/_partyid_value eq " + id + " and p/participationtypemask eq 2)",
               "phonecall") == "or(to has " + id + ")");
  CHECK(parsed("phonecall_activity_parties/any(x:(x/participationtypemask eq 1 and x/partyid_contact/contactid eq " +
                   id + "))",
               "phonecall") == "or(from has " + id + ")");
  CHECK(parsed("to/any(p:p/_partyid_value eq " + id + ") and statecode eq 0", "phonecall") ==
        "and(or(to has " + id + "), statecode eq 0)");
  CHECK(parsed("to/any()", "phonecall") == "or(to ne null)");
  CHECK(parsed("to ne null", "phonecall") == "to ne null");
  CHECK(failure("to/all(p:p/_partyid_value eq " + id + ")", "phonecall") == "not_implemented");
  CHECK(failure("to/any(p:p/addressused eq 'x')", "phonecall") == "not_implemented");
}

TEST_CASE("records on the other side of a lookup are found with any and all") {
  CHECK(parsed("contact_customer_accounts/any(c:c/fullname eq 'x')", "account") ==
        "exists(parentcustomerid of contact = accountid: fullname eq 'x')");
  CHECK(parsed("contact_customer_accounts/all(c:c/fullname eq 'x' or c/parentcustomerid_account/name eq 'y') and "
               "statecode eq 0",
               "account") ==
        "and(not(exists(parentcustomerid of contact = accountid: not(or(fullname eq 'x', "
        "parentcustomerid>account/name eq 'y')))), statecode eq 0)");
  CHECK(parsed("contact_customer_accounts/any()", "account") == "exists(parentcustomerid of contact = accountid)");
  CHECK(failure("contact_customer_accounts/all()", "account") == "bad_filter");
  CHECK(failure("contact_customer_accounts/any(fullname eq 'x')", "account") == "bad_filter");
  CHECK(failure("contact_customer_accounts/any(c:fullname eq 'x')", "account") == "not_implemented");
  CHECK(failure("contact_customer_accounts/any(c:c/nothing eq 'x')", "account") == "unknown_column");
  CHECK(failure("contact_customer_nobody/any(c:c/fullname eq 'x')", "account") == "unknown_column");
  CHECK(parsed("parentaccountid/contact_customer_accounts/any(c:c/fullname eq 'x')", "account") ==
        "exists(parentcustomerid of contact = parentaccountid: fullname eq 'x')");
  CHECK(parsed("teammembership_association/any(u:u/domainname eq 'x')", "team") ==
        "exists(teamid of teammembership = teamid: systemuserid>systemuser/domainname eq 'x')");
  CHECK(parsed("account_parent_account/any(a:a/contact_customer_accounts/any(c:c/lastname eq a/name))", "account")
            .starts_with("not_implemented"));
  CHECK(parsed("account_parent_account/any(a:a/contact_customer_accounts/any(c:c/lastname eq 'x'))", "account") ==
        "exists(parentaccountid of account = accountid: exists(parentcustomerid of contact = accountid: lastname eq "
        "'x'))");
  CHECK(failure("to eq 'x'", "phonecall") == "bad_filter");
}

// ---- errors -------------------------------------------------------------------------------------------------------------

TEST_CASE("errors tell the position and what was expected") {
  CHECK(parsed("fullname eq") ==
        "bad_filter: At position 12 of $filter: expected a column or a value, but it ends there.");
  CHECK(parsed("fullname eq 'a' lastname") ==
        "bad_filter: At position 17 of $filter: expected 'and', 'or' or the end, but found 'lastname'.");
  CHECK(parsed("lastname eq 'ü' and fullnam eq 'x'") ==
        "unknown_column: At position 21 of $filter: Contact has no column 'fullnam'. Did you mean 'fullname'?");
  CHECK(parsed("lastname eq 5") ==
        "bad_filter: At position 13 of $filter: Last Name (lastname) is compared with a text in quotes, like 'text', "
        "not with 5.");
  CHECK(parsed("statecode eq 'Active'") ==
        "bad_filter: At position 14 of $filter: Status (statecode) is compared with one of the numbers 0 (Active), 1 "
        "(Inactive), not with the text 'Active'.");
  CHECK(parsed("lastname eq 'x") ==
        "bad_filter: At position 13 of $filter: this text has no closing quote. A quote inside a text is written "
        "twice: 'O''Hara'.");
  CHECK(parsed("(lastname eq 'x'") == "bad_filter: At position 17 of $filter: expected ')', but it ends there.");
  CHECK(parsed("lastname") ==
        "bad_filter: At position 1 of $filter: Last Name (lastname) by itself is no condition; compare it with a "
        "value, as in lastname ne null.");
  CHECK(parsed("").starts_with("bad_filter: At position 1"));
  CHECK(parsed("lastname eq jones").starts_with("unknown_column: At position 13"));
}

TEST_CASE("what OData has and we don't is not_implemented by name") {
  CHECK(failure("length(fullname) gt 5") == "not_implemented");
  CHECK(parsed("versionnumber add 1 eq 2") ==
        "not_implemented: At position 15 of $filter: the operator 'add' isn't offered in filters.");
  CHECK(failure("versionnumber - 1 eq 2") == "not_implemented");
  CHECK(failure("-versionnumber eq 2") == "not_implemented");
  CHECK(failure("1 eq 1") == "not_implemented");
  CHECK(failure("fullname/$count gt 1") == "not_implemented");
  CHECK(failure("foo(fullname) eq 1") == "bad_filter");
  CHECK(failure("versionnumber eq 12abc") == "bad_filter");
  CHECK(failure("fullname eq #") == "bad_filter");
  CHECK(failure("contains(versionnumber,'1')") == "bad_filter");
  CHECK(failure("contains(fullname,lastname)") == "bad_filter");
  CHECK(failure("fullname/lastname eq 'x'") == "bad_filter");
}

TEST_CASE("depth and size are bounded") {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '(') + "statecode eq 0" +
           std::string(static_cast<std::size_t>(depth), ')');
  };
  CHECK(failure(nested(query::kFilterDepthMax)) == "ok");
  CHECK(failure(nested(query::kFilterDepthMax + 1)) == "too_large");
  CHECK(failure(std::string(50'000, '(')) == "too_large");
  std::string nots;
  for (int i = 0; i < 10'000; ++i) nots += "not ";
  CHECK(failure(nots + "statecode eq 0") == "ok");
  std::string many = "statecode eq 0";
  for (std::size_t i = 1; i < query::kFilterNodesMax; ++i) many += " or statecode eq 0";
  CHECK(failure(many) == "ok");
  CHECK(failure(many + " or statecode eq 0") == "too_large");
  CHECK(failure("contains(fullname,'" + std::string(query::kMatchTextMax + 1, 'x') + "')") == "too_large");
  CHECK(failure("fullname eq '" + std::string(kFilterTextMax, 'x') + "'") == "too_large");
  const std::string hop = "parentcustomerid_contact/";
  CHECK(failure(hop + hop + hop + hop + "fullname eq 'x'") == "ok");
  CHECK(failure(hop + hop + hop + hop + hop + "fullname eq 'x'") == "too_large");
  std::string hops = hop + "fullname eq 'x'";
  for (std::size_t i = 1; i < query::kFilterHopsMax; ++i) hops += " or " + hop + "fullname eq 'x'";
  CHECK(failure(hops) == "ok");
  CHECK(failure(hops + " or " + hop + "fullname eq 'x'") == "too_large");
}

// ---- the other options --------------------------------------------------------------------------------------------------

TEST_CASE("order: directions, paths and their errors") {
  const auto order =
      parse_order(Schema::standard(), table("contact"), "fullname desc, parentcustomerid_account/name,createdon asc");
  REQUIRE(order.ok());
  REQUIRE(order->size() == 3);
  const Words words(table("contact"));
  CHECK(words.words((*order)[0].path) == "fullname");
  CHECK((*order)[0].descending);
  CHECK(words.words((*order)[1].path) == "parentcustomerid>account/name");
  CHECK_FALSE((*order)[2].descending);
  const auto code = [](std::string_view text, std::string_view of = "contact") {
    const auto found = parse_order(Schema::standard(), table(of), text);
    return found.ok() ? std::string("ok") : std::string(name_of(found.error().code));
  };
  CHECK(code("fullname up") == "bad_filter");
  CHECK(code("fullname,") == "bad_filter");
  CHECK(code("") == "bad_filter");
  CHECK(code("nothing") == "unknown_column");
  CHECK(code("to", "phonecall") == "bad_filter");
  CHECK(code("length(fullname)") == "not_implemented");
  CHECK(code("a,b,c,d,e,f,g") == "unknown_column");
  CHECK(code("fullname,fullname,fullname,fullname,fullname,fullname,fullname") == "too_large");
}

TEST_CASE("select takes columns by name and lookups as values") {
  const auto& contact = table("contact");
  const auto found = parse_select(contact, "fullname, _parentcustomerid_value,ownerid,fullname");
  REQUIRE(found.ok());
  CHECK(*found == std::vector<model::ColumnIndex>{contact.find_column("fullname")->index,
                                                  contact.find_column("parentcustomerid")->index,
                                                  contact.find_column("ownerid")->index});
  CHECK(parse_select(contact, "*").value().empty());
  CHECK(parse_select(contact, "nothing").error().code == ErrorCode::unknown_column);
  CHECK(parse_select(contact, "").error().code == ErrorCode::bad_filter);
  CHECK(parse_select(contact, "a/b").error().code == ErrorCode::not_implemented);
  CHECK(parse_select(table("phonecall"), "phonecall_activity_parties").value().size() == 2);
}

TEST_CASE("a whole query string") {
  const auto found = options(
      "$select=fullname&$filter=contains(fullname,'an') and statecode eq 0&$orderby=fullname "
      "desc&$top=5&$count=true&$format=json&api=1");
  REQUIRE_MESSAGE(found.ok(), found.error().message);
  CHECK(found->query.table == table("contact").number);
  CHECK(found->has_select);
  CHECK(found->query.select.size() == 1);
  CHECK(Words(table("contact"))(*found->query.filter) == "and(contains(fullname,'an'), statecode eq 0)");
  CHECK(found->query.order.size() == 1);
  CHECK(found->query.top == 5);
  CHECK(found->query.count);
  CHECK(options("").ok());
  CHECK(options("$skiptoken=a%26b").value().skip_token == "a&b");
  CHECK(options("$deltatoken=x").value().delta_token == "x");
  CHECK_FALSE(options("$count=false").value().query.count);
}

// '&' and '=' that are encoded are part of a value; '+' is a space and %2B a plus.
TEST_CASE("options are split first and decoded then") {
  CHECK(filter_of("%24filter=lastname%20eq%20%27a%26b%3Dc%27") == "lastname eq 'a&b=c'");
  CHECK(filter_of("$filter=lastname+eq+'a%2Bb+c'") == "lastname eq 'a+b c'");
  CHECK(filter_of("$FILTER=lastname eq 'O%27%27Hara'") == "lastname eq 'O'Hara'");
  CHECK(filter_of("&&$filter=modifiedon ge 2026-11-23T09:15:00+01:00&") == "modifiedon ge 2026-11-23T08:15:00Z");
  CHECK(option_failure("$filter=lastname eq '%zz'") == "bad_request");
  CHECK(option_failure("$filter=lastname eq '%ff'") == "bad_request");
  CHECK(option_failure("$filter=lastname eq '%00'") == "bad_request");
}

TEST_CASE("aliases stand for values") {
  CHECK(filter_of("$filter=lastname eq @p1&@p1='x'") == "lastname eq 'x'");
  CHECK(filter_of(
            "@p1='lastname'&@p2=['a','b']&$filter=Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)") ==
        "lastname in ('a','b')");
  CHECK(filter_of("$filter=lastname in @list&@list=('a','b')&@unused=,,,") == "lastname in ('a','b')");
  CHECK(option_failure("$filter=lastname eq @p1") == "bad_filter");
  CHECK(option_failure("$filter=lastname eq @p1&@p1=@p1") == "bad_filter");
  CHECK(option_failure("$filter=lastname eq @p1&@p1='a'&@p1='b'") == "bad_filter");
  CHECK(option_failure("$filter=lastname eq @p1&@p1=5") == "bad_filter");
  CHECK(option_failure("$filter=lastname eq @p1&@p1=") == "bad_filter");
}

TEST_CASE("wrong and missing options") {
  CHECK(option_failure("$top=-1") == "bad_filter");
  CHECK(option_failure("$top=x") == "bad_filter");
  CHECK(option_failure("$top=99999999999999999999") == "bad_filter");
  CHECK(option_failure("$top=") == "bad_filter");
  CHECK(option_failure("$count=maybe") == "bad_filter");
  CHECK(option_failure("$foo=1") == "bad_filter");
  CHECK(option_failure("$top=1&$Top=2") == "bad_filter");
  CHECK(option_failure("$filter=") == "bad_filter");
  for (const auto* option : {"$skip=1", "$search=x", "$apply=x", "$compute=x", "$levels=1", "$index=1", "$format=xml",
                             "fetchXml=x", "savedQuery=x"})
    CHECK(option_failure(option) == "not_implemented");
  CHECK(option_failure("custom=1&custom=2") == "ok");
  CHECK(option_failure("$format=application/json;odata.metadata=none") == "ok");
}

TEST_CASE("expand: a collection takes a query of its own") {
  const auto found = options(
      "$expand=contact_customer_accounts($select=lastname;$filter=contains(lastname,';)(') and firstname ne "
      "@p;$orderby=lastname desc;$top=3;$count=true)&@p='x'",
      "account");
  REQUIRE_MESSAGE(found.ok(), found.error().message);
  REQUIRE(found->expand.size() == 1);
  const auto& expand = found->expand[0];
  REQUIRE(expand.collection);
  CHECK(expand.collection->table == &table("contact"));
  CHECK(expand.collection->lookup->name == "parentcustomerid");
  CHECK(expand.query.select.size() == 1);
  CHECK(expand.query.filter);
  CHECK(expand.query.order.size() == 1);
  CHECK(expand.query.top == 3);
  CHECK(expand.query.count);
  const auto members = options("$expand=teammembership_association($select=fullname)", "team");
  REQUIRE_MESSAGE(members.ok(), members.error().message);
  CHECK(members->expand[0].collection->table == &table("systemuser"));
  CHECK(members->expand[0].collection->link == &table("teammembership"));
}

TEST_CASE("expand: single-valued navigation, with select") {
  const auto found =
      options("$expand=parentcustomerid_account($select=name,_primarycontactid_value),createdby&$select=fullname");
  REQUIRE_MESSAGE(found.ok(), found.error().message);
  REQUIRE(found->expand.size() == 2);
  CHECK(found->expand[0].navigation == "parentcustomerid_account");
  CHECK(found->expand[0].query.table == table("account").number);
  CHECK(found->expand[0].query.select.size() == 2);
  CHECK(found->expand[1].query.table == table("systemuser").number);
  CHECK(option_failure("$expand=nothing") == "unknown_column");
  CHECK(option_failure("$expand=createdby,createdby") == "bad_filter");
  CHECK(option_failure("$expand=createdby($select=nothing)") == "unknown_column");
  CHECK(option_failure("$expand=createdby($expand=businessunitid)") == "ok");
  CHECK(option_failure("$expand=createdby($expand=createdby($expand=createdby))") == "ok");
  CHECK(option_failure("$expand=createdby($expand=createdby($expand=createdby($expand=createdby)))") ==
        "not_implemented");
  CHECK(option_failure("$expand=createdby($top=1)") == "bad_filter");
  CHECK(option_failure("$expand=createdby($levels=2)") == "not_implemented");
  CHECK(option_failure("$expand=createdby/businessunitid") == "not_implemented");
  CHECK(option_failure("$expand=createdby($select=fullname") == "bad_filter");
  CHECK(option_failure("$expand=,") == "bad_filter");
  const auto parties = options("$select=subject&$expand=phonecall_activity_parties", "phonecall");
  REQUIRE(parties.ok());
  CHECK(parties->query.select.size() == 3);
}

// A lookup to several tables may have one navigation for all of them; then each table that has the selected columns is
// expanded under that name.
TEST_CASE("expanding an owner gives each table that can own") {
  const auto all = options("$expand=ownerid");
  REQUIRE_MESSAGE(all.ok(), all.error().message);
  REQUIRE(all->expand.size() == 2);
  CHECK(all->expand[0].query.table == table("systemuser").number);
  CHECK(all->expand[1].query.table == table("team").number);
  const auto users = options("$expand=ownerid($select=fullname)");
  REQUIRE_MESSAGE(users.ok(), users.error().message);
  REQUIRE(users->expand.size() == 1);
  CHECK(users->expand[0].query.select.size() == 1);
}

TEST_CASE("every view of the standard schema is understood") {
  for (const auto& of : Schema::standard().tables()) {
    for (const auto& view : of.views) {
      CAPTURE(of.name);
      CAPTURE(view.name);
      if (!view.filter.empty()) CHECK(parsed(view.filter, of.name).find(": At position") == std::string::npos);
    }
  }
}

// ---- by chance ----------------------------------------------------------------------------------------------------------

// Random pieces of real filters, random bytes between them. Whatever comes, the answer is a tree or an error.
TEST_CASE("no text makes the parser fall over") {
  const std::vector<std::string> pieces = {"fullname",
                                           " eq ",
                                           "'a'",
                                           "(",
                                           ")",
                                           " and ",
                                           " or ",
                                           "not ",
                                           "contains(",
                                           ",",
                                           "statecode",
                                           "0",
                                           "-1.5e3",
                                           " in ",
                                           "[",
                                           "]",
                                           "@p1",
                                           "Microsoft.Dynamics.CRM.",
                                           "LastXDays(",
                                           "In(",
                                           "PropertyName=",
                                           "PropertyValues=",
                                           "'modifiedon'",
                                           "2026-11-23",
                                           "T08:15:00Z",
                                           std::string(kId),
                                           "phonecall_activity_parties",
                                           "to",
                                           "/any(",
                                           "p:",
                                           "p/_partyid_value",
                                           "/",
                                           "$it",
                                           "null",
                                           "true",
                                           "year(",
                                           "date(",
                                           "now()",
                                           "'",
                                           "\"",
                                           "\\",
                                           "@",
                                           "parentcustomerid_account",
                                           "ownerid",
                                           "$count",
                                           "\xff",
                                           "ü",
                                           "日本",
                                           " ",
                                           "=",
                                           ":",
                                           "1e999999999999999999999",
                                           "0000-00-00",
                                           "{",
                                           "}",
                                           "-",
                                           "+01:00"};
  SeededRandom random(20261123);
  for (int round = 0; round < 40'000; ++round) {
    std::string text;
    for (std::uint64_t i = random.below(14); i > 0; --i) {
      text += pieces[random.below(pieces.size())];
      if (random.one_in(12)) text += static_cast<char>(random.below(256));
    }
    CAPTURE(text);
    for (const auto* of : {"contact", "phonecall"}) {
      const auto filter = parse_filter(Schema::standard(), table(of), text, context());
      if (!filter.ok()) {
        REQUIRE(!filter.error().message.empty());
        REQUIRE(filter.error().code != ErrorCode::internal);
      }
    }
    (void)parse_order(Schema::standard(), table("contact"), text);
    (void)parse_select(table("contact"), text);
    (void)options("$filter=" + text + "&$expand=" + text + "&$orderby=" + text);
  }
}
