// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/meta.h"

#include <charconv>

#include "sql/layout.h"

namespace satchel::device::store {

NamedValues::NamedValues(sql::Database& database, std::string_view table) : database_(database) {
  const auto name = sql::quoted(table);
  get_ = "select value from " + name + " where name = ?1";
  set_ = "insert into " + name + "(name, value) values (?1, ?2) on conflict(name) do update set value = excluded.value";
  drop_ = "delete from " + name + " where name = ?1";
}

Result<std::optional<std::string>> NamedValues::get(std::string_view name) {
  auto select = TRY(sql::borrow(database_, get_));
  select->bind_text(1, name);
  if (!TRY(select->step())) return std::optional<std::string>();
  return std::optional(std::string(select->blob(0)));
}

Result<void> NamedValues::set(std::string_view name, std::string_view value) {
  auto insert = TRY(sql::borrow(database_, set_));
  insert->bind_text(1, name);
  insert->bind_blob(2, value);
  return insert->run();
}

Result<void> NamedValues::drop(std::string_view name) {
  auto remove = TRY(sql::borrow(database_, drop_));
  remove->bind_text(1, name);
  return remove->run();
}

Result<std::int64_t> NamedValues::integer(std::string_view name, std::int64_t otherwise) {
  const auto value = TRY(get(name));
  if (!value) return otherwise;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error == std::errc() && end == value->data() + value->size()) return number;
  return Error{ErrorCode::store_damaged, "The store's own value \"" + std::string(name) + "\" isn't a number."};
}

Result<void> NamedValues::set_integer(std::string_view name, std::int64_t value) {
  return set(name, std::to_string(value));
}

}  // namespace satchel::device::store
