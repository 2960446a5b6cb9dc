// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/report.h"

#include <algorithm>
#include <cstdio>

#include "base/display_width.h"
#include "base/text.h"
#include "edge/os/terminal.h"

namespace satchel::apps {
namespace {

namespace os = edge::os;

// The first line, cut where it's too long.
std::string cut_to(std::string_view text, std::size_t width) {
  const auto line = text.substr(0, text.find('\n'));
  if (line.size() == text.size() && display_width(line) <= width) return std::string(line);
  return std::string(display_prefix(line, width - std::min<std::size_t>(width, 1))) + "…";
}

std::string padded(const std::string& text, std::size_t width) {
  const auto used = display_width(text);
  return used >= width ? text : text + std::string(width - used, ' ');
}

// The width of a cell: its first line, and the sign that there is more.
std::size_t cell_width(std::string_view text) {
  const auto line = text.substr(0, text.find('\n'));
  return display_width(line) + (line.size() < text.size() ? 1 : 0);
}

// Without the characters that steer a terminal: a record's text must not clear the screen of who reads it.
std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (is_c1) ++i;
    const bool steers = is_c1 || byte == 0x7F || (byte < 0x20 && byte != '\n' && byte != '\t');
    if (steers) out += "\u00B7";
    else out += text[i];
  }
  return out;
}

// Column widths that fit: the widest give way until the rest is as wide.
std::vector<std::size_t> fitted(std::vector<std::size_t> widths, std::size_t total) {
  const auto sum = [&] {
    std::size_t all = 0;
    for (const auto width : widths) all += width + 2;
    return all;
  };
  while (!widths.empty() && sum() > total + 2) {
    auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= 6) break;
    --*widest;
  }
  return widths;
}

}  // namespace

int exit_code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::usage: return 2;
    case ErrorCode::offline:
    case ErrorCode::unexpected_answer:  // the network is there, the server isn't
    case ErrorCode::needs_connection: return 3;
    default: return 1;
  }
}

int report(const Error& error, Format format) {
  if (format != Format::people) {
    auto inner = Json::object();
    inner.set("rule", error.rule);
    inner.set("code", name_of(error.code));
    inner.set("message", error.message);
    auto outer = Json::object();
    outer.set("error", std::move(inner));
    std::fprintf(stderr, "%s\n", outer.dump().c_str());
    if (format == Format::json_lines) say_json(outer);
  } else {
    const auto prefix = error.rule.empty() ? std::string() : error.rule + " ";
    std::fprintf(stderr, "%s%s: %s\n", prefix.c_str(), std::string(name_of(error.code)).c_str(),
                 one_line(error.message).c_str());
  }
  return exit_code_of(error);
}

void report_note(std::string_view sentence, Format format) {
  if (format == Format::people) {
    std::fprintf(stderr, "note: %s\n", one_line(sentence).c_str());
    return;
  }
  auto json = Json::object();
  json.set("note", std::string(sentence));
  std::fprintf(stderr, "%s\n", json.dump().c_str());
}

void write_out(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void say(std::string_view text) { write_out(printable(text) + "\n"); }
void say_json(const Json& json) { write_out(json.dump() + "\n"); }

void say_table(const std::vector<std::string>& headings, std::vector<std::vector<std::string>> rows) {
  for (auto& row : rows)
    for (auto& cell : row) {
      cell = printable(cell);
      std::replace(cell.begin(), cell.end(), '\t', ' ');
    }
  std::vector<std::size_t> widths;
  for (const auto& heading : headings) widths.push_back(display_width(heading));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], cell_width(row[i]));
  if (os::is_terminal(os::Stream::output))
    widths = fitted(std::move(widths), static_cast<std::size_t>(os::terminal_width()));
  const bool is_bold = os::color_wanted(os::Stream::output);
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i)
      text += i + 1 == cells.size() ? cut_to(cells[i], widths[i]) : padded(cut_to(cells[i], widths[i]), widths[i] + 2);
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  if (is_bold) std::printf("\033[1m%s\033[0m\n", line(headings).c_str());
  else say(line(headings));
  for (const auto& row : rows) say(line(row));
}

void ProgressLine::show(std::string_view text) {
  if (!os::is_terminal(os::Stream::error)) return;
  is_shown_ = true;
  std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(text.size()), text.data());
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (is_shown_) std::fprintf(stderr, "\r\033[K");
  is_shown_ = false;
}

std::string one_line(std::string_view text) {
  auto line = printable(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string grouped(std::int64_t number) {
  auto digits = std::to_string(number);
  for (auto at = static_cast<std::int64_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string size_text(std::int64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " bytes";
  const char* unit = bytes < 1'000'000 ? "kB" : "MB";
  const double size = static_cast<double>(bytes) / (bytes < 1'000'000 ? 1e3 : 1e6);
  char text[32];
  std::snprintf(text, sizeof text, size < 10 ? "%.1f %s" : "%.0f %s", size, unit);
  return text;
}

std::string count_text(std::int64_t count, std::string_view one, std::string_view many) {
  return grouped(count) + " " + std::string(count == 1 ? one : many);
}

}  // namespace satchel::apps
