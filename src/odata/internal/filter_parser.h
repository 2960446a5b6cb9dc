// SPDX-License-Identifier: Apache-2.0
//
// FilterParser: a filter text becomes a filter, by recursive descent.
//
//   or         = and { "or" and }
//   and        = not { "and" not }
//   not        = { "not" } comparison
//   comparison = term [ operator term | "in" list ]
//   term       = "(" or ")" | literal | alias | path | path "/any(" lambda ")" | function "(" arguments ")"
//
// Everything that "(" opens counts as one level; deeper than kFilterDepthMax is refused, so nothing overflows a stack.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "odata/collections.h"
#include "odata/internal/filter_lexer.h"
#include "odata/internal/filter_path.h"
#include "odata/internal/filter_value.h"
#include "odata/parse_query.h"

namespace satchel::odata {

// Parameter aliases of a URL: name without '@', and the text that stands for it.
using Aliases = std::vector<std::pair<std::string, std::string>>;

class FilterParser {
 public:
  FilterParser(const model::Schema& schema, const model::Table& table, std::string_view text, std::string_view option,
               const QueryContext& context, const Aliases& aliases)
      : schema_(schema), scope_{&table, {}, {}}, text_(text), option_(option), context_(context), aliases_(aliases) {}

  Result<query::Filter> parse();

 private:
  // A column, seen as itself or as a coarser thing.
  struct ColumnTerm {
    enum class As { itself, year, day };
    ColumnPath path;
    As as = As::itself;
    std::size_t offset = 0;
  };
  using Term = std::variant<query::Filter, ColumnTerm, Literal>;
  using Words = std::vector<Literal>;

  Result<Term> parse_or();
  Result<Term> parse_and();
  Result<Term> parse_not();
  Result<Term> parse_comparison();
  Result<Term> parse_term();
  Result<Term> parse_parenthesis();
  Result<Term> parse_name();
  Result<Term> parse_function(const Token& name);
  Result<Term> parse_arguments(const Token& name);
  Result<Term> parse_match(const Token& name);
  Result<std::string> parse_sought_text();
  Result<Term> parse_case_function();
  Result<Term> parse_part_function(ColumnTerm::As as);
  struct QueryCall {
    std::optional<ColumnPath> path;
    Words values;
  };
  Result<Term> parse_query_function(const Token& name);
  Result<void> parse_parameter(QueryCall& call);
  Result<std::vector<std::string>> name_in(const Words& given, std::size_t offset) const;
  Result<Term> parse_path(const Token& first);
  Result<Term> parse_lambda(const Token& first, const std::vector<std::string>& segments);
  Result<Term> parse_party_lambda(const Token& first, const std::vector<model::ColumnIndex>& lists);
  Result<query::Filter> parse_lambda_body(const Collection& collection);
  struct PartyTest {
    std::optional<RecordId> party;
    std::optional<std::int64_t> mask;
  };
  Result<PartyTest> parse_party_tests();
  Result<void> parse_party_test(const Token& variable, PartyTest& test);

  // The operators of terms that have been read.
  Result<query::Filter> compare_terms(Term left, const Token& operation, query::Comparison comparison, Term right);
  Result<query::Filter> compare_column(const ColumnTerm& column, query::Comparison comparison, const Literal& literal);
  Result<query::Filter> compare_part(const ColumnTerm& column, query::Comparison comparison, const Literal& literal);
  Result<query::Filter> compare_condition(query::Filter condition, const Token& operation, query::Comparison comparison,
                                          const Literal* truth);
  Result<query::Filter> find_in(const Term& left, const Token& operation);
  Result<query::Filter> condition_of(Term term, std::size_t offset);

  // Literals, aliases resolved. A list stands in ( ) or [ ].
  Result<Literal> parse_literal();
  Result<Words> parse_list();
  Result<Words> parse_values();
  Result<const std::string*> alias_text(const Token& alias) const;
  Result<Words> words_of_alias(const Token& alias) const;
  Result<Words> parse_alias();
  std::optional<Literal> literal_in(const Token& token) const;

  Result<ColumnPath> resolve(const std::vector<std::string>& segments, std::size_t offset);
  Result<void> count(std::size_t parts);
  Result<void> enter();
  void leave() { --depth_; }

  const Token& peek() const { return tokens_[at_]; }
  const Token& take() { return at_ + 1 < tokens_.size() ? tokens_[at_++] : tokens_[at_]; }  // the end is never passed
  bool take_if(Token::Kind kind);
  bool take_word(std::string_view word);
  Result<void> expect(Token::Kind kind, std::string_view words);
  Error expected(std::string_view words) const;
  Error fail(ErrorCode code, std::size_t offset, std::string sentence) const;
  Error placed(Error error, std::size_t offset) const;
  template <class T>
  Result<T> placed(Result<T> result, std::size_t offset) const {
    if (result.ok()) return result;
    return placed(std::move(result).error(), offset);
  }

  // Whose columns names mean. Within any(c:...) that's the collection's table, and names begin with "c/"; through a
  // many-to-many table they go on by its far lookup.
  struct Scope {
    const model::Table* table = nullptr;
    std::string variable;
    std::string way;
  };

  const model::Schema& schema_;
  Scope scope_;
  std::string_view text_;
  std::string_view option_;
  const QueryContext& context_;
  const Aliases& aliases_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::size_t parts_ = 0;
  std::size_t hops_ = 0;
};

}  // namespace satchel::odata
