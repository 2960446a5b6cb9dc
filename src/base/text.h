// SPDX-License-Identifier: Apache-2.0
//
// Text that means the same on server, device and every database.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel {

// Whether all of it is well-formed: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);
// The size of its longest well-formed beginning.
std::size_t utf8_prefix_size(std::string_view text);

// How long a form says it is: UTF-16 units, as Dataverse counts. `text` is UTF-8.
std::size_t utf16_length(std::string_view text);

// Unicode normalization form C. `text` is UTF-8.
std::string to_nfc(std::string_view text);

// The key by which text compares and sorts: NFKC casefold, accents stripped, compared as bytes. "Éric" and "ERIC" have
// the same key. Marks that spell another word stay: vowel signs of India, tones of Thai, the voicing of Japanese.
// Idempotent. Kept beside the text, so that every engine orders alike. Changes only with kFoldVersion.
std::string fold_key(std::string_view text);
inline constexpr int kFoldVersion = 1;  // utf8proc 2.8.0 (Unicode 15)

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string to_lower_ascii(std::string_view text);
bool equals_ignoring_case_ascii(std::string_view a, std::string_view b);
std::string percent_encode(std::string_view text);
// nullopt for a malformed escape.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace satchel
