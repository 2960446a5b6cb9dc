// SPDX-License-Identifier: Apache-2.0
//
// SchemaNode: a value in a schema file that knows where it stands, so that each complaint names its place:
//
//   contact.json: columns[3].targets[0]: there is no table "acount"
//
// Texts may hold words in braces ("{lk}_createdby"), which stand for something else in each table that includes them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace satchel::model::internal {

// What words in braces stand for.
using Words = std::vector<std::pair<std::string, std::string>>;

// Replaces each "{word}" that `words` has; leaves others as they are.
std::string replace_words(std::string_view text, const Words& words);
// The first word in braces that is left, or "".
std::string_view find_word(std::string_view text);

// A view: the JSON, the file name and the words outlive it.
class SchemaNode {
 public:
  SchemaNode(const Json& json, std::string_view file, std::string path = {}, const Words* words = nullptr)
      : json_(&json), file_(file), path_(std::move(path)), words_(words) {}

  const Json& json() const { return *json_; }
  SchemaNode with_words(const Words& words) const { return {*json_, file_, path_, &words}; }

  // schema_invalid with the place.
  Error wrong(std::string_view reason) const;
  Error wrong(std::string_view member, std::string_view reason) const { return child(member).wrong(reason); }

  // Errors: this is no object, or has a member that isn't among these.
  Result<void> allow_only(std::span<const std::string_view> members, std::string_view what) const;

  std::optional<SchemaNode> find(std::string_view member) const;
  bool has(std::string_view member) const { return json_->find(member) != nullptr; }

  // This value itself.
  Result<std::string> text() const;  // not empty; words replaced
  Result<std::vector<SchemaNode>> items() const;
  Result<std::vector<SchemaNode>> members() const;  // of an object; their names by `name()`
  std::string_view name() const { return name_; }

  // A member's value. The first form must be there, the second gives `otherwise` if it isn't.
  Result<std::string> text(std::string_view member) const;
  Result<std::string> text(std::string_view member, std::string_view otherwise) const;
  Result<bool> boolean(std::string_view member, bool otherwise) const;
  Result<std::int64_t> integer(std::string_view member, std::int64_t min, std::int64_t max) const;
  Result<std::int64_t> integer(std::string_view member, std::int64_t min, std::int64_t max,
                               std::int64_t otherwise) const;
  // A number of any form, scaled by 10^scale.
  Result<std::int64_t> scaled(std::string_view member, int scale) const;
  Result<std::vector<SchemaNode>> items(std::string_view member) const;
  Result<std::vector<SchemaNode>> items_if_any(std::string_view member) const;

 private:
  SchemaNode child(std::string_view member) const;
  SchemaNode child(const Json& json, std::string_view member) const;
  Result<SchemaNode> required(std::string_view member) const;

  const Json* json_;
  std::string_view file_;
  std::string path_;
  const Words* words_;
  std::string_view name_ = {};
};

std::string quoted(std::string_view text);
std::string capitalized(std::string_view text);  // its first letter, if from a to z

}  // namespace satchel::model::internal
