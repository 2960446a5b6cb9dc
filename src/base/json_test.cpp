// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>

#include "base/random.h"
#include "base/text.h"

namespace satchel {
namespace {

using namespace std::string_literals;

// What must not compile: a pointer doesn't become `true`.
static_assert(!std::is_constructible_v<Json, const int*>);
static_assert(!std::is_constructible_v<Json, void*>);

Json parsed(std::string_view text) {
  auto json = Json::parse(text);
  INFO(text);
  REQUIRE_MESSAGE(json.ok(), json.error().message);
  return std::move(json).value();
}

Error refused(std::string_view text, std::size_t depth_max = 64) {
  auto json = Json::parse(text, depth_max);
  INFO(text);
  REQUIRE_FALSE(json.ok());
  return json.error();
}

// Any value, at most `depth` deep.
Json random_json(Random& random, int depth) {
  switch (random.below(depth > 0 ? 8 : 6)) {
    case 0: return nullptr;
    case 1: return random.one_in(2);
    case 2: return static_cast<std::int64_t>(random.next());
    case 3: return Json::Digits{std::to_string(random.below(1000)) + "." + std::to_string(random.below(1000)) + "0"};
    case 4: return random.hex(random.below(20));
    case 5: return "ä\"\\\n\x01/😀" + random.hex(1);
    case 6: {
      Json array = Json::array();
      for (auto n = random.below(5); n > 0; --n) array.push_back(random_json(random, depth - 1));
      return array;
    }
    default: {
      Json object = Json::object();
      for (auto n = random.below(30); n > 0; --n) object.set(random.hex(2), random_json(random, depth - 1));
      return object;
    }
  }
}

TEST_SUITE("json") {
  // --- Values ---

  TEST_CASE("every type of JSON has its own value") {
    CHECK(parsed("null").is_null());
    CHECK(*parsed("true").as_bool());
    CHECK_FALSE(*parsed("false").as_bool());
    CHECK(*parsed("-7").as_integer() == -7);
    CHECK(parsed("1.5").as_digits()->text == "1.5");
    CHECK(*parsed("\"a\"").as_string() == "a");
    CHECK(parsed("[1,[]]").as_array()->size() == 2);
    CHECK(parsed("{\"a\":{}}").as_object()->size() == 1);
    CHECK(parsed(" \t\r\n1 \n") == Json(1));
  }

  TEST_CASE("a pointer to another type is null") {
    const Json json("text");
    CHECK_FALSE(json.as_bool());
    CHECK_FALSE(json.as_integer());
    CHECK_FALSE(json.as_digits());
    CHECK_FALSE(json.as_array());
    CHECK_FALSE(json.as_object());
    CHECK_FALSE(json.as_double());
    CHECK(json.find("a") == nullptr);
  }

  TEST_CASE("C++ values become the JSON one expects") {
    CHECK(Json(true).is_bool());
    CHECK(Json(1).is_integer());
    CHECK(Json(std::size_t{7}) == Json(7));
    CHECK(Json(-1L) == Json(-1LL));
    CHECK(Json(UINT64_MAX).dump() == "18446744073709551615");
    CHECK(Json(std::uint64_t{INT64_MAX}) == Json(INT64_MAX));
    CHECK(Json("a") == Json("a"s));
    CHECK(Json(nullptr).is_null());
    CHECK(Json(Json::Array{1, "two", nullptr}).dump() == "[1,\"two\",null]");
    CHECK(Json(Json::Object{{"a", 1}, {"b", true}}).dump() == "{\"a\":1,\"b\":true}");
  }

  TEST_CASE("a double keeps its value, a whole one becomes an integer, an infinite one null") {
    CHECK(Json(0.1).dump() == "0.1");
    CHECK(Json(5.0) == Json(5));
    CHECK(Json(-0.0) == Json(0));
    CHECK(*Json(1e300).as_double() == 1e300);
    CHECK(Json(std::nan("")).is_null());
    CHECK(Json(std::numeric_limits<double>::infinity()).is_null());
    for (const double number : {1.5, 1e-300, 123456789.125, 9007199254740993.0, 1e22, 5e-324, 1.7976931348623157e308}) {
      CHECK(*parsed(Json(number).dump()).as_double() == number);
    }
  }

  TEST_CASE("members are found by name, or the other value is given") {
    const Json json = parsed(R"({"name":"A","size":3,"open":true,"part":{"x":1}})");
    CHECK(json.string_at("name") == "A");
    CHECK(json.integer_at("size") == 3);
    CHECK(json.bool_at("open"));
    CHECK(json.find("part")->integer_at("x") == 1);
    CHECK(json.string_at("size", "none") == "none");
    CHECK(json.integer_at("missing", -1) == -1);
    CHECK(json.bool_at("name", true));
    CHECK(Json(1).string_at("name", "none") == "none");
  }

  TEST_CASE("set keeps the order of names and replaces values") {
    Json json;
    json.set("b", 1);
    json.set("a", 2);
    json.set("b", "new");
    CHECK(json.dump() == R"({"b":"new","a":2})");
    Json list;
    list.push_back(1);
    list.push_back(json);
    CHECK(list.dump() == R"([1,{"b":"new","a":2}])");
  }

  // --- Numbers ---

  TEST_CASE("numbers keep their digits") {
    for (const auto text :
         {"0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551615",
          "18446744073709551616", "-9223372036854775809", "12.50", "-0.10", "1e3", "1E+3", "1.0", "-0.0",
          "922337203685477.5807", "0.1000000000000000055511151231257827021181583404541015625", "1e-400"}) {
      CHECK(parsed(text).dump() == text);
    }
    CHECK(parsed("-0") == Json(0));
    CHECK(parsed("9223372036854775807").is_integer());
    CHECK(parsed("9223372036854775808").as_digits());
    CHECK(parsed("12.50") != parsed("12.5"));
    CHECK(*parsed("1e3").as_double() == 1000);
    CHECK(*parsed("7").as_double() == 7);
  }

  // --- Strings ---

  TEST_CASE("escapes are read and control characters, quotes and backslashes are written as escapes") {
    CHECK(*parsed(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00\u0000")").as_string() == "\"\\/\b\f\n\r\tAé😀\0"s);
    CHECK(Json("\"\\/\b\f\n\r\t\x01\x1F é😀\0"s).dump() == R"("\"\\/\b\f\n\r\t\u0001\u001f é😀\u0000")");
  }

  TEST_CASE("what isn't UTF-8 is written as U+FFFD, so that JSON comes out") {
    CHECK(Json("a\xFF\"b\xE2\x82").dump() == "\"a\uFFFD\\\"b\uFFFD\uFFFD\"");
    CHECK(parsed(Json("\xC3").dump()) == Json("\uFFFD"));
  }

  // --- Writing ---

  TEST_CASE("compact and pretty are the same value") {
    const Json json = parsed(R"({"a":[1,{"b":null}],"c":{},"d":[]})");
    CHECK(json.dump() == R"({"a":[1,{"b":null}],"c":{},"d":[]})");
    CHECK(json.dump_pretty() ==
          "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}");
    CHECK(parsed(json.dump_pretty()) == json);
    CHECK(Json(1).dump_pretty() == "1");
  }

  TEST_CASE("random values survive the way through text") {
    SeededRandom random(41);
    for (int i = 0; i < 300; ++i) {
      const Json json = random_json(random, 4);
      const auto text = json.dump();
      CAPTURE(text);
      REQUIRE(is_utf8(text));
      REQUIRE(parsed(text) == json);
      REQUIRE(parsed(json.dump_pretty()) == json);
    }
  }

  // --- What is refused ---

  TEST_CASE("an error names line, column and what was expected") {
    const std::pair<std::string_view, std::string_view> examples[] = {
        {"", "line 1, column 1: the text ends where a value was expected."},
        {"  \n ", "line 2, column 2: the text ends where a value was expected."},
        {"{\"a\":1,\n \"b\" 2}", "line 2, column 6: a colon was expected."},
        {"{\"a\":}", "line 1, column 6: a value was expected."},
        {"{\"a\":1,}", "line 1, column 8: a member name in quotes was expected."},
        {"{a:1}", "line 1, column 2: a member name in quotes was expected."},
        {"{1:1}", "line 1, column 2: a member name in quotes was expected."},
        {"{\"a\":1 \"b\":2}", "line 1, column 8: a comma or \"}\" was expected."},
        {"{\"a\":1]", "line 1, column 7: a comma or \"}\" was expected."},
        {"[1 true]", "line 1, column 4: a comma or \"]\" was expected."},
        {"{\"a\" false}", "line 1, column 6: a colon was expected."},
        {"[1 20]", "line 1, column 4: a comma or \"]\" was expected."},
        {"[1,]", "line 1, column 4: a value was expected."},
        {"[1,\n[2,", "line 2, column 4: the text ends where a value was expected."},
        {"{\"a\":1", "line 1, column 7: the text ends where a comma or \"}\" was expected."},
        {"[1", "line 1, column 3: the text ends where a comma or \"]\" was expected."},
        {"1 2", "line 1, column 3: the end of the text was expected."},
        {"{} x", "line 1, column 4: the end of the text was expected."},
        {"[]]", "line 1, column 3: the end of the text was expected."},
        {"[\"é\", tru]", "line 1, column 10: a value was expected."},
        {"[-]", "line 1, column 3: a digit of a number is missing."},
        {"[1.]", "line 1, column 4: a digit of a number is missing."},
        {"[1e999]", "line 1, column 6: the number is too large."},
        {"\"abc", "line 1, column 5: the text ends inside a string."},
        {"\"a\nb\"", "line 1, column 3: a control character in a string must be escaped."},
        {"\"\\x\"", "line 1, column 3: a backslash is followed by a character that it can't escape."},
        {"\"\\u12\"", "line 1, column 6: \\u must be followed by four hexadecimal digits."},
        {"\"\\ud800\"", "line 1, column 8: a \\u escape names half of a surrogate pair without the other half."},
        {"\"\\udc00\"", "line 1, column 7: a \\u escape names half of a surrogate pair without the other half."},
        {"\"é\xFF\"", "line 1, column 3: the text isn't UTF-8."},
        {"[1,\x80]", "line 1, column 4: a value was expected."},
    };
    for (const auto& [text, message] : examples) {
      const auto error = refused(text);
      CHECK(error.code == ErrorCode::bad_json);
      CHECK(error.message == "In the JSON, " + std::string(message));
    }
  }

  TEST_CASE("leading zeros, plus signs, comments, single quotes and NaN are no JSON") {
    for (const auto text : {"01", "+1", ".5", "1.e1", "0x10", "NaN", "Infinity", "'a'", "/*a*/1", "1//a", "[1,,2]",
                            "{,}", "nul", "True", "\"\t\"", "{\"a\"}", "undefined", "\xEF\xBB", "\xFE\xFF"}) {
      CAPTURE(text);
      CHECK(refused(text).code == ErrorCode::bad_json);
    }
  }

  TEST_CASE("a NUL byte doesn't end the text unseen") {
    CHECK(refused("{}\0{\"hidden\":1}"s).message == "In the JSON, line 1, column 3: a NUL byte isn't allowed.");
    CHECK(refused("\"a\0b\""s).code == ErrorCode::bad_json);
  }

  TEST_CASE("a message doesn't quote what may be a secret") {
    for (const auto text :
         {"{\"password\":\"hunter2", "{\"password\":\"hunter2\" 5}", "{\"password\":\"hunter2\\q\"}", "hunter2",
          "{\"password\" \"hunter2\"}", "{\"a\":\"hunter2; missing closing quote\" \"hunter2\"}"}) {
      const auto error = refused(text);
      CAPTURE(error.message);
      CHECK(error.message.find("hunter2") == std::string::npos);
      CHECK(error.message.find("password") == std::string::npos);
    }
  }

  TEST_CASE("a member that comes twice is refused and named") {
    CHECK(refused("{\"a\":1,\n \"a\":2}").message ==
          "In the JSON, line 2, column 2: the member \"a\" comes a second time in its object.");
    CHECK(refused(R"({"x":[{"b\"":1,"c":2,"b\u0022":3}]})").message ==
          R"(In the JSON, line 1, column 22: the member "b\"" comes a second time in its object.)");
    CHECK(refused(R"({"\"b\\":1,"\"b\\":2})").message ==
          R"(In the JSON, line 1, column 12: the member "\"b\\" comes a second time in its object.)");
    CHECK(parsed(R"({"a":{"a":1},"b":{"a":2}})").find("b")->integer_at("a") == 2);
    CHECK(parsed(R"({"a":1,"A":2})").integer_at("A") == 2);
  }

  TEST_CASE("a member that comes twice is found wherever it stands among few or many") {
    SeededRandom random(42);
    for (int i = 0; i < 200; ++i) {
      const auto size = 2 + random.below(60);
      const auto second = 1 + random.below(size - 1), first = random.below(second);
      std::string text = "{";
      std::size_t column = 0;
      for (std::size_t k = 0; k < size; ++k) {
        if (k > 0) text += ",";
        if (k == second) column = text.size() + 1;
        text += "\"" + std::to_string((k == second ? first : k) * 7919 % 1000) + "\":" + (k % 3 ? "{\"x\":[]}" : "1");
      }
      CAPTURE(text);
      const auto error = refused(text + "}");
      CHECK(error.code == ErrorCode::bad_json);
      CHECK(error.message.find("column " + std::to_string(column) + ":") != std::string::npos);
    }
  }

  // Comparing each name with each would take 40,000,000,000 steps.
  TEST_CASE("an object of 200,000 members is read quickly") {
    std::string text = "{";
    for (int i = 0; i < 200'000; ++i) text += "\"member " + std::to_string(i) + "\":1,";
    CHECK(parsed(text + "\"last\":1}").as_object()->size() == 200'001);
    CHECK(refused(text + "\"member 7\":1}")
              .message.ends_with("the member \"member 7\" comes a second time in its object."));
  }

  TEST_CASE("nesting is allowed down to the limit and refused below") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(parsed(nested(64)).dump() == nested(64));
    const auto error = refused(nested(65));
    CHECK(error.code == ErrorCode::too_large);
    CHECK(error.message == "In the JSON, line 1, column 65: the JSON is nested deeper than 64 levels.");
    CHECK(refused("{\"a\":{\"b\":[]}}", 2).code == ErrorCode::too_large);
    CHECK(Json::parse("{\"a\":{\"b\":1}}", 2).ok());
    CHECK(Json::parse("1", 0).ok());
    CHECK(refused(std::string(1'000'000, '[')).code == ErrorCode::too_large);
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    CHECK(refused(objects).code == ErrorCode::too_large);
  }

  TEST_CASE("a byte order mark in front is passed over") { CHECK(parsed("\xEF\xBB\xBF{}") == Json::object()); }

  // Good JSON with bytes changed, lost or doubled: either refused, or a value that survives the way through text.
  TEST_CASE("damaged JSON is refused or read, never worse") {
    SeededRandom random(43);
    const std::string marks = "{}[]\":,\\u0d8etfn-.\n \xC3\xFF\x80";
    int read = 0, not_read = 0;
    for (int i = 0; i < 5000; ++i) {
      auto text = random_json(random, 3).dump();
      for (auto n = 1 + random.below(3); n > 0 && !text.empty(); --n) {
        const auto at = random.below(text.size());
        switch (random.below(3)) {
          case 0: text[at] = marks[random.below(marks.size())]; break;
          case 1: text.erase(at, 1 + random.below(4)); break;
          default: text.insert(at, text.substr(at, 1 + random.below(8))); break;
        }
      }
      CAPTURE(text);
      const auto json = Json::parse(text);
      if (json.ok()) {
        ++read;
        REQUIRE(parsed(json->dump()) == *json);
      } else {
        ++not_read;
        REQUIRE(json.error().message.starts_with("In the JSON, line "));
      }
    }
    CHECK(read > 100);
    CHECK(not_read > 100);
  }
}

}  // namespace
}  // namespace satchel
