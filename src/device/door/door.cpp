// SPDX-License-Identifier: Apache-2.0
#include "device/door/door.h"

#include <utility>

#include "base/hash.h"
#include "base/text.h"
#include "device/client/escrow.h"
#include "device/client/lease.h"
#include "device/client/limits.h"
#include "device/client/session_marks.h"
#include "device/door/limits.h"
#include "device/door/messages.h"
#include "device/door/reading.h"
#include "device/door/settings.h"
#include "device/door/waiting.h"

namespace satchel::device::door {
namespace {

Json done() {
  auto json = Json::object();
  json.set("ok", true);
  return json;
}

Error offline_by_choice() {
  return {ErrorCode::offline, "You chose to work offline. Reconnect first; what you change waits here.", {}, "R1"};
}

std::string server_in(const Json& action) {
  auto server = trim(action.string_at("server"));
  while (!server.empty() && server.back() == '/') server.remove_suffix(1);
  return std::string(server);
}

Result<void> check_sign_in(const Json& action) {
  const auto server = server_in(action);
  if (server.rfind("http://", 0) != 0 && server.rfind("https://", 0) != 0)
    return Error{ErrorCode::bad_value, "A server's address begins with https:// or http://.", "server"};
  if (trim(action.string_at("user")).empty()) return Error{ErrorCode::bad_value, "Enter your user name.", "user"};
  if (action.string_at("password").empty()) return Error{ErrorCode::bad_value, "Enter your password.", "password"};
  return {};
}

std::string counted(std::int64_t number, std::string_view one, std::string_view many);

// What came of it, and what still waits for the user.
std::string connected_sentence(client::Client& client) {
  const auto status = client.status();
  std::string waits;
  const auto add = [&](std::int64_t number, std::string_view one, std::string_view many) {
    if (number > 0) waits += (waits.empty() ? "" : ", ") + counted(number, one, many);
  };
  if (const auto records = records_in_conflict(client)) add(*records, "conflict", "conflicts");
  if (status) {
    add(status->errors, "refused change", "refused changes");
    add(status->drafts, "draft", "drafts");
  }
  if (waits.empty()) return "You are connected, and everything is up to date.";
  return "You are connected. Waiting for you: " + waits + ".";
}

std::string counted(std::int64_t number, std::string_view one, std::string_view many) {
  return std::to_string(number) + " " + std::string(number == 1 ? one : many);
}

}  // namespace

Door::Door(store::DeviceStore& store, Random& random, client::EngineOptions options, client::HostFacts host)
    : store_(store),
      client_(store, random, host),
      lists_(client_),
      syncing_(client_, random, std::move(options)),
      platform_(host.platform),
      questions_(client_, lists_, syncing_, host.platform),
      actions_(client_, random) {}

Result<void> Door::open(Instant now, Opening opening) {
  now_ = now;
  if (opening == Opening::app_starts) TRY(client_.together([&] { return client::note_start(store_); }));
  read_lease();
  return syncing_.open(now);
}

// What has passed of the lease is written now and then, so that a clock set back meanwhile gives nothing of it back (S2). A store that
// can't be written goes on, and is read again.
void Door::read_lease() {
  if (lease_read_at_ && now_ >= *lease_read_at_ && now_ - *lease_read_at_ < client::kLeaseReadingEvery) return;
  lease_read_at_ = now_;
  const auto lease = client::lease_at(store_, {now_, {}, {}});
  if (!lease || !*lease) return;
  const auto is_worth_it = client::worth_keeping(store_, **lease);
  if (is_worth_it && *is_worth_it) (void)client_.together([&] { return client::keep_lease(store_, **lease); });
}

// ---- events ----------------------------------------------------------------------------------------------------------------

void Door::begin_turn(Instant now) {
  now_ = now;
  is_watch_asked_ = false;
}

void Door::hear(TabNumber tab, std::string_view message, Instant now) {
  begin_turn(now);
  read_lease();
  const auto heard = read_message(message);
  if (!heard.asked) {
    if (heard.id != MessageId()) tell(tab, refusal_text(heard.id, heard.asked.error()));
    return;
  }
  switch (heard.asked->kind) {
    case Asked::Kind::question: hear_question(tab, *heard.asked); break;
    case Asked::Kind::action: hear_action(tab, *heard.asked); break;
    case Asked::Kind::let_go: watches_.let_go(tab, heard.id); break;
  }
  syncing_.set_open(watches_.open_records());
  take_touched();
}

void Door::leave(TabNumber tab) {
  watches_.leave(tab);
  syncing_.set_open(watches_.open_records());
  std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.tab == tab; });
  std::erase_if(searching_, [&](const Searching& searching) { return searching.tab == tab; });
}

