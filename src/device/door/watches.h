// SPDX-License-Identifier: Apache-2.0
//
// Watches: the questions that screens keep an eye on, and which of them may have another answer.
//
// While a first load goes on, whatever a page touches would be asked anew with each page, and a list costs as much as its table is
// long. So then a question waits until its tables have grown by half.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/door/lists.h"
#include "device/door/messages.h"
#include "device/door/questions.h"

namespace satchel::device::door {

class Watches {
 public:
  struct Watch {
    TabNumber tab;
    MessageId id;
    Json question;
    Needs needs;
    std::string told;             // hash of what was told last
    std::int64_t rows_asked = 0;  // of its tables, when it was asked last during a load
    Instant asked_at;
    bool is_due = false;
  };

  // Errors: too_large past kWatchesMax of one tab. The same id again replaces the one before.
  Result<Watch*> add(TabNumber tab, MessageId id, Json question, Needs needs);
  void let_go(TabNumber tab, MessageId id);
  void leave(TabNumber tab);

  // `loading`: rows per table while a first load goes on.
  using TableRows = std::vector<store::TableStatus>;
  void touch(const store::Touched& touched, const std::optional<TableRows>& loading);
  void touch_lists(std::string_view set);
  void touch_syncing();
  std::vector<Json> questions() const;
  std::vector<RecordId> open_records() const;  // that somebody looks at

  // How it stands when somebody asks which are due.
  struct Moment {
    Instant now;
    bool is_syncing = false;
    const Lists& lists;
  };
  // The next one to be asked anew; null when none is due now. What shows progress isn't told more often than people can read, and a
  // list whose order is in making is told with that.
  Watch* next_due(const Moment& moment);
  bool any_due(const Moment& moment) const;

 private:
  static bool is_due(const Watch& watch, const Moment& moment);

  std::vector<Watch> watches_;
};

}  // namespace satchel::device::door
