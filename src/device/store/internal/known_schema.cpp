// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/known_schema.h"

#include <string>
#include <vector>

namespace satchel::device::store {

Result<std::optional<model::Schema>> KnownSchema::read() {
  std::vector<model::Schema::File> files;
  {
    auto exists = TRY(database_.prepare("select 1 from sqlite_master where name = 'schema_file'"));
    if (!TRY(exists->step())) return std::optional<model::Schema>();
  }
  auto select = TRY(database_.prepare("select name, content from schema_file order by name"));
  while (TRY(select->step())) files.push_back({std::string(select->text(0)), std::string(select->blob(1))});
  auto schema = model::Schema::load(files);
  return schema ? std::optional(std::move(*schema)) : std::nullopt;
}

Result<void> KnownSchema::write(const model::Schema& schema) {
  TRY(database_.execute(
      "create table if not exists schema_file(name text primary key, content blob not null) without rowid; "
      "delete from schema_file"));
  auto insert = TRY(database_.prepare("insert into schema_file(name, content) values (?1, ?2)"));
  for (const auto& file : schema.files()) {
    insert->bind_text(1, file.name);
    insert->bind_blob(2, file.text);
    TRY(insert->run());
  }
  return {};
}

}  // namespace satchel::device::store
