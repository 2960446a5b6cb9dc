// SPDX-License-Identifier: Apache-2.0
//
// Syncing: joins the engine (how to sync) and the pace (when), and keeps what screens want to know of it: connection, trouble and
// progress. Does no IO: requests are taken out, answers are put in.
//
//   Pace says it's due ──▶ Engine ──▶ Send ──▶ the host
//                            ▲                  │
//                            └──── answer ◀─────┘         a page of a portal, or nothing for 90 s, counts as no answer
//
// Reads (what a screen shows of a cached table is looked up at the server, C4) take turns with syncs: the one asked for last goes first,
// for the user looks at it, and a sync that somebody waits for goes before all of them.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "device/client/client.h"
#include "device/client/engine.h"
#include "device/client/pace.h"
#include "device/sync/push.h"

namespace satchel::device::door {

// How it stands with the server, as the last requests told.
struct Link {
  enum class Connection { unknown, connected, offline } connection = Connection::unknown;
  bool is_syncing = false;
  std::string trouble;  // why the last try failed, as a sentence

  std::string_view connection_word(bool offline_by_choice) const;
};

// Of the sync that is under way.
struct Progress {
  std::int64_t rows_left = 0;
  std::int64_t bytes = 0;
  std::optional<std::int64_t> seconds_left;
};

class Syncing {
 public:
  Syncing(client::Client& client, Random& random, client::EngineOptions options);

  // The store was opened: syncs by itself if somebody is signed in and didn't choose to be offline.
  Result<void> open(Instant now);
  void sign_in(client::SignIn event, Instant now);
  // Begins a sync, unless one is under way.
  void sync_now(Instant now);
  // The same for what was just saved: gives the number of the first sync that sends it. One that is under way may have sent already.
  std::int64_t sync_saved(Instant now);
  // Asks the server, unless the same is being asked already.
  void read(client::ReadRequested event, Instant now);
  // The same for somebody who waits for its end: gives its number.
  std::int64_t search(client::ReadRequested event, Instant now);
  bool is_reading(TableNumber table) const;
  // Errors: the store's. `on` stops what would happen by itself, but lets what is under way end.
  Result<void> set_offline(bool on, Instant now);
  void saved(Instant now);
  void nudged(Instant now) { pace_.nudged(now); }
  void stop() { pace_.stop(); }
  void set_open(std::vector<RecordId> records) { engine_.set_open(std::move(records)); }

  void answer(client::RequestToken token, Result<Response> response, Instant now);
  void wake(Instant now);

  // ---- what comes of it ------------------------------------------------------------------------------------------------------
  std::optional<client::Send> take_send();
  struct Ended {
    bool is_sign_in = false;
    std::int64_t sync = 0;  // its number
    Result<client::SyncReport> report;
  };
  std::optional<Ended> take_ended();
  struct SearchEnded {
    std::int64_t search = 0;  // its number
    Result<client::SyncReport> report;
  };
  std::optional<SearchEnded> take_search_ended();
  bool has_work() const { return has_work_; }
  // Link or progress changed since the last call.
  bool take_changed() { return std::exchange(has_changed_, false); }
  std::optional<Instant> next_wake() const;
  std::optional<Instant> next_try() const { return pace_.next(); }

  bool busy() const { return engine_.busy(); }
  const Link& link() const { return link_; }
  const Progress& progress() const { return progress_; }

 private:
  struct Read {
    client::ReadRequested event;
    std::int64_t search = 0;  // 0: nobody waits for its end
  };
  void queue(Read read, Instant now);
  void drop_reads(const Error& why);
  void end_search(const Read& read, const Result<client::SyncReport>& report);
  void begin(client::Event event, Instant now);
  void begin_sync(Instant now);
  void begin_next(Instant now);
  void end_read(const Result<client::SyncReport>& report, Instant now);
  void drain(Instant now);
  void take(const client::Progress& progress, Instant now);
  void end(Result<client::SyncReport> report, Instant now);
  void plan_held_deletes(Instant now);
  bool has_unsent();

  client::Client& client_;
  Duration deletes_held_;
  client::Engine engine_;
  client::Pace pace_;
  Link link_;
  Progress progress_;
  bool is_sign_in_ = false;
  std::int64_t syncs_begun_ = 0;
  bool is_sync_wanted_ = false;  // behind what is under way
  std::optional<Read> read_;     // under way
  std::deque<Read> reads_;       // the one asked for last in front
  std::int64_t searches_begun_ = 0;
  std::deque<SearchEnded> searches_ended_;
  bool has_work_ = false;
  bool has_changed_ = false;
  std::optional<client::SignIn> sign_in_next_;  // behind the sync that is under way
  std::deque<client::Send> sends_;
  std::deque<Ended> ended_;
  std::map<client::RequestToken, Instant> sent_;
  std::optional<Instant> load_began_;
  std::int64_t load_rows_at_begin_ = 0;
};

// What the host got, as the engine takes it. A page made for people is a portal's or a proxy's, whatever status it has.
// `is_sign_in`: the sentence speaks of the address rather than of changes.
Result<Response> judged(Result<Response> response, bool is_sign_in);

}  // namespace satchel::device::door
