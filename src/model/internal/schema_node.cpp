// SPDX-License-Identifier: Apache-2.0
#include "model/internal/schema_node.h"

#include <algorithm>

#include "model/rules.h"

namespace satchel::model::internal {

namespace {

constexpr std::size_t kQuotedBytesMax = 60;

bool is_word_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Where "{word}" begins at or behind `from`; npos if none does. `end` becomes the place of its closing brace.
std::size_t find_braces(std::string_view text, std::size_t from, std::size_t& end) {
  for (auto at = text.find('{', from); at != std::string_view::npos; at = text.find('{', at + 1)) {
    end = at + 1;
    while (end < text.size() && is_word_letter(text[end])) ++end;
    if (end < text.size() && text[end] == '}' && end > at + 1) return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text.substr(0, kQuotedBytesMax));
  return out;
}

std::string capitalized(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

std::string replace_words(std::string_view text, const Words& words) {
  std::string out;
  std::size_t from = 0, end = 0;
  for (auto at = find_braces(text, 0, end); at != std::string_view::npos; at = find_braces(text, end, end)) {
    const auto word = text.substr(at + 1, end - at - 1);
    const auto found = std::find_if(words.begin(), words.end(), [&](const auto& pair) { return pair.first == word; });
    if (found == words.end()) continue;
    out.append(text.substr(from, at - from)).append(found->second);
    from = end + 1;
  }
  return out.append(text.substr(from));
}

std::string_view find_word(std::string_view text) {
  std::size_t end = 0;
  const auto at = find_braces(text, 0, end);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + 1, end - at - 1);
}

Error SchemaNode::wrong(std::string_view reason) const {
  std::string message(file_);
  message += ": ";
  if (!path_.empty()) message.append(path_).append(": ");
  return Error{ErrorCode::schema_invalid, message.append(reason), std::string(file_)};
}

Result<void> SchemaNode::allow_only(std::span<const std::string_view> members, std::string_view what) const {
  const auto* object = json_->as_object();
  if (object == nullptr) return wrong(std::string(what) + " must be an object");
  for (const auto& [name, value] : *object) {
    if (std::find(members.begin(), members.end(), name) != members.end()) continue;
    return wrong(std::string(what) + " has no member " + quoted(name));
  }
  return {};
}

SchemaNode SchemaNode::child(const Json& json, std::string_view member) const {
  std::string path = path_;
  if (!path.empty()) path += '.';
  return {json, file_, path.append(member), words_};
}

SchemaNode SchemaNode::child(std::string_view member) const {
  const auto* json = json_->find(member);
  return child(json == nullptr ? *json_ : *json, member);
}

std::optional<SchemaNode> SchemaNode::find(std::string_view member) const {
  const auto* json = json_->find(member);
  return json == nullptr ? std::nullopt : std::optional(child(*json, member));
}

Result<SchemaNode> SchemaNode::required(std::string_view member) const {
  auto found = find(member);
  if (!found) return wrong(quoted(member) + " is missing");
  return *std::move(found);
}

Result<std::string> SchemaNode::text() const {
  const auto* text = json_->as_string();
  if (text == nullptr || text->empty()) return wrong("must be a text");
  return words_ == nullptr ? *text : replace_words(*text, *words_);
}

Result<std::vector<SchemaNode>> SchemaNode::items() const {
  const auto* array = json_->as_array();
  if (array == nullptr) return wrong("must be a list");
  std::vector<SchemaNode> out;
  out.reserve(array->size());
  for (const auto& item : *array) {
    out.emplace_back(item, file_, path_ + "[" + std::to_string(out.size()) + "]", words_);
  }
  return out;
}

Result<std::vector<SchemaNode>> SchemaNode::members() const {
  const auto* object = json_->as_object();
  if (object == nullptr) return wrong("must be an object");
  std::vector<SchemaNode> out;
  out.reserve(object->size());
  for (const auto& [name, value] : *object) {
    out.push_back(child(value, name));
    out.back().name_ = name;
  }
  return out;
}

Result<std::string> SchemaNode::text(std::string_view member) const { return TRY(required(member)).text(); }

Result<std::string> SchemaNode::text(std::string_view member, std::string_view otherwise) const {
  const auto found = find(member);
  return found ? found->text() : std::string(otherwise);
}

Result<bool> SchemaNode::boolean(std::string_view member, bool otherwise) const {
  const auto found = find(member);
  if (!found) return otherwise;
  const auto* value = found->json().as_bool();
  if (value == nullptr) return found->wrong("must be true or false");
  return *value;
}

Result<std::int64_t> SchemaNode::integer(std::string_view member, std::int64_t min, std::int64_t max) const {
  const auto found = TRY(required(member));
  const auto* value = found.json().as_integer();
  if (value == nullptr || *value < min || *value > max) {
    return found.wrong("must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return *value;
}

Result<std::int64_t> SchemaNode::integer(std::string_view member, std::int64_t min, std::int64_t max,
                                         std::int64_t otherwise) const {
  if (!has(member)) return otherwise;
  return integer(member, min, max);
}

Result<std::int64_t> SchemaNode::scaled(std::string_view member, int scale) const {
  const auto found = TRY(required(member));
  const auto* whole = found.json().as_integer();
  const auto* digits = found.json().as_digits();
  if (whole == nullptr && digits == nullptr) return found.wrong("must be a number");
  const auto value = parse_scaled(whole != nullptr ? std::to_string(*whole) : digits->text, scale);
  if (!value) {
    return found.wrong("does not fit a 64-bit number with " + std::to_string(scale) + " digits behind the point");
  }
  return *value;
}

Result<std::vector<SchemaNode>> SchemaNode::items(std::string_view member) const {
  return TRY(required(member)).items();
}

Result<std::vector<SchemaNode>> SchemaNode::items_if_any(std::string_view member) const {
  if (!has(member)) return std::vector<SchemaNode>();
  return items(member);
}

}  // namespace satchel::model::internal
