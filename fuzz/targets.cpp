// SPDX-License-Identifier: Apache-2.0
#include "fuzz/targets.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/json.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "base/time.h"
#include "edge/net/url.h"
#include "edge/sqlite/database.h"
#include "model/rules.h"
#include "odata/batch.h"
#include "odata/feed.h"
#include "odata/parse_query.h"
#include "odata/record_json.h"
#include "query/query.h"
#include "server/service/csv.h"
#include "server/service/service.h"
#include "sql/compile.h"

namespace satchel::fuzz {

void promise(bool kept, const char* what) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

namespace {

constexpr Instant kNow = Instant::of_seconds(1'795'420'800);

const model::Schema& schema() { return model::Schema::standard(); }
const model::Table& table(std::string_view name) { return *schema().find(name); }

odata::QueryContext context() {
  odata::QueryContext context;
  context.now = kNow;
  return context;
}

// ---- base --------------------------------------------------------------------------------------------------------------------

bool json(std::string_view input) {
  const auto parsed = Json::parse(input);
  if (!parsed) return false;
  for (const auto& text : {parsed->dump(), parsed->dump_pretty()}) {
    const auto again = Json::parse(text);
    promise(again && *again == *parsed, "JSON that was read and written is another one");
  }
  return true;
}

bool times(std::string_view input) {
  const auto seconds = parse_date_time(input);
  if (seconds)
    promise(parse_date_time(format_date_time(*seconds)) == seconds, "a time that was read and written is another one");
  const bool is_date = parse_date(input).has_value();
  const bool is_http_date = parse_http_date(input).has_value();
  const bool is_duration = parse_duration(input).has_value();
  return seconds || is_date || is_http_date || is_duration;
}

// ---- queries -----------------------------------------------------------------------------------------------------------------

void compile(const query::Query& query) {
  (void)sql::compile_rows(schema(), query, {});
  (void)sql::compile_count(schema(), query, {});
}

bool filter(std::string_view input) {
  bool taken = false;
  for (const auto* name : {"contact", "opportunity", "phonecall"}) {
    query::Query query;
    query.table = table(name).number;
    if (auto filter = odata::parse_filter(schema(), table(name), input, context())) {
      query.filter = std::move(*filter);
      compile(query);
      taken = true;
    }
    if (auto order = odata::parse_order(schema(), table(name), input)) {
      query.order = std::move(*order);
      compile(query);
      taken = true;
    }
  }
  return taken;
}

bool query_string(std::string_view input) {
  const auto options = odata::parse_query_string(schema(), table("contact"), input, context());
  if (options) compile(options->query);
  return options.ok();
}

// ---- bodies ------------------------------------------------------------------------------------------------------------------

bool batch_json(std::string_view input) {
  const bool is_answer = odata::read_json_batch_answer(input).ok();
  const auto parts = odata::read_json_batch(input);
  if (parts) promise(parts->size() <= odata::kBatchPartsMax, "a batch has more parts than it may");
  return is_answer || parts.ok();
}

constexpr const char* kPartOfB =
    "--b\r\nContent-Type: application/http\r\n\r\nGET contacts HTTP/1.1\r\n\r\n\r\n--b--\r\n";

bool batch_multipart(std::string_view input) {
  const auto parts = odata::read_multipart_batch("multipart/mixed; boundary=b", input);
  if (parts) promise(parts->size() <= odata::kBatchPartsMax, "a batch has more parts than it may");
  const bool is_type = odata::read_multipart_batch(input, kPartOfB).ok();
  return is_type || parts.ok();
}

bool record(std::string_view input) {
  const auto body = Json::parse(input);
  if (!body) return false;
  bool taken = false;
  for (const auto* name : {"contact", "phonecall"}) {
    (void)odata::read_record(schema(), table(name), *body);
    const auto change = odata::read_change(schema(), table(name), *body, model::ChangeKind::create, {});
    if (!change) continue;
    taken = true;
    const auto written = Json::parse(odata::write_change(schema(), *change));
    promise(written.ok(), "a change is written as JSON that can't be read");
    promise(odata::read_change(schema(), table(name), *written, model::ChangeKind::create, {}).ok(),
            "a change that was read and written is refused");
  }
  return taken;
}

bool feed(std::string_view input) {
  auto reader = odata::FeedPageReader::open(schema(), input);
  if (!reader) return false;
  odata::FeedPageReader::Row row;
  for (;;) {
    const auto more = reader->next(row);
    if (!more || !*more) return more.ok();
    promise(odata::record_of(row).values.size() == row.table->columns.size(), "a feed row has too few values");
  }
}

bool csv(std::string_view input) {
  server::service::CsvReader reader(input);
  server::service::CsvRecord record;
  for (std::int64_t line = 0; reader.next(record); line = record.line)
    promise(record.line > line, "a CSV record doesn't begin behind the one before it");
  return record.fault.empty();
}

bool values(std::string_view input) {
  bool taken = false;
  const auto& contact = table("contact");
  for (const auto& column : contact.columns) {
    const auto value = model::parse_value(schema(), contact, column, input);
    if (value) (void)model::format_value(schema(), column, *value);
    taken = taken || value.ok();
  }
  return model::parse_scaled(input, 4).ok() || taken;
}

// Several files, parted by lines of "---".
bool schema_files(std::string_view input) {
  std::vector<model::Schema::File> files;
  constexpr std::string_view kBetween = "\n---\n";
  for (std::size_t at = 0; at <= input.size() && files.size() < 8;) {
    const auto end = std::min(input.find(kBetween, at), input.size());
    files.push_back({"file" + std::to_string(files.size()) + ".json", std::string(input.substr(at, end - at))});
    at = end + kBetween.size();
  }
  const auto loaded = model::Schema::load(files);
  promise(loaded || loaded.error().code == ErrorCode::schema_invalid, "a bad schema is refused with another code");
  return loaded.ok();
}

// ---- addresses ---------------------------------------------------------------------------------------------------------------

bool url(std::string_view input) {
  const bool is_endpoint = edge::net::parse_endpoint(input).ok();
  const auto url = edge::net::parse_url(input);
  if (!url) return is_endpoint;
  const auto again = edge::net::parse_url(url->origin() + url->target);
  promise(again && *again == *url, "an address that was read and written is another one");
  return true;
}

class PlainHasher final : public server::access::PasswordHasher {
 public:
  std::string hash(std::string_view password) override { return std::string(password); }
  bool verify(std::string_view password, std::string_view hash) override { return password == hash; }
};

// A server with one organisation and its administrator, in memory.
class Server {
 public:
  Server()
      : database_(must(edge::sqlite::open({.path = ":memory:"}))),
        service_(must(server::service::Service::open(*database_, schema(), hasher_, random_, log_, {}))) {
    must(server::service::create_organization(*service_, *database_, {"Fuzz", "admin", "secret"}, random_, kNow));
  }
  Response get(std::string_view target) {
    return service_->handle({"GET", std::string(target), {{"Authorization", "Basic YWRtaW46c2VjcmV0"}}, ""}, kNow);
  }

 private:
  template <class T>
  static T must(Result<T> result) {
    promise(result.ok(), "the server doesn't begin");
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

  PlainHasher hasher_;
  SeededRandom random_{1};
  NullLog log_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<server::service::Service> service_;
};

// Reads only, so that one server serves all inputs.
bool address(std::string_view input) {
  static Server server;
  const auto answer = server.get(input);
  promise(answer.status >= 200 && answer.status < 600, "an answer has no status");
  promise(answer.status != 500, "what somebody asks is an internal error");
  return answer.status < 400;
}

// ---- seeds -------------------------------------------------------------------------------------------------------------------

std::string feed_page() {
  odata::FeedPageWriter writer(schema());
  const auto& contact = table("contact");
  model::Record person{contact.number, RecordId(), Seq(3), std::vector<model::Value>(contact.columns.size())};
  person.values[contact.find_column("lastname")->index] = std::string("Byron");
  const ScopeNumber scopes[] = {ScopeNumber(1), ScopeNumber(2)};
  writer.row(contact, person, scopes);
  writer.row(contact, person, std::span(scopes).first(1));
  writer.mark({odata::FeedMark::Kind::leave, contact.number, RecordId(), Seq(4), {ScopeNumber(1)}});
  odata::FeedHead head;
  head.complete = true;
  head.cursor = "cursor";
  head.granted.push_back({ScopeNumber(1), contact.number, odata::AccessKind::owner, RecordId(), 2});
  head.totals.push_back({ScopeNumber(1), 2, 77});
  head.named.push_back({contact.number, RecordId(), odata::NamedAnswer::gone});
  head.watch = odata::FeedWatch{true, {contact.number}, {RecordId()}};
  return writer.finish(head);
}

constexpr const char* kMultipart =
    "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\n"
    "Content-Transfer-Encoding: binary\r\nContent-ID: 1\r\n\r\nPOST /api/data/v9.2/contacts HTTP/1.1\r\n"
    "Content-Type: application/json\r\n\r\n{\"lastname\":\"Byron\"}\r\n--c--\r\n--b\r\nContent-Type: "
    "application/http\r\n\r\n"
    "GET contacts?$top=1 HTTP/1.1\r\nAccept: */*\r\n\r\n\r\n--b--\r\n";

constexpr const char* kBatch =
    R"j({"requests":[{"id":"1","method":"POST","url":"contacts","atomicityGroup":"g1","headers":{"content-type":"application/json"},)j"
    R"j("body":{"lastname":"Byron"}},{"id":"2","method":"PATCH","url":"contacts(01900000-0000-7000-8000-000000000001)",)j"
    R"j("dependsOn":["g1"],"headers":{"if-match":"W/\"7\""},"body":{"lastname":"King"}}]})j";

