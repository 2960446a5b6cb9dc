// SPDX-License-Identifier: Apache-2.0
#include "edge/net/compression.h"

#include <doctest/doctest.h>

#include "base/random.h"

namespace satchel::edge::net {
namespace {

std::string rows(std::size_t size) {
  SeededRandom random(7);
  std::string text;
  while (text.size() < size) text += "{\"name\":\"row " + random.hex(4) + "\",\"city\":\"Wien\"}\n";
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE("bodies of every size come back") {
  for (const auto encoding : {Encoding::identity, Encoding::gzip, Encoding::zstd})
    for (const std::size_t size : {0, 1, 1000, 65'535, 65'536, 65'537, 131'072, 1'000'000, 5'000'000}) {
      CAPTURE(name_of(encoding));
      CAPTURE(size);
      const auto body = rows(size);
      const auto encoded = encode(encoding, body);
      if (encoding != Encoding::identity && size >= 1000) CHECK(encoded.size() < size / 2);
      const auto decoded = decode(encoding, encoded, size);
      REQUIRE(decoded.ok());
      CHECK(*decoded == body);
    }
}

TEST_CASE("an encoder can be started again and takes slices") {
  Encoder encoder;
  const auto body = rows(300'000);
  for (const auto encoding : {Encoding::gzip, Encoding::zstd, Encoding::gzip, Encoding::zstd}) {
    std::string encoded;
    encoder.start(encoding, body.size());
    for (std::size_t at = 0; at < body.size(); at += 100'000)
      encoder.append(std::string_view(body).substr(at, 100'000),
                     at + 100'000 >= body.size() ? Encoder::Last::yes : Encoder::Last::no, encoded);
    CHECK(*decode(encoding, encoded, body.size()) == body);
  }
}

TEST_CASE("a bomb stops at the limit") {
  const std::string zeros(10'000'000, '\0');
  for (const auto encoding : {Encoding::gzip, Encoding::zstd}) {
    const auto bomb = encode(encoding, zeros);
    CHECK(bomb.size() < 20'000);
    CHECK(decode(encoding, bomb, 1'000'000).error().code == ErrorCode::too_large);
    CHECK(decode(encoding, bomb, zeros.size() - 1).error().code == ErrorCode::too_large);
  }
}

TEST_CASE("several frames in a row are one body") {
  for (const auto encoding : {Encoding::gzip, Encoding::zstd})
    CHECK(*decode(encoding, encode(encoding, "one ") + encode(encoding, "two"), 100) == "one two");
}

// Every prefix and every single damaged byte: either an error or, never, something else than the body.
TEST_CASE("what is cut short or isn't that encoding is refused") {
  const auto body = rows(2000);
  for (const auto encoding : {Encoding::gzip, Encoding::zstd}) {
    const auto encoded = encode(encoding, body);
    for (std::size_t size = 0; size < encoded.size(); ++size) {
      CAPTURE(size);
      CHECK(decode(encoding, std::string_view(encoded).substr(0, size), 10'000).error().code == ErrorCode::bad_request);
    }
    CHECK(decode(encoding, "plain text, nothing else", 10'000).error().code == ErrorCode::bad_request);
    CHECK(decode(encoding, encoded + "more", 10'000).error().code == ErrorCode::bad_request);
  }
}

TEST_CASE("Accept-Encoding decides") {
  CHECK(choose_encoding("") == Encoding::identity);
  CHECK(choose_encoding("gzip, deflate, br, zstd") == Encoding::zstd);
  CHECK(choose_encoding("gzip, deflate, br") == Encoding::gzip);
  CHECK(choose_encoding("zstd;q=0.5, gzip;q=0.9") == Encoding::gzip);
  CHECK(choose_encoding("zstd;q=0, gzip ; q=0") == Encoding::identity);
  CHECK(choose_encoding("GZIP") == Encoding::gzip);
  CHECK(choose_encoding("identity, br") == Encoding::identity);
  CHECK(choose_encoding(";;;q=,,zstd;q=x") == Encoding::identity);
}

TEST_CASE("photos aren't compressed again") {
  for (const char* type :
       {"application/json", "application/json; charset=utf-8", "text/html", "application/xml", "image/svg+xml",
        "application/javascript", "application/wasm", "multipart/mixed; boundary=x", "application/vnd.satchel.feed"})
    CHECK(is_compressible(type));
  for (const char* type : {"", "image/png", "image/jpeg", "application/octet-stream", "application/zip", "font/woff2"})
    CHECK_FALSE(is_compressible(type));
}

}  // namespace satchel::edge::net
