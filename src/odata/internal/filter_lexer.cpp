// SPDX-License-Identifier: Apache-2.0
#include "odata/internal/filter_lexer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/strong.h"
#include "base/text.h"

namespace satchel::odata {

using Kind = Token::Kind;

namespace {

constexpr std::size_t kGuidLength = 36;
constexpr std::size_t kDateLength = 10;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_letter(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t digits_from(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

bool looks_like_date(std::string_view text) {
  if (text.size() < kDateLength || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t at : {0, 1, 2, 3, 5, 6, 8, 9})
    if (!is_digit(text[at])) return false;
  return true;
}

// "01:00", as it stands behind a date-time whose '+' the URL turned into a space.
bool looks_like_offset(std::string_view text) {
  return text.size() >= 6 && text[0] == ' ' && is_digit(text[1]) && is_digit(text[2]) && text[3] == ':' &&
         is_digit(text[4]) && is_digit(text[5]) && (text.size() == 6 || !is_name_part(text[6]));
}

std::optional<Kind> mark_of(char c) {
  switch (c) {
    case '(': return Kind::open;
    case ')': return Kind::close;
    case '[': return Kind::open_bracket;
    case ']': return Kind::close_bracket;
    case ',': return Kind::comma;
    case ':': return Kind::colon;
    case '=': return Kind::equals;
    case '/': return Kind::slash;
    case '-': return Kind::minus;
    default: return std::nullopt;
  }
}

class Lexer {
 public:
  Lexer(std::string_view text, std::string_view option) : text_(text), option_(option) {}

  Result<std::vector<Token>> read() {
    std::vector<Token> out;
    while (true) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      out.push_back(TRY(next()));
      if (out.back().is(Kind::end)) return out;
    }
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }

  Result<Token> next() {
    if (at_ == text_.size()) return Token{Kind::end, "", at_};
    const char c = text_[at_];
    if (c == '\'') return quoted_text();
    if (c == '"') return json_text();
    if (is_guid()) return take(Kind::guid, kGuidLength);
    if (looks_like_date(rest())) return date();
    if (is_digit(c) || is_signed_number()) return number();
    if (is_letter(c) || c == '$') return name();
    if (c == '@') return alias();
    if (const auto mark = mark_of(c)) return take(*mark, 1);
    return fail(at_, "'" + std::string(rest().substr(0, character_size())) + "' has no meaning here.");
  }

  Token take(Kind kind, std::size_t length) {
    Token out{kind, std::string(text_.substr(at_, length)), at_};
    at_ += length;
    return out;
  }

  // 'O''Hara'
  Result<Token> quoted_text() {
    Token out{Kind::text, "", at_++};
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      const bool doubled = c == '\'' && at_ < text_.size() && text_[at_] == '\'';
      if (c == '\'' && !doubled) return out;
      if (doubled) ++at_;
      out.text += c;
    }
    return fail(out.offset, "this text has no closing quote. A quote inside a text is written twice: 'O''Hara'.");
  }

  // "O'Hara": some clients write lists of texts as JSON.
  Result<Token> json_text() {
    const std::size_t start = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_ + 1, text_.size());
    const auto json = Json::parse(text_.substr(start, at_ - start));
    const auto* text = json.ok() ? json->as_string() : nullptr;
    if (text == nullptr) return fail(start, "this isn't a whole text. Texts are written 'text'.");
    return Token{Kind::text, *text, start};
  }

  bool is_guid() const {
    const auto candidate = rest().substr(0, kGuidLength);
    if (candidate.size() < kGuidLength || candidate[0] == '{' || !Uuid::parse(candidate)) return false;
    return rest().size() == kGuidLength || !is_name_part(rest()[kGuidLength]);
  }

  bool is_signed_number() const {
    return (text_[at_] == '-' || text_[at_] == '+') && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
  }

  Result<Token> date() {
    std::size_t end = at_ + kDateLength;
    if (end == text_.size() || (text_[end] != 'T' && text_[end] != 't')) return ended(take(Kind::date, kDateLength));
    while (end < text_.size() &&
           (is_name_part(text_[end]) || std::string_view(":.+-").find(text_[end]) != std::string_view::npos))
      ++end;
    Token out = take(Kind::date_time, end - at_);
    const bool has_zone = out.text.find_first_of("Zz+-", kDateLength) != std::string::npos;
    if (has_zone || !looks_like_offset(rest())) return out;
    out.text += "+" + std::string(rest().substr(1, 5));
    at_ += 6;
    return out;
  }

  Result<Token> number() {
    std::size_t end = digits_from(text_, at_ + 1);
    if (end + 1 < text_.size() && text_[end] == '.' && is_digit(text_[end + 1])) end = digits_from(text_, end + 1);
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      std::size_t exponent = end + 1;
      if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (exponent < text_.size() && is_digit(text_[exponent])) end = digits_from(text_, exponent);
    }
    return ended(take(Kind::number, end - at_));
  }

  // A number or date must not run into a name: "12abc" is neither.
  Result<Token> ended(Token token) {
    if (at_ == text_.size() || !is_name_part(text_[at_])) return token;
    while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
    return fail(token.offset, "'" + std::string(text_.substr(token.offset, at_ - token.offset)) +
                                  "' is no number, date or id. A text stands in quotes: 'text'.");
  }

  // Microsoft.Dynamics.CRM.Today is one name; so is $it.
  Token name() {
    std::size_t end = at_ + 1;
    while (end < text_.size() &&
           (is_name_part(text_[end]) || (text_[end] == '.' && end + 1 < text_.size() && is_letter(text_[end + 1]))))
      ++end;
    return take(Kind::name, end - at_);
  }

  Result<Token> alias() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_name_part(text_[end])) ++end;
    if (end == at_ + 1) return fail(at_, "expected the name of a parameter behind '@'.");
    Token out = take(Kind::alias, end - at_);
    out.text.erase(0, 1);
    return out;
  }

  // Of the character at the present place, so that a message doesn't cut it in two.
  std::size_t character_size() const {
    std::size_t size = 1;
    while (at_ + size < text_.size() && (static_cast<unsigned char>(text_[at_ + size]) & 0xC0) == 0x80) ++size;
    return size;
  }

  Error fail(std::size_t offset, std::string sentence) const {
    return error_at(ErrorCode::bad_filter, text_, offset, option_, std::move(sentence));
  }

  std::string_view text_;
  std::string_view option_;
  std::size_t at_ = 0;
};

}  // namespace

bool Token::is_word(std::string_view word) const {
  return kind == Kind::name && equals_ignoring_case_ascii(text, word);
}

Result<std::vector<Token>> read_tokens(std::string_view text, std::string_view option) {
  return Lexer(text, option).read();
}

Error error_at(ErrorCode code, std::string_view text, std::size_t offset, std::string_view option,
               std::string sentence) {
  const auto before = text.substr(0, offset);
  const auto position = 1 + std::count_if(before.begin(), before.end(),
                                          [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return Error{code,
               "At position " + std::to_string(position) + " of " + std::string(option) + ": " + std::move(sentence),
               std::string(option)};
}

}  // namespace satchel::odata
