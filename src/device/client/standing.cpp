// SPDX-License-Identifier: Apache-2.0
#include "device/client/standing.h"

#include "device/sync/experience.h"
#include "model/record.h"

namespace satchel::device::client {
namespace {

// Who founded the organisation: the one administrator that every device knows.
Result<std::string> founder_name(store::DeviceStore& store) {
  const auto& table = *store.schema().find("organization");
  query::Query query;
  query.table = table.number;
  const auto rows = TRY(store.list(query)).records;
  if (rows.empty()) return std::string();
  const auto* founder = model::reference_in(rows.front().values[table.find_column("createdby")->index]);
  return founder == nullptr ? std::string() : store.name_of(*founder);
}

}  // namespace

Result<Standing> standing(store::DeviceStore& store) {
  const auto settings = TRY(sync::OrganizationSettings::read(store));
  Standing standing;
  standing.lease_days = settings.number("lease_days");
  standing.cache_rows = settings.number("cache_rows");
  standing.cache_bytes = settings.number("cache_bytes");
  standing.cache_days = settings.number("cache_days");
  standing.pin_required = settings.get("pin") == "required";
  standing.pin = {settings.number("pin_length"), settings.number("pin_tries")};
  standing.lock_minutes = settings.number("lock_minutes");
  standing.escrow = settings.get("escrow") == "on";
  standing.admin = TRY(founder_name(store));
  return standing;
}

}  // namespace satchel::device::client
