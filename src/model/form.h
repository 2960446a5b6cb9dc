// SPDX-License-Identifier: Apache-2.0
//
// How a table is shown to people: its form and its charts, as data beside its views (docs/schema.md, "A form", "A chart").
//
//   +--------------------------------------------+
//   | Ada King                 header: jobtitle, parentcustomerid, telephone1
//   +---- section "Details" ---------------------+
//   | firstname, lastname, emailaddress1 ...     |
//   +---- related list "Opportunities" ----------+   rows of another table whose lookup leads here
//   +---- timeline ------------------------------+   activities and notes about the record
//
// Included by schema.h; a loaded Schema holds for these what it holds for views: every name leads to something.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace satchel::model {

using ColumnIndex = std::uint16_t;

struct FormSection {
  std::string label;
  std::vector<ColumnIndex> columns;
  bool operator==(const FormSection&) const = default;
};

struct RelatedList {
  std::string relationship;  // "contact_customer_accounts"; once in the form
  std::string label;
  TableNumber table;                 // whose rows are listed
  ColumnIndex lookup = 0;            // the column of `table` that leads here
  std::vector<ColumnIndex> columns;  // of `table`
  bool operator==(const RelatedList&) const = default;
};

struct Form {
  std::vector<ColumnIndex> header;
  std::vector<FormSection> sections;
  std::vector<RelatedList> related;
  bool has_timeline = false;
  std::vector<ColumnIndex> quick_create;
  bool operator==(const Form&) const = default;
};

enum class ChartKind { bar, column, line };
enum class Period { day, week, month };

// Counts rows, or sums a column, by the values of another column.
struct Chart {
  std::string name;   // once in the schema
  std::string label;  // "Open Opportunities by Stage"
  ChartKind kind = ChartKind::column;
  std::string filter;                   // an OData filter, or ""
  ColumnIndex category = 0;             // a choice, state, status, boolean, lookup, date or datetime
  std::optional<Period> period = {};    // of a date or datetime
  std::optional<ColumnIndex> sum = {};  // a number or an amount; nothing = rows are counted
  bool operator==(const Chart&) const = default;
};

}  // namespace satchel::model
