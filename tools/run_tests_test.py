#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The closing line of ./dev test is only as good as the counting behind it."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from run_tests import Count, counted  # noqa: E402


class Counting(unittest.TestCase):
    def test_doctest_is_counted_by_case(self):
        output = "[doctest] test cases:  3 |  2 passed | 1 failed | 0 skipped\n[doctest] assertions: 9 | 8 passed |\n"
        self.assertEqual(Count(2, 1), counted(output, False))

    def test_a_closing_line_counts(self):
        self.assertEqual(Count(12, 0), counted("seed 1 ok\n12 passed, 0 failed\n", True))

    def test_python_tests_are_counted(self):
        self.assertEqual(Count(5, 0), counted("Ran 5 tests in 0.01s\n\nOK\n", True))

    def test_vitest_is_counted_by_test(self):
        files = " Test Files  1 failed | 2 passed (3)\n"
        self.assertEqual(Count(19, 1), counted(files + "      Tests  1 failed | 19 passed (20)\n", False))
        self.assertEqual(Count(20, 0), counted(" Test Files  3 passed (3)\n      Tests  20 passed (20)\n", True))
        self.assertEqual(Count(0, 2), counted(files + "      Tests  2 failed (2)\n", False))

    def test_a_program_that_says_nothing_is_one(self):
        self.assertEqual(Count(1, 0), counted("", True))
        self.assertEqual(Count(0, 1), counted("", False))

    def test_a_crash_after_good_news_is_a_failure(self):
        self.assertEqual(Count(12, 1), counted("12 passed, 0 failed\n", False))


if __name__ == "__main__":
    unittest.main()
