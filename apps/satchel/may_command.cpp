// SPDX-License-Identifier: Apache-2.0
//
// `may VERB TABLE [ID]`: what the permits say, here and now or in a situation that is given. It needs no store; without one the
// situation is that of a connected user of an online organisation, and a record that is named is one of the server's.
#include "apps/satchel/device_commands.h"
#include "apps/satchel/report.h"
#include "apps/satchel/run.h"
#include "edge/os/files.h"

namespace satchel::apps {
namespace {

namespace permits = device::permits;
using permits::Held;
using permits::Verb;

bool needs_table(Verb verb) { return verb != Verb::sync && verb != Verb::sign_in && verb != Verb::go_back; }

// SET/ID
struct Named {
  const model::Table* table = nullptr;
  std::string id;
};

Result<const model::Table*> table_of(const std::string& set) {
  const auto* table = model::Schema::standard().find_set(set);
  if (table == nullptr || table->is_derived)
    return Error{ErrorCode::usage,
                 "There's no table called \"" + set + "\". Tables go by their plural, e.g. accounts, contacts.", set};
  return table;
}

Result<Named> named(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos || slash + 1 == text.size())
    return Error{ErrorCode::usage, "A record is written SET/ID, for example accounts/0190…, not \"" + text + "\".",
                 text};
  return Named{TRY(table_of(text.substr(0, slash))), text.substr(slash + 1)};
}

// The device that is asked about: its store, or nothing but what is given.
class Device {
 public:
  static Result<Device> open(const DeviceOptions& options) {
    Device device;
    device.situation.platform = *permits::platform_named(options.platform);
    if (options.store.empty() || !edge::os::exists(options.store)) return device;
    auto session = DeviceSession::open(options, Opening::existing);
    if (!session && session.error().code != ErrorCode::locked) return std::move(session).error();
    if (!session) device.situation.pin_locked = true;
    else device.session_ = std::move(*session);
    if (device.session_) device.situation = TRY(device.session_->situation());
    return device;
  }

  Result<Held> held(const model::Table& table, const std::string& id) {
    if (!session_) return situation.experience == permits::Experience::sync ? Held::scoped : Held::cached;
    auto& client = session_->client();
    const auto record = client.find_id(table.set, id);
    if (!record) return Held::not_here;
    return device::client::held(client.store(), TRY(client.experience()), {table.number, *record});
  }

  // E6. Which tables a drafts user holds isn't a matter of a profile.
  Result<bool> in_profile(const model::Table& table) {
    if (!session_ || !TRY(session_->client().experience()).is_sync) return true;
    return session_->client().is_synced(table);
  }

  permits::Situation situation;

 private:
  std::unique_ptr<DeviceSession> session_;
};

Result<permits::Permit> answer(const DeviceOptions& options, const MayRequest& request) {
  const auto verb = permits::verb_named(request.verb);
  if (!verb)
    return Error{ErrorCode::usage,
                 "\"" + request.verb + "\" is nothing that one may; what is: " + permits::verb_words() + ".",
                 request.verb};
  if (needs_table(*verb) && request.set.empty())
    return Error{ErrorCode::usage, "Say which table: may " + request.verb + " accounts.", "TABLE"};
  auto device = TRY(Device::open(options));
  device.situation = TRY(permits::with_given(device.situation, request.given));
  permits::Ask ask{.verb = *verb};
  if (!request.set.empty()) {
    ask.table = TRY(table_of(request.set));
    ask.in_profile = TRY(device.in_profile(*ask.table));
    if (!request.id.empty()) ask.record = TRY(device.held(*ask.table, request.id));
    ask.image_seen = ask.record != Held::none && ask.record != Held::not_here;
  }
  if (!request.column.empty()) {
    if (ask.table == nullptr) return Error{ErrorCode::usage, "--column needs a table.", "--column"};
    ask.column = ask.table->find_column(request.column);
    if (ask.column == nullptr) ask.column = ask.table->find_lookup_value(request.column);
    if (ask.column == nullptr)
      return Error{ErrorCode::usage, ask.table->plural + " have no column called \"" + request.column + "\".",
                   request.column};
  }
  if (!request.related.empty()) {
    const auto related = TRY(named(request.related));
    ask.related = TRY(device.held(*related.table, related.id));
  }
  return permits::permit(device.situation, ask);
}

void say_permit(const permits::Permit& permit, bool as_json) {
  const auto& refusal = permit.refusal;
  if (as_json) {
    auto json = Json::object();
    json.set("may", permit.allowed);
    json.set("rule", permit.allowed ? Json(nullptr) : Json(refusal.rule));
    json.set("code", permit.allowed ? Json(nullptr) : Json(name_of(refusal.code)));
    json.set("message", permit.allowed ? Json(nullptr) : Json(refusal.message));
    say_json(json);
  } else {
    say(permit.allowed ? "yes"
                       : "no " + refusal.rule + " " + std::string(name_of(refusal.code)) + ": " + refusal.message);
  }
}

}  // namespace

int may(const DeviceOptions& options, const MayRequest& request) {
  const auto permit = answer(options, request);
  if (!permit) return report(permit.error(), format_of(options));
  say_permit(*permit, options.json);
  return permit->allowed ? 0 : 1;
}

}  // namespace satchel::apps
