// SPDX-License-Identifier: Apache-2.0
#include "server/access/sessions.h"

#include <algorithm>
#include <unordered_map>

#include "base/bytes.h"
#include "base/text.h"
#include "server/access/internal/session_store.h"
#include "server/access/internal/tries.h"
#include "server/access/limits.h"
#include "server/access/rights_mark.h"
#include "server/access/seal.h"

namespace satchel::server::access {

// What is held in memory. All but tries and last_seen hold under one rights mark and are void under another.
struct Sessions::State {
  struct Token {
    RecordId user;
    std::optional<DeviceId> device;
    Instant expires_at;
  };
  struct Verified {
    RecordId user;
    Instant until;
  };

  Tries tries;
  std::string basic_key;     // keys of `basic`: names and passwords are not kept in memory
  std::string nobodys_hash;  // compared for names that don't exist, so that they take as long
  Instant swept_at;
  std::unordered_map<DeviceId, Instant> last_seen;

  std::int64_t mark = -1;
  std::unordered_map<std::string, Token> tokens;  // by hash; used ones only
  std::unordered_map<RecordId, Caller> callers;
  std::unordered_map<std::string, Verified> basic;
  std::optional<std::unordered_map<std::string, RecordId>> users;
  std::optional<std::unordered_map<DeviceId, Wipe>> wipes;

