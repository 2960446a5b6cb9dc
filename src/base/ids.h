// SPDX-License-Identifier: Apache-2.0
//
// The numbers and ids that both ends speak of. Words: docs/glossary.md.
#pragma once

#include "base/strong.h"
#include "base/time.h"

namespace satchel {

class Random;

using RecordId = StrongId<struct RecordIdTag>;
using DeviceId = StrongId<struct DeviceIdTag>;
using ChangeId = StrongId<struct ChangeIdTag>;  // one change in an outbox; travels as Repeatability-Request-ID
using OrganizationNumber = StrongInt<struct OrganizationNumberTag>;
// The organisation's commit number; a record's version is the seq of its last change.
using Seq = StrongInt<struct SeqTag>;
using ScopeNumber = StrongInt<struct ScopeNumberTag>;  // a scope, as the organisation's server numbers it
// Dataverse's object type code: 1 account, 2 contact, ...
using TableNumber = StrongInt<struct TableNumberTag, std::int32_t>;

// A new time-ordered id (RFC 9562, section 5.7, version 7): milliseconds, then 74 random bits.
Uuid new_uuid(Random& random, Instant now);
template <class Id>
Id new_id(Random& random, Instant now) {
  return Id(new_uuid(random, now));
}

// An id that is always the same for the same name (RFC 9562, section 5.8, version 8): used for rows derived from others.
Uuid derived_uuid(std::string_view name);

// A consistent server state: the head's number and the random mark of that commit. A server restored from a backup
// reuses numbers but not marks, so it doesn't know the cuts that it lost.
struct Cut {
  Seq seq;
  std::uint64_t mark = 0;

  bool operator==(const Cut&) const = default;
  // "128.9f3c...": decimal seq, hexadecimal mark.
  std::string to_string() const;
  static std::optional<Cut> parse(std::string_view text);
};

}  // namespace satchel
