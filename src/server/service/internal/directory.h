// SPDX-License-Identifier: Apache-2.0
//
// Directory: users, teams and units by the names that people use for them, for the verbs of `satchel admin`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/records/records.h"

namespace satchel::server::service {

class Directory {
 public:
  explicit Directory(records::Records& records) : records_(records) {}

  // Errors: not_found; bad_value where two bear the name.
  Result<RecordId> user(std::string_view user_name) const;
  Result<RecordId> team(std::string_view name) const;
  Result<RecordId> unit(std::string_view name) const;
  // A published offline profile; "" = the oldest of them, nothing where there is none. Errors: not_found for a name that isn't
  // there or isn't published.
  Result<std::optional<RecordId>> profile(std::string_view name) const;
  Result<model::Reference> owner(std::string_view user_or_team) const;
  Result<std::vector<RecordId>> users_named(std::string_view user_name) const;

  // The team that bears its unit's name, as the first of a unit does. Nothing where there is none.
  Result<std::optional<RecordId>> default_team(RecordId unit) const;
  // The row that puts the user into the team.
  Result<std::optional<RecordId>> membership(RecordId team, RecordId user) const;

  // Every row of a table, in the order of its names.
  Result<std::vector<model::Record>> all(std::string_view table) const;
  std::string name_of(std::string_view table, RecordId id) const;
  std::string user_name_of(RecordId user) const;
  // Values of a row by column name; "", nil and false where there is none.
  std::string text(const model::Record& record, std::string_view column) const;
  RecordId reference(const model::Record& record, std::string_view column) const;
  bool is_set(const model::Record& record, std::string_view column) const;

 private:
  const model::Value& value(const model::Record& record, std::string_view column) const;
  Result<RecordId> one(std::string_view table, std::string_view column, std::string_view name) const;

  records::Records& records_;
};

}  // namespace satchel::server::service
