// SPDX-License-Identifier: Apache-2.0
//
// Repair: finds what differs between a scope here and at the server by comparing sums of id ranges, going down only where
// they differ (Y9). What it finds is asked for by name in the next pull; so bytes moved are near the difference, and the
// outbox isn't touched.
//
//   question(scope, from, until) -> buckets -> questions about those that differ -> rows -> ids to name
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "device/store/store.h"
#include "device/sync/settle.h"

namespace satchel::device::sync {

class Repair {
 public:
  explicit Repair(const std::vector<ScopeNumber>& scopes);

  struct Question {
    ScopeNumber scope;
    std::optional<RecordId> from;
    std::optional<RecordId> until;
  };
  // The next question, or nothing when every difference is known.
  std::optional<Question> question() const;
  static std::string body_of(const Question& question);
  // Errors: unexpected_answer.
  Result<void> take_answer(store::DeviceStore& store, const Json& answer);

  // Rows to name in a pull, at most `rows_max`; they are taken out.
  std::vector<odata::NamedRow> take_differences(std::size_t rows_max);
  bool done() const { return questions_.empty() && differences_.empty(); }

 private:
  Result<void> compare_buckets(store::DeviceStore& store, const Question& question, const Json::Array& buckets);
  Result<void> compare_rows(store::DeviceStore& store, const Question& question, const Json::Array& rows);
  Result<TableNumber> table_of(store::DeviceStore& store, ScopeNumber scope) const;

  std::deque<Question> questions_;
  std::set<std::pair<RecordId, TableNumber>> differences_;
};

// The setting in which a repair keeps which commits the server says that it has lost: "34-1790000000000,80-1790000000123".
inline constexpr std::string_view kLostCommits = "lost_commits";

// At the end of a repair. After a server was restored: changes that it had acknowledged and no longer has are offered again as
// conflicts (Y8). Inside the caller's transaction. Returns how many were offered.
Result<std::size_t> offer_undone(store::DeviceStore& store, const Settling& settling);

}  // namespace satchel::device::sync
