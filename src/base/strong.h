// SPDX-License-Identifier: Apache-2.0
//
// Types that can't be mixed up: a swapped argument doesn't compile.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace satchel {

// A whole number of one meaning, e.g. Seq, ScopeNumber.
template <class Tag, class Int = std::int64_t>
struct StrongInt {
  Int value = 0;

  constexpr StrongInt() = default;
  constexpr explicit StrongInt(Int number) : value(number) {}
  constexpr auto operator<=>(const StrongInt&) const = default;
  constexpr StrongInt next() const { return StrongInt(value + 1); }
};

// 16 bytes in RFC 9562 order; compares as bytes, so the order of ids is the same in every database.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  constexpr auto operator<=>(const Uuid&) const = default;
  bool is_nil() const;
  // Lower case with hyphens: "0190a1b2-....".
  std::string to_string() const;
  std::span<const std::uint8_t> span() const { return bytes; }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

  // Takes any case, and braces around; nothing else.
  static std::optional<Uuid> parse(std::string_view text);
  // From exactly 16 bytes.
  static std::optional<Uuid> from_bytes(std::string_view bytes);
};

// An id of one meaning, e.g. RecordId, DeviceId.
template <class Tag>
struct StrongId {
  Uuid uuid;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Uuid id) : uuid(id) {}
  constexpr auto operator<=>(const StrongId&) const = default;
  bool is_nil() const { return uuid.is_nil(); }
  std::string to_string() const { return uuid.to_string(); }
  std::string_view view() const { return uuid.view(); }

  static std::optional<StrongId> parse(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    return uuid ? std::optional(StrongId(*uuid)) : std::nullopt;
  }
  static std::optional<StrongId> from_bytes(std::string_view bytes) {
    const auto uuid = Uuid::from_bytes(bytes);
    return uuid ? std::optional(StrongId(*uuid)) : std::nullopt;
  }
};

}  // namespace satchel

template <class Tag, class Int>
struct std::hash<satchel::StrongInt<Tag, Int>> {
  std::size_t operator()(const satchel::StrongInt<Tag, Int>& number) const { return std::hash<Int>()(number.value); }
};

template <>
struct std::hash<satchel::Uuid> {
  std::size_t operator()(const satchel::Uuid& id) const { return std::hash<std::string_view>()(id.view()); }
};

template <class Tag>
struct std::hash<satchel::StrongId<Tag>> {
  std::size_t operator()(const satchel::StrongId<Tag>& id) const { return std::hash<satchel::Uuid>()(id.uuid); }
};
