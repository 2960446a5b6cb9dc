// SPDX-License-Identifier: Apache-2.0
//
// $batch bodies: JSON (OData JSON Format 4.01, section 18) and multipart/mixed (OData Protocol 4.01, section 11.7.7).
//
//   {"requests":[{"id":"1","method":"POST","url":"contacts","atomicityGroup":"g1","headers":{...},"body":{...}},
//                {"id":"2","method":"PATCH","url":"contacts(0190...)","dependsOn":["1"],"headers":{"if-match":"W/\"7\""},"body":{...}}]}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "base/json.h"
#include "base/result.h"

namespace satchel::odata {

inline constexpr std::size_t kBatchPartsMax = 1000;  // as Dataverse

struct BatchPart {
  std::string id;
  std::string group;                    // atomicityGroup or change set; empty = by itself
  std::vector<std::string> depends_on;  // ids of parts or groups
  Request request;  // target relative to the service root, absolute path, or absolute URL: as written
};

struct BatchAnswer {
  std::string id;
  std::string group;
  Response response;
};

// Errors: bad_json or bad_request with the part's number; too_large past kBatchPartsMax; ids doubled; groups not adjacent;
// unknown or later dependsOn.
Result<std::vector<BatchPart>> read_json_batch(std::string_view body);
// A body goes as it is where the part's content type is JSON or isn't told; it must be JSON then. Header names become lower case.
std::string write_json_batch(const std::vector<BatchPart>& parts);
std::string write_json_batch_answer(const std::vector<BatchAnswer>& answers);
// Errors: unexpected_answer.
Result<std::vector<BatchAnswer>> read_json_batch_answer(std::string_view body);

// multipart/mixed; change sets become groups. `content_type` names the boundary. A part's id is its Content-ID, or empty;
// it's unique in its change set (or outside of all), for clients number each set from 1. Errors: bad_request, too_large.
Result<std::vector<BatchPart>> read_multipart_batch(std::string_view content_type, std::string_view body);
// Answers of one group stand together; a group in which one failed becomes the failed one's answer alone, as a plain part.
// `boundary_id` is a GUID text; gives body and content type.
struct MultipartAnswer {
  std::string content_type;
  std::string body;
};
MultipartAnswer write_multipart_batch_answer(const std::vector<BatchAnswer>& answers, std::string_view boundary_id);

}  // namespace satchel::odata