void Door::answer(client::RequestToken token, Result<Response> response, Instant now) {
  begin_turn(now);
  syncing_.answer(token, std::move(response), now);
  take_ended();
  take_touched();
}

void Door::wake(Instant now) {
  begin_turn(now);
  is_work_told_ = false;
  wake_at_.reset();
  read_lease();
  work();
  take_ended();
  take_touched();
}

// One piece each time, so that what was heard meanwhile has its turn.
void Door::work() {
  // What somebody looks at comes first: poll_output tells it.
  if (watches_.any_due(moment())) return;
  if (!uses_.empty()) return note_use();
  const auto lists_at = lists_.work_at();
  if (!lists_at || *lists_at > now_) return syncing_.wake(now_);
  if (const auto table = lists_.work(now_); table && *table) watches_.touch_lists(client_.schema().at(**table).set);
}

void Door::set_platform(permits::Platform platform) {
  platform_ = platform;
  client_.set_host(client::HostFacts{platform, false});
  questions_.set_platform(platform);
}

void Door::look_again(Instant now) {
  begin_turn(now);
  take_touched();
}

// ---- questions -------------------------------------------------------------------------------------------------------------

// What is here is told at once; what comes is told to those who watch.
void Door::look_at_server(const Json& question) {
  auto reads = reads_for(client_, question, now_);
  if (!reads) return;
  for (auto& read : *reads) syncing_.read(std::move(read), now_);
}

void Door::hear_question(TabNumber tab, const Asked& asked) {
  look_at_server(asked.body);
  const auto answer = questions_.answer(asked.body, asked.watch ? Lists::For::watching : Lists::For::asking, now_);
  auto text = answer ? answer_text(asked.id, *answer) : refusal_text(asked.id, answer.error());
  if (asked.watch && answer) {
    auto watch = watches_.add(tab, asked.id, asked.body, questions_.needs_of(asked.body));
    if (watch) {
      (*watch)->told = hash128(text);
      (*watch)->asked_at = now_;
    } else {
      text = refusal_text(asked.id, watch.error());
    }
  }
  tell(tab, std::move(text));
}

// One in a turn: a list takes some milliseconds, and what is heard meanwhile mustn't wait for all of them.
std::optional<Output> Door::next_told() {
  if (is_watch_asked_) return std::nullopt;
  auto* watch = watches_.next_due(moment());
  if (watch == nullptr) return std::nullopt;
  is_watch_asked_ = true;
  const auto answer = questions_.answer(watch->question, Lists::For::watching, now_);
  auto text = answer ? answer_text(watch->id, *answer) : refusal_text(watch->id, answer.error());
  auto hash = hash128(text);
  if (hash == watch->told) return std::nullopt;
  watch->told = std::move(hash);
  return Tell{watch->tab, std::move(text)};
}

// What was written decides which questions may have another answer.
void Door::take_touched() {
  if (syncing_.take_changed()) watches_.touch_syncing();
  const auto touched = store_.take_touched();
  if (!touched.any()) return;
  lists_.touched(touched, now_);
  std::optional<Watches::TableRows> loading;
  if (const auto is_loading = store_.loading(); is_loading && *is_loading && !touched.tables.empty())
    if (auto tables = store_.tables()) loading = std::move(*tables);
  watches_.touch(touched, loading);
}

// ---- actions ---------------------------------------------------------------------------------------------------------------

void Door::hear_action(TabNumber tab, const Asked& asked) {
  if (asked.what() == "opened" || asked.what() == "seen") uses_.push_back({tab, asked});
  else perform(tab, asked);
}

// That a record was looked at costs a commit, and nobody waits for it.
void Door::note_use() {
  const auto use = std::move(uses_.front());
  uses_.pop_front();
  perform(use.tab, use.asked);
}

void Door::perform(TabNumber tab, const Asked& asked) {
  const auto outcome = act(tab, asked);
  if (!outcome) return tell(tab, refusal_text(asked.id, outcome.error()));
  if (*outcome) tell(tab, answer_text(asked.id, **outcome));
  take_ended();
}

