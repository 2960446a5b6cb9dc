// SPDX-License-Identifier: Apache-2.0
//
// Escrow: what a wiped device hadn't sent yet, kept for the organisation where it chose so (escrow=on, D3, S6).
//
//   device: JSON lines --POST /oauth2/wiped--> sealed copy --administrator releases--> JSON lines, and a line in the record
//
// A copy is sealed under a key that lies beside the database, not in it: who has only the database or a backup of it reads nothing.
// It doesn't protect from somebody who has the whole data directory, or an administrator's password; but whoever releases a copy
// leaves his name and the time, and that record has no way to be taken away.
//
// Always true: a copy stays until the bounds ask for room, and then released ones go first, the oldest before others. One that was
// never released isn't given up for a new one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "sql/database.h"

namespace satchel::server::access {

using EscrowId = StrongId<struct EscrowIdTag>;

class Escrow {
 public:
  // `key`: kSecretSize bytes, or "" where nothing is kept.
  Escrow(sql::Database& database, OrganizationNumber organization, Random& random, std::string key)
      : database_(database), organization_(organization), random_(random), key_(std::move(key)) {}

  // Creates its tables where they are missing. Called within a write transaction.
  Result<void> create_tables();
  bool is_able() const { return !key_.empty(); }

  // Within the caller's transaction. Errors: too_large past kEscrowCopyBytesMax, or when there's no room for another copy.
  Result<void> keep(RecordId user, DeviceId device, std::string_view lines, Instant now);

  struct Copy {
    EscrowId id;
    RecordId user;
    DeviceId device;
    Instant kept_at;
    std::int64_t bytes = 0;
    struct Release {
      RecordId by;
      Instant at;
    };
    std::vector<Release> releases;  // in their order
  };
  Result<std::vector<Copy>> copies();  // the newest first
  // The lines, and a note of who had them when. Errors: not_found; store_damaged when the key isn't the one it was sealed under.
  Result<std::string> release(EscrowId id, RecordId by, Instant now);

 private:
  Result<sql::Borrowed> statement(std::string_view sql);
  Result<void> make_room(std::int64_t bytes);

  sql::Database& database_;
  OrganizationNumber organization_;
  Random& random_;
  std::string key_;
};

}  // namespace satchel::server::access
