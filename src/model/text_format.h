// SPDX-License-Identifier: Apache-2.0
//
// Texts that something reads again: what they must look like.
//
//   version          "9.2": one to four numbers
//   sets             "accounts, contacts": names of sets; commas, semicolons, blanks or line ends between them
//   conflict_rules   a line each: "contact=server", "contact.jobtitle=device"
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/schema.h"

namespace satchel::model {

// Is `text` as the column's format asks? Errors: bad_value, target = column name.
Result<void> check_format(const Schema& schema, const Column& column, std::string_view text);

// The words of a text of format `sets`, as they stand there.
std::vector<std::string> words_of_sets(std::string_view text);

// "contact" or "contact.jobtitle" names something.
bool is_conflict_subject(const Schema& schema, std::string_view subject);

}  // namespace satchel::model
