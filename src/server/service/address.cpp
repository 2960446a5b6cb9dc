// SPDX-License-Identifier: Apache-2.0
//
// Addresses of the Web API (OData URL Conventions 4.01, section 4): entity sets, keys, properties, links.
//
//   contacts   contacts(0190...)   contacts(contactid=0190...)   systemusers(domainname='east1@demo')   contacts(0190...)/fullname/$value
#include "base/text.h"
#include "server/service/internal/context.h"

namespace satchel::server::service {
namespace {

// Splits at '/' outside of quotes and parentheses.
std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  std::size_t start = 0;
  int depth = 0;
  bool is_quoted = false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '\'') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c != '/' || depth > 0) continue;
    segments.push_back(path.substr(start, i - start));
    start = i + 1;
  }
  segments.push_back(path.substr(start));
  return segments;
}

std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  std::string plain;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    plain += text[i];
    if (text[i] == '\'' && text[i + 1] == '\'' && i + 2 < text.size()) ++i;
  }
  return plain;
}

Error bad_key(const model::Table& table, std::string_view key) {
  return {ErrorCode::bad_request, "The key (" + std::string(key) + ") isn't an id of " + table.plural + ".",
          std::string(key)};
}

// name='value': a record by a column that is unique, at least in practice.
Result<void> find_by_alternate_key(const Call& call, std::string_view key, Address& address) {
  const auto& table = *address.table;
  const auto equals = key.find('=');
  const auto* column = equals == std::string_view::npos ? nullptr : table.find_column(trim(key.substr(0, equals)));
  const auto value = column != nullptr ? unquoted(trim(key.substr(equals + 1))) : std::nullopt;
  if (!value || value->empty() || !column->is_text()) return bad_key(table, key);
  address.key_name = std::string(key);
  const auto ids = TRY(call.parts.records.find_by_text(table, column->index, *value));
  if (ids.size() > 1)
    return Error{ErrorCode::bad_request,
                 "Several " + table.plural + " have " + column->name + " '" + *value + "'. Use the id.", *value};
  if (!ids.empty()) {
    address.id = ids[0];
    return {};
  }
  address.missing =
      Error{ErrorCode::not_found, "There's no " + table.label + " with " + column->name + " '" + *value + "'.", *value};
  if (column->unique) address.key_value = model::ColumnValue{column->index, *value};
  return {};
}

// A GUID in any case, in braces, or with the id column's name before it; in quotes too, as generic clients write every key.
std::optional<RecordId> parse_id(const model::Table& table, std::string_view key) {
  key = trim(key);
  const auto equals = key.find('=');
  if (equals != std::string_view::npos && trim(key.substr(0, equals)) == table.id_column().name)
    key = trim(key.substr(equals + 1));
  return RecordId::parse(unquoted(key).value_or(std::string(key)));
}

// OData's own resources, and functions and actions by their whole names: legal, and not here.
std::optional<Error> not_built(std::string_view path) {
  if (path.starts_with("Microsoft.Dynamics.CRM."))
    return Error{ErrorCode::not_implemented,
                 "There's no function or action " + std::string(path) + "; $metadata lists those that there are.",
                 std::string(path)};
  for (const std::string_view name : {"$all", "$crossjoin", "$entity"})
    if (path == name || (path.starts_with(name) && path[name.size()] == '('))
      return Error{ErrorCode::not_implemented, std::string(name) + " isn't offered; ask one entity set at a time.",
                   std::string(name)};
  return std::nullopt;
}

}  // namespace

Result<Address> parse_address(const Call& call) {
  Address address;
  const auto decoded = percent_decode(call.path);
  if (!decoded || !is_utf8(*decoded))
    return Error{ErrorCode::bad_request, "The address isn't well-formed percent-encoded UTF-8."};
  if (decoded->find('\0') != std::string::npos)
    return Error{ErrorCode::bad_request, "The address holds a NUL character."};
  const auto segments = segments_of(*decoded);
  auto first = segments[0];
  // $1 in a batch stands for the record that part 1 made.
  if (first.starts_with('$') && call.references != nullptr) {
    for (const auto& [id, record] : *call.references)
      if (id == first.substr(1)) {
        address.table = call.parts.schema.find(record.table);
        address.id = record.id;
      }
    if (address.table == nullptr)
      return Error{ErrorCode::bad_request, "The part " + std::string(first) + " refers to made no record.",
                   std::string(first)};
  } else {
    if (auto error = not_built(first)) return *error;
    const auto open = first.find('(');
    const auto set = first.substr(0, open);
    address.table = call.parts.schema.find_set(set);
    if (address.table == nullptr)
      return Error{ErrorCode::unknown_table, "There's no entity set '" + std::string(set) + "'.", std::string(set)};
    if (open != std::string_view::npos) {
      if (first.back() != ')') return bad_key(*address.table, first.substr(open));
      const auto key = first.substr(open + 1, first.size() - open - 2);
      address.id = parse_id(*address.table, key);
      if (!address.id) TRY(find_by_alternate_key(call, key, address));
    }
  }
  for (std::size_t i = 1; i < segments.size(); ++i) address.rest.emplace_back(segments[i]);
  return address;
}

}  // namespace satchel::server::service
