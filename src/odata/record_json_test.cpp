// SPDX-License-Identifier: Apache-2.0
#include "odata/record_json.h"

#include <doctest/doctest.h>

#include <numeric>

#include "base/random.h"

namespace satchel::odata {
namespace {

using model::ChangeKind;
using model::PartyList;
using model::Record;
using model::RecordChange;
using model::Reference;
using model::Schema;
using model::Table;
using model::Value;

const Schema& schema() { return Schema::standard(); }
const Table& table_of(std::string_view name) { return *schema().find(name); }

RecordId id_of(std::uint8_t number) {
  RecordId id;
  id.uuid.bytes[15] = number;
  return id;
}

constexpr std::string_view kId1 = "00000000-0000-0000-0000-000000000001";
constexpr std::string_view kId2 = "00000000-0000-0000-0000-000000000002";

Reference reference_to(std::string_view table, std::uint8_t number) { return {table_of(table).number, id_of(number)}; }

Record empty_record(std::string_view table) {
  return {table_of(table).number, id_of(1), Seq(128), std::vector<Value>(table_of(table).columns.size())};
}

Value& at(Record& record, std::string_view column) {
  return record.values[schema().at(record.table).find_column(column)->index];
}

std::string written(const Record& record, std::vector<std::string_view> columns,
                    Annotations annotations = Annotations::none) {
  std::vector<model::ColumnIndex> select;
  for (const auto name : columns) select.push_back(schema().at(record.table).find_column(name)->index);
  std::string out;
  write_record(out, schema(), record, select, annotations, [](const Reference& reference) {
    return reference.id == id_of(2) ? std::string("Contoso \"Ltd\"") : std::string();
  });
  return out;
}

Result<RecordChange> read(std::string_view table, std::string_view body, ChangeKind kind = ChangeKind::update,
                          const ResolveReference& resolve = {}) {
  const auto json = Json::parse(body);
  REQUIRE_MESSAGE(json.ok(), body);
  return read_change(schema(), table_of(table), *json, kind, resolve);
}

RecordChange changed(std::string_view table, std::string_view body, ChangeKind kind = ChangeKind::update,
                     const ResolveReference& resolve = {}) {
  auto change = read(table, body, kind, resolve);
  REQUIRE_MESSAGE(change.ok(), body << ": " << change.error().message);
  return std::move(change).value();
}

// The only value of a change.
Value value_in(std::string_view table, std::string_view column, std::string_view body) {
  const auto change = changed(table, body);
  INFO(body);
  REQUIRE(change.values.size() == 1);
  const Value* value = change.find(table_of(table).find_column(column)->index);
  REQUIRE(value);
  return *value;
}

Error refused(std::string_view table, std::string_view body) {
  auto change = read(table, body);
  INFO(body);
  REQUIRE_FALSE(change.ok());
  CHECK_FALSE(change.error().message.empty());
  return std::move(change).error();
}

}  // namespace

// ---- rows --------------------------------------------------------------------------------------------------------------

TEST_CASE("each type of value has its JSON") {
  Record record = empty_record("contact");
  at(record, "firstname") = "Ada \"A\"\n";
  at(record, "birthdate") = std::int64_t{5804};
  at(record, "modifiedon") = std::int64_t{1'795'421'700};
  at(record, "creditlimit") = std::int64_t{1250};
  at(record, "creditonhold") = std::int64_t{1};
  at(record, "gendercode") = std::int64_t{2};
  at(record, "parentcustomerid") = reference_to("account", 2);
  at(record, "transactioncurrencyid") = reference_to("transactioncurrency", 3);
  REQUIRE(table_of("contact").find_column("creditlimit")->scale == 2);
  const std::string head = "{\"@odata.etag\":\"W/\\\"128\\\"\",\"contactid\":\"" + std::string(kId1) + "\"";
  CHECK(written(record, {"firstname"}) == head + ",\"firstname\":\"Ada \\\"A\\\"\\n\"}");
  CHECK(written(record, {"birthdate", "modifiedon"}) ==
        head + ",\"birthdate\":\"1985-11-22\",\"modifiedon\":\"" + format_date_time(1'795'421'700) + "\"}");
  CHECK(written(record, {"creditonhold", "gendercode"}) == head + ",\"gendercode\":2,\"creditonhold\":true}");
  CHECK(written(record, {"parentcustomerid"}) == head + ",\"_parentcustomerid_value\":\"" + std::string(kId2) + "\"}");
  CHECK(written(record, {"lastname", "originatingleadid"}) ==
        head + ",\"lastname\":null,\"_originatingleadid_value\":null}");
  // Money is nothing without its currency.
  CHECK(written(record, {"creditlimit"}) ==
        head + ",\"creditlimit\":12.50,\"_transactioncurrencyid_value\":\"00000000-0000-0000-0000-000000000003\"}");
}

TEST_CASE("annotations come when they are asked for") {
  Record record = empty_record("contact");
  at(record, "gendercode") = std::int64_t{2};
  at(record, "parentcustomerid") = reference_to("account", 2);
  at(record, "originatingleadid") = reference_to("lead", 3);
  const auto json =
      *Json::parse(written(record, {"gendercode", "parentcustomerid", "originatingleadid"}, Annotations::all));
  CHECK(json.string_at("gendercode@OData.Community.Display.V1.FormattedValue") == "Female");
  CHECK(json.string_at("_parentcustomerid_value@OData.Community.Display.V1.FormattedValue") == "Contoso \"Ltd\"");
  CHECK(json.string_at("_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname") == "account");
  CHECK(json.string_at("_parentcustomerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty") ==
        "parentcustomerid_account");
  // Nobody knows the lead's name.
  CHECK_FALSE(json.find("_originatingleadid_value@OData.Community.Display.V1.FormattedValue"));
  CHECK(json.string_at("_originatingleadid_value@Microsoft.Dynamics.CRM.lookuplogicalname") == "lead");
}

TEST_CASE("a picture comes to who asks for it by name; the columns beside it come anyway") {
  Record record = empty_record("contact");
  at(record, "entityimage") = "/9j/AAEC";
  at(record, "entityimageid") = std::string(kId2);
  const auto all = *Json::parse(written(record, {}, Annotations::all));
  CHECK(all.find("entityimage") == nullptr);
  CHECK(all.string_at("entityimageid") == kId2);
  CHECK(written(record, {"entityimage"}, Annotations::all).find("\"entityimage\":\"/9j/AAEC\"") != std::string::npos);
}

TEST_CASE("parties are a collection with masks") {
  Record record = empty_record("phonecall");
  at(record, "from") = PartyList{{reference_to("contact", 2), ""}};
  at(record, "to") = PartyList{{reference_to("account", 2), "sales@contoso.example"}};
  const auto json = *Json::parse(written(record, {"from", "to"}, Annotations::all));
  const Json* parties = json.find("phonecall_activity_parties");
  REQUIRE(parties);
  REQUIRE(parties->as_array()->size() == 2);
  const Json& from = (*parties->as_array())[0];
  const Json& to = (*parties->as_array())[1];
  CHECK(from.integer_at("participationtypemask") == 1);
  CHECK(from.string_at("_partyid_value") == kId2);
  CHECK(from.string_at("_partyid_value@Microsoft.Dynamics.CRM.lookuplogicalname") == "contact");
  CHECK(from.string_at("_partyid_value@Microsoft.Dynamics.CRM.associatednavigationproperty") == "partyid_contact");
  CHECK(from.find("addressused")->is_null());
  CHECK(to.integer_at("participationtypemask") == 2);
  CHECK(to.string_at("addressused") == "sales@contoso.example");
  CHECK(to.string_at("_partyid_value@OData.Community.Display.V1.FormattedValue") == "Contoso \"Ltd\"");
}

// What one end writes the other reads: all columns of all tables, once empty and once filled.
TEST_CASE("rows of every table survive their JSON") {
  SeededRandom random(1);
  for (const auto& table : schema().tables()) {
    Record record{table.number, id_of(1), Seq(7), std::vector<Value>(table.columns.size())};
    for (const bool filled : {false, true}) {
      for (const auto& column : table.columns) {
        if (column.index == 0 || !filled) continue;
        if (column.type == model::ColumnType::image) record.values[column.index] = "/9j/AAEC";
        else if (column.is_text()) record.values[column.index] = "Été \"" + column.name + "\"";
        else if (column.type == model::ColumnType::lookup)
          record.values[column.index] = Reference{column.targets.back(), id_of(2)};
        else if (column.type == model::ColumnType::party_list)
          record.values[column.index] = PartyList{{{column.targets.front(), id_of(3)}, "x"}};
        else record.values[column.index] = static_cast<std::int64_t>(random.below(2));
      }
      std::string text;
      std::vector<model::ColumnIndex> select(table.columns.size());
      std::iota(select.begin(), select.end(), model::ColumnIndex{0});
      write_record(text, schema(), record, select, Annotations::all, {});
      const auto json = Json::parse(text);
      REQUIRE_MESSAGE(json.ok(), text);
      const auto read = read_record(schema(), table, *json);
      REQUIRE_MESSAGE(read.ok(), read.error().message);
      CHECK(*read == record);
    }
  }
}

TEST_CASE("a server's row that can't be read is an unexpected answer") {
  const auto read_text = [](std::string_view text) {
    return read_record(schema(), table_of("contact"), *Json::parse(text));
  };
  const std::string id = "\"contactid\":\"" + std::string(kId1) + "\"";
  REQUIRE(read_text("{" + id + ",\"somethingnew\":1}").ok());
  for (const std::string& text :
       {std::string("[]"), std::string("{}"), "{" + id + ",\"firstname\":5}", "{" + id + ",\"_createdby_value\":\"x\"}",
        // To an account or to a contact?
        "{" + id + ",\"_parentcustomerid_value\":\"" + std::string(kId2) + "\"}"}) {
    const auto read = read_text(text);
    INFO(text);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == ErrorCode::unexpected_answer);
  }
}

// ---- changes -----------------------------------------------------------------------------------------------------------

TEST_CASE("a change takes each type of value") {
  CHECK(value_in("contact", "firstname", R"J({"firstname":" Ada\r\nKing"})J") == Value(" Ada\nKing"));
  CHECK(value_in("contact", "firstname", R"J({"firstname":""})J") == Value());
  CHECK(value_in("contact", "gendercode", R"J({"gendercode":null})J") == Value());
  CHECK(value_in("contact", "gendercode", R"J({"gendercode":2})J") == Value(std::int64_t{2}));
  CHECK(value_in("contact", "creditlimit", R"J({"creditlimit":12.5})J") == Value(std::int64_t{1250}));
  CHECK(value_in("contact", "creditlimit", R"J({"creditlimit":12})J") == Value(std::int64_t{1200}));
  CHECK(value_in("contact", "creditlimit", R"J({"creditlimit":1e3})J") == Value(std::int64_t{100000}));
  // More digits than a double has.
  CHECK(value_in("contact", "creditlimit", R"J({"creditlimit":99999999999.99})J") ==
        Value(std::int64_t{9'999'999'999'999}));
  CHECK(value_in("contact", "creditonhold", R"J({"creditonhold":true})J") == Value(std::int64_t{1}));
  CHECK(value_in("contact", "birthdate", R"J({"birthdate":"1970-01-02"})J") == Value(std::int64_t{1}));
  CHECK(value_in("task", "scheduledend", R"J({"scheduledend":"1970-01-01T01:00:01.5+01:00"})J") ==
        Value(std::int64_t{1}));
}

TEST_CASE("a value of another type is refused with the property's name") {
  for (const std::string_view body :
       {R"J({"firstname":5})J", R"J({"gendercode":"Female"})J", R"J({"gendercode":1.5})J", R"J({"gendercode":77})J",
        R"J({"creditlimit":"12.50"})J", R"J({"creditlimit":-1})J", R"J({"creditlimit":1e30})J",
        R"J({"creditonhold":1})J", R"J({"birthdate":"1985-02-30"})J", R"J({"birthdate":19850101})J",
        R"J({"lastusedincampaign":"2026-11-23"})J", R"J({"firstname":["a"]})J", R"J({"firstname":{"a":1}})J"}) {
    const Error error = refused("contact", body);
    CHECK(error.code == ErrorCode::bad_value);
    const std::string name = std::string(body).substr(2, error.target.size());
    CHECK(name == error.target);
  }
  CHECK(refused("task", R"J({"actualdurationminutes":3000000000})J").code == ErrorCode::bad_value);
}

TEST_CASE("what the server sets is ignored and what nobody knows is refused") {
  const auto change = changed(
      "contact", R"J({"@odata.etag":"W/\"1\"","modifiedon":"2026-11-23T08:15:00Z","fullname":"x","versionnumber":5,
    "_createdby_value":"y","createdby@odata.bind":"/systemusers(x)","firstname@Some.Annotation":1,"firstname":"Ada",
    "contactid":"00000000-0000-0000-0000-000000000009"})J");
  CHECK(change.values.size() == 1);
  CHECK(change.id.is_nil());
  const Error error = refused("contact", R"J({"firstnam":"Ada"})J");
  CHECK(error.code == ErrorCode::unknown_column);
  CHECK(error.target == "firstnam");
  CHECK(error.message.find("firstnam") != std::string::npos);
  CHECK(refused("contact", R"J({"nothing@odata.bind":"/accounts(x)"})J").code == ErrorCode::unknown_column);
  CHECK(refused("contact", R"J([])J").code == ErrorCode::bad_json);
}

TEST_CASE("a create takes its id from the body") {
  const auto change = changed("contact", R"J({"contactid":"00000000-0000-0000-0000-000000000001","lastname":"King"})J",
                              ChangeKind::create);
  CHECK(change.id == id_of(1));
  CHECK(change.kind == ChangeKind::create);
  CHECK(read("contact", R"J({"contactid":"x"})J", ChangeKind::create).error().code == ErrorCode::bad_value);
}

TEST_CASE("lookups are bound in every form that clients write") {
  const Value account = reference_to("account", 1);
  for (
      const std::string_view body :
      {R"J({"parentcustomerid_account@odata.bind":"/accounts(00000000-0000-0000-0000-000000000001)"})J",
       R"J({"parentcustomerid_account@odata.bind":"accounts(00000000-0000-0000-0000-000000000001)"})J",
       R"J({"parentcustomerid_account@odata.bind":"http://host:8080/api/data/v9.2/accounts(00000000-0000-0000-0000-000000000001)"})J",
       R"J({"parentcustomerid_account@odata.bind":"/api/data/v9.2/accounts(00000000-0000-0000-0000-000000000001)"})J",
       R"J({"parentcustomerid_account@odata.bind":"/accounts(accountid=00000000-0000-0000-0000-000000000001)"})J",
       R"J({"parentcustomerid_account@odata.bind":"/accounts%28{00000000-0000-0000-0000-000000000001}%29"})J",
       R"J({"parentcustomerid@odata.bind":"/accounts(00000000-0000-0000-0000-000000000001)"})J",
       R"J({"parentcustomerid_account":{"@id":"accounts(00000000-0000-0000-0000-000000000001)"}})J",
       R"J({"parentcustomerid_account":{"@odata.id":"accounts(00000000-0000-0000-0000-000000000001)"}})J",
       // Clients clear the one beside setting the other, in either order.
       R"J({"parentcustomerid_contact@odata.bind":null,"parentcustomerid_account@odata.bind":"/accounts(00000000-0000-0000-0000-000000000001)"})J",
       R"J({"parentcustomerid_account@odata.bind":"/accounts(00000000-0000-0000-0000-000000000001)","parentcustomerid_contact@odata.bind":null})J"}) {
    CHECK(value_in("contact", "parentcustomerid", body) == account);
  }
  CHECK(value_in("contact", "ownerid", R"J({"ownerid@odata.bind":"/teams(00000000-0000-0000-0000-000000000001)"})J") ==
        Value(reference_to("team", 1)));
  CHECK(value_in("account", "primarycontactid", R"J({"primarycontactid@odata.bind":null})J") == Value());
  CHECK(value_in("account", "primarycontactid", R"J({"primarycontactid":null})J") == Value());
  CHECK(value_in("contact", "parentcustomerid", R"J({"parentcustomerid_contact@odata.bind":null})J") == Value());
  CHECK(value_in("task", "regardingobjectid",
                 R"J({"regardingobjectid_lead_task@odata.bind":"/leads(00000000-0000-0000-0000-000000000001)"})J") ==
        Value(reference_to("lead", 1)));
}

TEST_CASE("a bind to another part of the batch is resolved") {
  const ResolveReference resolve = [](std::string_view id) -> std::optional<Reference> {
    if (id != "7") return std::nullopt;
    return reference_to("account", 1);
  };
  const auto change =
      changed("contact", R"J({"parentcustomerid_account@odata.bind":"$7"})J", ChangeKind::update, resolve);
  CHECK(change.values.front().value == Value(reference_to("account", 1)));
  for (const std::string_view body :
       {R"J({"parentcustomerid_account@odata.bind":"$8"})J", R"J({"parentcustomerid_contact@odata.bind":"$7"})J"}) {
    const auto refused_change = read("contact", body, ChangeKind::update, resolve);
    REQUIRE_FALSE(refused_change.ok());
    CHECK(refused_change.error().code == ErrorCode::bad_value);
  }
  CHECK(refused("contact", R"J({"parentcustomerid_account@odata.bind":"$7"})J").code == ErrorCode::bad_value);
}

TEST_CASE("a bind that can't be followed is refused") {
  for (const std::string_view body :
       {R"J({"parentcustomerid_account@odata.bind":"/contacts(00000000-0000-0000-0000-000000000001)"})J",
        R"J({"parentcustomerid@odata.bind":"/leads(00000000-0000-0000-0000-000000000001)"})J",
        R"J({"parentcustomerid_account@odata.bind":"/accounts(x)"})J",
        R"J({"parentcustomerid_account@odata.bind":"/nothing(x)"})J", R"J({"parentcustomerid_account@odata.bind":5})J",
        R"J({"parentcustomerid_account@odata.bind":["/accounts(x)"]})J",
        R"J({"firstname@odata.bind":"/accounts(00000000-0000-0000-0000-000000000001)"})J",
        R"J({"parentcustomerid_account@odata.bind":"/accounts(00000000-0000-0000-0000-000000000001)",
            "parentcustomerid_contact@odata.bind":"/contacts(00000000-0000-0000-0000-000000000001)"})J"}) {
    CHECK(refused("contact", body).code == ErrorCode::bad_value);
  }
  // Dataverse refuses this as well; the hint names what to write.
  const Error value = refused("account", R"J({"_primarycontactid_value":"00000000-0000-0000-0000-000000000001"})J");
  CHECK(value.code == ErrorCode::bad_value);
  CHECK(value.message.find("primarycontactid@odata.bind") != std::string::npos);
  CHECK(refused("account", R"J({"primarycontactid":"00000000-0000-0000-0000-000000000001"})J").code ==
        ErrorCode::bad_value);
  CHECK(refused("account", R"J({"primarycontactid":{"lastname":"King"}})J").code == ErrorCode::not_implemented);
  CHECK(refused("account", R"J({"contact_customer_accounts":[{"lastname":"King"}]})J").code ==
        ErrorCode::not_implemented);
}

TEST_CASE("parties replace all party columns") {
  const Table& table = table_of("phonecall");
  const auto change = changed("phonecall", R"J({"phonecall_activity_parties":[
      {"partyid_contact@odata.bind":"/contacts(00000000-0000-0000-0000-000000000002)","participationtypemask":2,"addressused":"b"},
      {"partyid_account":{"@id":"accounts(00000000-0000-0000-0000-000000000001)"},"participationtypemask":2},
      {"partyid@odata.bind":"/contacts(00000000-0000-0000-0000-000000000002)","participationtypemask":2,"addressused":"b"},
      {"partyid_systemuser@odata.bind":"/systemusers(00000000-0000-0000-0000-000000000003)","participationtypemask":9,"activitypartyid":"x"}]})J");
  REQUIRE(change.values.size() == 2);
  CHECK(*change.find(table.find_column("from")->index) == Value());
  CHECK(*change.find(table.find_column("to")->index) ==
        Value(PartyList{{reference_to("account", 1), ""}, {reference_to("contact", 2), "b"}}));
}

