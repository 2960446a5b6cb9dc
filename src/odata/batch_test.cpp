// SPDX-License-Identifier: Apache-2.0
#include "odata/batch.h"

#include <doctest/doctest.h>

#include "base/random.h"

namespace satchel::odata {
namespace {

std::vector<BatchPart> parts_of(std::string_view body) {
  auto parts = read_json_batch(body);
  REQUIRE_MESSAGE(parts.ok(), body << ": " << parts.error().message);
  return std::move(parts).value();
}

Error refused(std::string_view body) {
  auto parts = read_json_batch(body);
  INFO(body);
  REQUIRE_FALSE(parts.ok());
  return std::move(parts).error();
}

BatchPart part_of(std::string id, std::string method, std::string target) {
  return {.id = std::move(id), .request = {.method = std::move(method), .target = std::move(target)}};
}

BatchAnswer answer_of(std::string id, std::string group, int status, std::string body = "") {
  BatchAnswer answer{std::move(id), std::move(group), {.status = status, .headers = {}, .body = std::move(body)}};
  answer.response.headers.add("OData-Version", "4.0");
  if (!answer.response.body.empty()) answer.response.headers.add("Content-Type", "application/json");
  return answer;
}

// People write batches with LF; the wire has CRLF.
std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

constexpr std::string_view kType = "multipart/mixed; boundary=batch_1";

std::vector<BatchPart> multipart_of(std::string_view body, std::string_view type = kType) {
  auto parts = read_multipart_batch(type, body);
  REQUIRE_MESSAGE(parts.ok(), body << ": " << parts.error().message);
  return std::move(parts).value();
}

}  // namespace

// ---- JSON --------------------------------------------------------------------------------------------------------------

TEST_CASE("a JSON batch is read as it is written") {
  const auto parts = parts_of(R"J({"requests":[
    {"id":"1","method":"post","url":"contacts","atomicityGroup":"g1","headers":{"Content-Type":"application/json"},
     "body":{"firstname":"Ada","creditlimit":12.50}},
    {"id":"2","method":"PATCH","url":"/api/data/v9.2/contacts(1)","atomicityGroup":"g1","dependsOn":["1"],"headers":{"if-match":"W/\"7\""},"body":{}},
    {"id":"3","method":"GET","url":"$1","dependsOn":["g1"]}]})J");
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].id == "1");
  CHECK(parts[0].group == "g1");
  CHECK(parts[0].request.method == "POST");
  CHECK(parts[0].request.target == "contacts");
  CHECK(parts[0].request.headers.get("content-type") == "application/json");
  CHECK(parts[0].request.body == R"J({"firstname":"Ada","creditlimit":12.50})J");
  CHECK(parts[1].depends_on == std::vector<std::string>{"1"});
  CHECK(parts[1].request.headers.get("If-Match") == "W/\"7\"");
  CHECK(parts[1].request.body == "{}");
  CHECK(parts[2].group.empty());
  CHECK(parts[2].depends_on == std::vector<std::string>{"g1"});
  CHECK(parts[2].request.body.empty());
  CHECK(parts_of(R"J({"requests":[]})J").empty());
}

TEST_CASE("a body that isn't JSON is text or base64") {
  const auto parts = parts_of(R"J({"requests":[
    {"id":"1","method":"PUT","url":"a","headers":{"content-type":"text/plain; charset=utf-8"},"body":"a\nb"},
    {"id":"2","method":"PUT","url":"a","headers":{"content-type":"application/octet-stream"},"body":"AP-_"},
    {"id":"3","method":"PUT","url":"a","headers":{"content-type":"application/octet-stream"},"body":"AP+/AA=="},
    {"id":"4","method":"PUT","url":"a","body":"text"}]})J");
  CHECK(parts[0].request.body == "a\nb");
  CHECK(parts[1].request.body == std::string("\x00\xFF\xBF", 3));
  CHECK(parts[2].request.body == std::string("\x00\xFF\xBF\x00", 4));
  CHECK(parts[3].request.body == "\"text\"");
}

