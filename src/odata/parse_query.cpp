// SPDX-License-Identifier: Apache-2.0
#include "odata/parse_query.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "odata/internal/filter_lexer.h"
#include "odata/internal/filter_parser.h"
#include "odata/internal/filter_path.h"

namespace satchel::odata {

using model::ColumnIndex;
using model::ColumnType;
using model::Schema;
using model::Table;
using Kind = Token::Kind;

namespace {

using Option = std::pair<std::string, std::string>;

// Legal in OData or Dataverse, but not built. The last three are Dataverse's and would change what is asked for, so
// they can't be ignored like other names without '$'.
constexpr std::array<std::string_view, 11> kNotBuilt = {"$skip",    "$search",    "$apply",         "$compute",
                                                        "$levels",  "$index",     "$schemaversion", "$id",
                                                        "fetchxml", "savedquery", "userquery"};

Error option_error(ErrorCode code, std::string_view option, std::string sentence) {
  return Error{code, std::move(sentence), std::string(option)};
}

// Cut at separators that stand outside of parentheses and quotes: "a($select=x,y),b" at ',' is "a($select=x,y)" and "b".
std::vector<std::string_view> split_outside(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  std::size_t start = 0;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'') quoted = !quoted;
    if (quoted) continue;
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c != separator || depth > 0) continue;
    out.push_back(trim(text.substr(start, i - start)));
    start = i + 1;
  }
  out.push_back(trim(text.substr(start)));
  return out;
}

