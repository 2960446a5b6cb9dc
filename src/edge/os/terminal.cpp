// SPDX-License-Identifier: Apache-2.0
#include "edge/os/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <string_view>

#include "edge/os/environment.h"

namespace satchel::edge::os {
namespace {

constexpr int kWidthOtherwise = 80;

int descriptor_of(Stream stream) {
  switch (stream) {
    case Stream::input: return STDIN_FILENO;
    case Stream::output: return STDOUT_FILENO;
    case Stream::error: return STDERR_FILENO;
  }
  return -1;
}

// Echo is off while this lives. Ctrl-C meanwhile would leave the user's shell without echo, so signals of the keyboard
// are off as well, and Ctrl-C arrives as the character 3.
class Hidden {
 public:
  explicit Hidden(int terminal) : terminal_(terminal), changed_(::tcgetattr(terminal, &before_) == 0) {
    if (!changed_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    hidden.c_lflag |= ECHONL;
    ::tcsetattr(terminal, TCSAFLUSH, &hidden);
  }
  Hidden(const Hidden&) = delete;
  ~Hidden() {
    if (changed_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }

 private:
  int terminal_;
  termios before_{};
  bool changed_;
};

void write_text(int terminal, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(terminal, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

Result<std::string> read_line(int terminal) {
  constexpr char kCtrlC = 3;
  std::string line;
  for (;;) {
    char character = 0;
    const ssize_t size = ::read(terminal, &character, 1);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0 || character == kCtrlC) return Error{ErrorCode::canceled, "No password was given."};
    if (character == '\n') return line;
    line.push_back(character);
  }
}

}  // namespace

bool is_terminal(Stream stream) { return ::isatty(descriptor_of(stream)) == 1; }

int terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const auto columns = environment("COLUMNS");
  int width = 0;
  if (columns) std::from_chars(columns->data(), columns->data() + columns->size(), width);
  return width > 0 ? width : kWidthOtherwise;
}

bool color_wanted(Stream stream) {
  return is_terminal(stream) && !environment("NO_COLOR") && environment("TERM").value_or("dumb") != "dumb";
}

Result<std::string> read_password(const std::string& prompt) {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return Error{ErrorCode::usage, "There is no terminal to ask for a password on."};
  auto line = [&] {
    const Hidden hidden(terminal);
    // Only now, so that nothing typed in answer to it is shown or dropped.
    write_text(terminal, prompt);
    return read_line(terminal);
  }();
  ::close(terminal);
  return line;
}

}  // namespace satchel::edge::os
