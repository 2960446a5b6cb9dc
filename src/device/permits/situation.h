// SPDX-License-Identifier: Apache-2.0
//
// Situation: everything that decides what may be done just now, as one value. Who asks fills it from the store, the organisation's
// settings and the last answers of the server; `may … --given` and the tests fill it by hand. Nothing here reads a clock.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace satchel::device::permits {

enum class Experience { sync, drafts };         // E1
enum class Deployment { online, on_premises };  // P1
enum class Rules { modern, classic };           // S1, S2
enum class DraftRules { classic, extended };    // D9
enum class Policy { go_on, block };             // "continue" and "block" in settings

enum class Platform {
  ipad,
  windows8,
  windows8_1,
  windows10,
  android_tablet,
  iphone,
  android_phone,
  windows_phone,
  desktop,
};
inline constexpr std::size_t kPlatforms = 9;

// The platform table of DESIGN 1.4 (S1), one row per platform. A setting can replace each of its cells.
struct PlatformRow {
  Platform platform = Platform::desktop;
  std::string_view name;   // "android-tablet", as on the command line and in setting keys
  std::string_view label;  // "Android tablet"
  Policy prompt =
      Policy::go_on;  // a sign-in prompt while offline: go_on = "Back" continues; block = "Let's get started"
  Policy closed = Policy::go_on;  // on-premises, after the app was closed while offline
  bool closes_behind = false;     // bringing another app to the front counts as closing
};
const std::array<PlatformRow, kPlatforms>& platform_table();
const PlatformRow& row_of(Platform platform);
std::optional<Platform> platform_named(std::string_view name);

// A server's product version; what older servers lack is told by it (P3).
struct ProductVersion {
  int major = 9;
  int minor = 2;
  auto operator<=>(const ProductVersion&) const = default;
  std::string to_string() const { return std::to_string(major) + "." + std::to_string(minor); }
  static std::optional<ProductVersion> parse(
      std::string_view text);  // "9.2", "7.0.1.15"; what follows the second number is let be
};
// CRM 2015: the first on-premises version with offline work (P3).
inline constexpr ProductVersion kFirstOfflineVersion{7, 0};

struct Situation {
  // What the admin chose.
  Experience experience = Experience::sync;
  Deployment deployment = Deployment::online;
  ProductVersion version;
  Rules rules = Rules::modern;
  DraftRules drafts = DraftRules::classic;
  // The device.
  Platform platform = Platform::desktop;
  std::optional<Policy> prompt_policy;  // from settings; nullopt = the table's cell
  std::optional<Policy> closed_policy;
  // Now.
  bool signed_in = true;
  bool connected = true;
  bool by_choice = false;   // "offline on": the server isn't asked
  bool prompt = false;      // the server answered 401, or the refresh token's known life is over
  bool went_back = false;   // the prompt's "Back" was chosen
  bool closed = false;      // the app was closed since it was last connected
  bool lease_over = false;  // S2
  bool pin_locked = false;  // the store's key is sealed (S5)

  Policy prompt_cell() const { return prompt_policy.value_or(row_of(platform).prompt); }
  Policy closed_cell() const { return closed_policy.value_or(row_of(platform).closed); }
  // The experience that is in force: classic organisations on-premises have no offline sync (P1).
  Experience experience_in_force() const;
};

// "connected=no,rules=classic": each key replaces one member. Keys: experience platform deployment version rules drafts connected
// closed prompt lease. Errors: usage, naming key and value.
Result<Situation> with_given(Situation situation, std::string_view given);

std::string_view name_of(Experience experience);  // "sync"
std::string_view name_of(Deployment deployment);  // "on-premises"
std::string_view name_of(Rules rules);            // "classic"
std::optional<Experience> experience_named(std::string_view name);
std::optional<Deployment> deployment_named(std::string_view name);
std::optional<Rules> rules_named(std::string_view name);
std::optional<DraftRules> draft_rules_named(std::string_view name);
std::optional<Policy> policy_named(std::string_view name);  // "continue", "block"

// Which experience, and why: the sentence of Settings (E1, P1, P3, P4).
std::string why(const Situation& situation);

}  // namespace satchel::device::permits