TEST_CASE("a party that can't be understood is refused") {
  for (
      const std::string_view body :
      {R"J({"phonecall_activity_parties":{}})J", R"J({"phonecall_activity_parties":[5]})J",
       R"J({"phonecall_activity_parties":[{}]})J", R"J({"phonecall_activity_parties":[{"participationtypemask":2}]})J",
       R"J({"phonecall_activity_parties":[{"participationtypemask":3,"partyid_contact@odata.bind":"/contacts(00000000-0000-0000-0000-000000000002)"}]})J",
       R"J({"phonecall_activity_parties":[{"participationtypemask":2,"partyid_contact@odata.bind":"/accounts(00000000-0000-0000-0000-000000000002)"}]})J",
       R"J({"phonecall_activity_parties":[{"participationtypemask":2,"partyid_team@odata.bind":"/teams(00000000-0000-0000-0000-000000000002)"}]})J",
       R"J({"phonecall_activity_parties":[{"participationtypemask":2,"partyid_contact@odata.bind":null}]})J",
       R"J({"phonecall_activity_parties":[{"participationtypemask":2,"addressused":5}]})J", R"J({"to":"x"})J"}) {
    CHECK(refused("phonecall", body).code == ErrorCode::bad_value);
  }
  const Error error =
      refused("phonecall", R"J({"phonecall_activity_parties":[{"participationtypemask":2,"name":"x"}]})J");
  CHECK(error.code == ErrorCode::unknown_column);
  CHECK(error.target == "phonecall_activity_parties[0].name");
}