// Nothing: it's answered when its sync is over.
Result<std::optional<Json>> Door::act(TabNumber tab, const Asked& asked) {
  const auto what = asked.what();
  const auto& action = asked.body;
  if (Actions::knows(what)) {
    auto outcome = TRY(actions_.perform(action, asked.key, now_));
    if (auto finish = actions_.take_finish()) {
      waiting_.push_back({tab, asked.id, Waiting::For::finish, syncing_.sync_saved(now_), std::move(*finish)});
      return std::optional<Json>();
    }
    if (what != "opened" && what != "seen" && what != "dismiss" && what != "pin") syncing_.saved(now_);
    return std::optional(std::move(outcome));
  }
  if (what == "sign_in") {
    TRY(check_sign_in(action));
    waiting_.push_back({tab, asked.id, Waiting::For::sign_in, 0, {}});
    syncing_.sign_in(
        {server_in(action), std::string(action.string_at("user")), std::string(action.string_at("password"))}, now_);
    return std::optional<Json>();
  }
  if (what == "sync" || what == "reconnect") {
    if (what == "reconnect") TRY(syncing_.set_offline(false, now_));
    else if (TRY(client_.status()).offline_by_choice) return offline_by_choice();
    waiting_.push_back({tab, asked.id, what == "sync" ? Waiting::For::sync : Waiting::For::reconnect, 0, {}});
    syncing_.sync_now(now_);
    return std::optional<Json>();
  }
  if (what == "search_server") {
    TRY(search_server(tab, asked));
    return std::optional<Json>();
  }
  if (what == "offline") {
    TRY(syncing_.set_offline(action.bool_at("on"), now_));
    return std::optional(done());
  }
  if (what == "nudge") {
    syncing_.nudged(now_);
    return std::optional(done());
  }
  if (what == "go_back" || what == "suspend") {
    TRY(note(what));
    return std::optional(done());
  }
  if (what == "sign_out") {
    TRY(sign_out(action));
    tell(tab, answer_text(asked.id, done()));
    outputs_.push_back(SignedOut{});
    return std::optional<Json>();
  }
  return Error{ErrorCode::bad_request, "There's no action called \"" + std::string(what) + "\".", std::string(what)};
}

Result<void> Door::search_server(TabNumber tab, const Asked& asked) {
  const auto text = asked.body.string_at("text");
  if (trim(text).empty()) return Error{ErrorCode::bad_value, "Type what to look for first.", "text"};
  std::vector<const model::Table*> tables;
  if (const auto set = asked.body.string_at("set"); !set.empty()) tables.push_back(TRY(client_.table(set)));
  else
    for (const auto& table : client_.schema().tables())
      if (table.menu_rank) tables.push_back(&table);
  std::vector<client::ReadRequested> reads;
  for (const auto* table : tables)
    if (auto read = TRY(client_.online_search(*table, text, now_))) reads.push_back(std::move(*read));
  if (reads.empty())
    return Error{ErrorCode::offline, "The server can't be searched while you are offline. Reconnect first.", {}, "Q7"};
  Searching searching{tab, asked.id, {}};
  for (auto& read : reads) searching.open.insert(syncing_.search(std::move(read), now_));
  searching_.push_back(std::move(searching));
  return {};
}

// Of several tables one may fail: what the others found is here, and counts.
void Door::take_searches() {
  while (const auto ended = syncing_.take_search_ended())
    for (auto& searching : searching_) {
      if (searching.open.erase(ended->search) == 0) continue;
      if (ended->report) searching.found += ended->report->found;
      else searching.error = ended->report.error();
    }
  for (const auto& searching : searching_) {
    if (!searching.open.empty()) continue;
    auto json = Json::object();
    json.set("found", searching.found);
    const bool is_refused = searching.error && searching.found == 0;
    tell(searching.tab, is_refused ? refusal_text(searching.id, *searching.error) : answer_text(searching.id, json));
  }
  std::erase_if(searching_, [](const Searching& searching) { return searching.open.empty(); });
}

