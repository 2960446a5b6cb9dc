// SPDX-License-Identifier: Apache-2.0
#include "bench/wire_size.h"

#include "base/random.h"
#include "bench/server_side.h"
#include "bench/web_api.h"
#include "device/sync/limits.h"
#include "edge/net/compression.h"
#include "edge/os/clock.h"
#include "odata/feed.h"
#include "odata/record_json.h"

namespace satchel::bench {
namespace {

namespace net = edge::net;

// The smallest pages that a device asks for; larger ones take fewer bytes.
constexpr auto kPageRows = static_cast<std::int64_t>(device::sync::kLoadPageRowsMin);

// The rows as JSON lines through one encoder. Only the size is kept.
class JsonLines {
 public:
  JsonLines() { encoder_.start(net::Encoding::zstd, kUnknownSize); }

  void add(const model::Record& record) {
    filled_columns_.clear();
    for (model::ColumnIndex i = 1; i < record.values.size(); ++i)
      if (!model::is_null(record.values[i])) filled_columns_.push_back(i);
    filled_ += static_cast<std::int64_t>(filled_columns_.size());
    line_.clear();
    odata::write_record(line_, model::Schema::standard(), record, filled_columns_, odata::Annotations::none, {});
    line_ += '\n';
    append(line_, net::Encoder::Last::no);
  }
  std::int64_t finish() {
    append({}, net::Encoder::Last::yes);
    return size_;
  }
  std::int64_t filled() const { return filled_; }

 private:
  static constexpr auto kUnknownSize = static_cast<std::size_t>(-1);  // zstd's own word for it

  void append(std::string_view text, net::Encoder::Last last) {
    encoded_.clear();
    encoder_.append(text, last, encoded_);
    size_ += static_cast<std::int64_t>(encoded_.size());
  }

  net::Encoder encoder_;
  std::vector<model::ColumnIndex> filled_columns_;
  std::string line_, encoded_;
  std::int64_t size_ = 0, filled_ = 0;
};

}  // namespace

Result<Json> wire_size(const std::string& folder) {
  auto server = TRY(Server::open(folder));
  const auto now = edge::os::SystemClock().now();
  const auto device = new_id<DeviceId>(server->random, now);
  const auto token = TRY(token_in(server->service->handle(token_request(kAdministrator, device), now)));
  JsonLines lines;
  std::int64_t rows = 0, wire = 0;
  std::string cursor;
  for (bool complete = false; !complete;) {
    const auto response = server->service->handle(pull_request(token, device, cursor, kPageRows), now);
    if (response.status != 200) return odata::read_error(response.status, response.body);
    wire += static_cast<std::int64_t>(net::encode(net::Encoding::zstd, response.body).size());
    auto page = TRY(odata::FeedPageReader::open(model::Schema::standard(), response.body));
    odata::FeedPageReader::Row row;
    for (; TRY(page.next(row)); ++rows) lines.add(odata::record_of(row));
    cursor = page.head().cursor;
    complete = page.head().complete;
  }
  auto json = Json::object();
  json.set("rows", rows);
  json.set("wire_bytes", wire);
  json.set("json_bytes", lines.finish());
  json.set("filled", lines.filled());
  return json;
}

}  // namespace satchel::bench
