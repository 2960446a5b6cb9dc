// SPDX-License-Identifier: Apache-2.0
#include "device/sync/recent.h"

#include "base/text.h"
#include "device/sync/limits.h"

namespace satchel::device::sync {

Result<std::vector<model::Reference>> remembered_records(store::DeviceStore& store) {
  std::vector<model::Reference> records;
  const auto text = TRY(store.setting(kRecentSetting)).value_or("");
  for (const auto item : split(text, ' ')) {
    const auto slash = item.find('/');
    if (slash == item.npos) continue;
    const auto* table = store.schema().find_set(item.substr(0, slash));
    const auto id = RecordId::parse(item.substr(slash + 1));
    if (table != nullptr && id) records.push_back({table->number, *id});
  }
  return records;
}

Result<std::vector<model::Reference>> recent_records(store::DeviceStore& store) {
  std::vector<model::Reference> here;
  for (const auto& record : TRY(remembered_records(store)))
    if (TRY(store.find(store.schema().at(record.table), record.id))) here.push_back(record);
  return here;
}

Result<void> add_recent(store::DeviceStore& store, const model::Reference& record) {
  auto records = TRY(remembered_records(store));
  if (!records.empty() && records.front() == record) return {};
  std::erase(records, record);
  records.insert(records.begin(), record);
  if (records.size() > kRecentKept) records.resize(kRecentKept);
  std::string text;
  for (const auto& each : records)
    text += (text.empty() ? "" : " ") + store.schema().at(each.table).set + "/" + each.id.to_string();
  return store.set_setting(kRecentSetting, text);
}

}  // namespace satchel::device::sync