TEST_CASE("a JSON batch that isn't one is refused with the part's number") {
  CHECK(refused("{").code == ErrorCode::bad_json);
  for (const std::string_view part :
       {R"J(5)J", R"J({})J", R"J({"id":"2","method":"GET"})J", R"J({"id":"","method":"GET","url":"a"})J",
        R"J({"id":2,"method":"GET","url":"a"})J", R"J({"id":"2","method":"G T","url":"a"})J",
        R"J({"id":"2","method":"GET","url":5})J", R"J({"id":"2","method":"GET","url":"a","headers":[]})J",
        R"J({"id":"2","method":"GET","url":"a","headers":{"a":1}})J",
        R"J({"id":"2","method":"GET","url":"a","headers":{"a":"b\r\nc: d"}})J",
        R"J({"id":"2","method":"GET","url":"a","headers":{"a b":"c"}})J",
        R"J({"id":"2","method":"GET","url":"a","dependsOn":"1"})J",
        R"J({"id":"2","method":"GET","url":"a","dependsOn":[1]})J",
        R"J({"id":"2","method":"GET","url":"a","atomicityGroup":5})J",
        R"J({"id":"2","method":"GET","url":"a","atomicityGroup":"1"})J",
        // Unknown, later, itself, its own group.
        R"J({"id":"2","method":"GET","url":"a","dependsOn":["3"]})J",
        R"J({"id":"2","method":"GET","url":"a","dependsOn":["2"]})J",
        R"J({"id":"2","method":"GET","url":"a","atomicityGroup":"g","dependsOn":["g"]})J",
        R"J({"id":"1","method":"GET","url":"a"})J",
        R"J({"id":"2","method":"PUT","url":"a","headers":{"content-type":"image/png"},"body":{}})J",
        R"J({"id":"2","method":"PUT","url":"a","headers":{"content-type":"image/png"},"body":"?"})J"}) {
    const Error error = refused(R"J({"requests":[{"id":"1","method":"GET","url":"a"},)J" + std::string(part) + "]}");
    CHECK(error.code == ErrorCode::bad_request);
    CHECK(error.message.find("Part 2 ") != std::string::npos);
  }
  for (const std::string_view body : {"[]", "{}", R"J({"requests":{}})J", "null"})
    CHECK(refused(body).code == ErrorCode::bad_request);
  CHECK(refused(R"J({"requests":[{"id":"1","method":"GET","url":"a","if":"$1/x eq 1"}]})J").code ==
        ErrorCode::not_implemented);
}

TEST_CASE("the parts of a group follow each other") {
  const auto batch = [](std::string_view a, std::string_view b, std::string_view c) {
    std::string body = R"J({"requests":[)J";
    int id = 0;
    for (const auto group : {a, b, c}) {
      body += (id ? "," : "") + std::string(R"J({"method":"POST","url":"a","id":")J") + std::to_string(id) + "\"";
      if (!group.empty()) body += ",\"atomicityGroup\":\"" + std::string(group) + "\"";
      body += "}";
      ++id;
    }
    return body + "]}";
  };
  CHECK(parts_of(batch("g", "g", "h")).size() == 3);
  CHECK(refused(batch("g", "h", "g")).code == ErrorCode::bad_request);
  CHECK(refused(batch("g", "", "g")).code == ErrorCode::bad_request);
}

TEST_CASE("a batch has at most a thousand parts") {
  std::vector<BatchPart> parts;
  for (std::size_t i = 0; i < kBatchPartsMax; ++i) parts.push_back(part_of(std::to_string(i), "GET", "contacts"));
  CHECK(parts_of(write_json_batch(parts)).size() == kBatchPartsMax);
  parts.push_back(part_of("more", "GET", "contacts"));
  CHECK(refused(write_json_batch(parts)).code == ErrorCode::too_large);
}

