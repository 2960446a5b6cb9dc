// SPDX-License-Identifier: Apache-2.0
//
// CSV as RFC 4180 draws it, with the two freedoms that every program takes: LF for CRLF, and a UTF-8 mark in front.
//
//   name,address1_city,description
//   "Finch, Alder & Co",Leeds,"First line
//   and ""second"" line"
//
// Always true:
//   - A record that is not well formed is told and skipped; the next one begins at the next line end behind the fault.
//   - A record's line is the physical line on which it begins, counted from 1.
//   - Empty lines are no records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::server::service {

struct CsvRecord {
  std::int64_t line = 0;
  std::vector<std::string> fields;
  std::string fault;  // a sentence; "" = the record is well formed
};

// Reads from text that outlives it.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text);

  // False at the end. Gives back `record`, whose room is used again.
  bool next(CsvRecord& record);

 private:
  void read_record(CsvRecord& record);
  // One field; true when another one follows it in the record.
  bool read_field(CsvRecord& record, std::string& field);
  bool read_quoted(CsvRecord& record, std::string& field);
  void fail(CsvRecord& record, std::string fault);
  void skip_line_end();
  bool at_line_end() const { return at_ == text_.size() || text_[at_] == '\n' || text_[at_] == '\r'; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t record_at_ = 0;
  std::int64_t line_ = 1;
};

}  // namespace satchel::server::service