constexpr const char* kBatchAnswer =
    R"j({"responses":[{"id":"1","atomicityGroup":"g1","status":204,"headers":{"etag":"W/\"9\""}},)j"
    R"j({"id":"2","status":412,"headers":{},"body":{"error":{"code":"version_conflict","message":"changed"}}}]})j";

constexpr const char* kSchema =
    R"j({"name":"shelf","number":900,"set":"shelves","label":"Shelf","plural":"Shelves","ownership":"organization","primary_name":"name",)j"
    R"j("quick_find":["name"],"columns":[{"name":"name","label":"Name","type":"text","length":100,"required":"required"},)j"
    R"j({"name":"size","label":"Size","type":"decimal","scale":2,"min":0,"max":100},)j"
    R"j({"name":"kind","label":"Kind","type":"choice","options":[{"value":1,"label":"One"}]}],)j"
    R"j("views":[{"name":"all","label":"All","columns":["name"],"order":"name asc","default":true}],)j"
    R"j("form":{"sections":[{"label":"Shelf","columns":["name","size"]}]}})j"
    "\n---\n"
    R"j({"name":"book","number":901,"set":"books","label":"Book","plural":"Books","ownership":"organization","primary_name":"title",)j"
    R"j("columns":[{"name":"title","label":"Title","type":"text","length":100},)j"
    R"j({"name":"shelfid","label":"Shelf","type":"lookup","targets":["shelf"],"relationship":"book_shelf"}]})j";

