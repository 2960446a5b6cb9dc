// SPDX-License-Identifier: Apache-2.0
#include "sim/world/device.h"

namespace satchel::sim {

Device::Device(std::size_t number, std::string user, RecordId user_id, std::unique_ptr<sql::Database> file,
               const model::Schema& schema, std::uint64_t seed)
    : number_(number),
      user_(std::move(user)),
      user_id_(user_id),
      file_(std::move(file)),
      mortal_(*file_),
      written_(*file_, schema),
      schema_(schema),
      random_(seed) {}

Result<void> Device::restart() {
  engine_.reset();
  client_.reset();
  store_.reset();
  mortal_.resurrect();
  ++life_;
  store_ = TRY(device::store::DeviceStore::open(mortal_, schema_));
  client_ = std::make_unique<device::client::Client>(*store_, random_);
  device::client::EngineOptions options;
  options.client_name = "simulator";
  options.load_rows_max = 7;  // many small pages, so that a load is interrupted often
  engine_ = std::make_unique<device::client::Engine>(*store_, random_, options);
  return {};
}

}  // namespace satchel::sim
