// SPDX-License-Identifier: Apache-2.0
//
// An organisation's first records, and the rows of units, teams and users in general.
#pragma once

#include <string>
#include <string_view>

#include "server/service/internal/filling.h"

namespace satchel::server::service {

model::RecordChange unit_row(const model::Schema& schema, RecordId id, std::string_view name, RecordId parent);
model::RecordChange team_row(const model::Schema& schema, RecordId id, std::string_view name, RecordId unit,
                             RecordId administrator);
// The user `user` is in `team`. Records give such a row its id.
model::RecordChange membership_row(const model::Schema& schema, RecordId team, RecordId user);

struct Person {
  std::string user_name;  // domainname
  std::string first_name, last_name;
};
// A name of two words from what is known: "Ada King", or the user name up to its "@".
Person person_named(std::string_view user_name, std::string_view full_name);
// With a profile he is an offline sync user; without (nil) he works with offline drafts (E1).
model::RecordChange user_row(const model::Schema& schema, RecordId id, const Person& person, RecordId unit,
                             RecordId profile);

// A published profile with every table: what an organisation begins with.
model::RecordChange profile_row(const model::Schema& schema, RecordId id, std::string_view name);

struct Founded {
  RecordId organization, unit, team, currency, administrator, profile;
};

// Puts the organisation's row, its root unit with the default team, the base currency and the administrator.
// Errors: exists when there is an organisation; bad_value for an empty name or password.
Result<Founded> found_organization(Service& service, Filling& filling, std::string_view name,
                                   const Person& administrator, std::string_view password, Random& random, Instant now);

// The oldest enabled system administrator, in whose name an import writes. Errors: not_found.
Result<RecordId> first_administrator(Service& service);

}  // namespace satchel::server::service