std::vector<Target> make_targets() {
  return {
      {"json", "JSON text", json, {R"j({"a":[1,-2.5e3,true,null,"é\u00e9\ud83d\ude00"],"b":{"c":"\\\"\n"}})j", "[]"}},
      {"time",
       "dates, times, durations",
       times,
       {"2026-11-23T08:15:00Z", "2026-11-23", "2026-11-23T08:15:00.123+02:00", "Mon, 23 Nov 2026 08:15:00 GMT", "90d"}},
      {"filter",
       "$filter and $orderby, into SQL",
       filter,
       {"contains(fullname,'an') and statecode eq 0", "not (creditlimit gt 1e3 or createdon le 2026-11-23T08:15:00Z)",
        "startswith(lastname,'O''B') and _ownerid_value eq 01900000-0000-7000-8000-000000000001",
        "Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=7)", "fullname desc,createdon asc",
        "statecode in (0,1) and parentcustomerid_account/name eq null"}},
      {"query",
       "a URL's query string",
       query_string,
       {"$select=fullname,_parentcustomerid_value&$filter=contains(fullname,%27an%27)&$orderby=fullname%20desc&$top=5&$"
        "count=true",
        "$filter=lastname%20eq%20@p1&@p1='x'&$expand=parentcustomerid_account($select=name)"}},
      {"batch-json", "a JSON $batch and its answer", batch_json, {kBatch, kBatchAnswer}},
      {"batch-multipart",
       "a multipart $batch",
       batch_multipart,
       {kMultipart, "multipart/mixed; boundary=\"b\"", "multipart/mixed;boundary=b;charset=utf-8"}},
      {"record",
       "a record's JSON, and its change back",
       record,
       {R"j({"lastname":"Byron","birthdate":"1815-12-10","creditlimit":12.50,"donotemail":true,)j"
        R"j("parentcustomerid_account@odata.bind":"/accounts(01900000-0000-7000-8000-000000000001)"})j",
        R"j({"subject":"Call","phonecall_activity_parties":[{"participationtypemask":1,)j"
        R"j("partyid_contact@odata.bind":"/contacts(01900000-0000-7000-8000-000000000001)"}]})j",
        R"j({"contactid":"01900000-0000-7000-8000-000000000001","@odata.etag":"W/\"3\"","fullname":"A"})j"}},
      {"feed", "a page of the feed", feed, {feed_page()}},
      {"csv", "a CSV file", csv, {"name,city\r\n\"Finch, \"\"A\"\"\",Leeds\r\n\r\nx,\"two\nlines\"\n"}},
      {"value",
       "values as typed",
       values,
       {"12.50", "2026-11-23T08:15:00Z", "yes", "accounts/01900000-0000-7000-8000-000000000001",
        "contacts/01900000-0000-7000-8000-000000000001;leads/01900000-0000-7000-8000-000000000001", "1e300"}},
      {"schema", "schema files", schema_files, {kSchema}},
      {"url",
       "a server's address",
       url,
       {"https://crm.example:8443/path?query#part", "http://[::1]:80", "127.0.0.1:8080", ":8080", "http://localhost"}},
      {"address",
       "what is asked of the server",
       address,
       {"/api/data/v9.2/contacts?$top=2", "/api/data/v9.2/systemusers?$expand=businessunitid($select=name)&$top=1",
        "/api/data/v9.2/contacts/$count?$filter=statecode%20eq%200", "/api/data/v9.2/$metadata",
        "/api/data/v9.2/WhoAmI",
        "/api/data/v9.2/EntityDefinitions(LogicalName='account')/Attributes?$select=LogicalName", "/healthz",
        "/accounts/1"}},
  };
}

}  // namespace

std::span<const Target> targets() {
  static const std::vector<Target> all = make_targets();
  return all;
}

const Target* find_target(std::string_view name) {
  for (const auto& target : targets())
    if (target.name == name) return &target;
  return nullptr;
}

}  // namespace satchel::fuzz
