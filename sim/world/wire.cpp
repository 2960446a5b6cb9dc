// SPDX-License-Identifier: Apache-2.0
//
// What goes between devices and the server, and what befalls it on the way.
#include "sim/world/world.h"

#include "odata/batch.h"
#include "odata/record_json.h"

namespace satchel::sim {
namespace {

using device::client::AnswerCame;
using device::client::Finished;
using device::client::GoOn;
using device::client::RequestToken;
using device::client::Send;
using device::client::SyncRequested;
using device::client::WorkLeft;

// What an answer says, for the trace.
std::string described(const Request& request, const Response& response) {
  if (response.status != 200) return " " + response.body;
  std::string text;
  if (request.target.ends_with("$batch")) {
    if (const auto answers = odata::read_json_batch_answer(response.body))
      for (const auto& answer : *answers)
        text += " " + answer.id + ":" + std::to_string(answer.response.status) +
                (answer.response.status >= 400
                     ? "(" + std::string(odata::read_error(answer.response.status, answer.response.body).message) + ")"
                     : "");
  } else if (request.target.ends_with("pull")) {
    const auto page = odata::FeedPageReader::open(model::Schema::standard(), response.body);
    if (!page) return " " + page.error().message;
    const auto& head = page->head();
    text = std::string(head.phase == odata::FeedPhase::load ? " load" : " delta") + ", " +
           std::to_string(page->rows()) + " rows, " + std::to_string(page->marks().size()) + " marks, granted";
    for (const auto& scope : head.granted) text += " " + std::to_string(scope.number.value);
    text += ", dropped";
    for (const auto scope : head.dropped) text += " " + std::to_string(scope.value);
    if (head.complete) text += ", cut " + std::to_string(head.cut.seq.value);
  }
  return text;
}

}  // namespace

void World::start_sync(Device& device) {
  if (device.engine().busy()) return;
  say("device " + std::to_string(device.number()) + " syncs");
  device.engine().handle(SyncRequested{}, now_on(device));
  perform(device);
}

void World::kill(Device& device) {
  say("device " + std::to_string(device.number()) + " is killed");
  if (auto restarted = device.restart(); !restarted)
    fail("a store can't be opened after a kill: " + restarted.error().message);
}

// A process that died in the middle of a statement comes back.
void World::after(Device& device, const char* what) {
  if (!device.database().is_dead()) return;
  say("device " + std::to_string(device.number()) + " died during " + what);
  kill(device);
}

void World::perform(Device& device) {
  for (;;) {
    bool has_work = false;
    while (auto output = device.poll()) {
      if (auto* send = std::get_if<Send>(&*output))
        network_.send(
            {device.number(), send->token.value, device.life(), Direction::to_server, std::move(send->request), {}});
      if (auto* finished = std::get_if<Finished>(&*output)) {
        if (!finished->report && !device.database().is_dead())
          say("device " + std::to_string(device.number()) + " sync ended: " + finished->report.error().message);
        device.last_report = std::move(finished->report);
      }
      has_work = has_work || std::holds_alternative<WorkLeft>(*output);
    }
    if (device.database().is_dead()) return after(device, "sync");
    if (!has_work) return;
    device.engine().handle(GoOn{}, now_on(device));
  }
}

void World::deliver() {
  if (network_.empty()) return;
  const auto dice = options_.faults && !is_calm_ ? random_.below(100) : 99;
  const auto fault = dice < 6 ? Fault::lost : dice < 10 ? Fault::doubled : dice < 13 ? Fault::cut_short : Fault::none;
  deliver(network_.take(random_, !is_calm_), fault);
}

void World::deliver(Message message, Fault fault) {
  auto& device = *devices_[message.device];
  const auto name = "device " + std::to_string(message.device);
  if (message.direction == Direction::to_server) {
    if (fault == Fault::lost) {
      say(name + "'s request is lost");
      message.answer = Result<Response>(Error{ErrorCode::offline, "The server can't be reached."});
    } else {
      if (fault == Fault::doubled) {
        say(name + "'s request comes twice");
        (void)ask(message.request);
      }
      auto response = ask(message.request);
      say(name + " " + message.request.target + " -> " + std::to_string(response.status) +
          (options_.is_told ? described(message.request, response) : std::string()));
      message.answer = Result<Response>(std::move(response));
    }
    message.direction = Direction::to_device;
    return network_.send(std::move(message));
  }
  if (message.life != device.life()) return;
  if (fault == Fault::lost || fault == Fault::cut_short) {
    say(name + (fault == Fault::lost ? "'s answer is lost" : "'s answer is cut short"));
    message.answer = Result<Response>(Error{ErrorCode::offline, "The connection broke."});
  }
  const int times = fault == Fault::doubled ? 2 : 1;
  for (int i = 0; i < times && message.life == device.life(); ++i) {
    device.engine().handle(AnswerCame{RequestToken(message.token), *message.answer}, now_on(device));
    perform(device);
  }
}

}  // namespace satchel::sim
