// SPDX-License-Identifier: Apache-2.0
//
// What goes between devices and the server, and what befalls it on the way.
#include "odata/batch.h"
#include "odata/record_json.h"
#include "sim/world/invariants.h"
#include "sim/world/world.h"

namespace satchel::sim {
namespace {

using device::client::AnswerCame;
using device::client::Finished;
using device::client::GoOn;
using device::client::RequestToken;
using device::client::Send;
using device::client::SignIn;
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

// Who is told that his sign-in has ended signs in (S3).
void World::start_sync(Device& device) {
  if (device.engine().busy() || is_offline(device)) return;
  device.contact_began = history_->head();
  for (auto& write : device.under_way) write.has_begun = true;
  const bool is_out =
      device.last_report && !*device.last_report && device.last_report->error().code == ErrorCode::unauthorized;
  say("device " + std::to_string(device.number()) + (is_out ? " signs in" : " syncs"));
  if (is_out) device.engine().handle(SignIn{"sim://server", device.user(), kPassword}, now_on(device));
  else device.engine().handle(SyncRequested{}, now_on(device));
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
    bool has_work = false, has_finished = false;
    while (auto output = device.poll()) {
      if (auto* send = std::get_if<Send>(&*output)) {
        check_resumed(device, send->request);
        device.awaited = send->token.value;
        network_.send(
            {device.number(), send->token.value, device.life(), Direction::to_server, std::move(send->request), {}});
      }
      if (auto* finished = std::get_if<Finished>(&*output)) {
        if (!finished->report && !device.database().is_dead())
          say("device " + std::to_string(device.number()) + " sync ended: " + finished->report.error().message);
        device.last_report = std::move(finished->report);
        device.awaited.reset();
        has_finished = true;
      }
      has_work = has_work || std::holds_alternative<WorkLeft>(*output);
    }
    if (device.database().is_dead()) return after(device, "sync");
    if (has_finished && has_drafters_) {
      Invariants(*this).check_contact(device);
      return finish_writes(device);
    }
    if (!has_work) return;
    device.engine().handle(GoOn{}, now_on(device));
  }
}

Fault World::chance_of_fault() {
  const auto dice = options_.faults != Faults::none && !is_calm_ ? random_.below(100) : 99;
  if (dice < 6) return Fault::lost;
  if (dice < 10) return Fault::doubled;
  if (dice < 13) return Fault::cut_short;
  return dice < 17 && options_.faults == Faults::all ? Fault::strange : Fault::none;
}

void World::deliver() {
  if (network_.empty()) return;
  const auto fault = chance_of_fault();
  deliver(network_.take(random_, !is_calm_), fault);
}

void World::deliver(Message message, Fault fault) {
  if (message.direction == Direction::to_server) deliver_to_server(std::move(message), fault);
  else deliver_to_device(std::move(message), fault);
}

void World::deliver_to_server(Message message, Fault fault) {
  const auto name = "device " + std::to_string(message.device);
  auto& device = *devices_[message.device];
  message.direction = Direction::to_device;
  if (fault == Fault::lost) {
    say(name + "'s request is lost");
    message.answer = Result<Response>(Error{ErrorCode::offline, "The server can't be reached."});
    return network_.send(std::move(message));
  }
  auto request = message.request;
  Tampering tampering(*this);
  tampering.before_request(device, request);
  if (fault == Fault::doubled) {
    say(name + "'s request comes twice");
    (void)ask(request);
  }
  // A gateway may give up on a server that does what it was asked.
  std::optional<Response> strange;
  if (fault == Fault::strange) strange = strange_answer();
  if (!strange || (strange->status >= 500 && random_.one_in(2))) {
    const auto there_before = created_and_there(message.request);
    auto response = ask(request);
    check_groups(message.request, there_before);  // as the device sent them
    if (response.status == 0) {
      message.answer = Result<Response>(Error{ErrorCode::offline, "The connection broke."});
    } else {
      check_confirmed(request, response);
      tampering.before_answer(device, request, response);
      message.answer = Result<Response>(std::move(response));
    }
  }
  if (strange) message.answer = Result<Response>(std::move(*strange));
  if (options_.is_told && *message.answer)
    say(name + " " + request.target + " -> " + std::to_string((*message.answer)->status) +
        described(request, **message.answer));
  network_.send(std::move(message));
}

// What a proxy, a gateway, a Wi-Fi's sign-in page or an overloaded server may say instead of an answer.
Response World::strange_answer() {
  static constexpr int kStatuses[] = {200, 401, 403, 408, 409, 412, 413, 429, 500, 502, 503, 504};
  Response response;
  response.status = kStatuses[random_.below(std::size(kStatuses))];
  response.headers.set("Content-Type", "text/html");
  response.body = "<!doctype html><title>Welcome to the hotel</title><p>Please accept our terms.";
  return response;
}

void World::deliver_to_device(Message message, Fault fault) {
  auto& device = *devices_[message.device];
  const auto name = "device " + std::to_string(message.device);
  if (message.life != device.life()) return;
  if (fault == Fault::lost || fault == Fault::cut_short) {
    say(name + (fault == Fault::lost ? "'s answer is lost" : "'s answer is cut short"));
    message.answer = Result<Response>(Error{ErrorCode::offline, "The connection broke."});
  }
  if (*message.answer) {
    Tampering(*this).before_taking(device, message.request, **message.answer);
    if (message.token == device.awaited) note_page(device, message.request, **message.answer);
  }
  const int times = fault == Fault::doubled ? 2 : 1;
  for (int i = 0; i < times && message.life == device.life(); ++i) {
    device.engine().handle(AnswerCame{RequestToken(message.token), *message.answer}, now_on(device));
    perform(device);
  }
  if (message.life == device.life()) Tampering(*this).after_taking(device, message.request);
}

}  // namespace satchel::sim