template <class Value>
void add_once(std::vector<Value>& values, Value value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

// ---- $orderby -----------------------------------------------------------------------------------------------------------

// "fullname desc, parentcustomerid_account/name"
class OrderParser {
 public:
  OrderParser(const Schema& schema, const Table& table, std::string_view text)
      : schema_(schema), table_(table), text_(text) {}

  Result<std::vector<query::Order>> parse() {
    tokens_ = TRY(read_tokens(text_, kOption));
    std::vector<query::Order> out;
    while (true) {
      out.push_back(TRY(parse_order()));
      if (out.size() > query::kOrdersMax)
        return fail(ErrorCode::too_large, peek().offset,
                    "there may be " + std::to_string(query::kOrdersMax) + " columns to sort by at most.");
      if (peek().is(Kind::end)) return out;
      if (!take().is(Kind::comma))
        return fail(ErrorCode::bad_filter, peek().offset, "expected 'asc', 'desc', ',' or the end.");
    }
  }

 private:
  static constexpr std::string_view kOption = "$orderby";

  Result<query::Order> parse_order() {
    const std::size_t offset = peek().offset;
    std::vector<std::string> segments;
    do {
      if (!peek().is(Kind::name)) return fail(ErrorCode::bad_filter, peek().offset, "expected the name of a column.");
      segments.push_back(take().text);
    } while (take_if(Kind::slash));
    if (peek().is(Kind::open)) return fail(ErrorCode::not_implemented, offset, "functions aren't offered for sorting.");
    const auto found = resolve_path(schema_, table_, segments);
    if (!found.ok()) return fail(found.error().code, offset, found.error().message);
    if (found->column->type == ColumnType::party_list)
      return fail(ErrorCode::bad_filter, offset, "rows can't be sorted by the list " + describe(*found->column) + ".");
    const bool descending = peek().is_word("desc");
    if (descending || peek().is_word("asc")) take();
    return query::Order{found->path, descending};
  }

  const Token& peek() const { return tokens_[at_]; }
  const Token& take() { return at_ + 1 < tokens_.size() ? tokens_[at_++] : tokens_[at_]; }
  bool take_if(Kind kind) {
    if (!peek().is(kind)) return false;
    take();
    return true;
  }
  Error fail(ErrorCode code, std::size_t offset, std::string sentence) const {
    return error_at(code, text_, offset, kOption, std::move(sentence));
  }

  const Schema& schema_;
  const Table& table_;
  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

// ---- $expand ------------------------------------------------------------------------------------------------------------

// "primarycontactid($select=fullname)" -> "primarycontactid" and "$select=fullname"; nullopt for odd parentheses.
std::optional<std::pair<std::string_view, std::string_view>> name_and_options(std::string_view item) {
  const auto open = item.find('(');
  if (open == std::string_view::npos) return std::pair(item, std::string_view());
  if (!item.ends_with(')')) return std::nullopt;
  return std::pair(trim(item.substr(0, open)), trim(item.substr(open + 1, item.size() - open - 2)));
}

// ---- the other options --------------------------------------------------------------------------------------------------

Result<std::int64_t> parse_top(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc() && end == text.data() + text.size() && out >= 0) return out;
  return option_error(ErrorCode::bad_filter, "$top",
                      "$top is a whole number that isn't negative, not '" + std::string(text) + "'.");
}

Result<bool> parse_count(std::string_view text) {
  if (equals_ignoring_case_ascii(text, "true")) return true;
  if (equals_ignoring_case_ascii(text, "false")) return false;
  return option_error(ErrorCode::bad_filter, "$count", "$count is true or false, not '" + std::string(text) + "'.");
}

Result<void> check_format(std::string_view text) {
  const auto media_type = to_lower_ascii(trim(text.substr(0, text.find(';'))));
  if (media_type == "json" || media_type == "application/json") return {};
  return option_error(ErrorCode::not_implemented, "$format",
                      "Answers are JSON; the $format '" + std::string(text) + "' isn't offered.");
}

// Reads the options of one URL. Filter and expand come last, for they look at aliases and selection.
class OptionReader {
 public:
  // `level` is 0 for the options of a URL; those in the parentheses of an $expand stand one deeper.
  OptionReader(const Schema& schema, const Table& table, const QueryContext& context, Aliases aliases = {},
               int level = 0)
      : schema_(schema), table_(table), context_(context), aliases_(std::move(aliases)), level_(level) {}

  Result<QueryOptions> read(const std::vector<Option>& options) {
    out_.query.table = table_.number;
    for (const auto& [name, value] : options) TRY(sort_in(to_lower_ascii(name), name, value));
    for (const auto& [name, value] : known_) TRY(read_option(name, value));
    if (filter_)
      out_.query.filter = TRY(FilterParser(schema_, table_, *filter_, "$filter", context_, aliases_).parse());
    if (expand_) TRY(read_expand());
    return std::move(out_);
  }

 private:
  // What to write in place of an option that is legal but not built.
  static std::string_view instead_of(std::string_view option) {
    if (option == "$skip") return " Ask for pages with Prefer: odata.maxpagesize, and follow @odata.nextLink.";
    if (option == "$search") return " Write $filter with contains(column,'word').";
    if (option == "$apply" || option == "$compute") return " Read the rows, and compute from them.";
    if (option == "fetchxml" || option == "savedquery" || option == "userquery")
      return " Write the query with $select, $filter, $orderby and $expand.";
    return "";
  }

  // Which options are there, and is each there once?
  Result<void> sort_in(const std::string& lower, const std::string& name, const std::string& value) {
    if (std::find(kNotBuilt.begin(), kNotBuilt.end(), lower) != kNotBuilt.end())
      return option_error(ErrorCode::not_implemented, name,
                          "The query option " + name + " isn't offered." + std::string(instead_of(lower)));
    if (lower.starts_with('@')) {
      for (const auto& alias : aliases_)
        if (alias.first == name.substr(1)) return twice(name);
      aliases_.emplace_back(name.substr(1), value);
      return {};
    }
    if (!lower.starts_with('$')) return {};
    for (const auto& known : known_)
      if (known.first == lower) return twice(name);
    known_.emplace_back(lower, value);
    return {};
  }

  Result<void> read_option(const std::string& name, const std::string& value) {
    if (name == "$filter") filter_ = value;
    else if (name == "$expand") expand_ = value;
    else if (name == "$select") return read_select(value);
    else if (name == "$orderby") out_.query.order = TRY(parse_order(schema_, table_, value));
    else if (name == "$top") out_.query.top = TRY(parse_top(value));
    else if (name == "$count") out_.query.count = TRY(parse_count(value));
    else if (name == "$skiptoken") out_.skip_token = value;
    else if (name == "$deltatoken") out_.delta_token = value;
    else if (name == "$format") return check_format(value);
    else return option_error(ErrorCode::bad_filter, name, "There is no query option " + name + ".");
    return {};
  }

  // ---- $expand: "primarycontactid($select=fullname),contact_customer_accounts($orderby=lastname;$top=3)"
  Result<void> read_expand() {
    for (const auto item : split_outside(*expand_, ',')) TRY(read_expanded(item));
    if (count_expands(out_.expand) <= kExpandsMax) return {};
    return option_error(ErrorCode::too_large, "$expand",
                        "$expand takes " + std::to_string(kExpandsMax) + " names at most.");
  }

  Result<void> read_expanded(std::string_view item) {
    const auto parts = name_and_options(item);
    if (!parts || parts->first.empty())
      return option_error(ErrorCode::bad_filter, "$expand",
                          "$expand can't be understood at '" + std::string(item) +
                              "'; it looks like name($select=column,column),name.");
    const auto [name, options] = *parts;
    if (name.find('/') != std::string_view::npos || name == "*")
      return option_error(ErrorCode::not_implemented, "$expand",
                          "$expand takes navigation properties by name; '" + std::string(name) + "' isn't offered.");
    for (const auto& other : out_.expand)
      if (other.navigation == name)
        return option_error(ErrorCode::bad_filter, "$expand", "$expand names '" + std::string(name) + "' twice.");
    // The parties of an activity stand in its row anyway, so expanding them means no more than selecting them.
    if (name == table_.name + "_activity_parties") return select_parties(name);
    if (const auto collection = find_collection(schema_, table_, name))
      return add_collection(*collection, name, options);
    return add_lookup(name, options);
  }

  Result<void> select_parties(std::string_view name) {
    if (!out_.query.select.empty())
      for (const auto list : party_lists_named(table_, name)) add_once(out_.query.select, list);
    return {};
  }

  // A navigation property to several tables (ownerid) is expanded to each of them. A column of the selection then has to
  // be one of at least one table.
  Result<void> add_lookup(std::string_view name, std::string_view options) {
    const std::size_t before = out_.expand.size();
    std::optional<Error> error;
    for (const auto& column : table_.columns) {
      for (std::size_t i = 0; i < column.navigation.size(); ++i) {
        if (column.navigation[i] != name) continue;
        auto inner = read_nested(schema_.at(column.targets[i]), options);
        if (inner.ok() && !is_selection(inner->query)) return only_select(name);
        if (inner.ok())
          out_.expand.push_back(
              {std::string(name), column.index, {}, std::move(inner->query), {}, std::move(inner->expand)});
        else error = inner.error();
      }
    }
    if (out_.expand.size() > before) return {};
    if (error) return *error;
    const Error unknown = unknown_name(table_, name);
    return Error{ErrorCode::unknown_column, table_.label + " has no navigation property '" + unknown.target + "'.",
                 unknown.target};
  }

  Result<void> add_collection(const Collection& collection, std::string_view name, std::string_view options) {
    auto inner = TRY(read_nested(*collection.table, options));
    out_.expand.push_back({std::string(name), 0, collection, std::move(inner.query), TRY(nested_options(options)),
                           std::move(inner.expand)});
    return {};
  }

  // What stands in the parentheses: options separated by ';'.
  Result<QueryOptions> read_nested(const Table& target, std::string_view text) const {
    if (level_ >= kExpandLevelsMax)
      return option_error(ErrorCode::not_implemented, "$expand",
                          "$expand goes " + std::to_string(kExpandLevelsMax) + " levels deep at most.");
    return OptionReader(schema_, target, context_, aliases_, level_ + 1).read(TRY(nested_options(text)));
  }

  static Result<std::vector<Option>> nested_options(std::string_view text) {
    std::vector<Option> options;
    if (text.empty()) return options;
    for (const auto option : split_outside(text, ';')) {
      const auto equals = option.find('=');
      const auto name = std::string(trim(option.substr(0, equals)));
      if (equals == std::string_view::npos || !is_nested_option(name))
        return option_error(ErrorCode::not_implemented, "$expand",
                            "Within $expand are $select, $filter, $orderby, $top, $count and $expand; '" + name +
                                "' isn't offered there.");
      options.emplace_back(name, std::string(trim(option.substr(equals + 1))));
    }
    return options;
  }

  static bool is_nested_option(std::string_view name) {
    constexpr std::array<std::string_view, 6> kNested = {"$select", "$filter", "$orderby", "$top", "$count", "$expand"};
    return std::find(kNested.begin(), kNested.end(), to_lower_ascii(name)) != kNested.end();
  }

  static bool is_selection(const query::Query& query) {
    return !query.filter && query.order.empty() && !query.top && !query.count;
  }

  static Error only_select(std::string_view name) {
    return option_error(ErrorCode::bad_filter, "$expand",
                        "'" + std::string(name) + "' leads to one record, so it takes $select and $expand alone.");
  }

  static std::size_t count_expands(const std::vector<Expand>& expands) {
    std::size_t count = expands.size();
    for (const auto& expand : expands) count += count_expands(expand.expand);
    return count;
  }

  Result<void> read_select(const std::string& value) {
    out_.query.select = TRY(parse_select(table_, value));
    out_.has_select = true;
    return {};
  }

  static Error twice(const std::string& name) {
    return option_error(ErrorCode::bad_filter, name, "The query option " + name + " stands there twice.");
  }

  const Schema& schema_;
  const Table& table_;
  const QueryContext& context_;
  QueryOptions out_;
  std::vector<Option> known_;  // by lower-case name
  Aliases aliases_;
  int level_ = 0;
  std::optional<std::string> filter_;
  std::optional<std::string> expand_;
};

// '+' is a space in a query string (as in HTML forms); percent escapes come after.
Result<std::string> decoded(std::string_view raw) {
  std::string spaced(raw);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  auto text = percent_decode(spaced);
  if (!text)
    return Error{ErrorCode::bad_request, "The address has a '%' that isn't followed by two hexadecimal digits."};
  if (!is_utf8(*text)) return Error{ErrorCode::bad_request, "The address holds bytes that aren't UTF-8."};
  if (text->find('\0') != std::string::npos) return Error{ErrorCode::bad_request, "The address holds a NUL character."};
  return std::move(*text);
}

}  // namespace

