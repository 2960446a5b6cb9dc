#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each rule of check_docs.py has a sample that breaks it, and one that doesn't."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import check_docs  # noqa: E402

HEADER = """
enum class ErrorCode {
  offline,   // no server, no answer
  disk_full  // nothing more fits
};
"""


class Errors(unittest.TestCase):
    def test_codes_are_read_without_their_comments(self):
        self.assertEqual(["offline", "disk_full"], check_docs.error_codes(HEADER))

    def test_headings_and_first_table_cells_are_entries(self):
        self.assertEqual([], check_docs.check_errors(HEADER, "## `offline`\n| `disk_full` | `507` |\n"))

    def test_list_items_are_entries(self):
        self.assertEqual([], check_docs.check_errors(HEADER, "- `offline`: no server\n- **`disk_full`** nothing fits\n"))

    def test_a_code_without_entry_is_found(self):
        self.assertEqual(["docs/errors.md: no entry for `disk_full`"],
                         check_docs.check_errors(HEADER, "## `offline`\nSee `disk_full`.\n"))

    def test_an_entry_without_code_is_found(self):
        self.assertEqual(["docs/errors.md: `cellar` is no ErrorCode"],
                         check_docs.check_errors(HEADER, "| `offline` |\n| `disk_full` |\n| `cellar` |\n"))


class Links(unittest.TestCase):
    def links(self, text):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "docs").mkdir()
            (root / "docs/there.md").write_text("")
            return check_docs.check_links(root, "docs/page.md", text)

    def test_good_links(self):
        self.assertEqual([], self.links("[a](there.md) [b](there.md#part) [c](/docs/there.md) [d](#x) "
                                        "[e](https://example.org) `[f](gone.md)`\n```\n[g](gone.md)\n```\n"))

    def test_bad_link(self):
        self.assertEqual(["docs/page.md:2: the link leads nowhere: gone.md"], self.links("text\n[a](gone.md)\n"))


class Files(unittest.TestCase):
    def test_machine_paths(self):
        path = "/wo" + "rk/somewhere"
        self.assertEqual(1, len(check_docs.check_machine_paths("a.md", f"see {path}\n")))
        self.assertEqual([], check_docs.check_machine_paths("a.md", "see docs/wo" + "rk/somewhere and a/wo" + "rk/b\n"))

    def test_lock_file(self):
        self.assertEqual([], check_docs.check_lock('{\n  "integrity": "sha512-x"\n}\n'))
        self.assertEqual(1, len(check_docs.check_lock('{\n  "resolved": "https://example.org/x.tgz"\n}\n')))

    def test_licence(self):
        self.assertEqual([], check_docs.check_licence("src/a.h", "// SPDX-License-Identifier: Apache-2.0\n"))
        self.assertEqual(1, len(check_docs.check_licence("src/a.h", "#pragma once\n")))
        self.assertEqual([], check_docs.check_licence("docs/a.md", "# A\n"))


if __name__ == "__main__":
    unittest.main()