std::string text_for(const model::Column& column) {
  if (!column.one_of.empty()) return column.one_of.back();
  if (column.format == "version") return "9.2";
  if (column.format == "sets") return "accounts, contacts";
  if (column.format == "conflict_rules") return "contact.jobtitle=device";
  return "x";
}

// What a device pushes is what the server reads: for all tables, every change that people may make.
TEST_CASE("changes of every table survive their body") {
  for (const auto& table : schema().tables()) {
    for (const auto kind : {ChangeKind::create, ChangeKind::update}) {
      for (const bool filled : {false, true}) {
        RecordChange change{table.number, kind == ChangeKind::create ? id_of(1) : RecordId(), kind, {}};
        for (const auto& column : table.columns) {
          if (column.index == 0 || column.origin != model::Origin::user) continue;
          Value value;
          if (filled && column.type == model::ColumnType::image) value = "/9j/AAEC";
          else if (filled && column.is_text()) value = text_for(column);
          else if (filled && column.type == model::ColumnType::lookup)
            value = Reference{column.targets.back(), id_of(2)};
          else if (filled && column.type == model::ColumnType::party_list)
            value = PartyList{{{column.targets.front(), id_of(3)}, "x"}};
          else if (filled && !column.options.empty()) value = column.options.back().value;
          else if (filled) value = std::max<std::int64_t>(column.min, 1);
          change.set(column.index, value);
        }
        auto prepared = model::prepare(schema(), change, true);
        REQUIRE_MESSAGE(prepared.ok(), table.name << ": " << prepared.error().message);
        const auto body = Json::parse(write_change(schema(), *prepared));
        REQUIRE(body.ok());
        const auto read = read_change(schema(), table, *body, kind, {});
        REQUIRE_MESSAGE(read.ok(), table.name << ": " << read.error().message << " in " << body->dump());
        CHECK(*read == *prepared);
      }
    }
  }
}

