// SPDX-License-Identifier: Apache-2.0
#include "device/permits/situation.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/text.h"

namespace satchel::device::permits {
namespace {

// DESIGN 1.4. The command line's own platform isn't in the classic table: nothing forces it.
constexpr std::array<PlatformRow, kPlatforms> kPlatformTable = {{
    {Platform::ipad, "ipad", "iPad", Policy::go_on, Policy::go_on, false},
    {Platform::windows8, "windows8", "Windows 8 tablet", Policy::go_on, Policy::block, true},
    {Platform::windows8_1, "windows8.1", "Windows 8.1 tablet", Policy::go_on, Policy::go_on, false},
    {Platform::windows10, "windows10", "Windows 10 tablet", Policy::go_on, Policy::go_on, false},
    {Platform::android_tablet, "android-tablet", "Android tablet", Policy::block, Policy::go_on, false},
    {Platform::iphone, "iphone", "iPhone", Policy::block, Policy::go_on, false},
    {Platform::android_phone, "android-phone", "Android phone", Policy::block, Policy::go_on, false},
    {Platform::windows_phone, "windows-phone", "Windows phone", Policy::block, Policy::go_on, false},
    {Platform::desktop, "desktop", "computer", Policy::go_on, Policy::go_on, false},
}};

std::optional<bool> yes_or_no(std::string_view text) {
  for (const auto* word : {"yes", "true", "1", "on"})
    if (text == word) return true;
  for (const auto* word : {"no", "false", "0", "off"})
    if (text == word) return false;
  return std::nullopt;
}

template <class Value>
bool put(Value& member, const std::optional<Value>& value) {
  if (value) member = *value;
  return value.has_value();
}

// One key of --given: its name, what may be said, and how it gets in.
struct Given {
  std::string_view key, words;
  bool (*take)(Situation&, std::string_view value);
};
constexpr Given kGiven[] = {
    {"experience", "sync or drafts",
     [](Situation& s, std::string_view v) { return put(s.experience, experience_named(v)); }},
    {"platform",
     "ipad, windows8, windows8.1, windows10, android-tablet, iphone, android-phone, windows-phone or desktop",
     [](Situation& s, std::string_view v) {
       // Settings were read for the device's own platform; another one has the table's cells.
       s.prompt_policy = s.closed_policy = std::nullopt;
       return put(s.platform, platform_named(v));
     }},
    {"deployment", "online or on-premises",
     [](Situation& s, std::string_view v) { return put(s.deployment, deployment_named(v)); }},
    {"version", "a version, for example 9.2",
     [](Situation& s, std::string_view v) { return put(s.version, ProductVersion::parse(v)); }},
    {"rules", "modern or classic", [](Situation& s, std::string_view v) { return put(s.rules, rules_named(v)); }},
    {"drafts", "classic or extended",
     [](Situation& s, std::string_view v) { return put(s.drafts, draft_rules_named(v)); }},
    {"connected", "yes or no", [](Situation& s, std::string_view v) { return put(s.connected, yes_or_no(v)); }},
    {"closed", "yes or no", [](Situation& s, std::string_view v) { return put(s.closed, yes_or_no(v)); }},
    {"prompt", "yes or no", [](Situation& s, std::string_view v) { return put(s.prompt, yes_or_no(v)); }},
    {"lease", "over or running",
     [](Situation& s, std::string_view v) {
       s.lease_over = v == "over";
       return v == "over" || v == "running";
     }},
};

std::string given_keys() {
  std::string keys;
  for (const auto& given : kGiven) keys += (keys.empty() ? "" : ", ") + std::string(given.key);
  return keys;
}

}  // namespace

const std::array<PlatformRow, kPlatforms>& platform_table() { return kPlatformTable; }

const PlatformRow& row_of(Platform platform) { return kPlatformTable[static_cast<std::size_t>(platform)]; }

std::optional<Platform> platform_named(std::string_view name) {
  for (const auto& row : kPlatformTable)
    if (row.name == name) return row.platform;
  return std::nullopt;
}

std::optional<ProductVersion> ProductVersion::parse(std::string_view text) {
  ProductVersion version{0, 0};
  const auto* const end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, version.major);
  if (read.ec != std::errc() || version.major < 0) return std::nullopt;
  if (read.ptr == end) return version;
  if (*read.ptr != '.') return std::nullopt;
  read = std::from_chars(read.ptr + 1, end, version.minor);
  if (read.ec != std::errc() || version.minor < 0) return std::nullopt;
  const bool is_rest_a_version = std::all_of(read.ptr, end, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  if (!is_rest_a_version || (read.ptr != end && *read.ptr != '.')) return std::nullopt;
  return version;
}

Experience Situation::experience_in_force() const {
  const bool is_refused = rules == Rules::classic && deployment == Deployment::on_premises;
  return is_refused ? Experience::drafts : experience;
}

Result<Situation> with_given(Situation situation, std::string_view given) {
  if (trim(given).empty()) return situation;
  for (const auto part : split(given, ',')) {
    const auto text = trim(part);
    const auto equals = text.find('=');
    const auto key = trim(text.substr(0, equals));
    const auto value = equals == std::string_view::npos ? std::string_view() : trim(text.substr(equals + 1));
    const auto* known = std::find_if(std::begin(kGiven), std::end(kGiven), [&](const auto& g) { return g.key == key; });
    if (known == std::end(kGiven))
      return Error{ErrorCode::usage, "\"" + std::string(key) + "\" can't be given; what can: " + given_keys() + ".",
                   std::string(key)};
    if (!known->take(situation, value))
      return Error{
          ErrorCode::usage,
          "\"" + std::string(key) + "\" must be " + std::string(known->words) + ", not \"" + std::string(value) + "\".",
          std::string(key)};
  }
  return situation;
}

std::string_view name_of(Experience experience) { return experience == Experience::sync ? "sync" : "drafts"; }
std::string_view name_of(Deployment deployment) { return deployment == Deployment::online ? "online" : "on-premises"; }
std::string_view name_of(Rules rules) { return rules == Rules::modern ? "modern" : "classic"; }

std::optional<Experience> experience_named(std::string_view name) {
  if (name == "sync") return Experience::sync;
  if (name == "drafts") return Experience::drafts;
  return std::nullopt;
}

std::optional<Deployment> deployment_named(std::string_view name) {
  if (name == "online") return Deployment::online;
  if (name == "on-premises") return Deployment::on_premises;
  return std::nullopt;
}

std::optional<Rules> rules_named(std::string_view name) {
  if (name == "modern") return Rules::modern;
  if (name == "classic") return Rules::classic;
  return std::nullopt;
}

std::optional<DraftRules> draft_rules_named(std::string_view name) {
  if (name == "classic") return DraftRules::classic;
  if (name == "extended") return DraftRules::extended;
  return std::nullopt;
}

std::optional<Policy> policy_named(std::string_view name) {
  if (name == "continue") return Policy::go_on;
  if (name == "block") return Policy::block;
  return std::nullopt;
}

std::string why(const Situation& situation) {
  const bool is_classic_on_premises =
      situation.rules == Rules::classic && situation.deployment == Deployment::on_premises;
  if (is_classic_on_premises && situation.version < kFirstOfflineVersion)
    return "There is no offline work: this server (version " + situation.version.to_string() +
           ") is older than CRM 2015 (7.0).";
  if (is_classic_on_premises && situation.experience == Experience::sync)
    return "Offline drafts: you have an offline profile, but your organisation's server is on-premises, and its "
           "classic "
           "rules don't offer offline sync there.";
  if (situation.experience == Experience::drafts)
    return "Offline drafts: your administrator hasn't given you a published offline profile. Records you used recently "
           "can be read offline, and new ones are kept as drafts.";
  return "Offline sync: your administrator gave you an offline profile, so your records are kept on this device and "
         "can "
         "be changed offline.";
}

}  // namespace satchel::device::permits
