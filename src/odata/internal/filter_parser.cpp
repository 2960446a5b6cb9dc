// SPDX-License-Identifier: Apache-2.0
#include "odata/internal/filter_parser.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/time.h"
#include "odata/internal/filter_functions.h"
#include "odata/internal/filter_period.h"

namespace satchel::odata {

using model::ColumnType;
using query::Comparison;
using query::Filter;
using Kind = Token::Kind;

namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::size_t kTokenShownMax = 40;

struct Operator {
  std::string_view name;
  Comparison comparison;
};
constexpr std::array kOperators = {Operator{"eq", Comparison::eq}, Operator{"ne", Comparison::ne},
                                   Operator{"gt", Comparison::gt}, Operator{"ge", Comparison::ge},
                                   Operator{"lt", Comparison::lt}, Operator{"le", Comparison::le}};
constexpr std::array<std::string_view, 7> kOtherOperators = {"has", "add", "sub", "mul", "div", "divby", "mod"};

std::optional<Comparison> comparison_in(const Token& token) {
  for (const auto& known : kOperators)
    if (token.is_word(known.name)) return known.comparison;
  return std::nullopt;
}

bool is_other_operator(const Token& token) {
  return token.is(Kind::minus) || std::any_of(kOtherOperators.begin(), kOtherOperators.end(),
                                              [&token](std::string_view name) { return token.is_word(name); });
}

// What a comparison becomes when its sides change places.
Comparison mirrored(Comparison comparison) {
  switch (comparison) {
    case Comparison::gt: return Comparison::lt;
    case Comparison::ge: return Comparison::le;
    case Comparison::lt: return Comparison::gt;
    case Comparison::le: return Comparison::ge;
    default: return comparison;
  }
}

bool is_query_function(const Token& name) {
  return equals_ignoring_case_ascii(std::string_view(name.text).substr(0, kQueryFunctionNamespace.size()),
                                    kQueryFunctionNamespace);
}

// "a or (b or c)" needs no level of its own.
template <class Group>
void add_part(std::vector<Filter>& parts, Filter filter) {
  if (auto* group = std::get_if<Group>(&filter.node); group != nullptr && !group->parts.empty())
    std::move(group->parts.begin(), group->parts.end(), std::back_inserter(parts));
  else parts.push_back(std::move(filter));
}

}  // namespace

Result<Filter> FilterParser::parse() {
  if (text_.size() > kFilterTextMax)
    return Error{ErrorCode::too_large,
                 std::string(option_) + " may have " + std::to_string(kFilterTextMax) + " bytes at most.",
                 std::string(option_)};
  tokens_ = TRY(read_tokens(text_, option_));
  if (peek().is(Kind::end)) return fail(ErrorCode::bad_filter, 0, "expected a condition, but there is none.");
  Term term = TRY(parse_or());
  if (!peek().is(Kind::end)) return expected("'and', 'or' or the end");
  return condition_of(std::move(term), 0);
}

// ---- and, or, not -------------------------------------------------------------------------------------------------------

Result<FilterParser::Term> FilterParser::parse_or() {
  const std::size_t offset = peek().offset;
  Term first = TRY(parse_and());
  if (!peek().is_word("or")) return first;
  query::Any out;
  add_part<query::Any>(out.parts, TRY(condition_of(std::move(first), offset)));
  while (take_word("or")) {
    const std::size_t next = peek().offset;
    Term term = TRY(parse_and());
    add_part<query::Any>(out.parts, TRY(condition_of(std::move(term), next)));
  }
  return Term(Filter{std::move(out)});
}

Result<FilterParser::Term> FilterParser::parse_and() {
  const std::size_t offset = peek().offset;
  Term first = TRY(parse_not());
  if (!peek().is_word("and")) return first;
  query::All out;
  add_part<query::All>(out.parts, TRY(condition_of(std::move(first), offset)));
  while (take_word("and")) {
    const std::size_t next = peek().offset;
    Term term = TRY(parse_not());
    add_part<query::All>(out.parts, TRY(condition_of(std::move(term), next)));
  }
  return Term(Filter{std::move(out)});
}