// A device that changed the receivers alone doesn't know nor mean the sender.
TEST_CASE("a change of one party column leaves the others alone") {
  const Table& table = table_of("phonecall");
  RecordChange change{table.number, {}, ChangeKind::update, {}};
  change.set(table.find_column("to")->index, PartyList{{reference_to("contact", 2), ""}});
  const std::string body = write_change(schema(), change);
  CHECK(body.find("\"phonecall_activity_parties@Satchel.Columns\":[\"to\"]") != std::string::npos);
  CHECK(changed("phonecall", body) == change);
  CHECK(refused("phonecall",
                R"J({"phonecall_activity_parties@Satchel.Columns":["subject"],"phonecall_activity_parties":[]})J")
            .code == ErrorCode::bad_value);
}

// ---- ETags, URLs, errors -----------------------------------------------------------------------------------------------

TEST_CASE("an ETag is a weak version") {
  CHECK(etag_of(Seq(128)) == "W/\"128\"");
  CHECK(parse_etag("W/\"128\"") == Seq(128));
  CHECK(parse_etag("\"128\"") == Seq(128));
  for (const char* text :
       {"", "*", "128", "W/128", "W/\"\"", "W/\"12a\"", "W/\"-1\"", "\"", "W/\"99999999999999999999\"", "null"}) {
    CHECK_FALSE(parse_etag(text));
  }
}

