// SPDX-License-Identifier: Apache-2.0
//
// Limits of access, with units and reasons.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace satchel::server::access {

// Argon2id as RFC 9106 suggests for interactive use: 2 passes over 64 MiB, some 60 ms on a server's core.
inline constexpr unsigned long long kPasswordPasses = 2;
inline constexpr std::size_t kPasswordMemoryBytes = 64 * 1024 * 1024;

// In bytes. Longer ones are refused unread, for hashing costs by length and nobody types more.
inline constexpr std::size_t kPasswordBytesMax = 1024;
inline constexpr std::size_t kUserNameBytesMax = 1024;  // domainname of the standard tables

// Random bytes in a token: 256 bits can't be guessed; 43 characters in base64url.
inline constexpr std::size_t kTokenBytes = 32;

// Wrong passwords that cost nothing: people mistype, and a whole office shares an address.
inline constexpr int kFreeTriesOfUser = 3;
inline constexpr int kFreeTriesOfPeer = 20;
// After them each wrong password doubles the wait, from a second up to this. A minute leaves an attacker 1,440 tries a day
// and doesn't lock the user himself out for long; an address that keeps guessing at many users waits longer.
inline constexpr Duration kWaitOfUserMax = Duration::of_minutes(1);
inline constexpr Duration kWaitOfPeerMax = Duration::of_minutes(15);
// Names and addresses remembered with their wrong tries: 10,000 are about 1 MB.
inline constexpr std::size_t kTriesRememberedMax = 10'000;

// Bytes of one wiped device's unsent work. A year of it is some 10 MB with photos left out; a device sends what fits, whole lines.
inline constexpr std::size_t kEscrowCopyBytesMax = 8 * 1024 * 1024;
// Copies that are kept, and their bytes: every device of a large organisation once; released ones make room.
inline constexpr std::int64_t kEscrowCopiesMax = 1'000;
inline constexpr std::int64_t kEscrowBytesMax = std::int64_t{1} << 30;

// Passwords verified a moment ago, so that scripts with HTTP Basic don't wait 60 ms for each request.
inline constexpr Duration kBasicLife = Duration::of_minutes(5);
inline constexpr std::size_t kBasicRememberedMax = 1'000;
// Access tokens and callers held in memory; about 300 bytes each.
inline constexpr std::size_t kCallersRememberedMax = 20'000;

// Devices of one user; the one unused for the longest time makes room, together with its sessions.
inline constexpr std::size_t kDevicesPerUserMax = 100;

// Expired tokens are swept with a sign-in or refresh, at most this often: it walks through all tokens.
inline constexpr Duration kTokenSweepEvery = Duration::of_hours(1);

// "Last seen" of a device may be this old: it's written with sign-in, refresh and pushes, not with each pull.
inline constexpr Duration kLastSeenEvery = Duration::of_minutes(1);

}  // namespace satchel::server::access
