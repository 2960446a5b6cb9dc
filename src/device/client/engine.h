// SPDX-License-Identifier: Apache-2.0
//
// Engine: the device without IO. It takes one event and is then drained; network, timers and chance are values.
//
//   engine.handle(event, now);                       // an answer came, a timer rang, the user asked for a sync
//   while (auto output = engine.poll_output()) {     // until it has nothing more to ask
//     host.perform(*output);                         // send this request, come back with the answer, tell the user
//   }
//
// One sync:
//
//   [refresh token] -> push -> pull page ... cut -> (unsent again? push) -> build indexes -> finished
//                        |         |
//                        |         +-- sums differ: ranges -> name the rows -> pull
//                        +-- 409 history_changed: pull the scopes without rows, repair, offer what was undone, push
//                        +-- 409 store_unknown: a new device id, everything sent counts as unanswered, repair
//
// Cached rows are named once, at most kNamedRowsMax in a pull, the rest in further pulls of the same sync; from then on the server
// watches them, and only those that it says were touched are named again (C6). What the
// admin changed about the user's experience is arranged at the cut and at the end (E5).
//
// Always true:
//   - At most one request is under way, but for a first load: the next page is asked for while one is being stored.
//   - Whatever the engine must not forget is in the store before the request leaves.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/http.h"
#include "base/random.h"
#include "base/text.h"
#include "device/store/store.h"
#include "device/sync/limits.h"
#include "device/sync/settle.h"

namespace satchel::device::client {

using RequestToken = StrongInt<struct RequestTokenTag>;

// ---- events ----------------------------------------------------------------------------------------------------------------
struct SignIn {
  std::string server;  // "https://crm.example.org"
  std::string user;
  std::string password;
};
struct SyncRequested {};
struct AnswerCame {
  RequestToken token;
  Result<Response> response;  // an Error: nothing came (offline, unexpected_answer)
};
// Looks at the server first (C1, C4): which records there are, then those in a pull, so that they are on the device, count as used
// and have the names of what they point to. Ends like a sync, and pushes nothing.
struct ReadRequested {
  TableNumber table;
  std::optional<RecordId> id;       // this one record; else those of
  std::string filter, order;        // OData texts; "" = none
  std::optional<std::int64_t> top;  // at most kReadRowsMax
};
struct GoOn {};  // in answer to WorkLeft, once the other outputs have been performed
using Event = std::variant<SignIn, SyncRequested, ReadRequested, AnswerCame, GoOn>;

// ---- outputs ---------------------------------------------------------------------------------------------------------------
struct Send {
  RequestToken token;
  std::string server;
  Request request;
};
struct WorkLeft {};  // call handle(GoOn) after having performed everything before it
struct Progress {
  enum class Stage { signing_in, sending, receiving, storing, indexing, repairing } stage = Stage::receiving;
  std::int64_t rows = 0;  // so far in this sync
  std::int64_t rows_expected = 0;
  std::int64_t bytes = 0;
};
struct SyncReport {
  std::int64_t pushed = 0, pulled = 0, removed = 0;
  std::int64_t conflicts = 0, errors = 0;  // open now
  std::int64_t bytes_up = 0, bytes_down = 0;
  std::int64_t found = 0;  // ReadRequested: records that the server gave
  Duration time;
  bool complete = false;  // reached the server's head, and nothing is left to send that could be
};
struct Finished {
  Result<SyncReport> report;  // an Error: why it ended early; what was done stays done
};
using Output = std::variant<Send, WorkLeft, Progress, Finished>;

struct EngineOptions {
  std::string client_name = "cli";
  std::size_t load_rows_max = sync::kLoadPageRowsMax;  // of one page
  Duration deletes_held = {};                          // before they are sent
  // What a column that both sides changed follows (K2), in place of the organisation's settings.
  std::optional<sync::ConflictPolicy> policy = {};
};

class Engine {
 public:
  Engine(store::DeviceStore& store, Random& random, EngineOptions options);

  void handle(Event event, Instant now);
  std::optional<Output> poll_output();
  bool busy() const { return phase_ != Phase::idle; }
  // The records that screens show just now (Q6).
  void set_open(std::vector<RecordId> records) { open_ = std::move(records); }

 private:
  enum class Phase { idle, signing_in, refreshing, asking, pushing, pulling, comparing, indexing };

  // What one sync has gathered.
  struct Run {
    SyncReport report;
    Instant started;
    int rounds = 0;
    int repairs = 0;
    bool has_refreshed = false;  // the token, in this run
    bool skip_load = false;      // begin with a repair
    bool offer_undone = false;   // the server's history changed
    bool is_later = false;       // the server asked to try again later
    bool has_pulled = false;     // since the last push
    bool must_pull = false;      // a push was answered: first see what the server has now
    std::size_t page_rows = 0;   // asked for in one page
    Instant page_asked;
    std::int64_t rows_expected = 0;
    std::optional<Instant> let_in;  // the last answer to this user, until the lease is renewed (S2)
    std::vector<odata::NamedRow> to_fetch;
    bool has_named_cached = false;         // of an experience that is being changed
    std::vector<odata::NamedRow> to_name;  // cached rows that pulls of this run have yet to name
    int namings = 0;                       // how often they were gathered anew
    std::optional<ReadRequested> read;     // what it's about, if it's no sync
    bool has_asked = false;                // ... and the server has answered
  };

  void on(const SignIn& event);
  void on(const SyncRequested&);
  void on(const ReadRequested& event);
  void on(AnswerCame&& event);
  void on(const GoOn&);

  Result<void> take_answer(AnswerCame&& event);
  Result<void> take_sign_in(const Response& response);
  Result<void> take_refresh(const Response& response);
  Result<void> take_records(const Response& response);
  Result<void> take_batch(const Response& response);
  Result<void> take_pull(Response&& response);
  Result<void> take_ranges(const Response& response);
  Result<void> take_refusal(const Response& response);

  Result<void> learn_time(const Response& response);
  Result<void> learn_escrow(const Response& response);
  Result<void> next_step();
  Result<void> send_token_request(std::string body, Phase phase);
  Result<void> refresh_token();
  Result<void> learn_connection(bool is_connected);
  Result<void> begin_run();
  Result<void> send_question();
  Result<void> arrange(bool may_send);
  Result<bool> send_push();
  Result<void> send_pull(std::string_view cursor);
  void adapt_page_rows();
  Result<void> send_ranges();
  Result<void> store_page(std::string page);
  Result<void> after_cut(const std::vector<ScopeNumber>& mismatched);
  Result<void> begin_repair(std::string_view lost_commits = {});
  Result<void> become_new_device(std::string_view lost_commits);
  Result<void> build_indexes();
  Result<void> finish_run();

  Result<void> renew_lease();
  void fail(const Error& error);
  void send(Request request, Phase phase);
  Result<Request> sync_request(std::string method, std::string target, std::string body, bool with_next_mark);
  Result<std::string> setting_or(std::string_view name, std::string_view otherwise);
  sync::Settling settling() const;

  store::DeviceStore& store_;
  Random& random_;
  EngineOptions options_;

  Phase phase_ = Phase::idle;
  Instant now_;
  Run run_;
  std::vector<RecordId> open_;
  SignIn signing_in_;
  Duration server_offset_;  // the server's clock minus this device's
  RequestToken last_token_;
  std::optional<RequestToken> awaited_;
  std::optional<std::string> page_to_store_;  // of a load, while the next one is on its way
  struct RepairState;
  std::shared_ptr<RepairState> repair_;
  std::deque<Output> outputs_;
};

}  // namespace satchel::device::client
