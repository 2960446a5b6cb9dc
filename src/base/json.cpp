// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/sort.h"
#include "base/text.h"

namespace satchel {

// --- Values ---

namespace {

template <class Number>
std::string digits_of(Number number) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, number).ptr);
}

template <class Object>
auto find_member(Object& object, std::string_view name) {
  return std::find_if(object.begin(), object.end(), [&](const Json::Member& member) { return member.first == name; });
}

}  // namespace

void Json::set_unsigned(std::uint64_t value) {
  if (value <= INT64_MAX) value_ = static_cast<std::int64_t>(value);
  else value_ = Digits{digits_of(value)};
}

// 2^53 is where doubles stop telling whole numbers apart; below, 5.0 is the same value as 5.
Json::Json(double value) {
  if (!std::isfinite(value)) return;
  if (std::fabs(value) <= 0x1p53 && value == std::trunc(value)) value_ = static_cast<std::int64_t>(value);
  else value_ = Digits{digits_of(value)};
}

std::optional<double> Json::as_double() const {
  if (const auto* integer = as_integer()) return static_cast<double>(*integer);
  const auto* digits = as_digits();
  if (!digits) return std::nullopt;
  double number = 0;
  const char* const end = digits->text.data() + digits->text.size();
  const auto read = std::from_chars(digits->text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

const Json* Json::find(std::string_view name) const {
  const auto* object = as_object();
  if (!object) return nullptr;
  const auto member = find_member(*object, name);
  return member == object->end() ? nullptr : &member->second;
}

std::string_view Json::string_at(std::string_view name, std::string_view otherwise) const {
  const auto* member = find(name);
  const auto* text = member ? member->as_string() : nullptr;
  return text ? std::string_view(*text) : otherwise;
}

std::int64_t Json::integer_at(std::string_view name, std::int64_t otherwise) const {
  const auto* member = find(name);
  const auto* integer = member ? member->as_integer() : nullptr;
  return integer ? *integer : otherwise;
}

bool Json::bool_at(std::string_view name, bool otherwise) const {
  const auto* member = find(name);
  const auto* truth = member ? member->as_bool() : nullptr;
  return truth ? *truth : otherwise;
}

void Json::set(std::string_view name, Json value) {
  if (is_null()) value_ = Object{};
  auto* object = as_object();
  assert(object);
  const auto member = find_member(*object, name);
  if (member != object->end()) member->second = std::move(value);
  else object->emplace_back(std::string(name), std::move(value));
}

void Json::push_back(Json value) {
  if (is_null()) value_ = Array{};
  auto* array = as_array();
  assert(array);
  array->push_back(std::move(value));
}

// --- Writing ---

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

constexpr std::array<bool, 256> plain_bytes() {
  std::array<bool, 256> plain{};
  for (std::size_t i = 0x20; i < 256; ++i) plain[i] = true;
  plain['"'] = plain['\\'] = false;
  return plain;
}

constexpr auto kPlain = plain_bytes();

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  out += c < 0x10 ? "\\u000" : "\\u001";
  out += "0123456789abcdef"[c & 15];
}

// Runs of plain bytes go over in one piece.
void append_escaped(std::string& out, std::string_view text) {
  std::size_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kPlain[static_cast<unsigned char>(text[i])]) continue;
    out.append(text.data() + run, i - run);
    append_escape(out, text[i]);
    run = i + 1;
  }
  out.append(text.data() + run, text.size() - run);
}

void append_replacing(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto good = utf8_prefix_size(text);
    append_escaped(out, text.substr(0, good));
    if (good == text.size()) return;
    out.append(kReplacement);
    text.remove_prefix(good + 1);
  }
}

void append_line(std::string& out, int indent, int level) {
  if (indent == 0) return;
  out.push_back('\n');
  out.append(static_cast<std::size_t>(indent * level), ' ');
}

// Writes the items of an array or object, each by `write_item`, between its brackets.
template <class Items, class WriteItem>
void append_items(std::string& out, const Items& items, std::string_view brackets, int indent, int level,
                  WriteItem write_item) {
  out.push_back(brackets[0]);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_line(out, indent, level + 1);
    write_item(items[i]);
  }
  if (!items.empty()) append_line(out, indent, level);
  out.push_back(brackets[1]);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  if (is_utf8(text)) append_escaped(out, text);
  else append_replacing(out, text);
  out.push_back('"');
}

void Json::write(std::string& out, int indent, int level) const {
  if (const auto* text = as_string()) return append_json_string(out, *text);
  if (const auto* integer = as_integer()) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, *integer).ptr);
  } else if (const auto* number = as_digits()) {
    out += number->text;
  } else if (const auto* truth = as_bool()) {
    out += *truth ? "true" : "false";
  } else if (const auto* object = as_object()) {
    append_items(out, *object, "{}", indent, level, [&](const Member& member) {
      append_json_string(out, member.first);
      out += indent == 0 ? ":" : ": ";
      member.second.write(out, indent, level + 1);
    });
  } else if (const auto* array = as_array()) {
    append_items(out, *array, "[]", indent, level, [&](const Json& item) { item.write(out, indent, level + 1); });
  } else {
    out += "null";
  }
}