TEST_CASE("a record's URL names it") {
  CHECK(record_url(schema(), reference_to("account", 1)) == "accounts(00000000-0000-0000-0000-000000000001)");
  for (const char* text :
       {"", "/", "accounts", "accounts()", "accounts(1)", "nothing(00000000-0000-0000-0000-000000000001)",
        "contacts(00000000-0000-0000-0000-000000000001)/accounts(00000000-0000-0000-0000-000000000001)",
        "accounts(name=00000000-0000-0000-0000-000000000001)", "accounts(00000000-0000-0000-0000-000000000001",
        "accounts(00000000-0000-0000-0000-000000000001)?$select=name",
        "a/accounts(00000000-0000-0000-0000-000000000001)", "accounts%2(00000000-0000-0000-0000-000000000001)"}) {
    CHECK_FALSE(parse_record_url(schema(), text));
  }
}

TEST_CASE("errors survive their body") {
  const Error error{ErrorCode::bad_value, "First Name is too long: \"…\".", "firstname", "D4"};
  const std::string body = error_body(error);
  CHECK(
      body ==
      R"J({"error":{"code":"bad_value","message":"First Name is too long: \"…\".","target":"firstname","@Satchel.Rule":"D4"}})J");
  CHECK(read_error(400, body) == error);
  CHECK(Json::parse(error_body({ErrorCode::internal, ""}))->find("error")->string_at("message") == "internal");
}