// OData binds "not" closer than "eq"; nobody who writes "not a eq 1" means that, so here it takes the whole comparison.
Result<FilterParser::Term> FilterParser::parse_not() {
  bool negated = false;
  const bool any = peek().is_word("not");
  while (take_word("not")) negated = !negated;
  const std::size_t offset = peek().offset;
  Term term = TRY(parse_comparison());
  if (!any) return term;
  Filter filter = TRY(condition_of(std::move(term), offset));
  return Term(negated ? negation(std::move(filter)) : std::move(filter));
}

Result<FilterParser::Term> FilterParser::parse_comparison() {
  Term left = TRY(parse_term());
  const Token operation = peek();
  if (const auto comparison = comparison_in(operation)) {
    take();
    Term right = TRY(parse_term());
    return Term(TRY(compare_terms(std::move(left), operation, *comparison, std::move(right))));
  }
  if (operation.is_word("in")) {
    take();
    return Term(TRY(find_in(left, operation)));
  }
  if (is_other_operator(operation))
    return fail(ErrorCode::not_implemented, operation.offset,
                "the operator '" + operation.text + "' isn't offered in filters.");
  return left;
}

// ---- terms --------------------------------------------------------------------------------------------------------------

Result<FilterParser::Term> FilterParser::parse_term() {
  const Token& token = peek();
  if (token.is(Kind::open)) return parse_parenthesis();
  if (token.is(Kind::minus))
    return fail(ErrorCode::not_implemented, token.offset, "arithmetic isn't offered in filters.");
  if (token.is(Kind::alias) || literal_in(token)) return Term(TRY(parse_literal()));
  if (token.is(Kind::name)) return parse_name();
  return expected("a column or a value");
}

Result<FilterParser::Term> FilterParser::parse_parenthesis() {
  take();
  TRY(enter());
  Term out = TRY(parse_or());
  TRY(expect(Kind::close, "')'"));
  leave();
  return out;
}

Result<FilterParser::Term> FilterParser::parse_name() {
  const Token name = take();
  return peek().is(Kind::open) ? parse_function(name) : parse_path(name);
}

Result<FilterParser::Term> FilterParser::parse_function(const Token& name) {
  take();
  TRY(enter());
  Term out = TRY(parse_arguments(name));
  TRY(expect(Kind::close, "')'"));
  leave();
  return out;
}

Result<FilterParser::Term> FilterParser::parse_arguments(const Token& name) {
  if (is_query_function(name)) return parse_query_function(name);
  if (name.is_word("contains") || name.is_word("startswith") || name.is_word("endswith")) return parse_match(name);
  if (name.is_word("tolower") || name.is_word("toupper")) return parse_case_function();
  if (name.is_word("year")) return parse_part_function(ColumnTerm::As::year);
  if (name.is_word("date")) return parse_part_function(ColumnTerm::As::day);
  if (name.is_word("now"))
    return Term(Literal{Literal::Kind::date_time, format_date_time(context_.now.seconds()), name.offset});
  if (is_known_function(name.text))
    return fail(ErrorCode::not_implemented, name.offset, "the function '" + name.text + "' isn't offered in filters.");
  return fail(ErrorCode::bad_filter, name.offset, "there is no function '" + name.text + "'.");
}

// contains(fullname,'an')
Result<FilterParser::Term> FilterParser::parse_match(const Token& name) {
  const std::size_t offset = peek().offset;
  const Term term = TRY(parse_term());
  const auto* column = std::get_if<ColumnTerm>(&term);
  if (column == nullptr || column->as != ColumnTerm::As::itself)
    return fail(ErrorCode::bad_filter, offset, "expected a column here: " + name.text + "(column,'text').");
  if (!column->path.column->is_text())
    return fail(ErrorCode::bad_filter, offset,
                name.text + " is asked of texts, but " + describe(*column->path.column) + " is none.");
  TRY(expect(Kind::comma, "',' and the text that is sought"));
  const std::string text = TRY(parse_sought_text());
  TRY(count(1));
  const auto match = name.is_word("contains")     ? query::TextMatch::contains
                     : name.is_word("startswith") ? query::TextMatch::starts_with
                                                  : query::TextMatch::ends_with;
  return Term(Filter{query::Match{column->path.path, match, text}});
}