std::string Json::dump() const {
  std::string out;
  write(out, 0, 0);
  return out;
}

std::string Json::dump_pretty() const {
  std::string out;
  write(out, 2, 0);
  return out;
}

// --- Parsing ---

namespace {

// Walks over the text for nlohmann's lexer and lets the handler know how far that has read.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char*& seen) : at_(at), seen_(&seen) {}
  const char& operator*() const { return *at_; }
  Cursor& operator++() {
    *seen_ = ++at_;
    return *this;
  }
  Cursor operator++(int) {
    const Cursor before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }
  bool operator!=(const Cursor& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** seen_;
};

// "line 3, column 17"; a column is a character, not a byte.
std::string place_of(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0.
  const auto columns = std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start), before.end(),
                                     [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return "line " + digits_of(line) + ", column " + digits_of(columns + 1);
}

// Builds the value while nlohmann's parser calls. A call that returns false ends the parsing; `error` says why.
//
//   {"a": [1, {}]}     open_:  root   root.a   root.a[1]
//
// Pointers in open_ stay good: a container grows only while none of its items is open.
class Builder {
 public:
  Builder(std::string_view text, std::size_t depth_max, const char* const& seen)
      : text_(text), depth_max_(depth_max), seen_(seen) {}

  Json take() { return std::move(root_); }
  Error take_error() { return std::move(error_); }

  bool null() { return add(Json()); }
  bool boolean(bool value) { return add(Json(value)); }
  bool number_integer(std::int64_t value) { return add(Json(value)); }
  bool number_unsigned(std::uint64_t value) { return add(Json(value)); }
  bool number_float(double, const std::string& digits) { return add(Json(Json::Digits{with_point(digits)})); }
  bool string(const std::string& value) { return add(Json(value)); }
  template <class Binary>
  bool binary(const Binary&) {
    return false;  // JSON text has none.
  }

  bool start_object(std::size_t) {
    Json::Object members;
    members.reserve(kMembersUsual);
    return open(Json(std::move(members)));
  }
  bool key(const std::string& name) {
    open_.back()->as_object()->emplace_back(std::piecewise_construct, std::forward_as_tuple(name), std::tuple<>());
    name_ends_.push_back(bytes_read());
    return true;
  }
  bool end_object() {
    const auto& object = *open_.back()->as_object();
    const std::size_t first_end = name_ends_.size() - object.size();
    if (!check_names_differ(object, first_end)) return false;
    name_ends_.resize(first_end);
    return close();
  }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_array() { return close(); }

  // nlohmann's message quotes what it read, which may be a secret; so only its fixed parts are looked at:
  // "... syntax error while parsing CONTEXT - PROBLEM...", or "... number overflow parsing ...".
  bool parse_error(std::size_t read, const std::string& token, const nlohmann::detail::exception& exception) {
    constexpr std::string_view before_context = "while parsing ", before_problem = " - ";
    std::string_view problem = exception.what();
    const auto context_at = problem.find(before_context);
    if (context_at == std::string_view::npos) return refuse(ErrorCode::bad_json, "the number is too large", read - 1);
    problem.remove_prefix(context_at + before_context.size());
    const auto context = problem.substr(0, problem.find(before_problem));
    problem.remove_prefix(context.size() + before_problem.size());
    const std::size_t offset = read - size_of_last(problem, token);
    return refuse(ErrorCode::bad_json, describe(context, problem, offset), offset);
  }

 private:
  bool add(Json value) {
    place(std::move(value));
    done_ = open_.empty();
    return true;
  }

  std::size_t bytes_read() const { return static_cast<std::size_t>(seen_ - text_.data()); }

  // Puts the value where the text has it and returns it there.
  Json* place(Json value) {
    if (open_.empty()) return &(root_ = std::move(value));
    if (auto* array = open_.back()->as_array()) return &array->emplace_back(std::move(value));
    return &(open_.back()->as_object()->back().second = std::move(value));
  }

  bool open(Json container) {
    if (open_.size() >= depth_max_) {
      return refuse(ErrorCode::too_large, "the JSON is nested deeper than " + digits_of(depth_max_) + " levels",
                    bytes_read() - 1);
    }
    open_.push_back(place(std::move(container)));
    return true;
  }

  bool close() {
    open_.pop_back();
    done_ = open_.empty();
    return true;
  }

  // Few names are compared each with each; more are sorted, which takes n log n whatever the names are. (Somebody who
  // knows a hash can make all names collide, and there is no secret down here to hash with.)
  bool check_names_differ(const Json::Object& object, std::size_t first_end) {
    const auto doubled = object.size() <= kFewNames ? doubled_of_few(object) : doubled_of_many(object);
    if (doubled == object.size()) return true;
    std::string name;
    append_json_string(name, std::string_view(object[doubled].first).substr(0, kNameShownMax));
    return refuse(ErrorCode::bad_json, "the member " + name + " comes a second time in its object",
                  start_of_string(name_ends_[first_end + doubled]));
  }

