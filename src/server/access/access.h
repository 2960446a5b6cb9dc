// SPDX-License-Identifier: Apache-2.0
//
// Access: who is asking, and what he may do. Every read and write of the server passes here, sync included.
//
// Two built-in roles today: *salesperson* (rows owned by himself or his teams; the organisation's products, competitors,
// currencies, users, teams and units to read) and *system administrator* (everything). A role is a table of privileges
// with a depth each, so a full role model only adds rows.
//
//   access keys of a record:  its owner (user or team), its owning unit, and "all"
//   keys of a caller:         per table, those that his depth gives: user depth -> himself and his teams; unit -> his unit;
//                             organisation -> all
//
// Always true:
//   - A caller may read a record exactly if one of his keys for its table is one of the record's keys. The feed's
//     scopes, list queries and single reads all use this one relation.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "model/record.h"
#include "model/rules.h"
#include "odata/feed.h"
#include "sql/compile.h"

namespace satchel::server::access {

enum class Privilege { create, read, write, remove, append, append_to, assign, share };
enum class Depth { none, user, unit, organization };
enum class Role { salesperson, system_administrator };
std::string_view name_of(Role role);  // "salesperson"
std::optional<Role> role_named(std::string_view name);

Depth depth_of(Role role, const model::Table& table, Privilege privilege);

// One of a record's or a caller's access keys.
struct AccessKey {
  odata::AccessKind kind = odata::AccessKind::all;
  RecordId id;  // nil for all
  auto operator<=>(const AccessKey&) const = default;
};

// What the devices of a user hold by scope beside the tables that are on every device (E1).
struct OfflineProfile {
  bool is_sync = true;              // false: an offline drafts user
  std::vector<std::string> sets{};  // sync: the tables; empty = every one
  bool holds(const model::Table& table) const;
  bool operator==(const OfflineProfile&) const = default;
};

struct Caller {
  OrganizationNumber organization;
  RecordId user;
  std::string user_name;  // domainname
  RecordId business_unit;
  std::vector<RecordId> teams;  // sorted
  std::vector<Role> roles;
  OfflineProfile offline = {};
  std::optional<DeviceId> device = {};  // the registered device that his token is bound to

  bool is_administrator() const;
  Depth depth(const model::Table& table, Privilege privilege) const;  // the widest of his roles
};

// The server itself: import, demo, jobs. May do everything.
Caller system_caller(OrganizationNumber organization, RecordId user);

// Keys by which some role can read rows of `table`; a record has a scope entry for each of its keys among these.
std::vector<odata::AccessKind> key_kinds_used(const model::Table& table);
// A record's keys, by its owner and owning unit columns (organisation-owned tables: all).
std::vector<AccessKey> keys_of(const model::Table& table, const model::Record& record);
// The keys that let `caller` read rows of `table`; empty = none. Minimal: {all} when he reads everything.
std::vector<AccessKey> keys_of(const Caller& caller, const model::Table& table);

// May the caller do this to this record (as stored; for create: as it would be)? Errors: forbidden, with a sentence that says
// what is missing in the words of people: "You may not delete this account: it belongs to West Sales." `name_of` gives
// the owner's name; without it the sentence says "somebody else".
Result<void> check(const Caller& caller, const model::Table& table, Privilege privilege, const model::Record& record,
                   const model::NameOf& name_of = {});
// The same as a plain answer. For Privilege::read it is the relation of keys: the two never differ.
bool may(const Caller& caller, const model::Table& table, Privilege privilege, const model::Record& record);
// A condition on rows of `table` read under `alias`, for list queries. Includes the organisation.
sql::Fragment read_condition(const Caller& caller, const model::Table& table, std::string_view alias);

}  // namespace satchel::server::access
