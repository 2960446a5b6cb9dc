// SPDX-License-Identifier: Apache-2.0
#include "device/permits/session_state.h"

namespace satchel::device::permits {
namespace {

SessionState offline_classic(const Situation& situation) {
  const bool is_blocked =
      situation.deployment == Deployment::on_premises && situation.closed && situation.closed_cell() == Policy::block;
  if (is_blocked) return SessionState::locked;
  if (!situation.prompt) return SessionState::signed_in;
  if (situation.prompt_cell() == Policy::block) return SessionState::get_started;
  return situation.went_back ? SessionState::continued : SessionState::prompt;
}

}  // namespace

std::string_view name_of(SessionState state) {
  switch (state) {
    case SessionState::signed_in: return "signed-in";
    case SessionState::prompt: return "prompt";
    case SessionState::continued: return "continued";
    case SessionState::locked: return "locked";
    case SessionState::get_started: return "get-started";
  }
  return "";
}

SessionState session_state(const Situation& situation) {
  if (!situation.signed_in) return SessionState::get_started;
  if (situation.pin_locked) return SessionState::locked;
  if (situation.connected) return situation.prompt ? SessionState::prompt : SessionState::signed_in;
  if (situation.rules == Rules::classic) return offline_classic(situation);
  return situation.lease_over ? SessionState::locked : SessionState::signed_in;
}

}  // namespace satchel::device::permits
