// SPDX-License-Identifier: Apache-2.0
//
// Batches as multipart/mixed (OData Protocol 4.01, section 11.7.7; RFC 2046, section 5.1).
//
//   --batch_1                                        Content-Type: multipart/mixed; boundary=batch_1
//   Content-Type: multipart/mixed; boundary=set_1
//                                                    a change set: a group, without reads
//   --set_1
//   Content-Type: application/http
//   Content-ID: 1
//
//   POST /api/data/v9.2/contacts HTTP/1.1
//   Content-Type: application/json
//
//   {"firstname":"Ada"}
//   --set_1--
//   --batch_1
//   Content-Type: application/http
//
//   GET contacts?$top=1 HTTP/1.1
//
//   --batch_1--
#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "base/ids.h"
#include "base/text.h"
#include "odata/batch.h"
#include "odata/internal/batch_headers.h"

namespace satchel::odata {

namespace {

constexpr std::size_t kBoundaryMax = 70;  // RFC 2046, section 5.1.1

Error bad_batch(std::string problem) { return {ErrorCode::bad_request, std::move(problem)}; }

// --- Multipart ---

// Takes the first line off `text`, without its end. A bare LF ends a line too, for people write batches by hand.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

enum class Line { content, delimiter, close };

Line kind_of_line(std::string_view line, std::string_view boundary) {
  if (!line.starts_with("--") || line.substr(2, boundary.size()) != boundary) return Line::content;
  const auto rest = line.substr(2 + boundary.size());
  if (trim(rest).empty()) return Line::delimiter;
  return rest.starts_with("--") && trim(rest.substr(2)).empty() ? Line::close : Line::content;
}

// The line end before a delimiter belongs to the delimiter.
std::string_view without_last_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// What stands between the delimiters. nullopt when the closing one is missing: the body was cut off.
std::optional<std::vector<std::string_view>> split_multipart(std::string_view body, std::string_view boundary) {
  std::vector<std::string_view> parts;
  std::optional<const char*> part_start;
  while (!body.empty()) {
    const char* const line_start = body.data();
    const Line kind = kind_of_line(take_line(body), boundary);
    if (kind == Line::content) continue;
    if (part_start) {
      const auto size = static_cast<std::size_t>(line_start - *part_start);
      parts.push_back(without_last_line_end({*part_start, size}));
    }
    if (kind == Line::close) return parts;
    part_start = body.data();
  }
  return std::nullopt;
}

Result<std::string> boundary_of(std::string_view content_type) {
  if (!to_lower_ascii(trim(content_type)).starts_with("multipart/mixed")) {
    return bad_batch("A batch must be multipart/mixed or application/json.");
  }
  std::string boundary = internal::parameter_of(content_type, "boundary");
  if (boundary.empty() || boundary.size() > kBoundaryMax) {
    return bad_batch("The content type of a multipart batch must name a boundary of at most 70 characters.");
  }
  return boundary;
}

// Takes header lines and the empty line behind them off `text`.
std::optional<Headers> take_headers(std::string_view& text) {
  Headers headers;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (trim(line).empty()) return headers;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto name = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1));
    if (!internal::is_header_name(name) || !internal::is_header_value(value)) return std::nullopt;
    headers.add(name, std::string(value));
  }
  return headers;
}

// --- Reading ---

class MultipartReader {
 public:
  Result<std::vector<BatchPart>> read(std::string_view content_type, std::string_view body) {
    const std::string boundary = TRY(boundary_of(content_type));
    const auto parts = split_multipart(body, boundary);
    if (!parts) return bad_batch("The batch has no end: the line \"--" + boundary + "--\" is missing.");
    for (const auto part : *parts) TRY(read_outer(part));
    return std::move(parts_);
  }

 private:
  Error bad_part(std::string_view problem) const {
    return bad_batch("Part " + std::to_string(parts_.size() + 1) + " of the batch " + std::string(problem) + ".");
  }

  Result<void> read_outer(std::string_view text) {
    const auto headers = take_headers(text);
    if (!headers) return bad_part("has a header line that isn't one");
    const auto type = to_lower_ascii(headers->get("Content-Type"));
    if (type.starts_with("application/http")) return read_request(*headers, text, "", ids_);
    if (type.starts_with("multipart/mixed")) return read_change_set(headers->get("Content-Type"), text);
    return bad_part("must be application/http or a change set");
  }

  Result<void> read_change_set(std::string_view content_type, std::string_view text) {
    const std::string boundary = TRY(boundary_of(content_type));
    const auto parts = split_multipart(text, boundary);
    if (!parts) return bad_part("is a change set without end: the line \"--" + boundary + "--\" is missing");
    const std::string group = "changeset_" + std::to_string(++change_sets_);
    std::set<std::string> ids;
    for (auto part : *parts) {
      const auto headers = take_headers(part);
      if (!headers) return bad_part("has a header line that isn't one");
      const auto type = to_lower_ascii(headers->get("Content-Type"));
      if (type.starts_with("multipart/")) return bad_part("is a change set inside a change set");
      if (!type.starts_with("application/http")) return bad_part("must be application/http");
      TRY(read_request(*headers, part, group, ids));
    }
    return {};
  }