Result<query::Filter> parse_filter(const Schema& schema, const Table& table, std::string_view text,
                                   const QueryContext& context) {
  const Aliases none;
  return FilterParser(schema, table, text, "$filter", context, none).parse();
}

Result<std::vector<query::Order>> parse_order(const Schema& schema, const Table& table, std::string_view text) {
  return OrderParser(schema, table, text).parse();
}

Result<std::vector<ColumnIndex>> parse_select(const Table& table, std::string_view text) {
  std::vector<ColumnIndex> out;
  bool all = false;
  for (const auto part : split(text, ',')) {
    const auto name = trim(part);
    if (name.empty()) return option_error(ErrorCode::bad_filter, "$select", "$select lacks the name of a column.");
    if (name.find_first_of("/(") != std::string_view::npos)
      return option_error(
          ErrorCode::not_implemented, "$select",
          "$select takes columns of " + table.label + " alone; use $expand for '" + std::string(name) + "'.");
    all = all || name == "*";
    const auto lists = party_lists_named(table, name);
    for (const auto list : lists) add_once(out, list);
    if (name != "*" && lists.empty()) add_once(out, TRY(resolve_column(table, name))->index);
  }
  return all ? std::vector<ColumnIndex>() : out;
}

Result<QueryOptions> parse_query_string(const Schema& schema, const Table& table, std::string_view raw,
                                        const QueryContext& context) {
  const auto options = TRY(split_query_string(raw));
  return OptionReader(schema, table, context).read(options);
}

Result<std::vector<Option>> split_query_string(std::string_view raw) {
  std::vector<Option> out;
  for (const auto part : split(raw, '&')) {
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    std::string name = TRY(decoded(part.substr(0, equals)));
    std::string value = TRY(decoded(part.substr(std::min(equals + 1, part.size()))));
    out.emplace_back(std::string(trim(name)), std::move(value));
  }
  return out;
}

}  // namespace satchel::odata
