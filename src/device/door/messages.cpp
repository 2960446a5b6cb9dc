// SPDX-License-Identifier: Apache-2.0
#include "device/door/messages.h"

#include "device/door/limits.h"

namespace satchel::device::door {
namespace {

Error bad_message(std::string_view what) { return {ErrorCode::bad_request, "A message " + std::string(what) + "."}; }

Result<Asked> read_body(const Json& json, MessageId id) {
  Asked asked;
  asked.id = id;
  if (json.bool_at("let_go")) {
    asked.kind = Asked::Kind::let_go;
    return asked;
  }
  const auto* question = json.find("question");
  const auto* action = json.find("action");
  if ((question == nullptr) == (action == nullptr)) return bad_message("asks neither a question nor for an action");
  asked.kind = question != nullptr ? Asked::Kind::question : Asked::Kind::action;
  asked.body = question != nullptr ? *question : *action;
  asked.watch = json.bool_at("watch");
  asked.key = json.string_at("key");
  if (asked.what().empty()) return bad_message("doesn't say what it asks");
  if (asked.key.size() > kKeyLengthMax) return bad_message("has a key that is too long");
  return asked;
}

std::string message_text(MessageId id, std::string_view name, const Json& content) {
  return "{\"id\":" + std::to_string(id.value) + ",\"" + std::string(name) + "\":" + content.dump() + "}";
}

}  // namespace

Heard read_message(std::string_view text) {
  if (text.size() > kMessageBytesMax) return {{}, Error{ErrorCode::too_large, "A message is too large."}};
  const auto json = Json::parse(text);
  if (!json) return {{}, json.error()};
  const auto* id = json->find("id");
  if (id == nullptr || id->as_integer() == nullptr) return {{}, bad_message("has no id")};
  const MessageId number(*id->as_integer());
  return {number, read_body(*json, number)};
}

std::string answer_text(MessageId id, const Json& answer) { return message_text(id, "answer", answer); }

std::string refusal_text(MessageId id, const Error& error) { return message_text(id, "refusal", refusal_json(error)); }

std::string sentence_of(const Error& error) {
  if (error.code == ErrorCode::disk_full)
    return "There is no room left on this device. Free some space, then try again; what was saved before is safe.";
  if (error.code == ErrorCode::wrong_key)
    return "What is stored on this device can't be opened: it is damaged, or was made with another key.";
  return error.message;
}

Json refusal_json(const Error& error) {
  auto json = Json::object();
  json.set("rule", error.rule);
  json.set("code", name_of(error.code));
  json.set("message", sentence_of(error));
  if (!error.target.empty()) json.set("target", error.target);
  return json;
}

}  // namespace satchel::device::door
