// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/staged_pages.h"

#include "device/store/limits.h"

namespace satchel::device::store {

Result<void> StagedPages::add(std::string_view page) {
  std::int64_t bytes = 0;
  {
    // length() of a blob reads the row's head, not its pages.
    auto select = TRY(sql::borrow(database_, "select coalesce(sum(length(page)), 0) from staged_page"));
    if (TRY(select->step())) bytes = select->integer(0);
  }
  if (bytes + static_cast<std::int64_t>(page.size()) > kStagedBytesMax)
    return Error{ErrorCode::too_large, "More changes wait for their cut than this device sets aside (" +
                                           std::to_string(kStagedBytesMax / (1024 * 1024)) + " MiB)."};
  auto insert = TRY(sql::borrow(database_, "insert into staged_page(page) values (?1)"));
  insert->bind_blob(1, page);
  return insert->run();
}

Result<std::size_t> StagedPages::count() {
  auto select = TRY(sql::borrow(database_, "select count(*) from staged_page"));
  if (!TRY(select->step())) return std::size_t{0};
  return static_cast<std::size_t>(select->integer(0));
}

Result<std::optional<std::string>> StagedPages::at(std::size_t index) {
  auto select = TRY(sql::borrow(database_, "select page from staged_page order by number limit 1 offset ?1"));
  select->bind_integer(1, static_cast<std::int64_t>(index));
  if (!TRY(select->step())) return std::optional<std::string>();
  return std::optional(std::string(select->blob(0)));
}

}  // namespace satchel::device::store
