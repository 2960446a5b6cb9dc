// SPDX-License-Identifier: Apache-2.0
#include "device/permits/permits.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace satchel::device::permits {
namespace {

// ---- words -----------------------------------------------------------------------------------------------------------------

struct Word {
  std::string_view text;
  Verb verb;
};
constexpr Word kWords[] = {
    {"read", Verb::read},       {"view", Verb::read},    {"open", Verb::read},       {"show", Verb::read},
    {"list", Verb::read},       {"search", Verb::read},  {"create", Verb::create},   {"new", Verb::create},
    {"update", Verb::update},   {"edit", Verb::update},  {"write", Verb::update},    {"delete", Verb::remove},
    {"remove", Verb::remove},   {"save", Verb::save},    {"discard", Verb::discard}, {"sync", Verb::sync},
    {"sign-in", Verb::sign_in}, {"back", Verb::go_back}, {"chart", Verb::chart},     {"image", Verb::image},
    {"pin", Verb::pin},
};

std::string plural(const Ask& ask) { return ask.table != nullptr ? ask.table->plural : "Records"; }
std::string thing(const Ask& ask) {
  if (ask.table == nullptr) return "record";
  std::string word = ask.table->label;
  for (auto& c : word)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return word;
}
std::string platform(const Situation& s) { return std::string(row_of(s.platform).label); }

// ---- conditions ------------------------------------------------------------------------------------------------------------

// The D and C rules: for drafts users, and for a sync user's tables outside his profile (E6).
bool follows_draft_rules(const Situation& s, const Ask& ask) {
  return s.experience_in_force() == Experience::drafts || !ask.in_profile;
}

// What a write of a drafts user needs to go straight to the server.
bool reaches_server(const Situation& s) { return s.connected && !s.prompt; }

bool is_lookup(const Ask& ask) {
  return ask.column != nullptr &&
         (ask.column->type == model::ColumnType::lookup || ask.column->type == model::ColumnType::party_list);
}

bool writes_draft(const Situation& s, const Ask& ask) {
  return follows_draft_rules(s, ask) && !reaches_server(s) &&
         (ask.verb == Verb::create || (ask.verb == Verb::update && ask.record == Held::draft));
}

bool is_classic_offline(const Situation& s) { return s.rules == Rules::classic && !s.connected; }

// ---- the table -------------------------------------------------------------------------------------------------------------

using Verbs = std::initializer_list<Verb>;
constexpr std::array kAllButSignIn = {Verb::read, Verb::create,  Verb::update, Verb::remove, Verb::save, Verb::discard,
                                      Verb::sync, Verb::go_back, Verb::chart,  Verb::image,  Verb::pin};
constexpr std::array kWrites = {Verb::create, Verb::update, Verb::remove};

struct Row {
  std::string_view rule;
  std::span<const Verb> verbs;
  bool (*forbids)(const Situation&, const Ask&);
  ErrorCode code;
  std::string (*sentence)(const Situation&, const Ask&);
};

constexpr std::array kSignIn = {Verb::sign_in};
constexpr std::array kBack = {Verb::go_back};
constexpr std::array kSync = {Verb::sync};
constexpr std::array kSave = {Verb::save};
constexpr std::array kRead = {Verb::read};
constexpr std::array kChart = {Verb::chart};
constexpr std::array kImage = {Verb::image};
constexpr std::array kPin = {Verb::pin};
constexpr std::array kCreate = {Verb::create};
constexpr std::array kCreateOrUpdate = {Verb::create, Verb::update};
constexpr std::array kUpdateOrRemove = {Verb::update, Verb::remove};
constexpr std::array kServersWork = {Verb::sync, Verb::save};

// From the general to the special: who may work here at all, then with what. The first row that forbids is told.
const Row kTable[] = {
    // ---- the session (1.4, 1.5) ----
    {"S3", kSignIn, [](const Situation& s, const Ask&) { return !s.connected; }, ErrorCode::needs_connection,
     [](const Situation&, const Ask&) -> std::string {
       return "Signing in needs the server, and it can't be reached now. What you wrote stays on this device.";
     }},
    {"S4", kAllButSignIn, [](const Situation& s, const Ask&) { return !s.signed_in; }, ErrorCode::unauthorized,
     [](const Situation&, const Ask&) -> std::string { return "Nobody is signed in on this device. Sign in first."; }},
    {"S5", kAllButSignIn, [](const Situation& s, const Ask&) { return s.pin_locked; }, ErrorCode::locked,
     [](const Situation&, const Ask&) -> std::string { return "The records are locked. Unlock them with your PIN."; }},
    {"P3", kAllButSignIn,
     [](const Situation& s, const Ask&) {
       return is_classic_offline(s) && s.deployment == Deployment::on_premises && s.version < kFirstOfflineVersion;
     },
     ErrorCode::needs_connection,
     [](const Situation& s, const Ask&) {
       return "Your organisation's server (version " + s.version.to_string() +
              ") is older than CRM 2015 (7.0), so there is no offline work. Connect to go on.";
     }},
    {"S1", kAllButSignIn,
     [](const Situation& s, const Ask&) {
       return !s.connected && session_state(s) == SessionState::locked && s.rules == Rules::classic;
     },
     ErrorCode::needs_connection,
     [](const Situation& s, const Ask&) {
       return "The app was closed while it was offline. On a " + platform(s) +
              " with an on-premises server it opens again once you are connected. Nothing was deleted.";
     }},
    {"S1", kAllButSignIn,
     [](const Situation& s, const Ask&) { return !s.connected && session_state(s) == SessionState::get_started; },
     ErrorCode::needs_connection,
     [](const Situation& s, const Ask&) {
       return "Your sign-in has ended, and on this device (" + platform(s) +
              ") offline work ends with it. Connect and sign in; what you wrote is kept.";
     }},
    {"S2", kAllButSignIn,
     [](const Situation& s, const Ask&) { return !s.connected && session_state(s) == SessionState::locked; },
     ErrorCode::needs_connection,
     [](const Situation&, const Ask&) -> std::string {
       return "This device has been away from the server for longer than your organisation allows. Connect and sign in "
              "to unlock it; nothing was deleted.";
     }},
    {"S1", kBack,
     [](const Situation& s, const Ask&) { return session_state(s) != SessionState::prompt || s.connected; },
     ErrorCode::bad_request,
     [](const Situation& s, const Ask&) -> std::string {
       if (session_state(s) == SessionState::get_started)
         return "On this device (" + platform(s) +
                ") offline work ends with the sign-in. Connect and sign in; what you wrote is kept.";
       return "There's no sign-in prompt to go back from: it appears when your sign-in has ended while you are "
              "offline.";
     }},
    {"S3", kServersWork, [](const Situation& s, const Ask&) { return s.connected && s.prompt; },
     ErrorCode::unauthorized,
     [](const Situation&, const Ask&) -> std::string {
       return "Your sign-in has ended. Sign in again; what waits on this device is sent then.";
     }},
    {"S3", kWrites,
     [](const Situation& s, const Ask& ask) {
       return s.connected && s.prompt && follows_draft_rules(s, ask) && ask.verb != Verb::create &&
              ask.record != Held::draft;
     },
     ErrorCode::unauthorized,
     [](const Situation&, const Ask& ask) {
       return "Your sign-in has ended, and changes to " + plural(ask) +
              " go straight to the server. Sign in again first.";
     }},

    // ---- what only the server can do (1.6, 1.2) ----
    {"R1", kSync, [](const Situation& s, const Ask&) { return !s.connected; }, ErrorCode::needs_connection,
     [](const Situation&, const Ask&) -> std::string {
       return "You are offline. What waits goes up by itself once the server can be reached.";
     }},
    {"D2", kSave, [](const Situation& s, const Ask&) { return !s.connected; }, ErrorCode::needs_connection,
     [](const Situation&, const Ask&) -> std::string {
       return "You are offline. The draft is kept on this device; save it once you are connected.";
     }},

    // ---- reading (1.1, 1.3) ----
    {"C1", kRead,
     [](const Situation& s, const Ask& ask) {
       return !s.connected && follows_draft_rules(s, ask) && ask.record == Held::not_here;
     },
     ErrorCode::needs_connection,
     [](const Situation&, const Ask& ask) {
       return "This " + thing(ask) +
              " isn't on this device: offline, only what you used recently can be read. Connect to "
              "open it.";
     }},
    {"E4", kChart, [](const Situation& s, const Ask& ask) { return !s.connected && follows_draft_rules(s, ask); },
     ErrorCode::needs_connection,
     [](const Situation&, const Ask&) -> std::string { return "Charts aren't available offline"; }},
    {"E4", kImage, [](const Situation& s, const Ask& ask) { return !s.connected && !ask.image_seen; },
     ErrorCode::needs_connection,
     [](const Situation&, const Ask&) -> std::string { return "This image isn't available offline"; }},

    // ---- keeping (1.8) ----
    {"Q6", kPin, [](const Situation&, const Ask& ask) { return ask.record == Held::draft; }, ErrorCode::bad_request,
     [](const Situation&, const Ask&) -> std::string {
       return "A draft stays on this device until it's saved or discarded. Once it's saved, it can be kept.";
     }},
    {"Q6", kPin, [](const Situation& s, const Ask& ask) { return !s.connected && ask.record == Held::not_here; },
     ErrorCode::needs_connection,
     [](const Situation&, const Ask& ask) {
       return "This " + thing(ask) + " isn't on this device, so it can't be kept here. Connect to fetch it.";
     }},

    // ---- writing (1.2) ----
    {"D5", kCreate,
     [](const Situation& s, const Ask& ask) {
       return follows_draft_rules(s, ask) && ask.related == Held::draft && s.drafts == DraftRules::classic;
     },
     ErrorCode::save_first,
     [](const Situation&, const Ask& ask) {
       return "This " + thing(ask) +
              " would belong to a record that is a draft itself. Save that draft first; then it can "
              "have others.";
     }},
    {"D5", kCreate,
     [](const Situation& s, const Ask& ask) { return writes_draft(s, ask) && ask.related == Held::pending; },
     ErrorCode::needs_connection,
     [](const Situation&, const Ask& ask) {
       return "This " + thing(ask) +
              " would belong to a record that isn't at the server yet. Connect and sync first; then it can have "
              "others.";
     }},
    {"D5", kCreate,
     [](const Situation& s, const Ask& ask) { return writes_draft(s, ask) && ask.related == Held::not_here; },
     ErrorCode::needs_connection,
     [](const Situation&, const Ask&) -> std::string {
       return "The record that it should belong to isn't on this device. Connect first, or make it without.";
     }},
    {"D6", kCreateOrUpdate,
     [](const Situation& s, const Ask& ask) {
       return writes_draft(s, ask) && s.drafts == DraftRules::classic && is_lookup(ask);
     },
     ErrorCode::needs_connection,
     [](const Situation&, const Ask& ask) {
       return ask.column->label +
              " can't be chosen offline. Make the record from the related list it belongs to, or fill it "
              "in when you review the draft, connected.";
     }},
    {"D9", kCreateOrUpdate,
     [](const Situation& s, const Ask& ask) {
       return writes_draft(s, ask) && is_lookup(ask) && (ask.named == Held::not_here || ask.named == Held::pending);
     },
     ErrorCode::needs_connection,
     [](const Situation&, const Ask& ask) {
       return "Offline, " + ask.column->label + " can only be a record that is on this device" +
              (ask.named == Held::pending
                   ? " and at the server; this one is still waiting to be sent."
                   : ". Choose another one, or fill it in when you review the draft, connected.");
     }},
    {"D4", kUpdateOrRemove,
     [](const Situation& s, const Ask& ask) {
       return !s.connected && follows_draft_rules(s, ask) && ask.record != Held::draft;
     },
     ErrorCode::needs_connection,
     [](const Situation&, const Ask& ask) {
       return "You are offline, and " + plural(ask) + " that are saved at the server can only be read. Connect to " +
              (ask.verb == Verb::remove ? "delete" : "change") + " this one.";
     }},
};

const Row* first_that_forbids(const Situation& situation, const Ask& ask) {
  for (const auto& row : kTable)
    if (std::find(row.verbs.begin(), row.verbs.end(), ask.verb) != row.verbs.end() && row.forbids(situation, ask))
      return &row;
  return nullptr;
}

// As it would be once the server was reached and had let the user in.
Situation connected(Situation situation) {
  situation.connected = true;
  situation.prompt = situation.closed = situation.lease_over = situation.went_back = false;
  return situation;
}

}  // namespace

