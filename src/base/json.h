// SPDX-License-Identifier: Apache-2.0
//
// JSON (RFC 8259) as a value. Numbers keep their digits, so money is never squeezed through a double.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace satchel {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;  // in the order written; `set` replaces
  // A number that isn't a whole 64-bit one, by its digits: "12.50", "1e3".
  struct Digits {
    std::string text;
    bool operator==(const Digits&) const = default;
  };

  Json() = default;  // null
  Json(std::nullptr_t) {}
  // Templates, for an int must not become a bool, nor a pointer; and std::size_t is another type on every machine.
  template <std::same_as<bool> Bool>
  Json(Bool value) : value_(value) {}
  template <std::integral Int>
    requires(!std::same_as<Int, bool>)
  Json(Int value) {
    if constexpr (std::is_signed_v<Int>) value_.template emplace<std::int64_t>(value);
    else set_unsigned(value);
  }
  Json(double value);  // null if it isn't finite
  Json(Digits value) : value_(std::move(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}
  static Json object() { return Json(Object{}); }
  static Json array() { return Json(Array{}); }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_integer() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_number() const { return is_integer() || std::holds_alternative<Digits>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // Pointers are null when the value is of another type.
  const bool* as_bool() const { return std::get_if<bool>(&value_); }
  const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&value_); }
  const Digits* as_digits() const { return std::get_if<Digits>(&value_); }
  const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  const Array* as_array() const { return std::get_if<Array>(&value_); }
  Array* as_array() { return std::get_if<Array>(&value_); }
  const Object* as_object() const { return std::get_if<Object>(&value_); }
  Object* as_object() { return std::get_if<Object>(&value_); }
  std::optional<double> as_double() const;

  // Members of an object; null when absent or when this is no object.
  const Json* find(std::string_view name) const;
  std::string_view string_at(std::string_view name, std::string_view otherwise = {}) const;
  std::int64_t integer_at(std::string_view name, std::int64_t otherwise = 0) const;
  bool bool_at(std::string_view name, bool otherwise = false) const;
  void set(std::string_view name, Json value);  // makes null an object first
  void push_back(Json value);                   // makes null an array first

  std::string dump() const;         // compact
  std::string dump_pretty() const;  // two spaces, for people
  bool operator==(const Json&) const = default;

  // Errors: bad_json with line, column and what was expected; too_large past `depth_max` nested levels.
  // Text must be UTF-8; a member that comes twice is an error, for nobody could say which one was meant. A message never
  // quotes a value, which may be a secret. `depth_max` also bounds the stack that writing and destroying needs.
  static Result<Json> parse(std::string_view text, std::size_t depth_max = 64);

 private:
  void set_unsigned(std::uint64_t value);
  void write(std::string& out, int indent, int level) const;

  std::variant<std::monostate, bool, std::int64_t, Digits, std::string, Array, Object> value_;
};

// Appends `text` quoted and escaped. Bytes that aren't UTF-8 become U+FFFD, so that the result is JSON whatever came in.
void append_json_string(std::string& out, std::string_view text);

}  // namespace satchel
