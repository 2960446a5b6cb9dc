// SPDX-License-Identifier: Apache-2.0
#include "server/access/rights_mark.h"

namespace satchel::server::access {

Result<void> create_rights_mark(sql::Database& database) {
  return database.execute(
      "create table if not exists rights_state(organization bigint not null primary key, mark bigint not null)");
}

Result<std::int64_t> rights_mark(sql::Database& database, OrganizationNumber organization) {
  auto select = TRY(sql::borrow(database, "select mark from rights_state where organization = ?1"));
  select->bind_integer(1, organization.value);
  return TRY(select->step()) ? select->integer(0) : 0;
}

Result<void> touch_rights(sql::Database& database, OrganizationNumber organization, Random& random) {
  auto write = TRY(sql::borrow(database,
                               "insert into rights_state(organization, mark) values (?1, ?2) "
                               "on conflict(organization) do update set mark = excluded.mark"));
  write->bind_integer(1, organization.value);
  write->bind_integer(2, static_cast<std::int64_t>(random.next() | 1));
  return write->run();
}

}  // namespace satchel::server::access
