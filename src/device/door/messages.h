// SPDX-License-Identifier: Apache-2.0
//
// The messages between screens and door, as text. apps/web/src/door/door.ts draws them.
//
//   {"id":7,"question":{"ask":"list",…},"watch":true}  ->  {"id":7,"answer":{…}}
//   {"id":8,"action":{"do":"update",…},"key":"…"}      ->  {"id":8,"answer":{"id":"…","state":"pending"}}
//   {"id":7,"let_go":true}                                 {"id":8,"refusal":{"rule":"","code":"bad_value","message":"…","target":"…"}}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/strong.h"

namespace satchel::device::door {

using TabNumber = StrongInt<struct TabNumberTag, std::int32_t>;
using MessageId = StrongInt<struct MessageIdTag>;  // the screen's, unique in its tab

struct Asked {
  enum class Kind { question, action, let_go } kind = Kind::question;
  MessageId id;
  Json body;  // the question or the action
  bool watch = false;
  std::string key;
  // "list", "update" ...: what is asked or to be done.
  std::string_view what() const { return body.string_at(kind == Kind::action ? "do" : "ask"); }
};

// Errors: bad_json, too_large, bad_request. One without a readable id can't be answered: `id` is then 0.
struct Heard {
  MessageId id;
  Result<Asked> asked;
};
Heard read_message(std::string_view text);

std::string answer_text(MessageId id, const Json& answer);
std::string refusal_text(MessageId id, const Error& error);
Json refusal_json(const Error& error);
// Its sentence as people are told it: without a file's name, which says nothing to them.
std::string sentence_of(const Error& error);

}  // namespace satchel::device::door