  void use(std::int64_t now_mark) {
    if (mark != now_mark) {
      tokens.clear();
      callers.clear();
      basic.clear();
      users.reset();
      wipes.reset();
    }
    mark = now_mark;
    if (tokens.size() > kCallersRememberedMax) tokens.clear();
    if (callers.size() > kCallersRememberedMax) callers.clear();
    if (basic.size() > kBasicRememberedMax) basic.clear();
  }
};

// Whose new pair of tokens: a sign-in is a chain, each refresh its next generation.
struct Sessions::Issue {
  RecordId user;
  std::optional<DeviceId> device;
  Uuid chain;
  std::int64_t generation = 1;
};

namespace {

Error session_ended() { return {ErrorCode::unauthorized, "Your session has ended. Sign in again."}; }
Error is_disabled() { return {ErrorCode::unauthorized, "This user is disabled. Ask your administrator."}; }
Error is_wiped() {
  return {ErrorCode::wiped,
          "An administrator asked that this device's store be removed. Sign in again to begin a new one.",
          {},
          "S6"};
}
Error wrong_password() { return {ErrorCode::wrong_password, "The user name or the password is wrong."}; }

std::string random_bytes(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

// Inside the caller's transaction, or one of its own.
template <class Work>
Result<void> in_transaction(sql::Database& database, Work work) {
  if (database.in_transaction()) return work();
  auto transaction = TRY(sql::Transaction::begin(database));
  TRY(work());
  return transaction.commit();
}

}  // namespace

Sessions::Sessions(sql::Database& database, OrganizationNumber organization, PasswordHasher& hasher, Random& random,
                   SessionLives lives)
    : database_(database),
      organization_(organization),
      hasher_(hasher),
      random_(random),
      lives_(lives),
      state_(std::make_shared<State>()) {
  state_->basic_key = random_bytes(random, kSecretSize);
}

Result<void> Sessions::create_tables() { return SessionStore(database_, organization_).create_tables(); }

Result<void> Sessions::use_caches() {
  state_->use(TRY(rights_mark(database_, organization_)));
  return {};
}

// ---- passwords -------------------------------------------------------------------------------------------------------------

Result<RecordId> Sessions::verify(const SignIn& request, Instant now) {
  const bool readable = request.user_name.size() <= kUserNameBytesMax && is_utf8(request.user_name);
  const std::string name = readable ? fold_key(request.user_name) : std::string();
  TRY(state_->tries.check(name, request.peer, now));
  SessionStore store(database_, organization_);
  if (!state_->users) state_->users = TRY(store.user_names());
  const auto user = state_->users->find(name);
  std::string hash = user != state_->users->end() ? TRY(store.password_hash(user->second)) : std::string();
  const bool has_password = !hash.empty() && readable && request.password.size() <= kPasswordBytesMax;
  if (!has_password) {
    if (state_->nobodys_hash.empty()) state_->nobodys_hash = hasher_.hash("nobody's password");
    hash = state_->nobodys_hash;
  }
  const bool fits =
      hasher_.verify(std::string_view(request.password).substr(0, kPasswordBytesMax), hash) && has_password;
  if (!fits) {
    state_->tries.failed(name, request.peer, now);
    return wrong_password();
  }
  state_->tries.succeeded(name);
  return user->second;
}

Result<Tokens> Sessions::sign_in(const SignIn& request, Instant now) {
  TRY(use_caches());
  const RecordId user = TRY(verify(request, now));
  TRY(caller_of_user(user));
  if (request.device && TRY(wipe_of(*request.device))) return is_wiped();
  Tokens tokens;
  TRY(in_transaction(database_, [&]() -> Result<void> {
    TRY(sweep(now));
    if (request.device) TRY(register_device(user, *request.device, request.client, now));
    Uuid chain;
    random_.fill(chain.bytes);
    tokens = TRY(issue({.user = user, .device = request.device, .chain = chain, .generation = 1}, now));
    return {};
  }));
  return tokens;
}

Result<Caller> Sessions::caller_of_password(const SignIn& request, Instant now) {
  TRY(use_caches());
  const std::string key = seal(state_->basic_key, request.user_name + '\0' + request.password);
  const auto at = state_->basic.find(key);
  if (at != state_->basic.end() && at->second.until > now) return caller_of_user(at->second.user);
  const RecordId user = TRY(verify(request, now));
  auto caller = TRY(caller_of_user(user));
  state_->basic[key] = {user, now + kBasicLife};
  return caller;
}

Result<void> Sessions::set_password(RecordId user, std::string_view password) {
  if (password.empty() || password.size() > kPasswordBytesMax)
    return Error{ErrorCode::bad_value, "A password has 1 to " + std::to_string(kPasswordBytesMax) + " bytes.",
                 "password"};
  const std::string hash = hasher_.hash(password);
  if (hash.empty())
    return Error{ErrorCode::server_error,
                 "The server has too little memory to store a password safely. Try again later."};
  return in_transaction(database_, [&]() -> Result<void> {
    TRY(SessionStore(database_, organization_).set_password_hash(user, hash));
    return touch_rights(database_, organization_, random_);
  });
}

// ---- tokens ----------------------------------------------------------------------------------------------------------------

Result<Tokens> Sessions::issue(const Issue& issue, Instant now) {
  Tokens tokens{to_base64url(random_bytes(random_, kTokenBytes)), to_base64url(random_bytes(random_, kTokenBytes)),
                lives_.access, lives_.refresh, issue.user};
  SessionStore store(database_, organization_);
  TokenRow row{token_hash(tokens.access_token),
               TokenKind::access,
               issue.user,
               issue.device,
               issue.chain,
               issue.generation,
               false,
               now + lives_.access};
  TRY(store.add_token(row));
  row.hash = token_hash(tokens.refresh_token);
  row.kind = TokenKind::refresh;
  row.expires_at = now + lives_.refresh;
  TRY(store.add_token(row));
  return tokens;
}

// The token that came stays good until one of the next generation is used: this answer may be lost on its way.
Result<Tokens> Sessions::refresh(std::string_view refresh_token, std::optional<DeviceId> device, Instant now) {
  TRY(use_caches());
  SessionStore store(database_, organization_);
  const auto token = TRY(store.token(token_hash(refresh_token), TokenKind::refresh));
  if (!token || token->expires_at <= now) return session_ended();
  // A restored or copied store goes on as another device (Y16); its first use of what it gets ends the old tokens.
  const auto bound = device ? device : token->device;
  for (const auto& each : {token->device, device})
    if (each && TRY(wipe_of(*each))) return is_wiped();
  TRY(caller_of_user(token->user));
  Tokens tokens;
  TRY(in_transaction(database_, [&]() -> Result<void> {
    TRY(sweep(now));
    if (!token->used) TRY(store.mark_used(*token));
    if (bound) TRY(store.set_marks(token->user, *bound, TRY(store.marks(token->user, *bound)), now));
    const auto generation = TRY(store.newest_generation(token->chain)) + 1;
    tokens = TRY(issue({token->user, bound, token->chain, generation}, now));
    return {};
  }));
  return tokens;
}

Result<Caller> Sessions::caller_of_token(std::string_view access_token, Instant now) {
  TRY(use_caches());
  const std::string hash = token_hash(access_token);
  auto at = state_->tokens.find(hash);
  if (at == state_->tokens.end()) {
    SessionStore store(database_, organization_);
    const auto token = TRY(store.token(hash, TokenKind::access));
    if (!token) return session_ended();
    // Not kept before the database says "used": its first use, which ends the refresh token before it, may be rolled back.
    if (!token->used && token->expires_at > now)
      TRY(in_transaction(database_, [&] { return store.mark_used(*token); }));
    const State::Token known{token->user, token->device, token->expires_at};
    if (token->used) at = state_->tokens.emplace(hash, known).first;
    else return caller_of(known.user, known.device, known.expires_at, now);
  }
  return caller_of(at->second.user, at->second.device, at->second.expires_at, now);
}

Result<Caller> Sessions::caller_of(RecordId user, const std::optional<DeviceId>& device, Instant expires_at,
                                   Instant now) {
  if (expires_at <= now) return session_ended();
  auto caller = TRY(caller_of_user(user));
  caller.device = device;
  if (!device) return caller;
  if (TRY(wipe_of(*device))) return is_wiped();
  state_->last_seen[*device] = now;
  return caller;
}

Result<Caller> Sessions::caller_of_user(RecordId user) {
  if (const auto at = state_->callers.find(user); at != state_->callers.end()) return at->second;
  SessionStore store(database_, organization_);
  const auto row = TRY(store.user(user));
  if (!row) return session_ended();
  if (row->is_disabled) return is_disabled();
  auto teams = TRY(store.teams_of(user));
  auto roles = TRY(store.roles_of(user));
  Caller caller{organization_, user, row->name, row->business_unit, std::move(teams), std::move(roles), row->offline};
  state_->callers.emplace(user, caller);
  return caller;
}

Result<void> Sessions::sweep(Instant now) {
  if (now < state_->swept_at + kTokenSweepEvery) return {};
  state_->swept_at = now;
  return SessionStore(database_, organization_).remove_expired(now);
}

// ---- roles, revocation, devices ----------------------------------------------------------------------------------------------

Result<void> Sessions::set_roles(RecordId user, const std::vector<Role>& roles) {
  return in_transaction(database_, [&]() -> Result<void> {
    TRY(SessionStore(database_, organization_).set_roles(user, roles));
    return touch_rights(database_, organization_, random_);
  });
}

Result<std::vector<Role>> Sessions::roles_of(RecordId user) {
  return SessionStore(database_, organization_).roles_of(user);
}

Result<OfflineProfile> Sessions::offline_of(RecordId user) {
  const auto row = TRY(SessionStore(database_, organization_).user(user));
  return row ? row->offline : OfflineProfile{.is_sync = false};
}

Result<void> Sessions::revoke_user(RecordId user) {
  return in_transaction(database_, [&]() -> Result<void> {
    TRY(SessionStore(database_, organization_).remove_tokens_of_user(user));
    return touch_rights(database_, organization_, random_);
  });
}

Result<void> Sessions::revoke_device(DeviceId device) {
  return in_transaction(database_, [&]() -> Result<void> {
    TRY(SessionStore(database_, organization_).remove_tokens_of_device(device, std::nullopt));
    return touch_rights(database_, organization_, random_);
  });
}

Result<void> Sessions::ask_wipe(DeviceId device, Instant now) {
  return in_transaction(database_, [&]() -> Result<void> {
    TRY(SessionStore(database_, organization_).ask_wipe(device, now));
    return touch_rights(database_, organization_, random_);
  });
}

Result<Sessions::WipedDevice> Sessions::report_wiped(std::string_view refresh_token, Instant now) {
  TRY(use_caches());
  SessionStore store(database_, organization_);
  const auto token = TRY(store.token(token_hash(refresh_token), TokenKind::refresh));
  if (!token || !token->device || !TRY(wipe_of(*token->device))) return session_ended();
  TRY(in_transaction(database_, [&]() -> Result<void> {
    TRY(store.set_wiped(*token->device, now));
    TRY(store.remove_tokens_of_device(*token->device, std::nullopt));
    return touch_rights(database_, organization_, random_);
  }));
  return WipedDevice{token->user, *token->device};
}

Result<std::optional<Sessions::Wipe>> Sessions::wipe_of(DeviceId device) {
  TRY(use_caches());
  if (!state_->wipes) state_->wipes = TRY(SessionStore(database_, organization_).wipes());
  const auto at = state_->wipes->find(device);
  return at != state_->wipes->end() ? std::optional(at->second) : std::nullopt;
}

Result<void> Sessions::register_device(RecordId user, DeviceId device, std::string_view client, Instant now) {
  SessionStore store(database_, organization_);
  TRY(store.see_device(user, device, client, now));
  const auto devices = TRY(store.devices(user));
  for (std::size_t i = kDevicesPerUserMax; i < devices.size(); ++i) {
    TRY(store.remove_device(user, devices[i].id));
    TRY(touch_rights(database_, organization_, random_));
  }
  return {};
}

namespace {

// The marks that a device may stand at now: the one it last used, and every one that it was moved to from there. An answer may
// be lost and the move tried again, and the first try may still come late; so all of them hold until one is used (Y16).
constexpr std::size_t kMarkCandidatesMax = 8;

bool is_candidate(const DeviceMarks& marks, std::string_view mark) {
  for (const auto candidate : split(marks.current, ','))
    if (candidate == mark) return true;
  return false;
}

DeviceMarks moved(const DeviceMarks& marks, std::string_view mark, std::string_view next) {
  if (mark != marks.previous || is_candidate(marks, mark)) return {std::string(next), std::string(mark)};
  auto candidates = split(marks.current, ',');
  if (candidates.size() >= kMarkCandidatesMax) candidates.erase(candidates.begin());
  std::string current;
  for (const auto candidate : candidates) current += std::string(candidate) + ",";
  return {current + std::string(next), marks.previous};
}

}  // namespace

Result<void> Sessions::check_mark(RecordId user, DeviceId device, std::string_view mark) {
  const auto marks = TRY(SessionStore(database_, organization_).marks(user, device));
  if (marks.current.empty() || is_candidate(marks, mark) || (!marks.previous.empty() && mark == marks.previous))
    return {};
  return Error{ErrorCode::store_unknown,
               "The server doesn't know this device's store: it was restored from a copy or cloned."};
}

Result<void> Sessions::move_mark(RecordId user, DeviceId device, std::string_view mark, std::string_view next) {
  TRY(check_mark(user, device, mark));
  const auto marks = TRY(SessionStore(database_, organization_).marks(user, device));
  const auto seen = state_->last_seen.find(device);
  return in_transaction(database_, [&] {
    return SessionStore(database_, organization_)
        .set_marks(user, device, moved(marks, mark, next), seen != state_->last_seen.end() ? seen->second : Instant());
  });
}

Result<std::vector<Sessions::DeviceRow>> Sessions::devices() {
  auto rows = TRY(SessionStore(database_, organization_).devices(std::nullopt));
  for (auto& row : rows)
    if (const auto at = state_->last_seen.find(row.id); at != state_->last_seen.end())
      row.last_seen = std::max(row.last_seen, at->second);
  return rows;
}

}  // namespace satchel::server::access
