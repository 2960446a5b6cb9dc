// SPDX-License-Identifier: Apache-2.0
//
// Units of writing: a single request, a part of a batch, or an atomicity group. A unit is one savepoint and one part (one seq):
// all of it or nothing. Its answers are remembered in the same transaction, so a repeated request has its effect once
// (Repeatable Requests 1.0; Y18).
#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/text.h"
#include "odata/batch.h"
#include "server/service/internal/context.h"

namespace satchel::server::service {
namespace {

constexpr Duration kRequestMemory = Duration::of_days(90);

bool is_success(const Response& response) { return response.status < 400; }

using References = std::vector<std::pair<std::string, model::Reference>>;

struct Member {
  std::string id;  // of the part; "" for a single request
  const Request* request = nullptr;
};

// ---- repeatable requests ---------------------------------------------------------------------------------------------------

Response rejected(const Error& error, int status) {
  auto response = error_response(error);
  response.status = status;
  response.headers.set("Repeatability-Result", "rejected");
  return response;
}

// Nothing, or the answer that refuses the pair of headers.
std::optional<Response> check_repeatability(const Request& request, Instant now) {
  const auto id = request.headers.get("Repeatability-Request-ID");
  const auto sent = request.headers.get("Repeatability-First-Sent");
  if (id.empty() && sent.empty()) return std::nullopt;
  if (id.empty() || sent.empty())
    return rejected({ErrorCode::bad_request, "Repeatability-Request-ID and Repeatability-First-Sent go together.",
                     "Repeatability-Request-ID"},
                    400);
  const auto at = parse_http_date(sent);
  if (!at)
    return rejected({ErrorCode::bad_request, "Repeatability-First-Sent isn't an HTTP date: " + std::string(sent) + ".",
                     "Repeatability-First-Sent"},
                    400);
  if (id.size() > 100)
    return rejected({ErrorCode::bad_request, "Repeatability-Request-ID may have at most 100 characters.",
                     "Repeatability-Request-ID"},
                    400);
  (void)now;
  return std::nullopt;
}

std::string memory_key(const Request& request, std::size_t index) {
  auto key = to_lower_ascii(request.headers.get("Repeatability-Request-ID"));
  if (index > 0) key += "#" + std::to_string(index);
  return key;
}

std::string fingerprint(const Request& request) {
  return hash128(request.method + "\n" + request.target + "\n" + request.body);
}

records::Records::Remembered remembered(const Request& request, const Response& response) {
  records::Records::Remembered memory{fingerprint(request), response.status, "", response.body};
  for (const auto& [name, value] : response.headers) memory.headers += name + ": " + value + "\n";
  return memory;
}

Response recalled(const records::Records::Remembered& memory) {
  Response response;
  response.status = memory.status;
  response.body = memory.body;
  for (const auto line : split(memory.headers, '\n'))
    if (const auto colon = line.find(": "); colon != std::string_view::npos)
      response.headers.add(std::string(line.substr(0, colon)), std::string(line.substr(colon + 2)));
  response.headers.set("Repeatability-Result", "accepted");
  return response;
}

// ---- one unit --------------------------------------------------------------------------------------------------------------

class Unit {
 public:
  Unit(const Call& batch, std::vector<Member> members, References& references)
      : batch_(batch), members_(std::move(members)), references_(references) {}

  std::vector<Response> run() {
    if (auto answers = recall()) return std::move(*answers);
    const auto references_before = references_.size();
    auto ran = run_in_savepoint();
    if (!ran) {
      batch_.parts.records.abandon_part();
      references_.resize(references_before);
      return failed(ran.error());
    }
    return std::move(*ran);
  }

 private:
  bool is_repeatable(const Member& member) const { return member.request->headers.has("Repeatability-Request-ID"); }

  // The answers of the first time, or the refusal of a bad repetition.
  std::optional<std::vector<Response>> recall() {
    std::vector<Response> answers;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const auto& request = *members_[i].request;
      if (auto refusal = check_repeatability(request, batch_.now))
        return std::vector<Response>(members_.size(), *refusal);
      if (!is_repeatable(members_[i])) return std::nullopt;
      const auto memory = batch_.parts.records.recall(batch_.caller.user, memory_key(request, i));
      if (!memory) return failed(memory.error());
      if (!*memory) {
        if (is_too_old(request)) return std::vector<Response>(members_.size(), too_old());
        return std::nullopt;
      }
      if ((*memory)->hash != fingerprint(request)) return std::vector<Response>(members_.size(), other_body());
      answers.push_back(recalled(**memory));
    }
    return answers;
  }

