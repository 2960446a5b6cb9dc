// SPDX-License-Identifier: Apache-2.0
#include "server/service/csv.h"

#include <algorithm>

#include "base/text.h"
#include "server/service/limits.h"

namespace satchel::server::service {

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
}

bool CsvReader::next(CsvRecord& record) {
  while (at_ < text_.size() && at_line_end()) skip_line_end();
  if (at_ == text_.size()) return false;
  record.line = line_;
  record.fault.clear();
  record_at_ = at_;
  read_record(record);
  return true;
}

void CsvReader::read_record(CsvRecord& record) {
  std::size_t count = 0;
  bool more = true;
  while (more) {
    if (count == kCsvColumnsMax) {
      fail(record, "The line has more than " + std::to_string(kCsvColumnsMax) + " fields.");
      break;
    }
    if (record.fields.size() == count) record.fields.emplace_back();
    more = read_field(record, record.fields[count++]);
  }
  record.fields.resize(count);
  const auto text = text_.substr(record_at_, at_ - record_at_);
  if (record.fault.empty() && text.size() > kCsvRecordBytesMax)
    record.fault = "The line is longer than " + std::to_string(kCsvRecordBytesMax) + " bytes.";
  if (record.fault.empty() && !is_utf8(text)) record.fault = "The line isn't UTF-8: save the file in that encoding.";
  if (at_ < text_.size()) skip_line_end();
}

bool CsvReader::read_field(CsvRecord& record, std::string& field) {
  field.clear();
  if (at_ < text_.size() && text_[at_] == '"') {
    if (!read_quoted(record, field)) return false;
  } else {
    const auto end = std::min(text_.find_first_of(",\r\n\"", at_), text_.size());
    field.assign(text_.substr(at_, end - at_));
    at_ = end;
    if (at_ < text_.size() && text_[at_] == '"') {
      fail(record,
           "A quotation mark stands inside a field that doesn't begin with one: put the field in quotation marks "
           "and write each inner one twice.");
      return false;
    }
  }
  if (at_ == text_.size() || text_[at_] != ',') return false;
  ++at_;
  return true;
}

bool CsvReader::read_quoted(CsvRecord& record, std::string& field) {
  ++at_;
  for (;;) {
    const auto quote = text_.find('"', at_);
    // A quote that was never closed takes the rest of the file: the fault is told where the record begins, and reading
    // goes on behind its first line.
    if (quote == std::string_view::npos || quote - record_at_ > kCsvRecordBytesMax) {
      at_ = record_at_;
      line_ = record.line;
      fail(record, "A field that begins with a quotation mark doesn't end with one.");
      return false;
    }
    const auto piece = text_.substr(at_, quote - at_);
    line_ += std::count(piece.begin(), piece.end(), '\n');
    field += piece;
    at_ = quote + 1;
    if (at_ == text_.size() || text_[at_] != '"') break;
    field += '"';
    ++at_;
  }
  if (at_line_end() || text_[at_] == ',') return true;
  fail(record, "Something follows the closing quotation mark of a field.");
  return false;
}

void CsvReader::fail(CsvRecord& record, std::string fault) {
  record.fault = std::move(fault);
  at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
}

void CsvReader::skip_line_end() {
  if (text_[at_] == '\r') ++at_;
  else {
    ++at_;
    ++line_;
    return;
  }
  if (at_ < text_.size() && text_[at_] == '\n') ++at_;
  ++line_;
}

}  // namespace satchel::server::service
