// SPDX-License-Identifier: Apache-2.0
//
// The token of a next link, in base64url:
//
//   2, page size, what is left of $top plus one or 0, delta token, number of orders, then of each: kind and value; id of
//   the last row
//
// It only says where to go on. What may be seen there is decided anew, so it needs no seal.
#include <limits>

#include "base/bytes.h"
#include "base/text.h"
#include "server/service/internal/reading.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace {

constexpr std::uint8_t kFormat = 2;

Error bad_token() {
  return {ErrorCode::bad_cursor, "The $skiptoken isn't one of this server's. Use the next link as it came.",
          "$skiptoken"};
}

std::optional<model::Value> read_key(ByteReader& reader) {
  switch (reader.u8()) {
    case 0: return model::Value();
    case 1: return model::Value(reader.zigzag());
    case 2: {
      std::string text(reader.text());
      if (!is_utf8(text)) return std::nullopt;
      return model::Value(std::move(text));
    }
    case 3: {
      const auto table = TableNumber(static_cast<std::int32_t>(reader.zigzag()));
      const auto id = RecordId::from_bytes(reader.raw(16));
      if (!id) return std::nullopt;
      return model::Value(model::Reference{table, *id});
    }
    default: return std::nullopt;
  }
}

}  // namespace

std::string write_skip_token(const ListPlace& place) {
  ByteWriter writer;
  writer.u8(kFormat);
  writer.varint(static_cast<std::uint64_t>(place.page_size));
  writer.varint(place.top_left ? static_cast<std::uint64_t>(*place.top_left) + 1 : 0);
  writer.text(place.tracked);
  writer.varint(place.position.values.size());
  for (const auto& value : place.position.values) {
    writer.u8(static_cast<std::uint8_t>(value.index()));
    if (const auto* number = model::integer_in(value)) writer.zigzag(*number);
    if (const auto* text = model::text_in(value)) writer.text(*text);
    if (const auto* reference = model::reference_in(value)) {
      writer.zigzag(reference->table.value);
      writer.raw(reference->id.view());
    }
  }
  writer.raw(place.position.id.view());
  return to_base64url(writer.bytes());
}

Result<ListPlace> read_skip_token(std::string_view text, std::size_t orders) {
  const auto bytes = from_base64url(text);
  if (!bytes) return bad_token();
  ByteReader reader(*bytes);
  ListPlace place;
  if (reader.u8() != kFormat) return bad_token();
  const auto page_size = reader.varint();
  const auto top_left = reader.varint();
  place.tracked = std::string(reader.text());
  const auto count = reader.varint();
  if (count != orders || page_size < 1 || page_size > static_cast<std::uint64_t>(kPageRowsMax)) return bad_token();
  place.page_size = static_cast<std::int64_t>(page_size);
  if (top_left == 1 || top_left > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return bad_token();
  if (top_left > 1) place.top_left = static_cast<std::int64_t>(top_left - 1);
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    auto key = read_key(reader);
    if (!key) return bad_token();
    place.position.values.push_back(std::move(*key));
  }
  const auto id = RecordId::from_bytes(reader.raw(16));
  if (!id || reader.failed() || !reader.at_end()) return bad_token();
  place.position.id = *id;
  return place;
}

std::string options_without(std::string_view raw, std::string_view name) {
  std::string out;
  for (const auto option : split(raw, '&')) {
    const auto given = percent_decode(option.substr(0, option.find('=')));
    if (option.empty() || !given || equals_ignoring_case_ascii(trim(*given), name)) continue;
    out += std::string(option) + "&";
  }
  return out;
}

}  // namespace satchel::server::service
