// SPDX-License-Identifier: Apache-2.0
//
// `satchel import`: a CSV file becomes records (docs/import.md).
//
//   lines --read--> changes --apply--> [ part: up to 200 lines, one seq ] ... --> commit each 5,000 lines, or one for all
//
// Nearly everything that can be wrong with a line is found before it is written. What only the records can tell (an id that
// doesn't exist, a name that is taken) undoes the part; its good lines are written again without the bad one, and the
// following parts are smaller, so that a file full of such lines isn't written many times over.
#include <algorithm>

#include "base/hash.h"
#include "server/service/internal/founding.h"
#include "server/service/internal/import_line.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace {

using Line = ImportLineReader::Line;

// The line's own fault, rather than the machine's?
bool is_of_line(const Error& error) { return http_status_of(error.code) < 500; }

class Import {
 public:
  Import(Service& service, sql::Database& database, const model::Table& table, ImportHeader header, RecordId user,
         bool all_or_nothing, std::uint64_t seed, Instant now)
      : service_(service),
        records_(service.records()),
        database_(database),
        table_(table),
        caller_(access::system_caller(kTheOrganization, user)),
        all_or_nothing_(all_or_nothing),
        random_(seed),
        now_(now),
        reader_(records_, table, std::move(header), random_, now) {}

  Result<ImportReport> run(CsvReader& csv) {
    CsvRecord record;
    while (csv.next(record)) {
      ++report_.lines;
      TRY(open());
      auto line = reader_.read(record);
      if (line) TRY(take(std::move(*line)));
      else if (is_of_line(line.error())) add_bad(record.line, line.error());
      else return line.error();
    }
    TRY(end_part());
    if (all_or_nothing_ && !report_.bad.empty()) return undone();
    if (transaction_) TRY(transaction_->commit());
    sort_bad();
    return std::move(report_);
  }

 private:
  Result<void> open() {
    if (!transaction_) transaction_.emplace(TRY(sql::Transaction::begin(database_)));
    if (!part_) part_.emplace(TRY(Part::begin(records_, database_)));
    return {};
  }

  Result<void> take(Line line) {
    auto written = write(line);
    if (!written) {
      if (!is_of_line(written.error())) return written.error();
      add_bad(line.number, written.error());
      return write_again();
    }
    forget_names(line);
    (*written ? part_created_ : part_updated_) += 1;
    lines_.push_back(std::move(line));
    return lines_.size() >= part_rows_ ? end_part() : Result<void>();
  }

  // Was the record made?
  Result<bool> write(const Line& line) {
    const auto outcome = TRY(records_.apply(caller_, line.change, {}, records::Absent::refuse, now_));
    // Without a role a user could do nothing, not even sign in and see why.
    if (outcome.created && table_.name == "systemuser")
      TRY(service_.sessions().set_roles(line.change.id, {access::Role::salesperson}));
    return outcome.created;
  }

  // The part without the line that was refused.
  Result<void> write_again() {
    auto lines = std::exchange(lines_, {});
    part_.reset();
    for (const auto& line : lines) forget_names(line);
    part_rows_ = std::max<std::size_t>(part_rows_ / 2, 1);
    part_created_ = part_updated_ = 0;
    // One of them may have named the record of the refused line; it's then the next that is refused.
    for (auto& line : lines) {
      TRY(open());
      TRY(take(std::move(line)));
    }
    return {};
  }

  Result<void> end_part() {
    if (!part_) return {};
    TRY(part_->end());
    part_.reset();
    report_.created += part_created_;
    report_.updated += part_updated_;
    transaction_lines_ += lines_.size();
    part_created_ = part_updated_ = 0;
    if (lines_.size() >= part_rows_) part_rows_ = std::min(part_rows_ * 2, kFillPartRows);
    lines_.clear();
    if (all_or_nothing_ || transaction_lines_ < kImportTransactionLines) return {};
    transaction_lines_ = 0;
    TRY(transaction_->commit());
    transaction_.reset();
    return {};
  }

  ImportReport undone() {
    transaction_.reset();
    report_.created = report_.updated = 0;
    sort_bad();
    return std::move(report_);
  }

  void forget_names(const Line& line) {
    for (const auto& name : line.names) reader_.names().forget(table_, name);
  }

  void add_bad(std::int64_t line, const Error& error) { report_.bad.push_back({line, error.message}); }

  // Written again, an earlier line may have been refused after a later one.
  void sort_bad() {
    std::stable_sort(report_.bad.begin(), report_.bad.end(),
                     [](const auto& a, const auto& b) { return a.line < b.line; });
  }

  Service& service_;
  records::Records& records_;
  sql::Database& database_;
  const model::Table& table_;
  access::Caller caller_;
  bool all_or_nothing_;
  SeededRandom random_;
  Instant now_;
  ImportLineReader reader_;
  std::optional<sql::Transaction> transaction_;
  std::optional<Part> part_;
  std::vector<Line> lines_;  // written in this part
  std::size_t part_rows_ = kFillPartRows, transaction_lines_ = 0;
  std::int64_t part_created_ = 0, part_updated_ = 0;
  ImportReport report_;
};

Result<const model::Table*> table_of(const model::Schema& schema, const std::string& set) {
  const auto* table = schema.find_set(set);
  if (table == nullptr) return Error{ErrorCode::unknown_table, "There's no set \"" + set + "\".", set};
  if (table->is_derived)
    return Error{ErrorCode::bad_request, table->plural + " are made from other records' columns; import those.", set};
  return table;
}

Result<void> check_encoding(std::string_view csv) {
  if (!csv.starts_with("\xFF\xFE") && !csv.starts_with("\xFE\xFF")) return {};
  return Error{ErrorCode::bad_request, "The file is UTF-16: save it as UTF-8."};
}

}  // namespace

Result<ImportReport> import_csv(Service& service, sql::Database& database, std::string_view csv,
                                const ImportOptions& options, Instant now) {
  auto& records = service.records();
  const auto& table = *TRY(table_of(records.schema(), options.set));
  TRY(check_encoding(csv));
  CsvReader reader(csv);
  CsvRecord header;
  if (!reader.next(header))
    return Error{ErrorCode::bad_request, "The file is empty; its first line must name the columns."};
  auto columns = TRY(read_import_header(records.schema(), table, header));
  const auto user = TRY(first_administrator(service));
  // Ids need to be new, not secret: the head's mark is random and differs after each commit.
  const auto seed = TRY(records.head()).mark ^ hash64(csv) ^ static_cast<std::uint64_t>(now.milliseconds);
  return Import(service, database, table, std::move(columns), user, options.all_or_nothing, seed, now).run(reader);
}

}  // namespace satchel::server::service
