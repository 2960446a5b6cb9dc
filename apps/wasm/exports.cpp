// SPDX-License-Identifier: Apache-2.0
//
// What the host calls (README.md).
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "apps/wasm/host.h"
#include "apps/wasm/keeper.h"
#include "base/text.h"
#include "model/schema.h"

namespace satchel::apps {
namespace {

constexpr std::int32_t kFaceVersion = 2;

class HostRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    host::satchel_host_random(out.data(), static_cast<std::int32_t>(out.size()));
  }
};

// The one module: what the host hands in and takes out goes through these.
struct Module {
  HostRandom random;
  Keeper keeper{random};
  std::vector<char> in;
  std::string out;

  std::string_view taken(std::int32_t length) const { return {in.data(), static_cast<std::size_t>(length)}; }
};

Module& module() {
  static Module* const only = new Module;  // It ends with its memory.
  return *only;
}

Instant now() { return Instant{static_cast<std::int64_t>(host::satchel_host_now())}; }

Headers headers_in(std::string_view lines) {
  Headers headers;
  for (const auto line : split(lines, '\n')) {
    const auto colon = line.find(':');
    if (colon != line.npos) headers.add(line.substr(0, colon), std::string(trim(line.substr(colon + 1))));
  }
  return headers;
}

Result<Response> response_in(std::int32_t status, std::string_view head, std::string_view body) {
  if (status <= 0) return Error{ErrorCode::offline, std::string(body)};
  Response response;
  response.status = status;
  response.headers = headers_in(head);
  response.body = body;
  return response;
}

}  // namespace
}  // namespace satchel::apps

#define SATCHEL_EXPORT(name) extern "C" __attribute__((export_name(#name)))

using satchel::apps::module;
using satchel::apps::now;
using satchel::device::door::TabNumber;

SATCHEL_EXPORT(satchel_face_version) std::int32_t satchel_face_version() { return satchel::apps::kFaceVersion; }

SATCHEL_EXPORT(satchel_prepare) void satchel_prepare() { satchel::model::Schema::standard(); }

SATCHEL_EXPORT(satchel_buffer) char* satchel_buffer(std::int32_t length) {
  auto& in = module().in;
  if (in.size() < static_cast<std::size_t>(length)) in.resize(static_cast<std::size_t>(length));
  return in.data();
}

SATCHEL_EXPORT(satchel_begin) void satchel_begin(std::int32_t length) {
  module().keeper.begin(module().taken(length), now());
}

SATCHEL_EXPORT(satchel_hear) void satchel_hear(std::int32_t tab, std::int32_t length) {
  module().keeper.hear(TabNumber(tab), module().taken(length), now());
}

SATCHEL_EXPORT(satchel_leave) void satchel_leave(std::int32_t tab) { module().keeper.leave(TabNumber(tab)); }

SATCHEL_EXPORT(satchel_answer)
void satchel_answer(double token, std::int32_t status, std::int32_t head_length, std::int32_t body_length) {
  const auto all = module().taken(head_length + body_length);
  const auto head_size = static_cast<std::size_t>(head_length);
  module().keeper.answer(static_cast<std::int64_t>(token),
                         satchel::apps::response_in(status, all.substr(0, head_size), all.substr(head_size)), now());
}

SATCHEL_EXPORT(satchel_wake) void satchel_wake() { module().keeper.wake(now()); }

SATCHEL_EXPORT(satchel_poll) std::int32_t satchel_poll() {
  auto output = module().keeper.poll();
  if (!output) return 0;
  auto& out = module().out;
  if (!output->bytes.empty() || output->head.find("tell") != nullptr || output->head.find("keep_key_file") != nullptr)
    output->head.set("bytes", output->bytes.size());
  else if (output->head.find("send") != nullptr) output->head.set("bytes", 0);
  out = output->head.dump();
  out += '\n';
  out += output->bytes;
  return static_cast<std::int32_t>(out.size());
}

SATCHEL_EXPORT(satchel_output) const char* satchel_output() { return module().out.data(); }
