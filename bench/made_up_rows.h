// SPDX-License-Identifier: Apache-2.0
//
// The records that are measured: accounts, contacts, tasks and phone calls of a sales organisation, as CSV files for an import.
// A row has the handful of columns that people do fill; with what the server adds some 13 to 15.
//
// Always true: the same arguments give the same bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace satchel::bench {

// All of them made by the 20 salespeople rep01 to rep20, and owned by them in equal parts.
inline constexpr std::int64_t kRepresentatives = 20;
std::string representative(std::int64_t number);  // from 0

struct MadeUpFile {
  std::string set;  // "contacts"
  std::string csv;
};
// Hands over one file after the other, parents before their children, of about `rows` rows in all.
Result<void> make_up_rows(std::int64_t rows, Instant now, const std::function<Result<void>(const MadeUpFile&)>& take);
// The users themselves, in the business unit of that name, with the offline profile that must be there before them: whoever has
// none works with drafts, and his device gets no rows to measure.
MadeUpFile made_up_profile();
MadeUpFile made_up_users(const std::vector<RecordId>& ids, const std::string& unit);
// Somebody without one.
MadeUpFile made_up_drafter(RecordId id, const std::string& name, const std::string& unit);
// Teams that all of them belong to, with a contact each, for only what holds a row is a scope: so a pull asks after some 30.
inline constexpr std::int64_t kTeams = 20;
MadeUpFile made_up_teams(const std::string& unit);
MadeUpFile made_up_memberships(const std::vector<RecordId>& users);
MadeUpFile made_up_team_contacts();

}  // namespace satchel::bench
