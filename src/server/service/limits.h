// SPDX-License-Identifier: Apache-2.0
//
// Limits of the service, with units and reasons.
#pragma once

#include <cstddef>
#include <cstdint>

namespace satchel::server::service {

// A token request, in bytes: a user name and a password of 1,024 bytes each, percent-encoded, fit with room to spare.
inline constexpr std::size_t kTokenBodyBytesMax = 16 * 1024;
// Fields of a token request; the grants have six.
inline constexpr std::size_t kTokenFieldsMax = 32;

// A request of `satchel admin`, in bytes: names and a password.
inline constexpr std::size_t kAdminBodyBytesMax = 64 * 1024;
// Rows of a list that an admin verb gives or searches; far more teams and users than one organisation has.
inline constexpr std::size_t kAdminRowsMax = 100'000;

// Rows of a list page; Dataverse's number.
inline constexpr std::int64_t kPageRowsMax = 5'000;
// ... where each of them brings collections along: one query each, 20 µs, while others wait.
inline constexpr std::int64_t kExpandingPageRowsMax = 1'000;
// Rows of collections in one answer, some 40 MB at most. Behind it each collection has a row and a next link.
inline constexpr std::int64_t kExpandedRowsMax = 20'000;

// What an error says, in bytes: the longest of our own sentences has some 200; the rest is what came in, quoted.
inline constexpr std::size_t kErrorTextBytesMax = 1'000;

// Records that one request may make or link: as many as a batch has parts.
inline constexpr std::size_t kDeepRecordsMax = 1'000;

// Tests in a $filter of EntityDefinitions, joined by "and".
inline constexpr std::size_t kDefinitionTestsMax = 20;

// Rows of one seq, for import and demo. A seq is never split between two pages, so it stays well below a page.
inline constexpr std::size_t kFillPartRows = 200;
// Lines of one transaction of an import. Measured with 100,000 lines, larger ones save a tenth; but every other writer
// waits for the whole of one, which is half a second at this size.
inline constexpr std::size_t kImportTransactionLines = 5'000;
// Rows of one transaction of a demo, where nobody else writes: 10 % quicker than with 5,000, and the memory of one is bounded.
inline constexpr std::size_t kFillTransactionRows = 50'000;

// A line of a CSV file, in bytes, line ends within quotes included: a note of 100,000 characters fits three times over.
// Past this a quote that was never closed is more likely than a record.
inline constexpr std::size_t kCsvRecordBytesMax = 1024 * 1024;
// Columns of a CSV file: as many as a table can have.
inline constexpr std::size_t kCsvColumnsMax = 1'000;

// Rows of a demo organisation. More than a million take minutes and a database of gigabytes.
inline constexpr std::int64_t kDemoRecordsMax = 2'000'000;

}  // namespace satchel::server::service
