// SPDX-License-Identifier: Apache-2.0
//
// The words of a filter or order text (OData 4.01 ABNF, decoded already):
//
//   contains(fullname,'O''Hara') and createdon ge 2026-11-23T08:00:00Z
//   name    ( name  , text     ) name name     name date_time           end
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace satchel::odata {

struct Token {
  enum class Kind {
    end,
    name,
    alias,
    text,
    number,
    guid,
    date,
    date_time,
    open,
    close,
    open_bracket,
    close_bracket,
    comma,
    colon,
    equals,
    slash,
    minus,
  };
  Kind kind = Kind::end;
  std::string text;        // as written; of a text what is between its quotes, of an alias the name behind '@'
  std::size_t offset = 0;  // in bytes

  bool is(Kind other) const { return kind == other; }
  // A name, in any case: OData 4.01 takes operators and functions so.
  bool is_word(std::string_view word) const;
};

// Ends with a token of Kind::end. `option` is what the text came in, e.g. "$filter".
// Errors: bad_filter with the position.
Result<std::vector<Token>> read_tokens(std::string_view text, std::string_view option);

// "At position 14 of $filter: <sentence>"; positions count characters from 1.
Error error_at(ErrorCode code, std::string_view text, std::size_t offset, std::string_view option,
               std::string sentence);

}  // namespace satchel::odata