  static std::size_t doubled_of_few(const Json::Object& object) {
    for (std::size_t i = 1; i < object.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (object[i].first == object[j].first) return i;
      }
    }
    return object.size();
  }

  // Equal names stand in the order of the text, so the second of two neighbours is the doubled one.
  std::size_t doubled_of_many(const Json::Object& object) {
    order_.resize(object.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    satchel::sort(order_, [&](std::size_t a, std::size_t b) { return object[a].first < object[b].first; });
    std::size_t doubled = object.size();
    for (std::size_t i = 1; i < order_.size(); ++i) {
      if (object[order_[i]].first == object[order_[i - 1]].first) doubled = std::min(doubled, order_[i]);
    }
    return doubled;
  }

  // The offset of the quote that opens the string which ends before `end`.
  std::size_t start_of_string(std::size_t end) const {
    std::size_t at = end - 1;  // The closing quote.
    for (;;) {
      at = text_.rfind('"', at - 1);
      std::size_t slashes = 0;
      while (slashes < at && text_[at - slashes - 1] == '\\') ++slashes;
      if (slashes % 2 == 0) return at;
    }
  }

  // nlohmann's lexer writes the locale's decimal point.
  static std::string with_point(std::string digits) {
    const auto point = digits.find_first_not_of("0123456789+-eE");
    if (point != std::string::npos) digits[point] = '.';
    return digits;
  }

  // What is pointed to: a token that doesn't fit as a whole, a malformed one by the byte at which that showed.
  static std::size_t size_of_last(std::string_view problem, const std::string& token) {
    const auto is_unexpected = [&](std::string_view kind) { return problem.substr(0, problem.find(';')) == kind; };
    // Only for these does nlohmann's token begin where the token begins.
    if (is_unexpected("unexpected string literal") || is_unexpected("unexpected number literal")) return token.size();
    if (is_unexpected("unexpected true literal") || is_unexpected("unexpected null literal")) return 4;
    return is_unexpected("unexpected false literal") ? 5 : 1;
  }

  std::string describe(std::string_view context, std::string_view problem, std::size_t offset) const {
    const auto speaks_of = [&](std::string_view part) { return problem.find(part) < problem.find(';'); };
    if (speaks_of("ill-formed UTF-8")) return "the text isn't UTF-8";
    if (speaks_of("missing closing quote")) return "the text ends inside a string";
    if (speaks_of("control character")) return "a control character in a string must be escaped";
    if (speaks_of("surrogate U+")) return "a \\u escape names half of a surrogate pair without the other half";
    if (speaks_of("4 hex digits")) return "\\u must be followed by four hexadecimal digits";
    if (speaks_of("forbidden character after backslash"))
      return "a backslash is followed by a character that it can't escape";
    if (speaks_of("invalid number")) return "a digit of a number is missing";
    return (offset >= text_.size() ? "the text ends where " : "") + expected(context) + " was expected";
  }

  std::string expected(std::string_view context) const {
    if (done_) return "the end of the text";
    if (context == "object key") return "a member name in quotes";
    if (context == "object separator") return "a colon";
    if (context == "object") return "a comma or \"}\"";
    if (context == "array") return "a comma or \"]\"";
    return "a value";
  }

  bool refuse(ErrorCode code, std::string problem, std::size_t offset) {
    error_ = {.code = code, .message = "In the JSON, " + place_of(text_, offset) + ": " + problem + "."};
    return false;
  }

  static constexpr std::size_t kMembersUsual = 8;    // room that saves most growing
  static constexpr std::size_t kFewNames = 16;       // up to here comparing is quicker than sorting
  static constexpr std::size_t kNameShownMax = 100;  // bytes of a name in a message

  std::string_view text_;
  std::size_t depth_max_;
  const char* const& seen_;  // how far the lexer has read
  Json root_;
  std::vector<Json*> open_;
  std::vector<std::size_t> name_ends_;  // of each member of each open object, the offset behind its name
  std::vector<std::size_t> order_;      // kept for its memory
  bool done_ = false;                   // the whole value has been read
  Error error_;
};

}  // namespace

Result<Json> Json::parse(std::string_view text, std::size_t depth_max) {
  // nlohmann's lexer takes a NUL for the end and would leave the rest unread.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    return Error{ErrorCode::bad_json, "In the JSON, " + place_of(text, nul) + ": a NUL byte isn't allowed."};
  }
  const char* seen = text.data();
  const char* unused = nullptr;
  Builder builder(text, depth_max, seen);
  const Cursor begin(text.data(), seen), end(text.data() + text.size(), unused);
  if (!nlohmann::json::sax_parse(begin, end, &builder)) return builder.take_error();
  return builder.take();
}

}  // namespace satchel
