// SPDX-License-Identifier: Apache-2.0
//
// Questions: what screens ask, answered from the store. Which tables an answer depends on is told beside it, so that a watched
// question is asked anew only when it may have another answer.
//
//   schema  session  status  home  list  record  new  timeline  candidates  search  chart  drafts  conflicts  errors  outbox
//
// While the session bars the records (S1, S2, P3), only schema, session and status are answered.
#pragma once

#include <set>
#include <string>

#include "device/client/client.h"
#include "device/door/lists.h"
#include "device/door/syncing.h"

namespace satchel::device::door {

// What an answer depends on.
struct Needs {
  std::set<TableNumber> tables;
  bool all_tables = false;
  bool outbox = false;  // and conflicts, which show as a record's state
  bool drafts = false;
  bool pins = false;
  bool loading = false;  // which tables are whole
  bool syncing = false;  // progress
  bool link = false;     // connection, and what is being looked up at the server; so also what may be done now
  bool session = false;  // who is signed in
  bool recent = false;   // what was opened lately
  bool as_of = false;    // the time of the last sync
};
bool is_touched(const Needs& needs, const store::Touched& touched);

class Questions {
 public:
  Questions(client::Client& client, Lists& lists, const Syncing& syncing, permits::Platform platform)
      : client_(client), lists_(lists), syncing_(syncing), platform_(platform) {}

  void set_platform(permits::Platform platform) { platform_ = platform; }
  // Errors: bad_request for a question that isn't one, and what the question itself can't be answered for.
  Result<Json> answer(const Json& question, Lists::For whom, Instant now);
  Needs needs_of(const Json& question) const;

 private:
  Result<void> may_read(std::string_view ask, Instant now);
  Result<Json> session(Instant now);
  Result<Json> status(const Json& question, Instant now);
  Result<Json> home(const Json& question, Instant now);
  Result<Json> list(const Json& question, Lists::For whom, Instant now);
  Result<Json> record(const Json& question, Instant now);
  Result<Json> chart(const Json& question, Instant now);
  Result<Json> timeline(const Json& question);
  Result<Json> candidates(const Json& question, Instant now);
  Result<Json> search(const Json& question);
  Result<Json> conflicts();
  Result<Json> errors();
  Result<Json> outbox();
  Result<Json> as_of();

  client::Client& client_;
  Lists& lists_;
  const Syncing& syncing_;
  permits::Platform platform_;
};

}  // namespace satchel::device::door
