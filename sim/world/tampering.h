// SPDX-License-Identifier: Apache-2.0
//
// Tampering: does to a world what its mutation says. Without one it does nothing.
#pragma once

#include "base/http.h"
#include "odata/feed.h"
#include "sim/world/mutation.h"

namespace satchel::sim {

class Device;
class World;

class Tampering {
 public:
  explicit Tampering(World& world) : world_(world) {}

  void before_request(const Device& device, Request& request);
  void before_answer(Device& device, const Request& request, Response& response);
  void before_taking(Device& device, const Request& request, const Response& response);
  void after_taking(Device& device, const Request& request);
  void after_edit(Device& device, RecordId record);

 private:
  bool is(Mutation mutation) const;
  void rewrite_batch(Request& request) const;
  void rewrite_page(Device& device, Response& response);
  bool leaves_out(const odata::FeedMark& mark) const;
  void leak_row(Device& device, odata::FeedPageWriter& page, const odata::FeedHead& head);
  void skip_page(const Request& request, Response& response);
  void praise(Response& response) const;
  void move_bases(Device& device, const Response& response);
  void drop_overlays(Device& device);
  void renew_ids(const Device& device, Request& request) const;
  void forget_later_words(Device& device);
  void evict_related(Device& device);
  void drop_drafts(Device& device);

  World& world_;
};

}  // namespace satchel::sim
