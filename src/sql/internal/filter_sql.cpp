// SPDX-License-Identifier: Apache-2.0
#include "sql/internal/filter_sql.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "base/text.h"

namespace satchel::sql {

using query::Comparison;
using query::TextMatch;

namespace {

enum class Sense { itself, complement };

Sense opposite(Sense sense) { return sense == Sense::itself ? Sense::complement : Sense::itself; }

class FilterWriter {
 public:
  explicit FilterWriter(Sources& sources) : sources_(sources) {}

  Fragment write(const query::Filter& filter, Sense sense) {
    return std::visit([this, sense](const auto& node) { return write(node, sense); }, filter.node);
  }

 private:
  Fragment write(const query::All& all, Sense sense) { return write_parts(all.parts, sense, sense == Sense::itself); }
  Fragment write(const query::Any& any, Sense sense) { return write_parts(any.parts, sense, sense != Sense::itself); }
  Fragment write(const query::Not& negation, Sense sense) { return write(*negation.part, opposite(sense)); }
  Fragment write(const query::Compare& compare, Sense sense);
  Fragment write(const query::CompareColumns& compare, Sense sense);
  Fragment write(const query::In& in, Sense sense);
  Fragment write(const query::Match& match, Sense sense);
  Fragment write(const query::HasParty& has, Sense sense);
  Fragment write(const query::Exists& exists, Sense sense);

  Fragment write_parts(const std::vector<query::Filter>& filters, Sense sense, bool all);

  Sources& sources_;
};

Fragment always(bool truth) { return {truth ? "1 = 1" : "1 = 0", {}}; }

Fragment null_test(const std::string& key, bool is_null) { return {key + (is_null ? " is null" : " is not null"), {}}; }

// `test` or the key is null: what a complement of a test looks like.
Fragment or_null(Fragment test, const std::string& key) {
  return {"(" + test.text + " or " + key + " is null)", std::move(test.parameters)};
}

std::string_view symbol_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::eq: return " = ";
    case Comparison::ne: return " <> ";
    case Comparison::gt: return " > ";
    case Comparison::ge: return " >= ";
    case Comparison::lt: return " < ";
    case Comparison::le: return " <= ";
  }
  return " = ";
}

// Between values that aren't null.
Comparison complement_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::eq: return Comparison::ne;
    case Comparison::ne: return Comparison::eq;
    case Comparison::gt: return Comparison::le;
    case Comparison::ge: return Comparison::lt;
    case Comparison::lt: return Comparison::ge;
    case Comparison::le: return Comparison::gt;
  }
  return comparison;
}

std::string escaped_pattern(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// The code point that ends at the end of `text`, and where it begins. `text` is UTF-8 and not empty.
std::pair<char32_t, std::size_t> last_code_point(std::string_view text) {
  std::size_t start = text.size() - 1;
  while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
  const auto lead = static_cast<unsigned char>(text[start]);
  char32_t point = lead < 0x80 ? lead : lead < 0xE0 ? lead & 0x1F : lead < 0xF0 ? lead & 0x0F : lead & 0x07;
  for (std::size_t i = start + 1; i < text.size(); ++i)
    point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3F);
  return {point, start};
}

void append_utf8(std::string& out, char32_t point) {
  const auto byte = [&out](char32_t bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) {
    byte(0xC0 | (point >> 6));
  } else if (point < 0x10000) {
    byte(0xE0 | (point >> 12));
    byte(0x80 | ((point >> 6) & 0x3F));
  } else {
    byte(0xF0 | (point >> 18));
    byte(0x80 | ((point >> 12) & 0x3F));
    byte(0x80 | ((point >> 6) & 0x3F));
  }
  byte(0x80 | (point & 0x3F));
}

// The least text, in the order of bytes, behind all that begin with `prefix`; none if there is no such text.
// It's UTF-8 again, for PostgreSQL takes nothing else: the last code point that has a next one gets it.
std::optional<std::string> behind_prefix(std::string_view prefix) {
  while (!prefix.empty()) {
    const auto [point, start] = last_code_point(prefix);
    prefix = prefix.substr(0, start);
    if (point >= 0x10FFFF) continue;
    std::string out(prefix);
    append_utf8(out, point + 1 == 0xD800 ? 0xE000 : point + 1);
    return out;
  }
  return std::nullopt;
}

Fragment prefix_test(const std::string& key, const std::string& prefix, Sense sense) {
  if (prefix.empty()) return null_test(key, sense == Sense::complement);
  const auto end = behind_prefix(prefix);
  const bool itself = sense == Sense::itself;
  Fragment out;
  append(out, key + (itself ? " >= ?" : " < ?"), prefix);
  if (end) append(out, (itself ? " and " : " or ") + key + (itself ? " < ?" : " >= ?"), *end);
  return itself ? Fragment{"(" + out.text + ")", out.parameters} : or_null(std::move(out), key);
}

Fragment like_test(const std::string& key, std::string pattern, Sense sense) {
  if (sense == Sense::itself) return {key + " like ? escape '\\'", {std::move(pattern)}};
  return or_null({key + " not like ? escape '\\'", {std::move(pattern)}}, key);
}

Fragment FilterWriter::write_parts(const std::vector<query::Filter>& filters, Sense sense, bool all) {
  if (filters.empty()) return always(all);
  std::vector<Fragment> parts;
  parts.reserve(filters.size());
  for (const auto& filter : filters) parts.push_back(write(filter, sense));
  return joined_conditions(std::move(parts), all ? " and " : " or ");
}