Result<std::string> FilterParser::parse_sought_text() {
  const std::size_t offset = peek().offset;
  const Term term = TRY(parse_term());
  const auto* text = std::get_if<Literal>(&term);
  if (text == nullptr || text->kind != Literal::Kind::text)
    return fail(ErrorCode::bad_filter, offset, "expected a text in quotes, as in contains(column,'text').");
  if (text->text.size() > query::kMatchTextMax)
    return fail(ErrorCode::too_large, offset,
                "a text that is sought may have " + std::to_string(query::kMatchTextMax) + " bytes at most.");
  return text->text;
}

// tolower(x) and toupper(x) are x, for texts compare without case anyway.
Result<FilterParser::Term> FilterParser::parse_case_function() {
  const std::size_t offset = peek().offset;
  Term out = TRY(parse_term());
  const auto* column = std::get_if<ColumnTerm>(&out);
  const auto* literal = std::get_if<Literal>(&out);
  const bool is_text =
      column != nullptr ? column->path.column->is_text() : literal != nullptr && literal->kind == Literal::Kind::text;
  if (!is_text) return fail(ErrorCode::bad_filter, offset, "expected a column that holds a text, or a text in quotes.");
  return out;
}

// year(createdon), date(createdon)
Result<FilterParser::Term> FilterParser::parse_part_function(ColumnTerm::As as) {
  const std::size_t offset = peek().offset;
  Term out = TRY(parse_term());
  auto* column = std::get_if<ColumnTerm>(&out);
  if (column == nullptr || column->as != ColumnTerm::As::itself ||
      (column->path.column->type != ColumnType::date && column->path.column->type != ColumnType::datetime))
    return fail(ErrorCode::bad_filter, offset, "expected a column that holds a date.");
  column->as = as;
  return out;
}

// Microsoft.Dynamics.CRM.LastXDays(PropertyName='modifiedon',PropertyValue=10)
Result<FilterParser::Term> FilterParser::parse_query_function(const Token& name) {
  QueryCall call;
  while (!peek().is(Kind::close)) {
    TRY(parse_parameter(call));
    if (!peek().is(Kind::close)) TRY(expect(Kind::comma, "',' or ')'"));
  }
  if (!call.path)
    return fail(ErrorCode::bad_filter, name.offset,
                "the function needs the name of a column: " + name.text + "(PropertyName='...').");
  TRY(count(1 + call.values.size()));
  const auto short_name = std::string_view(name.text).substr(kQueryFunctionNamespace.size());
  return Term(TRY(placed(query_function(short_name, *call.path, call.values, context_), name.offset)));
}

// PropertyName='modifiedon', PropertyValue=10, PropertyValues=['a','b']
Result<void> FilterParser::parse_parameter(QueryCall& call) {
  const Token& name = take();
  if (!name.is(Kind::name) || !take_if(Kind::equals))
    return fail(ErrorCode::bad_filter, name.offset, "expected PropertyName='...' and what else the function takes.");
  const std::size_t offset = peek().offset;
  Words given = TRY(parse_values());
  if (name.is_word("PropertyName")) {
    call.path = TRY(resolve(TRY(name_in(given, offset)), offset));
  } else if (to_lower_ascii(name.text).starts_with("propertyvalue")) {
    std::move(given.begin(), given.end(), std::back_inserter(call.values));
  } else {
    return fail(
        ErrorCode::bad_filter, name.offset,
        "there is no parameter '" + name.text + "'; functions take PropertyName, PropertyValue and PropertyValues.");
  }
  return {};
}

