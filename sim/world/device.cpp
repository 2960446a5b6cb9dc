// SPDX-License-Identifier: Apache-2.0
#include "sim/world/device.h"

#include "edge/sqlite/maintenance.h"
#include "sim/world/beginning.h"

namespace satchel::sim {
namespace {

device::client::EngineOptions engine_options(Mutation mutation) {
  device::client::EngineOptions options;
  options.client_name = "simulator";
  options.load_rows_max = 7;  // many small pages, so that a load is interrupted often
  if (mutation == Mutation::device_wins) options.policy = device::sync::ConflictPolicy::device;
  if (mutation == Mutation::server_wins) options.policy = device::sync::ConflictPolicy::server;
  return options;
}

}  // namespace

Device::Device(std::size_t number, std::string user, RecordId user_id, std::unique_ptr<sql::Database> file,
               const model::Schema& schema, std::uint64_t seed, Mutation mutation)
    : number_(number),
      user_(std::move(user)),
      user_id_(user_id),
      mutation_(mutation),
      file_(std::move(file)),
      mortal_(*file_, mutation),
      written_(*file_, schema),
      schema_(schema),
      random_(seed) {}

Result<void> Device::restart() {
  engine_.reset();
  client_.reset();
  store_.reset();
  mortal_.resurrect();
  ++life_;
  awaited.reset();
  under_way.clear();
  store_ = TRY(device::store::DeviceStore::open(mortal_, schema_));
  client_ = std::make_unique<device::client::Client>(*store_, random_);
  engine_ = std::make_unique<device::client::Engine>(*store_, random_, engine_options(mutation_));
  return {};
}

Result<void> Device::back_up() {
  if (!backup_) backup_ = TRY(empty_file(FileKind::device));
  return edge::sqlite::copy_into(*file_, *backup_);
}

Result<void> Device::restore_backup() {
  engine_.reset();
  client_.reset();
  store_.reset();
  mortal_.resurrect();
  TRY(edge::sqlite::copy_into(*backup_, *file_));
  was_put_back = true;
  written_.forget_all();
  judged.cut = {};
  last_page.reset();
  return restart();
}

}  // namespace satchel::sim