  bool is_too_old(const Request& request) const {
    return *parse_http_date(request.headers.get("Repeatability-First-Sent")) + kRequestMemory < batch_.now;
  }

  static Response too_old() {
    return rejected(
        {ErrorCode::version_conflict,
         "This request was first sent longer ago than requests are remembered; compare with the record as it is now.",
         "Repeatability-First-Sent"},
        412);
  }

  static Response other_body() {
    return rejected({ErrorCode::repeated_differently, "This request id came before with another request.",
                     "Repeatability-Request-ID"},
                    400);
  }

  Result<std::vector<Response>> run_in_savepoint() {
    auto savepoint = TRY(sql::Savepoint::begin(batch_.parts.database));
    TRY(batch_.parts.records.begin_part());
    std::vector<Response> responses;
    for (const auto& member : members_) {
      auto written = write_data(call_for(member));
      const bool is_fine = is_success(written.response);
      if (written.record && !member.id.empty()) references_.emplace_back(member.id, *written.record);
      responses.push_back(std::move(written.response));
      if (!is_fine) {
        batch_.parts.records.abandon_part();
        return refused(std::move(responses));
      }
    }
    TRY(batch_.parts.records.end_part());
    TRY(remember(responses));
    TRY(savepoint.release());
    return responses;
  }

  Call call_for(const Member& member) const {
    Call call{batch_.parts, *member.request, {}, {}, batch_.root, batch_.caller, batch_.now, &references_};
    std::string_view target = member.request->target;
    const auto question = target.find('?');
    call.path = target.substr(0, question);
    if (question != std::string_view::npos) call.query = target.substr(question + 1);
    return call;
  }

  // The member that failed tells why; the others failed with it.
  std::vector<Response> refused(std::vector<Response> responses) const {
    const auto culprit = responses.size() - 1;
    std::vector<Response> answers(members_.size(), dependent_failed());
    answers[culprit] = std::move(responses[culprit]);
    for (auto& answer : answers)
      if (is_repeatable(members_[0])) answer.headers.set("Repeatability-Result", "accepted");
    return answers;
  }

  static Response dependent_failed() {
    return error_response(
        {ErrorCode::failed_dependency, "Another change of the same group was refused, so none of it was made."});
  }

  Result<void> remember(std::vector<Response>& responses) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (!is_repeatable(members_[i])) continue;
      TRY(batch_.parts.records.remember(batch_.caller.user, memory_key(*members_[i].request, i),
                                        remembered(*members_[i].request, responses[i]), batch_.now));
      responses[i].headers.set("Repeatability-Result", "accepted");
    }
    return {};
  }

  std::vector<Response> failed(const Error& error) const {
    return std::vector<Response>(members_.size(), error_response(error));
  }

  const Call& batch_;
  std::vector<Member> members_;
  References& references_;
};

// ---- a batch ---------------------------------------------------------------------------------------------------------------

// Part URLs come relative, as absolute paths, or absolute; all three mean an address below the service root.
std::string below_root(std::string_view target) {
  if (const auto scheme = target.find("://"); scheme != std::string_view::npos && scheme < 8) {
    const auto path = target.find('/', scheme + 3);
    target = path == std::string_view::npos ? std::string_view() : target.substr(path);
  }
  const auto question = target.find('?');
  if (const auto below = below_service_root(target.substr(0, question)))
    return std::string(*below) + (question == std::string_view::npos ? "" : std::string(target.substr(question)));
  while (target.starts_with('/')) target.remove_prefix(1);
  return std::string(target);
}

class Batch {
 public:
  Batch(const Call& call, std::vector<odata::BatchPart> parts, bool goes_on)
      : call_(call), parts_(std::move(parts)), goes_on_(goes_on) {
    for (auto& part : parts_) part.request.target = below_root(part.request.target);
  }

  std::vector<odata::BatchAnswer> run() {
    for (std::size_t i = 0; i < parts_.size();) {
      auto end = i + 1;
      while (!parts_[i].group.empty() && end < parts_.size() && parts_[end].group == parts_[i].group) ++end;
      if (!run_unit(i, end) && !goes_on_) break;
      i = end;
    }
    return std::move(answers_);
  }

