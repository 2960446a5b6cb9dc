// SPDX-License-Identifier: Apache-2.0
// docs/errors.md against the code. Reads a file, so it runs natively only, from the root of the repository.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <string>

#include "base/error.h"
#include "base/text.h"

namespace satchel {
namespace {

constexpr std::string_view kPath = "docs/errors.md";

// The text below each heading of level 3 (### `code`), by code.
std::map<std::string, std::string> entries_of_page() {
  std::map<std::string, std::string> entries;
  std::ifstream page{std::string(kPath)};
  REQUIRE_MESSAGE(page.is_open(), "Run the test from the root of the repository: it reads docs/errors.md.");
  std::string heading, line;
  while (std::getline(page, line)) {
    if (line.starts_with("### `") && line.ends_with('`')) {
      heading = line.substr(5, line.size() - 6);
      CHECK_MESSAGE(entries.emplace(heading, "").second, heading << " has two entries");
    } else if (line.starts_with("#")) {
      heading.clear();
    } else if (!heading.empty()) {
      entries[heading] += line + "\n";
    }
  }
  return entries;
}

TEST_SUITE("error") {
  TEST_CASE("docs/errors.md tells of each code its status, its meaning and what to do") {
    auto entries = entries_of_page();
    for (int i = 0; i <= static_cast<int>(ErrorCode::wiped); ++i) {
      const auto code = static_cast<ErrorCode>(i);
      const std::string name(name_of(code));
      CAPTURE(name);
      const auto entry = entries.extract(name);
      REQUIRE_FALSE(entry.empty());
      const std::string& text = entry.mapped();
      CHECK(text.find("HTTP " + std::to_string(http_status_of(code)) + ".") != std::string::npos);
      CHECK(text.find("**Meaning.** ") != std::string::npos);
      CHECK(text.find("**What to do.** ") != std::string::npos);
    }
    for (const auto& [name, text] : entries) FAIL_CHECK("no code is called " << name);
  }
}

}  // namespace
}  // namespace satchel
