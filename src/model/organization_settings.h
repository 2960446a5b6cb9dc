// SPDX-License-Identifier: Apache-2.0
//
// The organisation's settings: what an administrator decides for everybody. They are columns of the organization's row, so they
// reach devices with it; people go by keys: "lease_days", "platform.ipad.prompt", "conflicts.contact.jobtitle".
//
//   key        "platform.windows8.1.prompt"          column  "platform_windows8_1_prompt"
//   key        "conflicts.contact.jobtitle"          a line  "contact.jobtitle=server"  of the column "conflict_rules"
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/record.h"
#include "model/schema.h"

namespace satchel::model {

struct SettingKey {
  std::string_view key;
  std::string_view fallback;  // in force where the organization's row says nothing
};
// All but the open-ended conflicts.TABLE[.COLUMN].
std::span<const SettingKey> setting_keys();

// What is in force, as text. "" for a key that there isn't.
std::string setting_in(const Table& organization, const Record& row, std::string_view key);

// Puts the new value into `change`, which is about the organization's row `row`; "" = the fallback again.
// Errors: bad_value, naming key and what may be said.
Result<void> set_setting(const Schema& schema, const Record& row, std::string_view key, std::string_view value,
                         RecordChange& change);

// The exceptions of `conflicts`: {"contact.jobtitle", "server"}.
std::vector<std::pair<std::string, std::string>> conflict_rules_in(const Table& organization, const Record& row);

}  // namespace satchel::model
