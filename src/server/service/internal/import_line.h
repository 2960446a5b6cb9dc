// SPDX-License-Identifier: Apache-2.0
//
// One line of a CSV file becomes a RecordChange.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/records/records.h"
#include "server/service/csv.h"
#include "server/service/internal/name_finder.h"

namespace satchel::server::service {

// Which column each field of a line is for; the id column stands for the record itself.
struct ImportHeader {
  std::vector<const model::Column*> columns;
  std::optional<std::size_t> id_field;
};

// Errors, each of them before anything is written: bad_request for a header that can't be read, unknown_column,
// bad_value for a column that nobody can set or that comes twice.
Result<ImportHeader> read_import_header(const model::Schema& schema, const model::Table& table,
                                        const CsvRecord& record);

// Names by which a record can be found.
std::vector<std::string> names_in(const model::Schema& schema, const model::Record& record);

class ImportLineReader {
 public:
  ImportLineReader(records::Records& records, const model::Table& table, ImportHeader header, Random& random,
                   Instant now);

  struct Line {
    std::int64_t number = 0;
    model::RecordChange change;
    std::vector<std::string> names;  // that the record has or had
  };
  // Errors: what is wrong with the line.
  Result<Line> read(const CsvRecord& record);

  NameFinder& names() { return names_; }

 private:
  Result<model::Value> value_of(const model::Column& column, const std::string& text);
  Result<model::Reference> reference_of(const model::Column& column, std::string_view text);
  Result<model::Reference> by_id(const model::Column& column, RecordId id);
  Result<model::Reference> by_name(const model::Column& column, const std::string& name);
  Result<std::optional<model::Record>> existing(const CsvRecord& record, RecordId& id);
  Result<void> finish_create(model::RecordChange& change) const;
  void finish_update(model::RecordChange& change) const;

  records::Records& records_;
  const model::Schema& schema_;
  const model::Table& table_;
  ImportHeader header_;
  Random& random_;
  Instant now_;
  NameFinder names_;
  bool names_itself_ = false;                 // a lookup of the file may name another line's record
  std::vector<const model::Column*> needed_;  // that a new record must bring along
};

}  // namespace satchel::server::service
