// SPDX-License-Identifier: Apache-2.0
//
// What the server had at each of its commits: the truth that devices are compared with. It reads the server's tables, never
// the feed, and after each request only what that one wrote.
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
  Result<void> look(sql::Database& file, server::records::Records& records);
  // Everything that the server has now is what this history says; for the end of a run. Errors: internal, telling what differs.
  Result<void> check_all(server::records::Records& records) const;

  Seq head() const { return head_; }
  // Is this cut one of the commits seen here? Not after a restore that undid it.
  bool holds(const Cut& cut) const;
  // The newest commit seen before this one; 0 if there is none. Between two epochs lie more numbers than anybody can count through.
  Seq commit_before(Seq seq) const;
  // The record as of a commit; null if it wasn't there.
  const model::Record* at(RecordId record, Seq seq) const;
  // The record as this very commit wrote it.
  const model::Record* written_by(RecordId record, Seq version) const;
  // Was it written or deleted by this commit or a later one? (Of the commits of one batch only the last is seen.)
  bool has_commit_from(RecordId record, Seq seq) const;
  bool was_ever_there(RecordId record) const { return entries_.count(record) != 0; }
  // Records of one table that are there now, by id.
  std::vector<RecordId> ids_of(TableNumber table) const;
  // Every record of a fed table that was there at `seq` and that `user` could read then.
  std::map<RecordId, const model::Record*> readable(RecordId user, Seq seq) const;
  // Of these, those that his devices held by scope then: of the tables of his offline profile, and of those that are on every device.
  std::map<RecordId, const model::Record*> synced(RecordId user, Seq seq) const;
  // Was it there, and could he read it?
  bool may_read(RecordId user, RecordId record, Seq seq) const;
  // Texts that are in two records now. A record that was restored under a new id is no second one: the first is deleted.
  const std::vector<std::string>& doubled() const { return doubled_; }
  // Texts that took another's place since the last call: before and after.
  std::vector<std::pair<std::string, std::string>> take_replaced() { return std::exchange(replaced_, {}); }
  // How often a column of a record took a text from something else.
  const std::map<std::pair<RecordId, std::string>, int>& times_set() const { return times_set_; }
  // When a text first came; nothing if it never did.
  std::optional<Seq> seq_of(const std::string& text) const;

 private:
  struct Entry {
    Seq seq;
    bool is_there = true;
    model::Record record;
  };
  Result<void> look_at(sql::Database& file, server::records::Records& records, const model::Table& table);
  Result<void> look_for_deleted(sql::Database& file, const model::Table& table, Seq head);
  Result<void> look_for_short_lives(sql::Database& file);
  Result<void> look_at_marks(sql::Database& file);
  void note(const model::Record& record);
  void look_for_doubled(RecordId record, const std::string& text);
  bool is_synced(const model::Table& table, RecordId user, Seq seq) const;
  void count_texts(const model::Record* before, const model::Record& after);
  std::set<RecordId> teams_of(RecordId user, Seq seq) const;
  bool is_readable(const model::Record& record, RecordId user, const std::set<RecordId>& teams) const;

  const model::Schema& schema_;
  std::vector<const model::Table*> tables_;
  Seq head_;
  std::map<std::int64_t, std::uint64_t> marks_;  // of each seq
  std::map<RecordId, std::vector<Entry>> entries_;
  std::map<TableNumber, std::set<RecordId>> there_;  // now, by table
  std::set<RecordId> memberships_;                   // ever
  std::vector<std::pair<std::string, std::string>> replaced_;
  std::map<std::pair<RecordId, std::string>, int> times_set_;
  std::map<std::string, Seq> first_set_;
  std::map<std::string, RecordId> record_of_;  // of a text: the last one that took it
  std::vector<std::string> doubled_;
};

}  // namespace satchel::sim
