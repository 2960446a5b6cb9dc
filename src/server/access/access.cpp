// SPDX-License-Identifier: Apache-2.0
#include "server/access/access.h"

#include <algorithm>

namespace satchel::server::access {

using model::Ownership;
using model::Record;
using model::Reference;
using model::Table;
using odata::AccessKind;

namespace {

Depth salesperson_depth(const Table& table, Privilege privilege) {
  const bool looks = privilege == Privilege::read || privilege == Privilege::append_to;
  switch (table.ownership) {
    case Ownership::user: return Depth::user;
    case Ownership::organization:
    case Ownership::business: return looks ? Depth::organization : Depth::none;
    // A link between two records that everybody may read (teammembership) hides nothing, nor do the organisation's
    // settings. The rows of a derived table would tell about records that aren't his; what he may see of them stands in
    // the records themselves.
    case Ownership::none:
      return looks && (table.is_intersect || table.name == "organization") ? Depth::organization : Depth::none;
  }
  return Depth::none;
}

const Reference* reference_at(const Record& record, std::optional<model::ColumnIndex> column) {
  return column && *column < record.values.size() ? model::reference_in(record.values[*column]) : nullptr;
}

bool is_self_or_team(const Caller& caller, RecordId owner) {
  return owner == caller.user || std::binary_search(caller.teams.begin(), caller.teams.end(), owner);
}

std::string_view verb_of(Privilege privilege) {
  switch (privilege) {
    case Privilege::create: return "create";
    case Privilege::read: return "see";
    case Privilege::write: return "change";
    case Privilege::remove: return "delete";
    case Privilege::append: return "connect";
    case Privilege::append_to: return "connect others to";
    case Privilege::assign: return "assign";
    case Privilege::share: return "share";
  }
  return "use";
}

std::string lower_first(std::string text) {
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

Error refusal(const Caller& caller, const Table& table, Privilege privilege, const Record& record,
              const model::NameOf& name_of) {
  const std::string what = "You may not " + std::string(verb_of(privilege)) + " ";
  if (caller.depth(table, privilege) == Depth::none)
    return {ErrorCode::forbidden, what + lower_first(table.plural) + ": none of your roles allows it."};
  const auto* owner = reference_at(record, table.owner);
  std::string name = owner != nullptr && name_of ? name_of(*owner) : "";
  if (name.empty()) name = "somebody else";
  const std::string reason = privilege == Privilege::create ? ": it would belong to " : ": it belongs to ";
  return {ErrorCode::forbidden, what + "this " + lower_first(table.label) + reason + name + "."};
}

}  // namespace

std::string_view name_of(Role role) { return role == Role::salesperson ? "salesperson" : "system administrator"; }

std::optional<Role> role_named(std::string_view name) {
  for (const Role role : {Role::salesperson, Role::system_administrator})
    if (name_of(role) == name) return role;
  return std::nullopt;
}

Depth depth_of(Role role, const Table& table, Privilege privilege) {
  return role == Role::system_administrator ? Depth::organization : salesperson_depth(table, privilege);
}

bool OfflineProfile::holds(const Table& table) const {
  if (table.on_every_device) return true;
  return is_sync && (sets.empty() || std::find(sets.begin(), sets.end(), table.set) != sets.end());
}

bool Caller::is_administrator() const {
  return std::find(roles.begin(), roles.end(), Role::system_administrator) != roles.end();
}

Depth Caller::depth(const Table& table, Privilege privilege) const {
  Depth widest = Depth::none;
  for (const Role role : roles) widest = std::max(widest, depth_of(role, table, privilege));
  return widest;
}

Caller system_caller(OrganizationNumber organization, RecordId user) {
  Caller caller;
  caller.organization = organization;
  caller.user = user;
  caller.user_name = "system";
  caller.roles = {Role::system_administrator};
  return caller;
}

std::vector<AccessKind> key_kinds_used(const Table& table) {
  std::vector<AccessKind> kinds;
  const auto add = [&](AccessKind kind) {
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
  };
  for (const Role role : {Role::salesperson, Role::system_administrator}) {
    switch (depth_of(role, table, Privilege::read)) {
      case Depth::none: break;
      case Depth::organization: add(AccessKind::all); break;
      case Depth::unit: add(AccessKind::unit); [[fallthrough]];
      case Depth::user: add(AccessKind::owner); break;
    }
  }
  std::sort(kinds.begin(), kinds.end());
  return kinds;
}

std::vector<AccessKey> keys_of(const Table& table, const Record& record) {
  std::vector<AccessKey> keys{{AccessKind::all, {}}};
  if (const auto* unit = reference_at(record, table.owning_unit)) keys.push_back({AccessKind::unit, unit->id});
  if (const auto* owner = reference_at(record, table.owner)) keys.push_back({AccessKind::owner, owner->id});
  return keys;
}

std::vector<AccessKey> keys_of(const Caller& caller, const Table& table) {
  const Depth depth = caller.depth(table, Privilege::read);
  if (depth == Depth::none) return {};
  if (depth == Depth::organization) return {{AccessKind::all, {}}};
  std::vector<AccessKey> keys;
  if (depth == Depth::unit) keys.push_back({AccessKind::unit, caller.business_unit});
  keys.push_back({AccessKind::owner, caller.user});
  for (const RecordId team : caller.teams) keys.push_back({AccessKind::owner, team});
  return keys;
}

bool may(const Caller& caller, const Table& table, Privilege privilege, const Record& record) {
  const Depth depth = caller.depth(table, privilege);
  if (depth == Depth::none || depth == Depth::organization) return depth == Depth::organization;
  const auto* owner = reference_at(record, table.owner);
  if (owner != nullptr && is_self_or_team(caller, owner->id)) return true;
  const auto* unit = reference_at(record, table.owning_unit);
  return depth == Depth::unit && unit != nullptr && unit->id == caller.business_unit;
}

Result<void> check(const Caller& caller, const Table& table, Privilege privilege, const Record& record,
                   const model::NameOf& name_of) {
  if (may(caller, table, privilege, record)) return {};
  return refusal(caller, table, privilege, record, name_of);
}

sql::Fragment read_condition(const Caller& caller, const Table& table, std::string_view alias) {
  const std::string prefix = std::string(alias) + ".";
  sql::Fragment out{prefix + "organization = ?", {caller.organization.value}};
  const auto keys = keys_of(caller, table);
  if (keys.empty()) {
    out.text += " and 1 = 0";
    return out;
  }
  if (keys.front().kind == AccessKind::all) return out;

  std::string owners, units;
  std::vector<sql::Parameter> parameters;
  for (const auto& key : keys) {
    if (key.kind != AccessKind::unit) continue;
    units += prefix + sql::quoted(table.columns[*table.owning_unit].name) + " = ? or ";
    parameters.push_back(sql::Blob{std::string(key.id.view())});
  }
  for (const auto& key : keys) {
    if (key.kind != AccessKind::owner) continue;
    owners += owners.empty() ? "?" : ", ?";
    parameters.push_back(sql::Blob{std::string(key.id.view())});
  }
  out.text += " and (" + units + prefix + sql::quoted(table.columns[*table.owner].name) + " in (" + owners + "))";
  out.parameters.insert(out.parameters.end(), parameters.begin(), parameters.end());
  return out;
}

}  // namespace satchel::server::access
