// SPDX-License-Identifier: Apache-2.0
#include "server/service/internal/name_finder.h"

#include "server/service/internal/filling.h"

namespace satchel::server::service {

using model::Column;
using model::Table;

const Column* key_column(const Table& table) {
  if (table.name == "systemuser") return table.find_column("domainname");
  if (table.name == "transactioncurrency") return table.find_column("isocurrencycode");
  return nullptr;
}

Result<NameFinder::Found> NameFinder::find(const Table& table, const std::string& name) {
  auto& known = known_[table.number.value];
  if (const auto at = known.find(name); at != known.end()) return at->second;
  return known.emplace(name, TRY(ask(table, name))).first->second;
}

void NameFinder::forget(const Table& table, const std::string& name) {
  if (const auto at = known_.find(table.number.value); at != known_.end()) at->second.erase(name);
}

Result<NameFinder::Found> NameFinder::ask(const Table& table, const std::string& name) {
  Found found;
  if (const auto* key = key_column(table)) {
    const auto ids = TRY(records_.find_by_text(table, key->index, name));
    if (ids.size() == 1) return Found{1, ids[0], {}, true};
  }
  if (!table.primary_name) return found;
  const auto everybody = access::system_caller(kTheOrganization, {});
  for (const auto id : TRY(records_.find_by_text(table, *table.primary_name, name))) {
    auto candidate = records_.name_of(everybody, {table.number, id});
    if (candidate != name) {
      found.similar = std::move(candidate);
      continue;
    }
    if (++found.count == 2) break;
    found.id = id;
  }
  return found;
}

}  // namespace satchel::server::service
