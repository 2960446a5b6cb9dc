// SPDX-License-Identifier: Apache-2.0
#include "model/party_list.h"

#include <charconv>
#include <optional>

#include "base/text.h"

namespace satchel::model {

namespace {

void append_escaped(std::string& out, std::string_view address) {
  for (const char c : address) {
    switch (c) {
      case '\\': out += "\\\\"; break;
      case '|': out += "\\p"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      default: out += c;
    }
  }
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char kind = text[++i];
    out += kind == 'p' ? '|' : kind == 'n' ? '\n' : kind == 'r' ? '\r' : kind;
  }
  return out;
}

std::optional<Party> parse_party(std::string_view line) {
  const auto slash = line.find('/');
  const auto bar = line.find('|');
  if (slash == std::string_view::npos || bar == std::string_view::npos || bar < slash) return std::nullopt;
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + slash, number);
  const auto id = RecordId::parse(line.substr(slash + 1, bar - slash - 1));
  if (error != std::errc() || end != line.data() + slash || !id) return std::nullopt;
  return Party{Reference{TableNumber(number), *id}, unescaped(line.substr(bar + 1))};
}

}  // namespace

std::string party_list_text(const PartyList& parties) {
  std::string out;
  for (const auto& party : parties) {
    if (!out.empty()) out += '\n';
    out += std::to_string(party.party.table.value) + "/" + party.party.id.to_string() + "|";
    append_escaped(out, party.address_used);
  }
  return out;
}

PartyList parse_party_list(std::string_view text) {
  PartyList out;
  if (text.empty()) return out;
  for (const auto line : split(text, '\n')) {
    if (auto party = parse_party(line)) out.push_back(std::move(*party));
  }
  return out;
}

}  // namespace satchel::model