TEST_CASE("a JSON batch survives being written and read") {
  std::vector<BatchPart> parts = {part_of("1", "POST", "contacts?\"é\""), part_of("2", "PUT", "a"),
                                  part_of("3", "PUT", "b")};
  parts[0].group = "g\n";
  parts[0].request.headers = {{"if-none-match", "*"}, {"prefer", "a"}};
  parts[0].request.body = R"J({"firstname":"A\"da"})J";
  parts[1].depends_on = {"1", "g\n"};
  parts[1].request.headers = {{"content-type", "text/plain"}};
  parts[1].request.body = "a \"b\"";
  parts[2].request.headers = {{"content-type", "image/png"}};
  parts[2].request.body = std::string("\x89PNG\0", 5);
  const auto read = parts_of(write_json_batch(parts));
  REQUIRE(read.size() == parts.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    CHECK(read[i].id == parts[i].id);
    CHECK(read[i].group == parts[i].group);
    CHECK(read[i].depends_on == parts[i].depends_on);
    CHECK(read[i].request.method == parts[i].request.method);
    CHECK(read[i].request.target == parts[i].request.target);
    CHECK(read[i].request.headers == parts[i].request.headers);
    CHECK(read[i].request.body == parts[i].request.body);
  }
}

TEST_CASE("an answer to a JSON batch survives being written and read") {
  std::vector<BatchAnswer> answers = {answer_of("1", "g", 204), answer_of("2", "", 200, R"J({"a":[1.50,null]})J")};
  answers[0].response.headers.add("ETag", "W/\"7\"");
  answers[0].response.headers.add("Set-Thing", "a");
  answers[0].response.headers.add("set-thing", "b");
  const std::string text = write_json_batch_answer(answers);
  CHECK(text.find(R"J("etag":"W/\"7\"")J") != std::string::npos);
  const auto read = read_json_batch_answer(text);
  REQUIRE_MESSAGE(read.ok(), read.error().message);
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].group == "g");
  CHECK((*read)[0].response.status == 204);
  CHECK((*read)[0].response.headers.get("ETag") == "W/\"7\"");
  CHECK((*read)[0].response.headers.get("set-thing") == "a, b");
  CHECK((*read)[0].response.body.empty());
  CHECK((*read)[1].response.body == R"J({"a":[1.50,null]})J");
}

TEST_CASE("what isn't an answer to a batch is unexpected") {
  for (const std::string_view body :
       {"", "<html>", "{}", R"J({"responses":{}})J", R"J({"responses":[5]})J", R"J({"responses":[{"id":"1"}]})J",
        R"J({"responses":[{"id":"1","status":99}]})J", R"J({"responses":[{"status":200}]})J"}) {
    const auto answers = read_json_batch_answer(body);
    REQUIRE_FALSE(answers.ok());
    CHECK(answers.error().code == ErrorCode::unexpected_answer);
  }
}

// ---- multipart ---------------------------------------------------------------------------------------------------------

TEST_CASE("a multipart batch is read with its change sets") {
  const std::string text =
      "This is a message for humans.\n"
      "--batch_1\n"
      "Content-Type: multipart/mixed; boundary=\"set_1\"\n"
      "\n"
      "--set_1\n"
      "Content-Type: application/http\n"
      "Content-Transfer-Encoding: binary\n"
      "Content-ID: 1\n"
      "\n"
      "POST /api/data/v9.2/contacts HTTP/1.1\n"
      "Content-Type: application/json; type=entry\n"
      "\n"
      "{\"firstname\":\"Ada\"}\n"
      "--set_1\n"
      "content-type: application/http\n"
      "content-id: 2\n"
      "\n"
      "PATCH $1 HTTP/1.1\n"
      "If-Match: *\n"
      "Content-Length: 2\n"
      "\n"
      "{}\n"
      "\n"
      "--set_1--\n"
      "\n"
      "--batch_1  \n"
      "Content-Type: application/http\n"
      "\n"
      "GET http://host/api/data/v9.2/contacts?$filter=name eq 'a b'&$top=1 HTTP/1.1\n"
      "Accept: application/json\n"
      "\n"
      "\n"
      "--batch_1--\n"
      "Epilogue";
  for (const auto& body : {text, with_crlf(text)}) {
    const auto parts = multipart_of(body);
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].id == "1");
    CHECK_FALSE(parts[0].group.empty());
    CHECK(parts[0].request.method == "POST");
    CHECK(parts[0].request.target == "/api/data/v9.2/contacts");
    CHECK(parts[0].request.headers.get("Content-Type") == "application/json; type=entry");
    CHECK(parts[0].request.body == "{\"firstname\":\"Ada\"}");
    CHECK(parts[1].id == "2");
    CHECK(parts[1].group == parts[0].group);
    CHECK(parts[1].request.target == "$1");
    CHECK(parts[1].request.headers.get("if-match") == "*");
    CHECK(parts[1].request.body == "{}");
    CHECK(parts[2].id.empty());
    CHECK(parts[2].group.empty());
    CHECK(parts[2].request.target == "http://host/api/data/v9.2/contacts?$filter=name eq 'a b'&$top=1");
    CHECK(parts[2].request.body.empty());
  }
}

