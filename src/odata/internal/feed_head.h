// SPDX-License-Identifier: Apache-2.0
//
// The head, the sets of scopes and the marks of a feed page. feed.cpp draws them.
#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "odata/feed.h"

namespace satchel::odata::internal {

// Readers give false where the bytes can't be right.
void write_head(ByteWriter& out, const FeedHead& head);
bool read_head(ByteReader& in, FeedHead& head);

using ScopeSets = std::vector<std::vector<ScopeNumber>>;
void write_sets(ByteWriter& out, const ScopeSets& sets);
bool read_sets(ByteReader& in, ScopeSets& sets);

void write_marks(ByteWriter& out, const std::vector<FeedMark>& marks);
bool read_marks(ByteReader& in, std::vector<FeedMark>& marks);

// A count of things that take at least `size_min` bytes each, so that a damaged one can't ask for much room.
bool read_count(ByteReader& in, std::size_t size_min, std::size_t& count);

template <class Strong>
Strong read_strong(ByteReader& in) {
  return Strong(static_cast<decltype(Strong::value)>(in.zigzag()));
}

}  // namespace satchel::odata::internal