 private:
  bool run_unit(std::size_t begin, std::size_t end) {
    auto responses =
        depends_on_failed(begin, end) ? std::vector<Response>(end - begin, dependency_failed()) : execute(begin, end);
    bool is_fine = true;
    for (std::size_t i = begin; i < end; ++i) {
      auto& response = responses[i - begin];
      response.headers.set("OData-Version", "4.0");
      if (!is_success(response)) {
        is_fine = false;
        failed_.insert(parts_[i].id);
        if (!parts_[i].group.empty()) failed_.insert(parts_[i].group);
      }
      answers_.push_back({parts_[i].id, parts_[i].group, std::move(response)});
    }
    return is_fine;
  }

  bool depends_on_failed(std::size_t begin, std::size_t end) const {
    for (std::size_t i = begin; i < end; ++i)
      for (const auto& id : parts_[i].depends_on)
        if (failed_.count(id) != 0) return true;
    return false;
  }

  static Response dependency_failed() {
    return error_response(
        {ErrorCode::failed_dependency, "A part that this one depends on failed, so it wasn't tried."});
  }

  std::vector<Response> execute(std::size_t begin, std::size_t end) {
    const auto& request = parts_[begin].request;
    if (request.target.starts_with("$batch"))
      return {error_response({ErrorCode::bad_request, "A batch can't hold another batch."})};
    if (!is_write(request)) {
      if (!parts_[begin].group.empty())
        return std::vector<Response>(end - begin,
                                     error_response({ErrorCode::bad_request, "A change set can't hold a GET."}));
      return {read(request)};
    }
    std::vector<Member> members;
    for (std::size_t i = begin; i < end; ++i) members.push_back({parts_[i].id, &parts_[i].request});
    return Unit(call_, std::move(members), references_).run();
  }

  Response read(const Request& request) const {
    const std::string_view target = request.target;
    const auto question = target.find('?');
    Call call{call_.parts, request, target.substr(0, question), {}, call_.root, call_.caller, call_.now, &references_};
    if (question != std::string_view::npos) call.query = target.substr(question + 1);
    return is_metadata(call.path) ? metadata(call) : read_data(call);
  }

  const Call& call_;
  std::vector<odata::BatchPart> parts_;
  bool goes_on_;
  References references_;
  std::set<std::string> failed_;
  std::vector<odata::BatchAnswer> answers_;
};

Result<Response> batch(const Call& call) {
  if (call.request.method != "POST") return Error{ErrorCode::method_not_allowed, "A batch is sent with POST.", "POST"};
  if (call.request.headers.has("Repeatability-Request-ID"))
    return Error{ErrorCode::bad_request, "Repeatability headers belong on the parts of a batch, not on the batch.",
                 "Repeatability-Request-ID"};
  if (const auto match = call.request.headers.get("If-Match"); !match.empty() && match != "null")
    return Error{ErrorCode::bad_request, "If-Match belongs on the parts of a batch, not on the batch.", "If-Match"};
  const auto device = TRY(read_device_headers(call));
  const auto type = call.request.headers.get("Content-Type");
  const bool is_json = to_lower_ascii(type).find("json") != std::string::npos;
  auto parts =
      TRY(is_json ? odata::read_json_batch(call.request.body) : odata::read_multipart_batch(type, call.request.body));
  TRY(move_mark(call, device));
  const bool goes_on = preferences_of(call.request).continue_on_error.value_or(is_json);
  const auto answers = Batch(call, std::move(parts), goes_on).run();
  if (is_json) return json_response(200, odata::write_json_batch_answer(answers));
  auto multipart = odata::write_multipart_batch_answer(answers, new_uuid(call.parts.random, call.now).to_string());
  Response response;
  response.headers.set("Content-Type", std::move(multipart.content_type));
  response.body = std::move(multipart.body);
  return response;
}

}  // namespace

Response run_batch(const Call& call) {
  auto response = batch(call);
  return response ? std::move(*response) : error_response(response.error());
}

Response run_write(const Call& call) {
  const auto device = read_device_headers(call);
  if (!device) return error_response(device.error());
  References none;
  Request request = call.request;
  request.target = below_root(request.target);
  return Unit(call, {{"", &request}}, none).run()[0];
}

}  // namespace satchel::server::service
