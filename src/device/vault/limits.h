// SPDX-License-Identifier: Apache-2.0
//
// How hard a PIN is to guess, and how long an honest mistake takes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace satchel::device::vault {

// What a new PIN costs to try: 19 MiB twice, OWASP's least for Argon2id. 115 ms in Chromium on a desktop, well under a second on
// a phone of five years ago; more memory would fail in a tab of a small one.
inline constexpr std::uint32_t kMemoryKib = 19'456;
inline constexpr std::uint32_t kIterations = 2;

// What a key file may ask for. A damaged file must neither take the machine's memory nor run for minutes.
inline constexpr std::uint32_t kMemoryKibMin = 8 * 1024;
inline constexpr std::uint32_t kMemoryKibMax = 512 * 1024;
inline constexpr std::uint32_t kIterationsMax = 16;

// Bytes. 16 are RFC 9106's recommendation for passwords.
inline constexpr std::size_t kSaltSize = 16;

// Seconds to wait behind the first, second, ... wrong PIN; further ones wait as long as the last of these.
inline constexpr std::array<std::int64_t, 6> kWaitSeconds{0, 0, 1, 5, 15, 60};

// Tries before the lock where the organisation says nothing: they find one four-digit PIN in 1,400. And what it may say.
inline constexpr std::int64_t kTriesMax = 7;
inline constexpr std::int64_t kTriesMaxLeast = 3;
inline constexpr std::int64_t kTriesMaxMost = 50;

// Characters of a PIN where the organisation says nothing: what people know from their phones.
inline constexpr std::int64_t kPinLengthMin = 4;

// Bytes of a key file; a real one has under 400.
inline constexpr std::size_t kKeyFileSizeMax = 16 * 1024;

}  // namespace satchel::device::vault