Result<void> Door::sign_out(const Json& action) {
  const auto status = TRY(client_.status());
  const bool discard = action.bool_at("discard");
  if (const auto unsent = status.pending + status.errors + status.conflicts; unsent + status.drafts > 0 && !discard)
    return Error{ErrorCode::unsent_work,
                 "This device holds " + counted(unsent, "unsent change", "unsent changes") + " and " +
                     counted(status.drafts, "draft", "drafts") +
                     " that would be lost. Save and sync first, or sign out and discard them.",
                 {},
                 "D3"};
  syncing_.stop();
  return client_.sign_out(true);
}

// What happens to the app, as the session's rules have it (S1).
Result<void> Door::note(std::string_view what) {
  if (what == "go_back") {
    permits::Ask ask;
    ask.verb = permits::Verb::go_back;
    TRY(permits::check(TRY(client_.situation(now_)), ask));
  }
  return client_.together([&]() -> Result<void> {
    return what == "go_back" ? client::note_back(store_) : client::note_suspend(store_, platform_);
  });
}

void Door::take_ended() {
  take_searches();
  // Screens that were opened while the server was away are looked up as well.
  const bool is_connected = syncing_.link().connection == Link::Connection::connected;
  if (is_connected && !std::exchange(was_connected_, is_connected))
    for (const auto& question : watches_.questions()) look_at_server(question);
  was_connected_ = is_connected;
  while (const auto ended = syncing_.take_ended()) {
    std::vector<Waiting> rest;
    for (const auto& waiting : std::exchange(waiting_, {})) {
      const bool is_for_sign_in = waiting.what == Waiting::For::sign_in;
      if (is_for_sign_in != ended->is_sign_in || waiting.sync > ended->sync) rest.push_back(waiting);
      else answer_waiting(waiting, *ended);
    }
    waiting_.insert(waiting_.begin(), rest.begin(), rest.end());
    if (!ended->report && ended->report.error().code == ErrorCode::wiped) {
      outputs_.push_back(wipe(ended->report.error()));
      return;
    }
  }
}

// An administrator asked that nothing stays here (S6). The server hears of it with the last thing that the tokens are good for. A
// store that can't be read or written goes with its files and its key, which the host removes.
SignedOut Door::wipe(const Error& why) {
  SignedOut done{sentence_of(why), std::nullopt};
  if (auto report = client::wipe_report(store_); report && *report) {
    if (!(*report)->unsent.empty()) done.wiped += " " + (*report)->unsent;
    done.report = Send{client::RequestToken(), std::move((*report)->server), std::move((*report)->request)};
  }
  syncing_.stop();
  (void)client_.sign_out(true);
  return done;
}

void Door::answer_waiting(const Waiting& waiting, const Syncing::Ended& ended) {
  if (waiting.what == Waiting::For::finish) {
    const auto outcome = actions_.finish(waiting.finish, now_);
    return tell(waiting.tab, outcome ? answer_text(waiting.id, *outcome) : refusal_text(waiting.id, outcome.error()));
  }
  if (waiting.what == Waiting::For::reconnect) {
    auto json = Json::object();
    const bool is_connected = syncing_.link().connection == Link::Connection::connected;
    json.set("connected", is_connected);
    json.set("sentence", ended.report ? connected_sentence(client_) : sentence_of(ended.report.error()));
    return tell(waiting.tab, answer_text(waiting.id, json));
  }
  tell(waiting.tab, ended.report ? answer_text(waiting.id, done()) : refusal_text(waiting.id, ended.report.error()));
}

// ---- outputs ---------------------------------------------------------------------------------------------------------------

std::optional<Output> Door::poll_output() {
  if (!outputs_.empty()) {
    auto output = std::move(outputs_.front());
    outputs_.pop_front();
    return output;
  }
  if (auto send = syncing_.take_send()) return std::move(*send);
  if (auto told = next_told()) return told;
  return next_wake();
}

std::optional<Output> Door::next_wake() {
  const auto lists_at = lists_.work_at();
  const bool lists_are_due = lists_at && *lists_at <= now_;
  auto next = syncing_.next_wake();
  if (lists_at && !lists_are_due) next = std::min(next.value_or(*lists_at), *lists_at);
  if (next != wake_at_) {
    wake_at_ = next;
    return WakeAt{next};
  }
  const bool has_work = lists_are_due || syncing_.has_work() || !uses_.empty() || watches_.any_due(moment());
  if (is_work_told_ || !has_work) return std::nullopt;
  is_work_told_ = true;
  return WorkLeft{};
}

}  // namespace satchel::device::door