// 'parentcustomerid_account/name' -> its segments.
Result<std::vector<std::string>> FilterParser::name_in(const Words& given, std::size_t offset) const {
  if (given.size() != 1 || given.front().kind != Literal::Kind::text)
    return fail(ErrorCode::bad_filter, offset, "expected the name of one column in quotes.");
  std::vector<std::string> out;
  for (const auto segment : split(given.front().text, '/')) out.emplace_back(segment);
  return out;
}

Result<FilterParser::Term> FilterParser::parse_path(const Token& first) {
  std::vector<std::string> segments;
  if (!scope_.variable.empty()) {
    if (first.text != scope_.variable)
      return fail(ErrorCode::not_implemented, first.offset,
                  "within any(...) and all(...) names begin with '" + scope_.variable + "/'; others aren't offered.");
  } else if (!first.is_word("$it")) {
    segments.push_back(first.text);
  }
  while (take_if(Kind::slash)) {
    if (!peek().is(Kind::name)) return expected("a name behind '/'");
    const Token segment = take();
    const bool is_lambda = segment.is_word("any") || segment.is_word("all");
    if (is_lambda && peek().is(Kind::open)) return parse_lambda(segment, segments);
    if (segment.text.starts_with('$'))
      return fail(ErrorCode::not_implemented, segment.offset, "'/" + segment.text + "' isn't offered in filters.");
    if (segment.text.find('.') != std::string::npos)
      return fail(
          ErrorCode::not_implemented, segment.offset,
          "types in paths aren't offered in filters; write the navigation property of the table that is meant.");
    segments.push_back(segment.text);
  }
  if (segments.empty())
    return fail(ErrorCode::bad_filter, first.offset, "expected the name of a column behind '" + first.text + "/'.");
  return Term(ColumnTerm{TRY(resolve(segments, first.offset)), ColumnTerm::As::itself, first.offset});
}

// ---- any and all --------------------------------------------------------------------------------------------------------

// contact_customer_accounts/any(c:c/lastname eq 'King'). `first` is "any" or "all"; the "(" is next.
Result<FilterParser::Term> FilterParser::parse_lambda(const Token& first, const std::vector<std::string>& segments) {
  if (segments.empty()) return fail(ErrorCode::bad_filter, first.offset, "expected a collection in front of it.");
  if (segments.size() == 1)
    if (const auto lists = party_lists_named(*scope_.table, segments.front()); !lists.empty())
      return parse_party_lambda(first, lists);
  ColumnPath parent;
  const model::Table* table = scope_.table;
  if (segments.size() > 1 || !scope_.way.empty()) {
    std::vector<std::string> way(segments.begin(), segments.end() - 1);
    if (!scope_.way.empty()) way.insert(way.begin(), scope_.way);
    for (const auto& name : way) {
      const auto hop = table->find_navigation(name);
      if (!hop) return placed(unknown_name(*table, name), first.offset);
      table = &schema_.at(hop->target);
    }
    way.push_back(table->id_column().name);
    parent = TRY(placed(resolve_path(schema_, *scope_.table, way), first.offset));
  }
  const auto collection = find_collection(schema_, *table, segments.back());
  if (!collection)
    return fail(ErrorCode::unknown_column, first.offset,
                table->label + " has no collection '" + segments.back() + "'.");
  if (++hops_ > query::kFilterHopsMax)
    return fail(ErrorCode::too_large, first.offset,
                "a filter may lead to " + std::to_string(query::kFilterHopsMax) + " related records at most.");
  const bool all = first.is_word("all");
  take();
  TRY(enter());
  query::Exists exists{parent.path, collection->link != nullptr ? collection->link->number : collection->table->number,
                       collection->lookup->index, nullptr};
  if (!peek().is(Kind::close)) {
    Filter body = TRY(parse_lambda_body(*collection));
    exists.part = std::make_shared<const Filter>(all ? negation(std::move(body)) : std::move(body));
  } else if (all) {
    return expected("a condition, as in all(c:c/statecode eq 0)");
  }
  TRY(expect(Kind::close, "')'"));
  leave();
  TRY(count(1));
  Filter out{std::move(exists)};
  return Term(all ? negation(std::move(out)) : std::move(out));
}