  // `ids`: the Content-IDs so far of the change set, or of the parts outside of all sets. Clients begin each set with 1.
  Result<void> read_request(const Headers& part_headers, std::string_view text, const std::string& group,
                            std::set<std::string>& ids) {
    if (parts_.size() == kBatchPartsMax) {
      return Error{ErrorCode::too_large, "A batch may have " + std::to_string(kBatchPartsMax) + " parts at most."};
    }
    BatchPart part;
    part.group = group;
    TRY(read_request_line(take_line(text), part.request));
    if (!group.empty() && (part.request.method == "GET" || part.request.method == "HEAD")) {
      return bad_part("is a read, which a change set can't have");
    }
    const auto headers = take_headers(text);
    if (!headers) return bad_part("has a header line that isn't one");
    part.request.headers = *headers;
    part.request.body = body_of(part.request, text);
    part.id = part_headers.get("Content-ID");
    if (part.id.empty()) part.id = headers->get("Content-ID");
    part.request.headers.remove("Content-ID");
    if (!part.id.empty() && !ids.insert(part.id).second) return bad_part("has the Content-ID of another part");
    parts_.push_back(std::move(part));
    return {};
  }

  // "GET contacts?$filter=... HTTP/1.1". Some clients leave spaces in the URL, so it ends at the last one.
  Result<void> read_request_line(std::string_view line, Request& request) const {
    const auto first = line.find(' ');
    const auto last = line.rfind(" HTTP/");
    if (first == std::string_view::npos || last == std::string_view::npos || last <= first) {
      return bad_part("must begin with a line such as \"GET contacts HTTP/1.1\"");
    }
    request.method = line.substr(0, first);
    request.target = trim(line.substr(first + 1, last - first - 1));
    if (!internal::is_method(request.method) || request.target.empty() || !internal::is_header_value(request.target)) {
      return bad_part("must begin with a line such as \"GET contacts HTTP/1.1\"");
    }
    return {};
  }

  // Line ends behind a body that tells its size aren't part of it; nor are they a body by themselves.
  static std::string body_of(const Request& request, std::string_view text) {
    const auto length = request.headers.get("Content-Length");
    std::size_t size = 0;
    const auto read = std::from_chars(length.data(), length.data() + length.size(), size);
    if (!length.empty() && read.ec == std::errc() && size <= text.size()) text = text.substr(0, size);
    return trim(text).empty() ? std::string() : std::string(text);
  }

  std::vector<BatchPart> parts_;
  std::set<std::string> ids_;  // of the parts outside of change sets
  int change_sets_ = 0;
};

}  // namespace

Result<std::vector<BatchPart>> read_multipart_batch(std::string_view content_type, std::string_view body) {
  return MultipartReader().read(content_type, body);
}

// --- Writing ---

namespace {

void write_response(std::string& out, const BatchAnswer& answer) {
  out += "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n";
  if (!answer.id.empty()) out += "Content-ID: " + answer.id + "\r\n";
  out += "\r\nHTTP/1.1 " + std::to_string(answer.response.status) + " ";
  out += reason_phrase(answer.response.status);
  out += "\r\n";
  for (const auto& [name, value] : answer.response.headers) out += name + ": " + value + "\r\n";
  out += "\r\n" + answer.response.body + "\r\n";
}

using Answers = std::vector<BatchAnswer>::const_iterator;

bool has_failed(const BatchAnswer& answer) { return answer.response.status >= 400; }

// The one that failed by itself; the others failed with it (424).
Answers cause_of_failure(Answers begin, Answers end) {
  const auto cause = std::find_if(
      begin, end, [](const BatchAnswer& answer) { return has_failed(answer) && answer.response.status != 424; });
  return cause != end ? cause : std::find_if(begin, end, has_failed);
}

void write_change_set(std::string& out, Answers begin, Answers end, std::string_view id) {
  const std::string boundary = "changesetresponse_" + std::string(id);
  out += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n";
  for (; begin != end; ++begin) {
    out += "--" + boundary + "\r\n";
    write_response(out, *begin);
  }
  out += "--" + boundary + "--\r\n";
}

}  // namespace

MultipartAnswer write_multipart_batch_answer(const std::vector<BatchAnswer>& answers, std::string_view boundary_id) {
  const std::string boundary = "batchresponse_" + std::string(boundary_id);
  MultipartAnswer out{.content_type = "multipart/mixed; boundary=" + boundary, .body = {}};
  for (auto at = answers.begin(); at != answers.end();) {
    const auto end = at->group.empty() ? at + 1 : std::find_if(at, answers.end(), [&](const BatchAnswer& answer) {
      return answer.group != at->group;
    });
    out.body += "--" + boundary + "\r\n";
    // A change set that failed is one plain part (OData Protocol 4.01, section 11.7.7.5).
    if (at->group.empty()) {
      write_response(out.body, *at);
    } else if (std::any_of(at, end, has_failed)) {
      write_response(out.body, *cause_of_failure(at, end));
    } else {
      const auto id = derived_uuid(std::string(boundary_id) + "/" + at->group);
      write_change_set(out.body, at, end, id.to_string());
    }
    at = end;
  }
  out.body += "--" + boundary + "--\r\n";
  return out;
}

}  // namespace satchel::odata
