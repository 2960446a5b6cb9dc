// SPDX-License-Identifier: Apache-2.0
//
// What the server had at each of its commits: the truth that devices are compared with.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/record.h"
#include "server/records/records.h"

namespace satchel::sim {

class History {
 public:
  explicit History(const model::Schema& schema);

  // Reads what changed since the last look. Call after every request.
  Result<void> look(server::records::Records& records);

  Seq head() const { return head_; }
  // The record as of a commit; null if it wasn't there.
  const model::Record* at(RecordId record, Seq seq) const;
  // Every record of a fed table that was there at `seq` and that `user` could read then.
  std::map<RecordId, const model::Record*> readable(RecordId user, Seq seq) const;
  // Texts that took another's place since the last call: before and after.
  std::vector<std::pair<std::string, std::string>> take_replaced() { return std::exchange(replaced_, {}); }
  bool was_ever_deleted(RecordId record) const { return deleted_.count(record) != 0; }
  // How often a column of a record took a text from something else.
  std::map<std::pair<RecordId, std::string>, int> times_set() const { return times_set_; }

 private:
  struct Entry {
    Seq seq;
    bool is_there = true;
    model::Record record;
  };
  void note(const model::Record& record, Seq seq);
  void count_texts(const model::Record* before, const model::Record& after);
  std::set<RecordId> teams_of(RecordId user, Seq seq) const;
  bool is_readable(const model::Record& record, RecordId user, const std::set<RecordId>& teams) const;

  const model::Schema& schema_;
  std::vector<const model::Table*> tables_;
  Seq head_;
  std::map<RecordId, std::vector<Entry>> entries_;
  std::set<RecordId> deleted_;
  std::vector<std::pair<std::string, std::string>> replaced_;
  std::map<std::pair<RecordId, std::string>, int> times_set_;
};

}  // namespace satchel::sim