TEST_CASE("a stranger's answer is told from the server's") {
  CHECK(read_error(404, R"J({"error":{"code":"0x80040217","message":"account With Id = ... Does Not Exist"}})J").code ==
        ErrorCode::not_found);
  CHECK(read_error(500, R"J({"error":{"code":"0x80040216","message":"An unexpected error occurred."}})J").code ==
        ErrorCode::server_error);
  CHECK(read_error(200, "<html>Sign in</html>").code == ErrorCode::unexpected_answer);
  CHECK(read_error(302, "").code == ErrorCode::unexpected_answer);
  CHECK(read_error(403, "<html>Blocked by the proxy</html>").code == ErrorCode::unexpected_answer);
  CHECK(read_error(503, "<html>Service unavailable</html>").code == ErrorCode::server_error);
  CHECK(read_error(400, R"J({"error":"invalid_grant"})J").code == ErrorCode::unexpected_answer);
  CHECK(read_error(400, R"J({"error":{"code":5}})J").code == ErrorCode::unexpected_answer);
}

TEST_CASE("annotations are told by terms; the most specific one decides") {
  CHECK(annotations_named("*") == Annotations::all);
  CHECK(annotations_named("") == Annotations::none);
  CHECK(annotations_named("OData.Community.Display.V1.FormattedValue") == Annotations::formatted);
  CHECK(annotations_named("Microsoft.Dynamics.CRM.*") == (Annotations::logical_name | Annotations::navigation));
  CHECK(annotations_named("*,-Microsoft.Dynamics.CRM.associatednavigationproperty") ==
        (Annotations::formatted | Annotations::logical_name));
  CHECK(annotations_named("-Microsoft.Dynamics.CRM.*, *, Microsoft.Dynamics.CRM.lookuplogicalname") ==
        (Annotations::formatted | Annotations::logical_name));
  CHECK(annotations_named("-*") == Annotations::none);
  CHECK(annotations_named("OData.*,other.term") == Annotations::formatted);
}

}  // namespace satchel::odata
