// SPDX-License-Identifier: Apache-2.0
//
// Content-Encoding (RFC 9110, section 8.4): gzip for everybody, zstd (RFC 8878) for those who know it.
//
// Always true: decoding stops at the size given, so a small body can't become a large one (a "bomb").
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edge/net/limits.h"

namespace satchel::edge::net {

enum class Encoding { identity, gzip, zstd };

std::string_view name_of(Encoding encoding);
// "gzip", "x-gzip", "zstd", "identity" or "", in any case; nullopt for what we don't know.
std::optional<Encoding> encoding_named(std::string_view name);

// What to send to a client that says this in Accept-Encoding: its highest q among ours, zstd before gzip.
Encoding choose_encoding(std::string_view accept_encoding);

// Whether a body of this Content-Type gets smaller: text of every kind, but no photo.
bool is_compressible(std::string_view content_type);

// Encodes one body slice by slice. Can be started again, which is cheaper than a new one.
class Encoder {
 public:
  Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;
  ~Encoder();

  // `size` is the whole body's.
  void start(Encoding encoding, std::size_t size);
  enum class Last { no, yes };
  void append(std::string_view slice, Last last, std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string encode(Encoding encoding, std::string_view body);

// Errors: too_large past `size_max`; bad_request for bytes that aren't of that encoding, or end too early.
Result<std::string> decode(Encoding encoding, std::string_view body, std::size_t size_max);

}  // namespace satchel::edge::net
