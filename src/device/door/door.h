// SPDX-License-Identifier: Apache-2.0
//
// Door: what screens ask of the device, as messages. It joins Client (reads and saves), Engine (syncs) and Pace (when to sync by
// itself), and like the engine does no IO: it takes one event and is then drained.
//
//   screen ── {"id":7,"watch":true,"question":{"ask":"list",…}} ──▶ Door::hear ──▶ Client ──▶ store
//          ◀── {"id":7,"answer":{…}}            ◀── Tell                  │
//                                                                        ├─▶ Engine ──▶ Send ──▶ fetch
//                                                                        └─▶ Pace   ──▶ WakeAt ──▶ timer
//
//   door.hear(tab, message, now);  door.answer(token, response, now);  door.wake(now);
//   while (auto output = door.poll_output()) host.perform(*output);
//
// The messages are drawn in apps/web/src/door/door.ts.
//
// Always true:
//   - A watched question is answered at once, and again after each event that changed its answer: asked anew only if a table that
//     it reads was touched (DeviceStore::take_touched), told only if the text differs.
//   - What an action has answered is on the disk. An action's key makes repeating it harmless.
//   - Bad messages are answered with a refusal and change nothing.
//   - A tab that goes takes its watches with it (`leave`).
//   - Between two events there is one piece of work: a watched question asked anew, a stretch of a list's order, a page of a sync.
//
// It doesn't know browsers, keys and PINs (apps/wasm), HTML, and how anything is kept.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/random.h"
#include "device/client/client.h"
#include "device/door/actions.h"
#include "device/door/lists.h"
#include "device/door/messages.h"
#include "device/door/questions.h"
#include "device/door/syncing.h"
#include "device/door/watches.h"
#include "device/store/store.h"

namespace satchel::device::door {

// ---- outputs ---------------------------------------------------------------------------------------------------------------
struct Tell {
  TabNumber tab;
  std::string message;
};
// Answered with Door::answer, whenever it comes.
using Send = client::Send;
struct WakeAt {
  std::optional<Instant> at;  // nullopt: no timer
};
struct WorkLeft {};  // call wake() after having performed everything before it
// The store is empty: take it and its key away. Of a remote wipe (S6): why, and what tells the server that it was done.
struct SignedOut {
  std::string wiped = {};
  std::optional<Send> report = {};
};
using Output = std::variant<Tell, Send, WakeAt, WorkLeft, SignedOut>;

class Door {
 public:
  // `store` and `random` outlive it.
  Door(store::DeviceStore& store, Random& random, client::EngineOptions options, client::HostFacts host = {});

  // The store was opened: begins to sync by itself, if somebody is signed in. Errors: the store's.
  // Opened again after a lock, the app has been running all the time (S1).
  enum class Opening { app_starts, unlocked };
  Result<void> open(Instant now, Opening opening = Opening::app_starts);

  void hear(TabNumber tab, std::string_view message, Instant now);
  void leave(TabNumber tab);
  void answer(client::RequestToken token, Result<Response> response, Instant now);
  void wake(Instant now);
  // Somebody else wrote to the store (whoever chose the PIN): watched questions are asked anew.
  void look_again(Instant now);
  // Watched answers are worked out here, behind what was asked for: a save is told before the lists that it changed.
  std::optional<Output> poll_output();

  void set_platform(permits::Platform platform);

  client::Client& client() { return client_; }
  bool busy() const { return syncing_.busy(); }

 private:
  void begin_turn(Instant now);
  void work();
  void hear_question(TabNumber tab, const Asked& asked);
  void look_at_server(const Json& question);
  Result<void> note(std::string_view what);
  void hear_action(TabNumber tab, const Asked& asked);
  void note_use();
  void perform(TabNumber tab, const Asked& asked);
  Result<std::optional<Json>> act(TabNumber tab, const Asked& asked);
  Result<void> sign_out(const Json& action);
  SignedOut wipe(const Error& why);
  void read_lease();
  void take_ended();
  void take_touched();
  Watches::Moment moment() const { return {now_, syncing_.busy(), lists_}; }
  std::optional<Output> next_told();
  std::optional<Output> next_wake();
  void tell(TabNumber tab, std::string message) { outputs_.push_back(Tell{tab, std::move(message)}); }

  // What was looked at, to be noted when there is nothing more urgent.
  struct Use {
    TabNumber tab;
    Asked asked;
  };

  // An action that is answered when the sync is over.
  struct Waiting {
    TabNumber tab;
    MessageId id;
    enum class For { sign_in, sync, reconnect, finish } what = For::sync;
    // Of a finish: the first sync that may have done it, and what is to be finished.
    std::int64_t sync = 0;
    Actions::Finish finish = {};
  };
  void answer_waiting(const Waiting& waiting, const Syncing::Ended& ended);

  // "Search the server" (Q7): answered when the last of its questions is over.
  struct Searching {
    TabNumber tab;
    MessageId id;
    std::set<std::int64_t> open;
    std::int64_t found = 0;
    std::optional<Error> error = {};
  };
  Result<void> search_server(TabNumber tab, const Asked& asked);
  void take_searches();

  store::DeviceStore& store_;
  client::Client client_;
  Lists lists_;
  Syncing syncing_;
  permits::Platform platform_;
  Questions questions_;
  Actions actions_;
  Watches watches_;
  std::vector<Waiting> waiting_;
  std::vector<Searching> searching_;
  std::deque<Use> uses_;
  std::deque<Output> outputs_;
  Instant now_;
  std::optional<Instant> wake_at_;
  bool is_work_told_ = false;
  bool is_watch_asked_ = false;  // in this turn
  bool was_connected_ = true;
  std::optional<Instant> lease_read_at_;
};

}  // namespace satchel::device::door
