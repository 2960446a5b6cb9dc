// SPDX-License-Identifier: Apache-2.0
//
// Words: how texts are cut for searching. The same cut is made three times, and must be the same: by FTS5's tokenizer
// `ascii` when a row is indexed, by words_of when somebody asks, and by has_words where there is no index yet.
//
//   a word = letters and digits of ASCII and all other characters, of a fold key
//
// So "Ada.King@contoso.com" is found by "king" and by "ada@", "+1 (425) 555-0100" by "555-01". Numbers are also kept in
// one piece, for many people type them without a gap: "4255550100".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace satchel::device::store {

// The words of what somebody typed, kSearchWordsMax at most. The last one may be unfinished.
std::vector<std::string> words_of(std::string_view text);

// All words of a row's text, in their order; views into `text`.
std::vector<std::string_view> all_words(std::string_view text);

// FTS5's query for rows that have all of them, the last one as a beginning. `words` isn't empty.
std::string match_expression(const std::vector<std::string>& words);

// The same question to one row's words (the value of DeviceTable::search_text).
bool has_words(std::string_view row_text, const std::vector<std::string>& words);

// SQL that makes separators of those signs beyond ASCII that people write between words: ’ “ ” – —.
std::string plain_words_sql(std::string_view expression);
// SQL that leaves the signs out that people write into phone numbers.
std::string joined_number_sql(std::string_view expression);

}  // namespace satchel::device::store