std::optional<Verb> verb_named(std::string_view word) {
  for (const auto& known : kWords)
    if (known.text == word) return known.verb;
  return std::nullopt;
}

std::string verb_words() {
  std::string words;
  for (const auto& known : kWords) words += (words.empty() ? "" : ", ") + std::string(known.text);
  return words;
}

Permit permit(const Situation& situation, const Ask& ask) {
  const auto* row = first_that_forbids(situation, ask);
  if (row == nullptr) return {};
  // Nobody is told to connect for what is forbidden then as well.
  if (row->code == ErrorCode::needs_connection)
    if (const auto* still = first_that_forbids(connected(situation), ask)) row = still;
  const bool needs_sign_in = situation.connected && row->code == ErrorCode::needs_connection;
  const auto code = needs_sign_in ? ErrorCode::unauthorized : row->code;
  return {false, Error{code, row->sentence(situation, ask), "", std::string(row->rule)}};
}

Result<void> check(const Situation& situation, const Ask& ask) {
  auto answer = permit(situation, ask);
  if (!answer.allowed) return std::move(answer.refusal);
  return {};
}

bool makes_draft(const Situation& situation, const Ask& ask) {
  const bool is_under_draft = ask.related == Held::draft || ask.named == Held::draft;
  return ask.verb == Verb::create && follows_draft_rules(situation, ask) &&
         (is_under_draft || writes_draft(situation, ask));
}

}  // namespace satchel::device::permits
