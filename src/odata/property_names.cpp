// SPDX-License-Identifier: Apache-2.0
#include "odata/property_names.h"

namespace satchel::odata {

const std::string& face_name(const model::Column& column) {
  static const std::string kVersion = "version";
  return column.name == "productversion" ? kVersion : column.name;
}

std::string lookup_property(std::string_view column_name) { return "_" + std::string(column_name) + "_value"; }
std::string party_property(const model::Table& table) { return table.name + "_activity_parties"; }

}  // namespace satchel::odata
