// SPDX-License-Identifier: Apache-2.0
#include "device/client/escrow.h"

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "device/client/limits.h"
#include "device/sync/experience.h"
#include "model/rules.h"

namespace satchel::device::client {
namespace {

class Lines {
 public:
  explicit Lines(const model::Schema& schema) : schema_(schema) {}

  Json begin(std::string_view kind, TableNumber number, RecordId id, Instant saved_at) const {
    const auto* table = schema_.find(number);
    auto line = Json::object();
    line.set("kind", kind);
    line.set("table", table != nullptr ? table->set : std::to_string(number.value));
    line.set("id", id.to_string());
    line.set("saved", format_date_time(saved_at.seconds()));
    return line;
  }

  void add(Json line, TableNumber number, const std::vector<model::ColumnValue>& values,
           const std::vector<store::RetiredValue>& retired, const std::string& reason) {
    const auto* table = schema_.find(number);
    auto typed = Json::object();
    if (table != nullptr)
      for (const auto& value : values) {
        const auto& column = table->columns[value.column];
        typed.set(column.name,
                  model::is_null(value.value) ? Json() : Json(model::format_value(schema_, column, value.value)));
      }
    for (const auto& value : retired) typed.set(value.column, value.text);
    line.set("values", std::move(typed));
    if (!reason.empty()) line.set("reason", reason);
    const auto text = line.dump() + "\n";
    if (left_out_ > 0 || text_.size() + text.size() > kEscrowBytesMax) ++left_out_;
    else text_ += text;
  }

  std::string take() {
    if (left_out_ > 0) text_ += "{\"kind\":\"left_out\",\"lines\":" + std::to_string(left_out_) + "}\n";
    return std::move(text_);
  }

 private:
  const model::Schema& schema_;
  std::string text_;
  std::int64_t left_out_ = 0;
};

std::string_view word_of(model::ChangeKind kind) {
  if (kind == model::ChangeKind::create) return "create";
  return kind == model::ChangeKind::update ? "update" : "delete";
}

}  // namespace

Result<void> note_escrow(store::DeviceStore& store, bool is_kept) {
  const bool was_told = TRY(store.setting(kEscrowTold)).has_value();
  if (is_kept == was_told) return {};
  if (!is_kept) return store.drop_setting(kEscrowTold);
  TRY(store.set_setting(sync::kExperienceNotice, kEscrowNotice));
  return store.set_setting(kEscrowTold, "yes");
}

namespace {

Result<std::string> unsent_lines(store::DeviceStore& store) {
  Lines lines(store.schema());
  for (const auto& draft : TRY(store.drafts()))
    lines.add(lines.begin("draft", draft.change.table, draft.change.id, draft.changed_at), draft.change.table,
              draft.change.values, draft.retired, draft.reason);
  for (const auto& entry : TRY(store.outbox())) {
    const auto& change = entry.change;
    if (entry.state == store::ChangeState::acknowledged || TRY(store.has_draft(change.id))) continue;
    const bool is_error = entry.state == store::ChangeState::refused || entry.state == store::ChangeState::blocked;
    auto line = lines.begin(is_error ? "error" : "change", change.table, change.id, entry.saved_at);
    line.set("change", word_of(change.kind));
    lines.add(std::move(line), change.table, change.values, entry.retired, entry.reason);
  }
  for (const auto& conflict : TRY(store.conflicts()))
    lines.add(lines.begin("conflict", conflict.table, conflict.record, conflict.opened_at), conflict.table,
              conflict.mine, conflict.retired, "");
  return lines.take();
}

constexpr std::string_view kCopyGoes =
    "An encrypted copy of the drafts and changes that weren't sent yet goes to your organisation. Only an "
    "administrator can open it.";
constexpr std::string_view kUnsentGone = "The drafts and changes that weren't sent yet are gone with it.";

}  // namespace

Result<std::string> escrow_lines(store::DeviceStore& store) {
  if (!TRY(store.setting(kEscrowTold))) return std::string();
  return unsent_lines(store);
}

Result<std::optional<WipeReport>> wipe_report(store::DeviceStore& store) {
  const auto token = TRY(store.setting("refresh_token"));
  const auto server = TRY(store.setting("server"));
  if (!token || !server) return std::optional<WipeReport>();
  WipeReport report{*server, {}, {}};
  report.request.method = "POST";
  report.request.target = "/oauth2/wiped";
  // A store that can't be read is wiped all the same.
  auto lines = escrow_lines(store);
  if (lines && !lines->empty()) {
    report.request.headers.set("Content-Type", "application/x-ndjson");
    report.request.headers.set("Satchel-Refresh-Token", *token);
    report.request.body = std::move(*lines);
    report.unsent = kCopyGoes;
  } else {
    report.request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    report.request.body = "refresh_token=" + percent_encode(*token);
    if (const auto unsent = unsent_lines(store); unsent && !unsent->empty()) report.unsent = kUnsentGone;
  }
  return std::optional(std::move(report));
}

}  // namespace satchel::device::client
