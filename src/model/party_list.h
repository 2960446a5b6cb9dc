// SPDX-License-Identifier: Apache-2.0
//
// A party list as text, the form in which it is stored and fed: one line per party, sorted.
//
//   1/0190a1b2-....|sales@contoso.example
//   2/0190a1b2-....|
//
// In an address "\", "|" and line ends are written "\\", "\p", "\n" and "\r", so "/ID|" stands in a text only where ID is
// a party. sql/layout.h searches by that.
#pragma once

#include <string>
#include <string_view>

#include "model/value.h"

namespace satchel::model {

std::string party_list_text(const PartyList& parties);
// Lines that are no party are left out: a store that a newer program wrote stays readable.
PartyList parse_party_list(std::string_view text);

}  // namespace satchel::model
