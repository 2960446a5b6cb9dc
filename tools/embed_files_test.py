#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What embed_files.py writes reads as the same bytes in C++."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from embed_files import PIECE_BYTES_MAX, literal  # noqa: E402


class Literals(unittest.TestCase):
    def test_quotes_backslashes_and_trigraphs_are_escaped(self):
        self.assertEqual(r'"a\"b\\c\?\?/"', literal(b'a"b\\c??/'))

    def test_other_bytes_are_three_octal_digits(self):
        self.assertEqual(r'"\303\2741\t\n"'.replace(r"\t", r"\011"), literal("ü1\t\n".encode()))

    def test_nothing_is_an_empty_text(self):
        self.assertEqual('""', literal(b""))

    def test_long_texts_come_in_pieces(self):
        self.assertEqual(3, len(literal(b"x" * (2 * PIECE_BYTES_MAX + 1)).splitlines()))


if __name__ == "__main__":
    unittest.main()