// "c:c/lastname eq 'King'", up to the closing parenthesis.
Result<Filter> FilterParser::parse_lambda_body(const Collection& collection) {
  const Token variable = take();
  if (!variable.is(Kind::name) || !take_if(Kind::colon))
    return fail(ErrorCode::bad_filter, variable.offset, "expected a name and ':', as in any(c:c/lastname eq 'King').");
  Scope inside{collection.table, variable.text, {}};
  if (collection.link != nullptr) inside = {collection.link, variable.text, collection.far->navigation.front()};
  const Scope outside = std::exchange(scope_, std::move(inside));
  const std::size_t offset = peek().offset;
  Term body = TRY(parse_or());
  Filter out = TRY(condition_of(std::move(body), offset));
  scope_ = outside;
  return out;
}

// phonecall_activity_parties/any(p:p/_partyid_value eq ID and p/participationtypemask eq 2), or a list's own name in
// front.
Result<FilterParser::Term> FilterParser::parse_party_lambda(const Token& first,
                                                            const std::vector<model::ColumnIndex>& lists) {
  if (first.is_word("all"))
    return fail(ErrorCode::not_implemented, first.offset,
                "'all' isn't offered for the parties of activities; write "
                "phonecall_activity_parties/any(p:p/_partyid_value eq ID).");
  take();
  TRY(enter());
  const PartyTest test = TRY(parse_party_tests());
  TRY(expect(Kind::close, "')'"));
  leave();
  query::Any out;
  for (const auto list : lists) {
    if (test.mask && scope_.table->columns[list].participation_mask != *test.mask) continue;
    TRY(count(1));
    if (test.party) out.parts.push_back({query::HasParty{list, *test.party}});
    else out.parts.push_back({query::Compare{{{}, list}, Comparison::ne, {}}});
  }
  return Term(Filter{std::move(out)});
}

// What stands in any(...): nothing, or p:p/_partyid_value eq ID and p/participationtypemask eq 2 in either order.
Result<FilterParser::PartyTest> FilterParser::parse_party_tests() {
  PartyTest test;
  if (peek().is(Kind::close)) return test;
  const Token& variable = take();
  if (!variable.is(Kind::name) || !take_if(Kind::colon))
    return fail(ErrorCode::bad_filter, variable.offset,
                "expected a name and ':', as in any(p:p/_partyid_value eq ID).");
  int opened = 0;
  while (take_if(Kind::open)) ++opened;
  do TRY(parse_party_test(variable, test));
  while (take_word("and"));
  if (peek().is_word("or"))
    return fail(ErrorCode::not_implemented, peek().offset, "'or' isn't offered here; write any(...) or any(...).");
  while (opened-- > 0) TRY(expect(Kind::close, "')'"));
  return test;
}

Result<void> FilterParser::parse_party_test(const Token& variable, PartyTest& test) {
  const Token& start = take();
  std::vector<std::string> segments;
  while (take_if(Kind::slash)) segments.push_back(take().text);
  if (!start.is_word(variable.text) || segments.empty())
    return fail(ErrorCode::bad_filter, start.offset, "expected '" + variable.text + "/' and a column of the party.");
  const Token& operation = take();
  const std::size_t offset = peek().offset;
  const Literal literal = TRY(parse_literal());
  const bool is_mask = segments.front() == "participationtypemask";
  const bool is_party = segments.front().starts_with("_partyid") || segments.front().starts_with("partyid");
  if (!operation.is_word("eq") || (!is_mask && !is_party))
    return fail(ErrorCode::not_implemented, start.offset,
                "parties are found by '_partyid_value eq ID' and 'participationtypemask eq NUMBER' alone.");
  if (is_mask ? test.mask.has_value() : test.party.has_value())
    return fail(ErrorCode::not_implemented, start.offset,
                "one party and one participationtypemask can be asked for in any(...).");
  if (is_mask) test.mask = whole_number(literal);
  else test.party = RecordId::parse(literal.text);
  if (is_mask && !test.mask) return fail(ErrorCode::bad_filter, offset, "expected a number, like 2.");
  if (is_party && !test.party)
    return fail(ErrorCode::bad_filter, offset, "expected an id, like 01234567-89ab-cdef-0123-456789abcdef.");
  return {};
}

