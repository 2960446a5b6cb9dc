// SPDX-License-Identifier: Apache-2.0
//
// The schema that is built in: it loads, and it is the one that Dataverse clients expect.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "model/internal/standard.h"
#include "model/schema.h"

namespace satchel::model {
namespace {

const Table& table(std::string_view name) {
  const auto* found = Schema::standard().find(name);
  REQUIRE_MESSAGE(found != nullptr, name);
  return *found;
}

const Column& column(std::string_view table_name, std::string_view column_name) {
  const auto* found = table(table_name).find_column(column_name);
  REQUIRE_MESSAGE(found != nullptr, table_name << "." << column_name);
  return *found;
}

std::vector<std::string> targets_of(const Column& lookup) {
  std::vector<std::string> names;
  for (const auto target : lookup.targets) names.push_back(Schema::standard().at(target).name);
  return names;
}

// "0 Open: 1 New, 2 Contacted; 1 Qualified: 3 Qualified"
std::string states_of(std::string_view table_name) {
  const auto& of = table(table_name);
  std::string out;
  for (const auto& state : of.columns[*of.state].options) {
    out += (out.empty() ? "" : "; ") + std::to_string(state.value) + " " + state.label + ":";
    std::string_view separator = " ";
    for (const auto& status : of.columns[*of.status].options) {
      if (status.state != state.value) continue;
      out.append(separator).append(std::to_string(status.value) + " " + status.label);
      separator = ", ";
    }
  }
  return out;
}

void check_texts(std::string_view table_name, std::initializer_list<std::pair<std::string_view, int>> texts) {
  for (const auto& [name, length] : texts) {
    const auto& text = column(table_name, name);
    CAPTURE(name);
    CHECK(text.is_text());
    CHECK(text.length_max == length);
  }
}

void check_types(std::string_view table_name, ColumnType type, std::string_view names) {
  for (const auto name : split(names, ' ')) {
    CAPTURE(name);
    CHECK(column(table_name, name).type == type);
  }
}

void check_required(std::string_view table_name, std::string_view names) {
  std::vector<std::string> required;
  for (const auto& each : table(table_name).columns) {
    if (each.required == Required::required) required.push_back(each.name);
  }
  std::sort(required.begin(), required.end());
  auto expected = split(names, ' ');
  std::sort(expected.begin(), expected.end());
  CHECK(required == std::vector<std::string>(expected.begin(), expected.end()));
}

TEST_SUITE("standard_schema") {
  TEST_CASE("the built-in files make a schema") {
    const auto schema = internal::load_standard();
    REQUIRE_MESSAGE(schema.ok(), schema.error().message);
    CHECK(schema->number() == Schema::standard().number());
    CHECK(schema->files().size() == schema->tables().size() + 1);
  }

  TEST_CASE("tables have Dataverse's numbers, set names and ids") {
    struct Names {
      int number;
      std::string_view name, set, id, primary_name;
    };
    constexpr Names kNames[] = {
        {1, "account", "accounts", "accountid", "name"},
        {2, "contact", "contacts", "contactid", "fullname"},
        {3, "opportunity", "opportunities", "opportunityid", "name"},
        {4, "lead", "leads", "leadid", "fullname"},
        {5, "annotation", "annotations", "annotationid", "subject"},
        {8, "systemuser", "systemusers", "systemuserid", "fullname"},
        {9, "team", "teams", "teamid", "name"},
        {10, "businessunit", "businessunits", "businessunitid", "name"},
        {23, "teammembership", "teammemberships", "teammembershipid", ""},
        {112, "incident", "incidents", "incidentid", "title"},
        {123, "competitor", "competitors", "competitorid", "name"},
        {135, "activityparty", "activityparties", "activitypartyid", ""},
        {1019, "organization", "organizations", "organizationid", "name"},
        {1024, "product", "products", "productid", "name"},
        {4201, "appointment", "appointments", "activityid", "subject"},
        {4202, "email", "emails", "activityid", "subject"},
        {4210, "phonecall", "phonecalls", "activityid", "subject"},
        {4212, "task", "tasks", "activityid", "subject"},
        {9866, "mobileofflineprofile", "mobileofflineprofiles", "mobileofflineprofileid", "name"},
        {9105, "transactioncurrency", "transactioncurrencies", "transactioncurrencyid", "currencyname"},
    };
    CHECK(Schema::standard().tables().size() == std::size(kNames));
    for (const auto& names : kNames) {
      CAPTURE(names.name);
      const auto& found = table(names.name);
      CHECK(found.number == TableNumber(names.number));
      CHECK(found.set == names.set);
      CHECK(found.id_column().name == names.id);
      CHECK((found.primary_name ? found.columns[*found.primary_name].name : "") == names.primary_name);
    }
  }

  TEST_CASE("tables belong to users, business units, the organisation or nobody") {
    const auto owned_by = [](Ownership ownership) {
      std::string out;
      for (const auto& each : Schema::standard().tables()) {
        if (each.ownership == ownership) out += (out.empty() ? "" : " ") + each.name;
        CHECK((each.ownership == Ownership::user) == each.owner.has_value());
      }
      return out;
    };
    CHECK(owned_by(Ownership::user) ==
          "account contact opportunity lead annotation incident appointment email phonecall task");
    CHECK(owned_by(Ownership::business) == "systemuser team businessunit");
    CHECK(owned_by(Ownership::organization) == "competitor product transactioncurrency mobileofflineprofile");
    CHECK(owned_by(Ownership::none) == "teammembership activityparty organization");
    CHECK(targets_of(column("account", "ownerid")) == std::vector<std::string>{"systemuser", "team"});
    CHECK(column("account", "ownerid").navigation == std::vector<std::string>{"ownerid", "ownerid"});
    CHECK(column("team", "businessunitid").index == *table("team").owning_unit);
    CHECK_FALSE(table("businessunit").owning_unit.has_value());
  }

  TEST_CASE("what everybody loads first comes first") {
    const auto rank = [](std::string_view name) { return table(name).load_rank; };
    CHECK(rank("transactioncurrency") == 10);
    CHECK(rank("systemuser") == 10);
    CHECK(rank("product") == 15);
    CHECK(rank("account") == 20);
    CHECK(rank("contact") == 30);
    CHECK(rank("opportunity") == 40);
    CHECK(rank("incident") == 50);
    CHECK(rank("task") == 60);
    CHECK(rank("annotation") == 70);
  }

  TEST_CASE("states and their reasons are Dataverse's") {
    constexpr std::string_view kSimple = "0 Active: 1 Active; 1 Inactive: 2 Inactive";
    for (const auto name : {"account", "contact", "transactioncurrency"}) CHECK(states_of(name) == kSimple);
    CHECK(states_of("lead") ==
          "0 Open: 1 New, 2 Contacted; 1 Qualified: 3 Qualified; "
          "2 Disqualified: 4 Lost, 5 Cannot Contact, 6 No Longer Interested, 7 Canceled");
    CHECK(states_of("opportunity") == "0 Open: 1 In Progress, 2 On Hold; 1 Won: 3 Won; 2 Lost: 4 Canceled, 5 Out-Sold");
    CHECK(states_of("incident") ==
          "0 Active: 1 In Progress, 2 On Hold, 3 Waiting for Details, 4 Researching; "
          "1 Resolved: 5 Problem Solved, 1000 Information Provided; 2 Canceled: 6 Canceled, 2000 Merged");
    CHECK(states_of("task") ==
          "0 Open: 2 Not Started, 3 In Progress, 4 Waiting on someone else, 7 Deferred; 1 Completed: 5 Completed; "
          "2 Canceled: 6 Canceled");
    CHECK(states_of("phonecall") == "0 Open: 1 Open; 1 Completed: 2 Made, 4 Received; 2 Canceled: 3 Canceled");
    CHECK(states_of("appointment") ==
          "0 Open: 1 Free, 2 Tentative; 1 Completed: 3 Completed; 2 Canceled: 4 Canceled; "
          "3 Scheduled: 5 Busy, 6 Out of Office");
    CHECK(states_of("email") ==
          "0 Open: 1 Draft, 8 Failed; 1 Completed: 2 Completed, 3 Sent, 4 Received, 6 Pending Send, 7 Sending; "
          "2 Canceled: 5 Canceled");
    CHECK(states_of("product") ==
          "0 Active: 1 Active; 1 Retired: 2 Retired; 2 Draft: 0 Draft; 3 Under Revision: 3 Under Revision");
    for (const auto name : {"systemuser", "team", "businessunit", "annotation", "competitor", "activityparty"}) {
      CHECK_FALSE(table(name).state.has_value());
    }
  }

  TEST_CASE("accounts and contacts") {
    check_texts("account", {{"name", 160},
                            {"accountnumber", 20},
                            {"telephone1", 50},
                            {"telephone3", 50},
                            {"fax", 50},
                            {"emailaddress1", 100},
                            {"emailaddress3", 100},
                            {"websiteurl", 200},
                            {"description", 2000},
                            {"address1_name", 100},
                            {"address1_line1", 250},
                            {"address1_line3", 250},
                            {"address1_city", 80},
                            {"address1_stateorprovince", 50},
                            {"address1_postalcode", 20},
                            {"address2_country", 80},
                            {"address2_telephone3", 50}});
    check_types("account", ColumnType::money, "revenue creditlimit revenue_base creditlimit_base");
    check_types("account", ColumnType::boolean,
                "creditonhold donotphone donotemail donotfax donotpostalmail donotbulkemail merged");
    check_types("account", ColumnType::decimal, "address1_latitude address2_longitude exchangerate");
    check_types("account", ColumnType::choice,
                "accountcategorycode customertypecode industrycode ownershipcode preferredcontactmethodcode");
    check_required("account", "name ownerid");
    const auto& industry = column("account", "industrycode");
    CHECK(industry.options.size() == 33);
    CHECK(industry.find_option(1)->label == "Accounting");
    CHECK(industry.find_option(7)->label == "Consulting");
    CHECK(industry.find_option(16)->label == "Financial");
    CHECK(industry.find_option(20)->label == "Insurance");
    CHECK(industry.find_option(33)->label == "Wholesale");
    CHECK(column("account", "customertypecode").find_option(12)->label == "Other");

    check_texts("contact", {{"fullname", 160},
                            {"firstname", 50},
                            {"lastname", 50},
                            {"salutation", 100},
                            {"jobtitle", 100},
                            {"department", 100},
                            {"emailaddress1", 100},
                            {"mobilephone", 50},
                            {"telephone2", 50}});
    check_types("contact", ColumnType::date, "birthdate anniversary");
    check_types("contact", ColumnType::choice, "gendercode familystatuscode accountrolecode");
    check_required("contact", "lastname ownerid");
    CHECK(column("contact", "firstname").required == Required::recommended);
    CHECK(column("contact", "fullname").origin == Origin::computed);
    CHECK(column("contact", "familystatuscode").find_option(4)->label == "Widowed");
    const auto& company = column("contact", "parentcustomerid");
    CHECK(company.label == "Company Name");
    CHECK(targets_of(company) == std::vector<std::string>{"account", "contact"});
    CHECK(company.relationships == std::vector<std::string>{"contact_customer_accounts", "contact_customer_contacts"});
    CHECK(company.navigation == std::vector<std::string>{"parentcustomerid_account", "parentcustomerid_contact"});
    const auto& primary = column("account", "primarycontactid");
    CHECK(primary.relationship == "account_primary_contact");
    CHECK(primary.navigation == std::vector<std::string>{"primarycontactid"});
    CHECK(column("account", "createdby").relationship == "lk_accountbase_createdby");
  }

  TEST_CASE("leads, opportunities and cases") {
    check_required("lead", "subject lastname ownerid");
    check_texts("lead", {{"subject", 300}, {"companyname", 100}, {"mobilephone", 20}, {"address1_city", 80}});
    check_types("lead", ColumnType::money, "revenue estimatedamount budgetamount");
    check_types("lead", ColumnType::date, "estimatedclosedate");
    CHECK(column("lead", "leadsourcecode").find_option(9)->label == "Word of Mouth");
    CHECK(column("lead", "budgetstatus").find_option(0)->label == "No Committed Budget");
    CHECK(column("lead", "purchasetimeframe").find_option(4)->label == "Unknown");
    CHECK(table("lead").find_column("address2_city") == nullptr);

    check_required("opportunity", "name ownerid");
    check_texts("opportunity", {{"name", 300}, {"stepname", 200}, {"customerneed", 2000}, {"proposedsolution", 2000}});
    check_types("opportunity", ColumnType::money,
                "estimatedvalue actualvalue budgetamount discountamount freightamount totallineitemamount "
                "totaldiscountamount totaltax totalamount totalamount_base");
    check_types("opportunity", ColumnType::date, "estimatedclosedate actualclosedate");
    CHECK(column("opportunity", "closeprobability").max == 100);
    CHECK(column("opportunity", "discountpercentage").scale == 2);
    CHECK(column("opportunity", "salesstage").find_option(3)->label == "Close");
    CHECK(column("opportunity", "customerid").relationships.front() == "opportunity_customer_accounts");

    check_required("incident", "title customerid ownerid");
    check_types("incident", ColumnType::datetime, "followupby resolveby responseby");
    CHECK(column("incident", "caseorigincode").find_option(3986)->label == "Twitter");
    CHECK(column("incident", "prioritycode").default_value == 2);
    CHECK(column("incident", "customerid").navigation ==
          std::vector<std::string>{"customerid_account", "customerid_contact"});
    CHECK(column("incident", "customersatisfactioncode").options.size() == 5);
  }

  TEST_CASE("activities share their base; parties have their masks") {
    for (const std::string name : {"task", "phonecall", "appointment", "email"}) {
      CAPTURE(name);
      CHECK(table(name).is_activity);
      CHECK(column(name, "subject").length_max == 200);
      check_types(name, ColumnType::datetime, "scheduledstart scheduledend actualstart actualend sortdate");
      check_types(name, ColumnType::integer, "scheduleddurationminutes actualdurationminutes");
      CHECK(column(name, "prioritycode").default_value == 1);
      const auto& regarding = column(name, "regardingobjectid");
      CHECK(targets_of(regarding) == std::vector<std::string>{"account", "contact", "lead", "opportunity", "incident"});
      CHECK(regarding.navigation.front() == "regardingobjectid_account_" + name);
      CHECK(regarding.on_delete == OnDelete::cascade);
      CHECK(column(name, "createdby").relationship == "lk_" + name + "_createdby");
    }
    CHECK(column("task", "regardingobjectid").relationships ==
          std::vector<std::string>{"Account_Tasks", "Contact_Tasks", "Lead_Tasks", "Opportunity_Tasks",
                                   "Incident_Tasks"});
    CHECK(column("task", "scheduledend").label == "Due Date");
    CHECK(column("task", "percentcomplete").max == 100);
    check_required("phonecall", "from to ownerid");

    std::string masks;
    for (const auto& each : Schema::standard().tables()) {
      for (const auto& list : each.columns) {
        if (list.type != ColumnType::party_list) continue;
        masks += each.name + "." + list.name + "=" + std::to_string(list.participation_mask) + " ";
        CHECK(targets_of(list) == std::vector<std::string>{"account", "contact", "lead", "systemuser"});
      }
    }
    CHECK(masks ==
          "appointment.requiredattendees=5 appointment.optionalattendees=6 appointment.organizer=7 "
          "email.from=1 email.to=2 email.cc=3 email.bcc=4 phonecall.from=1 phonecall.to=2 ");
    CHECK(table("activityparty").is_derived);
    CHECK(column("activityparty", "participationtypemask").options.size() == 12);
    CHECK(column("annotation", "notetext").length_max == 100000);
    CHECK(column("annotation", "objectid").navigation.front() == "objectid_account");
    CHECK(column("annotation", "objectid").relationships.front() == "Account_Annotation");
  }

  TEST_CASE("users, teams, currencies and products") {
    check_required("systemuser", "lastname domainname businessunitid");
    CHECK(column("systemuser", "domainname").unique);
    CHECK(column("systemuser", "domainname").length_max == 1024);
    CHECK(column("systemuser", "fullname").origin == Origin::computed);
    check_types("systemuser", ColumnType::boolean, "isdisabled");
    CHECK(table("teammembership").is_intersect);
    CHECK(targets_of(column("teammembership", "teamid")) == std::vector<std::string>{"team"});
    check_required("transactioncurrency", "currencyname isocurrencycode currencysymbol currencyprecision exchangerate");
    CHECK_FALSE(table("transactioncurrency").exchange_rate.has_value());
    CHECK(column("transactioncurrency", "exchangerate").min == 1);
    CHECK(column("account", "exchangerate").scale == 10);
    check_required("product", "name productnumber quantitydecimal");
    check_types("product", ColumnType::money, "price currentcost standardcost");
    check_texts("competitor", {{"name", 100}, {"overview", 2000}, {"strengths", 2000}, {"keyproduct", 200}});
  }

  TEST_CASE("every table that people work with can be found in and looked at") {
    for (const auto& each : Schema::standard().tables()) {
      CAPTURE(each.name);
      CHECK_FALSE(each.views.empty());
      if (each.name == "organization" || each.is_derived || each.is_intersect) continue;
      CHECK_FALSE(each.quick_find.empty());
      CHECK(each.find_view("All " + each.plural) != nullptr);
      CHECK(each.modified_on.has_value());
      CHECK(each.version.has_value());
      CHECK(column(each.name, "versionnumber").origin == Origin::server);
      CHECK(column(each.name, "overriddencreatedon").origin == Origin::create);
    }
    CHECK(table("account").default_view().label == "My Active Accounts");
    CHECK(table("incident").find_view("My Open Cases") != nullptr);
    CHECK(table("opportunity").find_view("Open Opportunities") != nullptr);
    CHECK(table("task").find_view("My Tasks Due Today") != nullptr);
  }
}

}  // namespace
}  // namespace satchel::model
