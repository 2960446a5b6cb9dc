// SPDX-License-Identifier: Apache-2.0
#include "server/records/internal/cursor.h"

#include <map>

#include "base/bytes.h"
#include "server/access/seal.h"
#include "server/records/limits.h"

namespace satchel::server::records {
namespace {

constexpr std::uint8_t kFormat = 1;
enum CursorFlags : std::uint8_t { kMayGrant = 1, kFirstLoad = 2, kWatch = 4 };
enum ScopeFlags : std::uint8_t { kOwnPosition = 1, kLoading = 2 };

Error bad_cursor() {
  return {ErrorCode::bad_cursor, "This cursor is none that the server gave to this user and device.", "cursor"};
}

// Where most scopes stand.
Seq common_position(const std::vector<CursorScope>& scopes) {
  std::map<Seq, int> counts;
  Seq best;
  for (const auto& scope : scopes)
    if (++counts[scope.position] > counts[best]) best = scope.position;
  return best;
}

std::string sealed_text(std::string_view bytes, const CursorOwner& owner, std::string_view secret) {
  std::string message;
  message.append(owner.user.view()).append(owner.device.view()).append(bytes);
  return access::seal(secret, message);
}

std::string encode(const Cursor& cursor) {
  ByteWriter out;
  out.u8(kFormat);
  out.raw(cursor.epoch.view());
  out.zigzag(cursor.schema_number);
  out.zigzag(cursor.anchor.seq.value);
  out.u64(cursor.anchor.mark);
  out.zigzag(cursor.totals_from.value);
  out.zigzag(cursor.horizon.value);
  out.zigzag(cursor.sent);
  out.u8(static_cast<std::uint8_t>((cursor.may_grant ? kMayGrant : 0) | (cursor.first_load ? kFirstLoad : 0) |
                                   (cursor.watch ? kWatch : 0)));
  const Seq common = common_position(cursor.scopes);
  out.zigzag(common.value);
  out.varint(cursor.scopes.size());
  std::int64_t last = 0;
  for (const auto& scope : cursor.scopes) {
    const bool own = scope.position != common;
    out.zigzag(scope.number.value - last);
    out.u8(static_cast<std::uint8_t>((own ? kOwnPosition : 0) | (scope.loading ? kLoading : 0)));
    if (own) out.zigzag(scope.position.value);
    last = scope.number.value;
  }
  if (cursor.watch) {
    out.zigzag(cursor.watch->position.value);
    out.u64(cursor.watch->keys);
  }
  return out.take();
}

Result<Cursor> decode(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kFormat) return bad_cursor();
  Cursor cursor;
  cursor.epoch = Uuid::from_bytes(in.raw(16)).value_or(Uuid());
  cursor.schema_number = in.zigzag();
  cursor.anchor.seq = Seq(in.zigzag());
  cursor.anchor.mark = in.u64();
  cursor.totals_from = Seq(in.zigzag());
  cursor.horizon = Seq(in.zigzag());
  cursor.sent = in.zigzag();
  const auto flags = in.u8();
  cursor.may_grant = (flags & kMayGrant) != 0;
  cursor.first_load = (flags & kFirstLoad) != 0;
  const Seq common(in.zigzag());
  const auto count = in.varint();
  if (in.failed() || count > kCursorScopesMax) return bad_cursor();
  std::int64_t last = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    CursorScope scope;
    scope.number = ScopeNumber(last += in.zigzag());
    const auto scope_flags = in.u8();
    scope.loading = (scope_flags & kLoading) != 0;
    scope.position = (scope_flags & kOwnPosition) != 0 ? Seq(in.zigzag()) : common;
    cursor.scopes.push_back(scope);
  }
  if ((flags & kWatch) != 0) {
    cursor.watch.emplace().position = Seq(in.zigzag());
    cursor.watch->keys = in.u64();
  }
  if (in.failed() || !in.at_end()) return bad_cursor();
  return cursor;
}

}  // namespace

std::string seal_cursor(const Cursor& cursor, const CursorOwner& owner, std::string_view secret) {
  const std::string bytes = encode(cursor);
  return to_base64url(sealed_text(bytes, owner, secret) + bytes);
}

Result<Cursor> open_cursor(std::string_view text, const CursorOwner& owner, std::string_view secret) {
  const auto all = from_base64url(text);
  if (!all || all->size() < access::kSealSize) return bad_cursor();
  const std::string_view bytes = std::string_view(*all).substr(access::kSealSize);
  if (!access::same_secret(std::string_view(*all).substr(0, access::kSealSize), sealed_text(bytes, owner, secret)))
    return bad_cursor();
  return decode(bytes);
}

}  // namespace satchel::server::records
