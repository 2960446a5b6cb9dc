// SPDX-License-Identifier: Apache-2.0
//
// Batches in JSON (OData JSON Format 4.01, section 18). internal/multipart_batch.cpp has the older form.
#include "odata/batch.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"
#include "odata/internal/batch_headers.h"

namespace satchel::odata {

namespace {

constexpr std::string_view kContentType = "content-type";

Error bad_part(std::size_t number, std::string_view problem) {
  return {ErrorCode::bad_request, "Part " + std::to_string(number) + " of the batch " + std::string(problem) + "."};
}

// --- What requests and answers have in common ---

Result<Headers> read_headers(const Json* json, std::size_t number) {
  Headers headers;
  if (!json || json->is_null()) return headers;
  const auto* members = json->as_object();
  if (!members) return bad_part(number, "has headers that aren't an object");
  for (const auto& [name, value] : *members) {
    const auto* text = value.as_string();
    if (!internal::is_header_name(name)) return bad_part(number, "has a header whose name isn't one");
    if (!text || !internal::is_header_value(*text)) {
      return bad_part(number, "has a header \"" + name + "\" whose value isn't a text of one line");
    }
    headers.add(name, *text);
  }
  return headers;
}

// OData JSON Format 4.01, section 18.1: JSON as it is, text as a string, anything else as a string in base64url.
Result<std::string> read_body(const Json* json, const Headers& headers, std::size_t number) {
  if (!json || json->is_null()) return std::string();
  const auto type = headers.get(kContentType);
  if (internal::is_json_type(type)) return json->dump();
  const auto* text = json->as_string();
  if (!text) return bad_part(number, "has a body that must be a string, as its content type isn't JSON");
  if (internal::is_text_type(type)) return *text;
  auto bytes = from_base64url(*text);
  if (!bytes) bytes = from_base64(*text);
  if (!bytes)
    return bad_part(number, "has a body that must be base64url, as its content type is neither JSON nor text");
  return *std::move(bytes);
}

void write_body(std::string& out, std::string_view body, const Headers& headers) {
  if (body.empty()) return;
  const auto type = headers.get(kContentType);
  out += ",\"body\":";
  if (internal::is_json_type(type)) out += body;
  else if (internal::is_text_type(type)) append_json_string(out, body);
  else append_json_string(out, to_base64url(body));
}

// Fields of one name become one member; RFC 9110, section 5.2, joins them by commas.
void write_headers(std::string& out, const Headers& headers) {
  if (headers.begin() == headers.end()) return;
  std::vector<std::pair<std::string, std::string>> joined;
  for (const auto& [name, value] : headers) {
    auto lower = to_lower_ascii(name);
    const auto same =
        std::find_if(joined.begin(), joined.end(), [&](const auto& field) { return field.first == lower; });
    if (same != joined.end()) same->second += ", " + value;
    else joined.emplace_back(std::move(lower), value);
  }
  out += ",\"headers\":{";
  for (const auto& [name, value] : joined) {
    if (!out.ends_with('{')) out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  out += '}';
}

void write_member(std::string& out, std::string_view name, std::string_view value) {
  if (!out.ends_with('{')) out += ',';
  append_json_string(out, name);
  out += ':';
  append_json_string(out, value);
}

Result<std::string> read_text(const Json& part, std::string_view name, std::size_t number) {
  const Json* json = part.find(name);
  const auto* text = json ? json->as_string() : nullptr;
  if (!text || text->empty()) return bad_part(number, "needs \"" + std::string(name) + "\", a text");
  return *text;
}

// --- Requests ---

class BatchReader {
 public:
  Result<std::vector<BatchPart>> read(const Json& batch) {
    const Json* requests = batch.find("requests");
    const auto* parts = requests ? requests->as_array() : nullptr;
    if (!parts) return Error{ErrorCode::bad_request, "A batch must be an object with \"requests\", a list."};
    if (parts->size() > kBatchPartsMax) {
      return Error{ErrorCode::too_large, "A batch may have " + std::to_string(kBatchPartsMax) + " parts at most."};
    }
    parts_.reserve(parts->size());
    for (const auto& part : *parts) parts_.push_back(TRY(read_part(part)));
    return std::move(parts_);
  }

 private:
  enum class Named { part, group };

  Result<BatchPart> read_part(const Json& json) {
    const std::size_t number = parts_.size() + 1;
    if (!json.is_object()) return bad_part(number, "isn't an object");
    if (json.find("if")) {
      return Error{ErrorCode::not_implemented,
                   "Part " + std::to_string(number) + " of the batch has a condition (\"if\")."};
    }
    BatchPart part;
    part.id = TRY(read_text(json, "id", number));
    part.request.method = TRY(read_method(json, number));
    part.request.target = TRY(read_text(json, "url", number));
    part.request.headers = TRY(read_headers(json.find("headers"), number));
    part.request.body = TRY(read_body(json.find("body"), part.request.headers, number));
    part.depends_on = TRY(read_depends_on(json.find("dependsOn"), number));
    part.group = TRY(read_group(json, number));
    // After its group, for no name may stand for both.
    if (!named_.try_emplace(part.id, Named::part).second) {
      return bad_part(number, "has the id \"" + part.id + "\" of another part or group");
    }
    return part;
  }

  // JSON batches may write "post" (OData JSON Format 4.01, section 18.1).
  Result<std::string> read_method(const Json& json, std::size_t number) {
    std::string method = TRY(read_text(json, "method", number));
    if (!internal::is_method(method)) return bad_part(number, "has a \"method\" that isn't one");
    for (char& c : method) {
      if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
    }
    return method;
  }

  // A group ends where another part comes between.
  Result<std::string> read_group(const Json& json, std::size_t number) {
    const Json* member = json.find("atomicityGroup");
    if (!member || member->is_null()) return std::string();
    std::string group = TRY(read_text(json, "atomicityGroup", number));
    if (!parts_.empty() && parts_.back().group == group) return group;
    const auto [place, is_new] = named_.try_emplace(group, Named::group);
    if (is_new) return group;
    if (place->second == Named::part) return bad_part(number, "has a group \"" + group + "\" named like another part");
    return bad_part(number, "belongs to the group \"" + group + "\", whose parts must follow each other");
  }

  Result<std::vector<std::string>> read_depends_on(const Json* json, std::size_t number) {
    std::vector<std::string> names;
    if (!json || json->is_null()) return names;
    const auto* array = json->as_array();
    if (!array) return bad_part(number, "has a \"dependsOn\" that isn't a list");
    for (const auto& member : *array) {
      const auto* name = member.as_string();
      if (!name) return bad_part(number, "has a \"dependsOn\" that isn't a list of texts");
      if (!named_.contains(*name))
        return bad_part(number, "depends on \"" + *name + "\", which doesn't stand before it");
      names.push_back(*name);
    }
    return names;
  }

  std::vector<BatchPart> parts_;
  std::unordered_map<std::string, Named> named_;  // so far
};

}  // namespace

Result<std::vector<BatchPart>> read_json_batch(std::string_view body) {
  return BatchReader().read(TRY(Json::parse(body)));
}

std::string write_json_batch(const std::vector<BatchPart>& parts) {
  std::string out = "{\"requests\":[";
  for (const auto& part : parts) {
    if (!out.ends_with('[')) out += ',';
    out += '{';
    write_member(out, "id", part.id);
    write_member(out, "method", part.request.method);
    write_member(out, "url", part.request.target);
    if (!part.group.empty()) write_member(out, "atomicityGroup", part.group);
    if (!part.depends_on.empty()) {
      out += ",\"dependsOn\":[";
      for (const auto& name : part.depends_on) {
        if (!out.ends_with('[')) out += ',';
        append_json_string(out, name);
      }
      out += ']';
    }
    write_headers(out, part.request.headers);
    write_body(out, part.request.body, part.request.headers);
    out += '}';
  }
  return out += "]}";
}

// --- Answers ---

std::string write_json_batch_answer(const std::vector<BatchAnswer>& answers) {
  std::string out = "{\"responses\":[";
  for (const auto& answer : answers) {
    if (!out.ends_with('[')) out += ',';
    out += '{';
    write_member(out, "id", answer.id);
    if (!answer.group.empty()) write_member(out, "atomicityGroup", answer.group);
    out += ",\"status\":" + std::to_string(answer.response.status);
    write_headers(out, answer.response.headers);
    write_body(out, answer.response.body, answer.response.headers);
    out += '}';
  }
  return out += "]}";
}

namespace {

Result<BatchAnswer> read_answer(const Json& json, std::size_t number) {
  if (!json.is_object()) return bad_part(number, "isn't an object");
  BatchAnswer answer;
  answer.id = TRY(read_text(json, "id", number));
  answer.group = json.string_at("atomicityGroup");
  const std::int64_t status = json.integer_at("status");
  if (status < 100 || status > 599) return bad_part(number, "has no HTTP status");
  answer.response.status = static_cast<int>(status);
  answer.response.headers = TRY(read_headers(json.find("headers"), number));
  answer.response.body = TRY(read_body(json.find("body"), answer.response.headers, number));
  return answer;
}

Result<std::vector<BatchAnswer>> read_answers(std::string_view body) {
  const Json batch = TRY(Json::parse(body));
  const Json* responses = batch.find("responses");
  const auto* parts = responses ? responses->as_array() : nullptr;
  if (!parts) return Error{ErrorCode::bad_request, "There are no \"responses\"."};
  if (parts->size() > kBatchPartsMax) return Error{ErrorCode::too_large, "There are too many \"responses\"."};
  std::vector<BatchAnswer> answers;
  answers.reserve(parts->size());
  for (const auto& part : *parts) answers.push_back(TRY(read_answer(part, answers.size() + 1)));
  return answers;
}

}  // namespace

// What a server sends wrongly is nobody's bad input.
Result<std::vector<BatchAnswer>> read_json_batch_answer(std::string_view body) {
  auto answers = read_answers(body);
  if (answers.ok()) return answers;
  return Error{ErrorCode::unexpected_answer, "The answer to the batch can't be read: " + answers.error().message};
}

}  // namespace satchel::odata