// ---- comparing ----------------------------------------------------------------------------------------------------------

Result<Filter> FilterParser::compare_terms(Term left, const Token& operation, Comparison comparison, Term right) {
  TRY(count(1));
  auto* left_column = std::get_if<ColumnTerm>(&left);
  auto* right_column = std::get_if<ColumnTerm>(&right);
  auto* left_literal = std::get_if<Literal>(&left);
  auto* right_literal = std::get_if<Literal>(&right);
  if (left_column != nullptr && right_literal != nullptr)
    return compare_column(*left_column, comparison, *right_literal);
  if (left_literal != nullptr && right_column != nullptr)
    return compare_column(*right_column, mirrored(comparison), *left_literal);
  if (left_column != nullptr && right_column != nullptr) {
    if (left_column->as != ColumnTerm::As::itself || right_column->as != ColumnTerm::As::itself)
      return fail(ErrorCode::not_implemented, operation.offset, "functions of two columns can't be compared.");
    return placed(compare_columns(left_column->path, comparison, right_column->path), left_column->offset);
  }
  if (left_literal != nullptr && right_literal != nullptr)
    return fail(ErrorCode::not_implemented, operation.offset,
                "comparing two values isn't offered; one side has to be a column.");
  if (left_literal != nullptr)
    return compare_condition(std::get<Filter>(std::move(right)), operation, comparison, left_literal);
  auto* condition = std::get_if<Filter>(&left);
  if (condition == nullptr) return compare_condition({}, operation, comparison, nullptr);
  return compare_condition(std::move(*condition), operation, comparison, right_literal);
}

// contains(...) eq true
Result<Filter> FilterParser::compare_condition(Filter condition, const Token& operation, Comparison comparison,
                                               const Literal* truth) {
  const bool is_equality = comparison == Comparison::eq || comparison == Comparison::ne;
  if (truth == nullptr || truth->kind != Literal::Kind::boolean || !is_equality)
    return fail(ErrorCode::bad_filter, operation.offset, "a condition can be compared with true or false alone.");
  const bool holds = (truth->text == "true") == (comparison == Comparison::eq);
  return holds ? std::move(condition) : negation(std::move(condition));
}

Result<Filter> FilterParser::compare_column(const ColumnTerm& column, Comparison comparison, const Literal& literal) {
  if (column.as != ColumnTerm::As::itself) return compare_part(column, comparison, literal);
  if (column.path.column->type == ColumnType::party_list && literal.kind == Literal::Kind::null)
    return Filter{query::Compare{column.path.path, comparison, {}}};
  return placed(compare(column.path, comparison, literal), literal.offset);
}

// year(createdon) eq 2026, date(createdon) le 2026-11-23. In UTC, as OData has it.
Result<Filter> FilterParser::compare_part(const ColumnTerm& column, Comparison comparison, const Literal& literal) {
  if (literal.kind == Literal::Kind::null) return Filter{query::Compare{column.path.path, comparison, {}}};
  const std::int64_t unit = column.path.column->type == ColumnType::date ? 1 : kDaySeconds;
  if (column.as == ColumnTerm::As::day) {
    const auto day = literal.kind == Literal::Kind::date ? parse_date(literal.text) : std::nullopt;
    if (!day) return fail(ErrorCode::bad_filter, literal.offset, "expected a day, like 2026-11-23.");
    return compare_span(column.path.path, comparison, *day * unit, (*day + 1) * unit);
  }
  const auto year = whole_number(literal);
  if (!year || *year < 1 || *year > 9999)
    return fail(ErrorCode::bad_filter, literal.offset, "expected a year, like 2026.");
  const Span span = span_of_year(*year);
  return compare_span(column.path.path, comparison, *span.from * unit, *span.to * unit);
}

