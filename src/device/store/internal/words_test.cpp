// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/words.h"

#include <doctest/doctest.h>

#include "device/store/limits.h"

namespace satchel::device::store {

using Words = std::vector<std::string>;

TEST_CASE("a text is cut into words at everything that is neither letter nor digit") {
  CHECK(words_of("Ada King") == Words{"ada", "king"});
  CHECK(words_of("  ada@ ") == Words{"ada"});
  CHECK(words_of("Ada.King@contoso.com") == Words{"ada", "king", "contoso", "com"});
  CHECK(words_of("+1 (425) 555-01") == Words{"1", "425", "555", "01"});
  CHECK(words_of("O\u2019Neil\u2014Stone") == Words{"o", "neil", "stone"});
  CHECK(words_of("\u00C5ngström Łódź") == Words{"angstrom", "łodz"});
  CHECK(words_of("東京 スミス") == Words{"東京", "スミス"});
  CHECK(words_of("") == Words{});
  CHECK(words_of("--- @ ***") == Words{});
}

TEST_CASE("a pasted page doesn't become a query") {
  std::string page;
  for (int i = 0; i < 1000; ++i) page += "word" + std::to_string(i) + " ";
  CHECK(words_of(page).size() == kSearchWordsMax);
}

TEST_CASE("words are quoted, so none of them is an operator") {
  CHECK(match_expression({"or", "not"}) == R"("or" AND "not"*)");
  CHECK(match_expression({"ada"}) == R"("ada"*)");
  CHECK(match_expression({"425", "555"}) == R"(("425" AND "555"*) OR "425555"*)");
}

TEST_CASE("all words must be there, the last one may be a beginning") {
  CHECK(has_words("ada king contoso", {"king", "ada"}));
  CHECK(has_words("ada king", {"ada", "ki"}));
  CHECK_FALSE(has_words("ada king", {"ki", "ada"}));
  CHECK_FALSE(has_words("adaking", {"king"}));
  CHECK(has_words("phone 4255550100", {"425", "555"}));
  CHECK_FALSE(has_words("phone 4255550100", {"425", "x"}));
}

}  // namespace satchel::device::store
