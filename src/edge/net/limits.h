// SPDX-License-Identifier: Apache-2.0
//
// How much a peer may ask of us. Sizes in bytes, times as Duration.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace satchel::edge::net {

// A photo of a phone's camera and its base64 fit; so does a batch of a thousand edits many times over.
inline constexpr std::size_t kBodyMax = std::size_t{32} << 20;
// Start line and fields. A filter in a URL may be long (Dataverse takes 32 KiB in a GET).
inline constexpr std::size_t kHeaderMax = std::size_t{48} << 10;
// All request bodies held at one time, so that many large uploads can't use up the memory.
inline constexpr std::size_t kBodiesMax = std::size_t{512} << 20;
// What a client takes as one answer: the largest attachment with room to spare.
inline constexpr std::size_t kAnswerMax = std::size_t{256} << 20;

// Connections at one time; more wait in the system's own queue. Each costs some 30 KiB.
inline constexpr std::size_t kConnectionsMax = 4000;
// Requests that wait for the worker: about a second of work. Beyond that a client does better to come again.
inline constexpr std::size_t kQueueMax = 2000;
// Requests that the worker answers together (one commit for all). More would only make the first one wait.
inline constexpr std::size_t kBatchMax = 64;

// Between two requests of a connection. Longer than our own clients keep one (kReuseMax).
inline constexpr Duration kIdleMax = Duration::of_seconds(75);
// For a request's head, from its first byte.
inline constexpr Duration kHeadMax = Duration::of_seconds(20);
// Without a byte moving in either direction: a phone in a tunnel.
inline constexpr Duration kStallMax = Duration::of_seconds(30);
inline constexpr Duration kHandshakeMax = Duration::of_seconds(10);
// How often certificate and key are looked at for a change. They are renewed days before they end.
inline constexpr Duration kTlsLookEvery = Duration::of_seconds(10);
// How long the rest of a refused request is read and dropped, so that the client sees the refusal and no reset.
inline constexpr Duration kLingerMax = Duration::of_seconds(5);
// What stop() grants to requests that have begun.
inline constexpr Duration kStopMax = Duration::of_seconds(10);

// A client opens a new connection rather than reuse one that was idle for longer.
inline constexpr Duration kReuseMax = Duration::of_seconds(45);

// Smaller bodies fit into one packet anyway.
inline constexpr std::size_t kCompressMin = 1024;
// 100 to 300 MB/s; level 3 saves another 5 to 10 % of the bytes over level 1 for half its speed.
inline constexpr int kZstdLevel = 3;
inline constexpr int kGzipLevel = 5;
// What a client may make us allocate to decode: 8 MiB is what every zstd decoder must grant (RFC 8878, 3.1.1.1.2).
inline constexpr int kZstdWindowLogMax = 23;
// Compressed or written in one go; in between other connections have their turn. About 2 ms.
inline constexpr std::size_t kSlice = std::size_t{256} << 10;
// Encoders at rest, some 2 MiB each.
inline constexpr std::size_t kEncodersKept = 4;

}  // namespace satchel::edge::net