Result<Filter> FilterParser::find_in(const Term& left, const Token& operation) {
  const auto* column = std::get_if<ColumnTerm>(&left);
  if (column == nullptr || column->as != ColumnTerm::As::itself)
    return fail(ErrorCode::bad_filter, operation.offset, "expected a column in front of 'in'.");
  if (!peek().is(Kind::open) && !peek().is(Kind::open_bracket) && !peek().is(Kind::alias))
    return expected("'(' and a list of values");
  const Words words = TRY(parse_values());
  TRY(count(1 + words.size()));
  for (const auto& word : words) TRY(placed(hold(*column->path.column, word), word.offset));
  return placed(compare_any(column->path, words), operation.offset);
}

// A column by itself is a condition if it holds true or false.
Result<Filter> FilterParser::condition_of(Term term, std::size_t offset) {
  if (auto* filter = std::get_if<Filter>(&term)) return std::move(*filter);
  if (const auto* literal = std::get_if<Literal>(&term)) {
    if (literal->kind == Literal::Kind::boolean) return constant(literal->text == "true");
    return fail(ErrorCode::bad_filter, literal->offset, "a value by itself is no condition; compare it with a column.");
  }
  const auto& column = std::get<ColumnTerm>(term);
  if (column.path.column->type != ColumnType::boolean || column.as != ColumnTerm::As::itself)
    return fail(ErrorCode::bad_filter, offset,
                describe(*column.path.column) + " by itself is no condition; compare it with a value, as in " +
                    column.path.column->name + " ne null.");
  TRY(count(1));
  return Filter{query::Compare{column.path.path, Comparison::eq, std::int64_t{1}}};
}

// ---- literals -----------------------------------------------------------------------------------------------------------

std::optional<Literal> FilterParser::literal_in(const Token& token) const {
  switch (token.kind) {
    case Kind::text: return Literal{Literal::Kind::text, token.text, token.offset};
    case Kind::number: return Literal{Literal::Kind::number, token.text, token.offset};
    case Kind::guid: return Literal{Literal::Kind::guid, token.text, token.offset};
    case Kind::date: return Literal{Literal::Kind::date, token.text, token.offset};
    case Kind::date_time: return Literal{Literal::Kind::date_time, token.text, token.offset};
    default: break;
  }
  if (token.is_word("null")) return Literal{Literal::Kind::null, "null", token.offset};
  if (token.is_word("true") || token.is_word("false"))
    return Literal{Literal::Kind::boolean, to_lower_ascii(token.text), token.offset};
  return std::nullopt;
}

Result<Literal> FilterParser::parse_literal() {
  if (peek().is(Kind::alias)) {
    const Token alias = take();
    const Words words = TRY(words_of_alias(alias));
    if (words.size() == 1) return words.front();
    return fail(ErrorCode::bad_filter, alias.offset, "expected @" + alias.text + " to stand for one value.");
  }
  const auto literal = literal_in(peek());
  if (!literal) return expected("a value");
  take();
  return *literal;
}

// "(1,2)" or "[1,2]"
Result<FilterParser::Words> FilterParser::parse_list() {
  const bool in_brackets = take().is(Kind::open_bracket);
  const Kind end = in_brackets ? Kind::close_bracket : Kind::close;
  const std::string_view end_words = in_brackets ? "',' or ']'" : "',' or ')'";
  Words out;
  if (take_if(end)) return out;
  while (true) {
    out.push_back(TRY(parse_literal()));
    if (take_if(end)) return out;
    TRY(expect(Kind::comma, end_words));
  }
}