// Clients number the parts of each change set from 1.
TEST_CASE("change sets have their own ids") {
  const auto set = [](std::string_view name) {
    const std::string n(name);
    return "--batch_1\nContent-Type: multipart/mixed; boundary=" + n + "\n\n--" + n +
           "\nContent-Type: application/http\nContent-ID: 1\n\nDELETE contacts(1) HTTP/1.1\n\n--" + n + "--\n";
  };
  const auto parts = multipart_of(set("a") + set("b") + "--batch_1--");
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].group != parts[1].group);
  CHECK(parts[0].id == parts[1].id);
}

TEST_CASE("a multipart batch that isn't one is refused") {
  const auto refuse = [](std::string_view body, std::string_view type = kType) {
    const auto parts = read_multipart_batch(type, body);
    INFO(body);
    REQUIRE_FALSE(parts.ok());
    return parts.error();
  };
  const std::string get = "Content-Type: application/http\n\nGET contacts HTTP/1.1\n\n";
  const std::string part = "--batch_1\n" + get;
  for (const std::string_view type :
       {"", "application/json", "multipart/mixed", "multipart/mixed; boundary=", "multipart/mixed; boundary=\"\""}) {
    CHECK(refuse(part + "--batch_1--", type).code == ErrorCode::bad_request);
  }
  // Cut off: nothing of it may be done.
  CHECK(refuse(part).code == ErrorCode::bad_request);
  CHECK(refuse(part + "--batch_1").code == ErrorCode::bad_request);
  CHECK(refuse("").code == ErrorCode::bad_request);
  for (const std::string_view wrong :
       {"Content-Type: text/plain\n\nx\n", "\nGET contacts HTTP/1.1\n", "no header\n\nGET contacts HTTP/1.1\n",
        "Content-Type: application/http\n\nGET contacts\n", "Content-Type: application/http\n\n\n",
        "Content-Type: application/http\n\nGET contacts HTTP/1.1\nno header\n\n",
        "Content-Type: multipart/mixed; boundary=s\n\n--s\nContent-Type: application/http\n\nGET contacts "
        "HTTP/1.1\n\n--s--\n",
        "Content-Type: multipart/mixed; boundary=s\n\n--s\nContent-Type: multipart/mixed; boundary=t\n\n--t--\n--s--\n",
        "Content-Type: multipart/mixed; boundary=s\n\n--s\nContent-Type: application/http\n\nPOST contacts "
        "HTTP/1.1\n\n"}) {
    const Error error = refuse(part + "--batch_1\n" + std::string(wrong) + "--batch_1--");
    CHECK(error.code == ErrorCode::bad_request);
    CHECK_MESSAGE(error.message.find("Part 2 ") != std::string::npos, error.message);
  }
  std::string many;
  for (std::size_t i = 0; i <= kBatchPartsMax; ++i) many += part;
  CHECK(refuse(many + "--batch_1--").code == ErrorCode::too_large);
}

