// SPDX-License-Identifier: Apache-2.0
//
// What the command line says: results on standard output, everything else on standard error.
//
//   exit 0 done, 1 refused, 2 usage, 3 needs the server
//   the first line of standard error: "RULE code: sentence" or "code: sentence"; with --json {"error":{…}}
//   notes follow it, or stand alone if there was no error
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace satchel::apps {

// json_lines: of the shell, where an error is its command's document and stands on standard output as well.
enum class Format { people, json, json_lines };

int exit_code_of(const Error& error);
// Writes the error and gives the exit code.
int report(const Error& error, Format format);

// Beside an answer or an error, behind it on standard error: "note: sentence"; with --json {"note":"sentence"}.
void report_note(std::string_view sentence, Format format);

void say(std::string_view text);        // a line on standard output, without anything that steers a terminal
void say_json(const Json& json);        // compact, a line
void write_out(std::string_view text);  // on standard output as it is

// Rows with a heading, as wide as the terminal; the widest columns give way first. Bold headings where colours are wanted.
// A cell shows its first line.
void say_table(const std::vector<std::string>& headings, std::vector<std::vector<std::string>> rows);

// One line on standard error that is written over; nothing when that isn't a terminal.
class ProgressLine {
 public:
  ~ProgressLine() { clear(); }
  void show(std::string_view text);
  void clear();

 private:
  bool is_shown_ = false;
};

std::string one_line(std::string_view text);                                              // as `say`, and no line ends
std::string grouped(std::int64_t number);                                                 // 12,345
std::string size_text(std::int64_t bytes);                                                // "1.4 MB"
std::string count_text(std::int64_t count, std::string_view one, std::string_view many);  // "1 row", "2 rows"

}  // namespace satchel::apps