// One value or a list of them.
Result<FilterParser::Words> FilterParser::parse_values() {
  if (peek().is(Kind::open) || peek().is(Kind::open_bracket)) return parse_list();
  if (peek().is(Kind::alias)) return words_of_alias(take());
  return Words{TRY(parse_literal())};
}

Result<const std::string*> FilterParser::alias_text(const Token& alias) const {
  const auto found =
      std::find_if(aliases_.begin(), aliases_.end(), [&alias](const auto& known) { return known.first == alias.text; });
  if (found != aliases_.end()) return &found->second;
  return fail(ErrorCode::bad_filter, alias.offset, "there is no parameter @" + alias.text + " in the address.");
}

// An alias stands for values, never for another alias: so there are no rings.
Result<FilterParser::Words> FilterParser::words_of_alias(const Token& alias) const {
  const std::string& text = *TRY(alias_text(alias));
  const std::string option = "@" + alias.text;
  const Aliases none;
  Words words = TRY(FilterParser(schema_, *scope_.table, text, option, context_, none).parse_alias());
  for (auto& word : words) word.offset = alias.offset;
  return words;
}

Result<FilterParser::Words> FilterParser::parse_alias() {
  tokens_ = TRY(read_tokens(text_, option_));
  Words words = TRY(parse_values());
  if (!peek().is(Kind::end)) return expected("the end");
  return words;
}

// ---- names, limits, errors ----------------------------------------------------------------------------------------------

Result<ColumnPath> FilterParser::resolve(const std::vector<std::string>& segments, std::size_t offset) {
  std::vector<std::string> whole = segments;
  if (!scope_.way.empty()) whole.insert(whole.begin(), scope_.way);
  ColumnPath out = TRY(placed(resolve_path(schema_, *scope_.table, whole), offset));
  hops_ += out.path.hops.size();
  if (hops_ <= query::kFilterHopsMax) return out;
  return fail(ErrorCode::too_large, offset,
              "a filter may lead to " + std::to_string(query::kFilterHopsMax) + " related records at most.");
}

Result<void> FilterParser::count(std::size_t parts) {
  parts_ += parts;
  if (parts_ <= query::kFilterNodesMax) return {};
  return fail(ErrorCode::too_large, peek().offset,
              "a filter may have " + std::to_string(query::kFilterNodesMax) + " comparisons and values at most.");
}

Result<void> FilterParser::enter() {
  if (++depth_ <= query::kFilterDepthMax) return {};
  return fail(ErrorCode::too_large, peek().offset,
              "parentheses may be nested " + std::to_string(query::kFilterDepthMax) + " deep at most.");
}

bool FilterParser::take_if(Kind kind) {
  if (!peek().is(kind)) return false;
  take();
  return true;
}

bool FilterParser::take_word(std::string_view word) {
  if (!peek().is_word(word)) return false;
  take();
  return true;
}

Result<void> FilterParser::expect(Kind kind, std::string_view words) {
  if (take_if(kind)) return {};
  return expected(words);
}

Error FilterParser::expected(std::string_view words) const {
  const Token& token = peek();
  std::string sentence = "expected " + std::string(words) + ", but ";
  if (token.is(Kind::end)) sentence += "it ends there.";
  else
    sentence += "found '" +
                token.text.substr(0, utf8_prefix_size(std::string_view(token.text).substr(0, kTokenShownMax))) + "'.";
  return fail(ErrorCode::bad_filter, token.offset, std::move(sentence));
}

Error FilterParser::fail(ErrorCode code, std::size_t offset, std::string sentence) const {
  return error_at(code, text_, offset, option_, std::move(sentence));
}

// An error of a helper that doesn't know where in the text it is.
Error FilterParser::placed(Error error, std::size_t offset) const {
  Error out = fail(error.code, offset, std::move(error.message));
  if (!error.target.empty()) out.target = std::move(error.target);
  return out;
}

}  // namespace satchel::odata
