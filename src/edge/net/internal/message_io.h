// SPDX-License-Identifier: Apache-2.0
//
// One HTTP message in or out, piece by piece: in through Beast's parser, out as a finished head and a body.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "edge/net/internal/asio.h"
#include "edge/net/limits.h"

namespace satchel::edge::net {

// Read at one time: a request without body fits into the first, larger bodies come in the second.
inline constexpr std::size_t kReadHead = 8 << 10;
inline constexpr std::size_t kReadBody = 64 << 10;

// Feeds what is in `buffer`. True when the message is complete or can't become so (`failed`); false: more is needed.
template <class Parser>
bool parse_more(Parser& parser, beast::flat_buffer& buffer, ErrorInfo& failed) {
  failed = {};
  if (buffer.size() == 0) return false;
  buffer.consume(parser.put(buffer.data(), failed));
  if (failed == beast::http::error::need_more) failed = {};
  return failed || parser.is_done();
}

// Appends to `buffer` what comes next; sets `failed` at the end of the stream and for an error (also beast::error::timeout,
// when the stream has a time limit).
template <class Stream>
Task<> read_more(Stream& stream, beast::flat_buffer& buffer, std::size_t size, ErrorInfo& failed) {
  const std::size_t count =
      co_await stream.async_read_some(buffer.prepare(size), asio::redirect_error(in_task, failed));
  buffer.commit(count);
}

// `before_slice(size)` is called before each slice of the body goes out, with its size; the first goes with the head.
template <class Stream, class BeforeSlice>
Task<> write_message(Stream& stream, const std::string& head, std::string_view body, BeforeSlice before_slice,
                     ErrorInfo& failed) {
  std::string_view slice = body.substr(0, kSlice);
  const std::array<asio::const_buffer, 2> head_and_slice{asio::buffer(head), asio::buffer(slice)};
  before_slice(slice.size());
  co_await asio::async_write(stream, head_and_slice, asio::redirect_error(in_task, failed));
  while (!failed && body.size() > slice.size()) {
    body.remove_prefix(slice.size());
    slice = body.substr(0, kSlice);
    before_slice(slice.size());
    co_await asio::async_write(stream, asio::buffer(slice), asio::redirect_error(in_task, failed));
  }
}

// Whether the parser itself objected, so what came isn't HTTP or is over a limit; else the connection failed.
inline bool is_parse_failure(const ErrorInfo& failed) {
  return failed.category() == make_error_code(beast::http::error::bad_version).category();
}

}  // namespace satchel::edge::net
