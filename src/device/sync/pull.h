// SPDX-License-Identifier: Apache-2.0
//
// Pull: pages of the feed become rows. A first load goes straight into the tables; everything else is staged until the page
// that declares the cut, and then applied in one transaction with the merge and the cursor (Y12).
//
//   load page ---------------------> tables (marked loading), cursor
//   delta page ---> staged ...  ---> cut: rows, leaves, deletes, drops -> settle -> cut, cursor
//
// Always true:
//   - Only at the end of a cut do rows go that no scope holds any more (Y11).
//   - Cuts never go back; an older version of a row than the one that is here changes nothing.
#pragma once

#include <string_view>

#include "device/store/store.h"
#include "device/sync/settle.h"

namespace satchel::device::sync {

struct PageReport {
  bool complete = false;  // the page declared a cut, and it's applied
  bool is_load = false;
  std::int64_t rows = 0;                // that came in this page
  std::int64_t removed = 0;             // that left the device
  std::int64_t rows_expected = 0;       // still to come in the first load
  std::vector<ScopeNumber> mismatched;  // scopes whose sums differ from the server's at this cut (Y9)
  std::vector<odata::NamedRow>
      unconfirmed;              // of no scope any more, stayed by use: to be named before the sync ends (C6)
  bool has_lost_watch = false;  // there are more rows to name than before
};

// Takes one page in, in a transaction of its own. Errors: unexpected_answer for a page that can't be read, and the store's.
Result<PageReport> take_page(store::DeviceStore& store, std::string_view page, const Settling& settling);

}  // namespace satchel::device::sync
