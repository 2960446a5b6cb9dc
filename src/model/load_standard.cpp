// SPDX-License-Identifier: Apache-2.0
#include "model/internal/standard.h"
#include "model/internal/standard_files.h"

namespace satchel::model {

Result<Schema> internal::load_standard() {
  std::vector<Schema::File> files;
  for (const auto& [name, text] : standard_files()) files.push_back({std::string(name), std::string(text)});
  return Schema::load(files);
}

}  // namespace satchel::model