Fragment FilterWriter::write(const query::Compare& compare, Sense sense) {
  const std::string key = sources_.key(compare.path);
  const bool itself = sense == Sense::itself;
  const bool is_ne = compare.comparison == Comparison::ne;
  if (model::is_null(compare.value)) {
    if (compare.comparison == Comparison::eq || is_ne) return null_test(key, is_ne != itself);
    return always(!itself);
  }
  const auto comparison = itself ? compare.comparison : complement_of(compare.comparison);
  Fragment out{key + std::string(symbol_of(comparison)) + "?", {parameter_of(compare.value)}};
  return itself == is_ne ? or_null(std::move(out), key) : out;
}

Fragment FilterWriter::write(const query::CompareColumns& compare, Sense sense) {
  const std::string left = sources_.key(compare.left);
  const std::string right = sources_.key(compare.right);
  const bool itself = sense == Sense::itself;
  const auto comparison = itself ? compare.comparison : complement_of(compare.comparison);
  std::string text = left + std::string(symbol_of(comparison)) + right;
  if (compare.comparison != Comparison::ne) {
    if (!itself) text = "(" + text + " or " + left + " is null or " + right + " is null)";
  } else if (itself) {
    text = "(" + text + " or (" + left + " is null and " + right + " is not null) or (" + left + " is not null and " +
           right + " is null))";
  } else {
    text = "(" + text + " or (" + left + " is null and " + right + " is null))";
  }
  return {text, {}};
}

Fragment FilterWriter::write(const query::In& in, Sense sense) {
  const std::string key = sources_.key(in.path);
  const bool itself = sense == Sense::itself;
  const bool null_listed = std::any_of(in.values.begin(), in.values.end(), model::is_null);
  Fragment list;
  for (const auto& value : in.values) {
    if (!model::is_null(value)) append(list, list.text.empty() ? "?" : ", ?", parameter_of(value));
  }
  if (list.text.empty()) return null_listed ? null_test(key, itself) : always(!itself);
  Fragment out{key + (itself ? " in (" : " not in (") + list.text + ")", std::move(list.parameters)};
  return itself == null_listed ? or_null(std::move(out), key) : out;
}

Fragment FilterWriter::write(const query::Match& match, Sense sense) {
  const std::string key = sources_.key(match.path);
  const std::string sought = fold_key(match.text);
  switch (match.match) {
    case TextMatch::starts_with: return prefix_test(key, sought, sense);
    case TextMatch::contains: return like_test(key, "%" + escaped_pattern(sought) + "%", sense);
    case TextMatch::ends_with: return like_test(key, "%" + escaped_pattern(sought), sense);
  }
  return always(false);
}

// "/ID|" stands in a party list's text only where ID is a party (layout.h), and an id has no letters that like knows.
Fragment FilterWriter::write(const query::HasParty& has, Sense sense) {
  const std::string key = sources_.key({{}, has.column});
  return like_test(key, "%/" + has.party.to_string() + "|%", sense);
}

// exists (select 1 from "contact" as ts1 where ts1."parentcustomerid" = t."id" and ...): what stands inside is true, false
// or unknown, and unknown rows aren't there; so `not exists` is the exact complement.
Fragment FilterWriter::write(const query::Exists& exists, Sense sense) {
  const std::string parent = sources_.key(exists.path);
  const auto& table = sources_.schema().at(exists.table);
  const auto& lookup = table.columns[exists.lookup];
  Sources inside = sources_.below(table);
  const auto column = [&](std::string_view name) { return inside.alias() + "." + quoted(name); };
  std::vector<Fragment> parts{{column(lookup.name) + " = " + parent, {}}};
  if (lookup.is_polymorphic()) {
    const auto& end = *query::end_of(sources_.schema(), sources_.table(), exists.path).column;
    const auto target = exists.path.hops.empty() ? sources_.table().number : exists.path.hops.back().target;
    const auto of = end.type == model::ColumnType::lookup ? end.targets.front() : target;
    parts.push_back({column(lookup.name + "__table") + " = " + std::to_string(of.value), {}});
  }
  if (auto around = inside.condition(); !around.text.empty())
    parts.push_back({"(" + around.text + ")", std::move(around.parameters)});
  if (exists.part) parts.push_back(FilterWriter(inside).write(*exists.part, Sense::itself));
  const Fragment condition = joined_conditions(std::move(parts), " and ");
  Fragment out{(sense == Sense::itself ? "exists (select 1 from " : "not exists (select 1 from "), {}};
  append(out, inside.from());
  append(out, " where ");
  append(out, condition);
  append(out, ")");
  return out;
}

}  // namespace

Fragment filter_condition(Sources& sources, const query::Filter& filter) {
  return FilterWriter(sources).write(filter, Sense::itself);
}

Fragment joined_conditions(std::vector<Fragment> parts, std::string_view word) {
  assert(!parts.empty());
  while (parts.size() > 1) {
    std::vector<Fragment> halved;
    halved.reserve((parts.size() + 1) / 2);
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
      Fragment pair{"(" + parts[i].text, std::move(parts[i].parameters)};
      append(pair, word);
      append(pair, parts[i + 1]);
      append(pair, ")");
      halved.push_back(std::move(pair));
    }
    if (parts.size() % 2 == 1) halved.push_back(std::move(parts.back()));
    parts = std::move(halved);
  }
  return std::move(parts.front());
}

Parameter parameter_of(const model::Value& value) {
  if (const auto* number = model::integer_in(value)) return *number;
  if (const auto* text = model::text_in(value)) return fold_key(*text);
  if (const auto* reference = model::reference_in(value)) return Blob{std::string(reference->id.view())};
  assert(model::is_null(value));  // a party list is compared with null alone
  return std::monostate();
}

}  // namespace satchel::sql