// Cut and mangled batches of both forms: read or refused, nothing else.
TEST_CASE("a mangled batch never does more than fail") {
  const std::string multipart = with_crlf(
      "--batch_1\nContent-Type: multipart/mixed; boundary=\"s\"\n\n--s\nContent-Type: application/http\nContent-ID: "
      "1\n\n"
      "POST contacts HTTP/1.1\nContent-Length: 2\n\n{}\n--s--\n--batch_1\nContent-Type: application/http\n\nGET a "
      "HTTP/1.1\n\n--batch_1--");
  const std::string json =
      R"J({"requests":[{"id":"1","method":"POST","url":"a","atomicityGroup":"g","headers":{"a":"b"},"body":{"a":1}},{"id":"2","method":"GET","url":"$1","dependsOn":["g"]}]})J";
  for (std::size_t size = 0; size < multipart.size(); ++size)
    CHECK_FALSE(read_multipart_batch(kType, multipart.substr(0, size)).ok());
  for (std::size_t size = 0; size < json.size(); ++size) CHECK_FALSE(read_json_batch(json.substr(0, size)).ok());
  SeededRandom random(1);
  for (int round = 0; round < 5'000; ++round) {
    std::string damaged = round % 2 ? multipart : json;
    for (std::uint64_t i = 1 + random.below(3); i-- > 0;)
      damaged[random.below(damaged.size())] = static_cast<char>(random.next());
    if (round % 2) (void)read_multipart_batch(kType, damaged);
    else (void)read_json_batch(damaged);
  }
}

// The layout that clients of Dataverse take apart with string searches (reference: what existing clients rely on, 5).
TEST_CASE("a multipart answer looks as clients expect it") {
  const std::string id = "0190a1b2-0000-7000-8000-000000000000";
  const auto answer = write_multipart_batch_answer(
      {answer_of("", "", 200, "{\"value\":[]}"), answer_of("1", "g", 204), answer_of("2", "g", 201, "{}")}, id);
  CHECK(answer.content_type == "multipart/mixed; boundary=batchresponse_" + id);
  CHECK(answer.body.starts_with(
      "--batchresponse_" + id +
      "\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
      "HTTP/1.1 200 OK\r\nOData-Version: 4.0\r\nContent-Type: application/json\r\n\r\n{\"value\":[]}\r\n"));
  CHECK(answer.body.ends_with("--batchresponse_" + id + "--\r\n"));
  const auto set = answer.body.find("Content-Type: multipart/mixed; boundary=changesetresponse_");
  REQUIRE(set != std::string::npos);
  CHECK(answer.body.substr(set - 2, 2) == "\r\n");
  const auto line_end = answer.body.find("\r\n", set);
  const auto boundary = answer.body.substr(set + 40, line_end - set - 40);
  CHECK(answer.body.substr(line_end, 4) == "\r\n\r\n");
  CHECK(answer.body.find(
            "--" + boundary +
            "\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 1\r\n\r\n"
            "HTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\n\r\n\r\n") != std::string::npos);
  CHECK(answer.body.find("--" + boundary + "--\r\n") != std::string::npos);
  for (std::size_t at = answer.body.find('\n'); at != std::string::npos; at = answer.body.find('\n', at + 1)) {
    CHECK(answer.body[at - 1] == '\r');
  }
}

TEST_CASE("a failed change set is one plain part") {
  const auto answer = write_multipart_batch_answer(
      {answer_of("1", "g", 424, "{\"error\":1}"), answer_of("2", "g", 412, "{\"error\":2}"), answer_of("3", "h", 204)},
      "x");
  CHECK(answer.body.find("changesetresponse_") == answer.body.rfind("boundary=changesetresponse_") + 9);
  CHECK(answer.body.find("HTTP/1.1 412 Precondition Failed\r\n") != std::string::npos);
  CHECK(answer.body.find("Content-ID: 2\r\n") != std::string::npos);
  CHECK(answer.body.find("424") == std::string::npos);
  CHECK(write_multipart_batch_answer({}, "x").body == "--batchresponse_x--\r\n");
}

}  // namespace satchel::odata
