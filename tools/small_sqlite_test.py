# SPDX-License-Identifier: Apache-2.0
import unittest
from pathlib import Path

from small_sqlite import EDITS, smaller

SQLITE = Path(__file__).parent.parent / "node_modules/better-sqlite3-multiple-ciphers/deps/sqlite3/sqlite3.c"
ALL = "".join(old for old, _ in EDITS)


class SmallSqlite(unittest.TestCase):
    def test_everything_that_is_taken_out_stands_in_our_version_once(self):
        text = smaller(SQLITE.read_text())
        self.assertNotIn("    aegis_init();", text)
        self.assertNotIn("fts5PorterTokenize\n    };", text)

    def test_what_is_missing_or_stands_there_twice_is_an_error(self):
        smaller(ALL)
        for text in (ALL.replace(EDITS[0][0], ""), ALL + EDITS[0][0]):
            with self.assertRaises(ValueError):
                smaller(text)


if __name__ == "__main__":
    unittest.main()
