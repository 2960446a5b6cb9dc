#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What offline_rules.py reads as a test's name, and what it calls wrong."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import offline_rules as rules  # noqa: E402


class Names(unittest.TestCase):
    def names(self, file, text):
        return [test.name for test in rules.tests_in(file, text)]

    def test_of_cpp_also_when_broken_over_lines(self):
        self.assertEqual(['a draft "stays" here (D3)'], self.names("a_test.cpp", 'TEST_CASE("a draft \\"stays\\" "\n  "here (D3)") {'))

    def test_of_the_browser(self):
        self.assertEqual(["no one’s (S3)", "${which} (S1)"], self.names("a_test.mjs", "test('no one’s (S3)', {},\ntest(`${which} (S1)`, {},"))

    def test_of_python_are_first_lines_of_docstrings(self):
        self.assertEqual(["Killed, it goes on (R4)."], self.names("a_test.py", 'def it_goes_on() -> None:\n    """Killed, it goes on (R4)."""\n'))

    def test_ranges_name_all_between(self):
        self.assertEqual({"D1", "D2", "D3", "C6"}, rules.named_rules("drafts (D1–D3, C6)"))

    def test_words_that_only_look_like_rules_are_none(self):
        self.assertEqual(set(), rules.named_rules("Y12: utf8, AD1, D10, and p1"))


class Problems(unittest.TestCase):
    RULES = [{"id": "D1", "rule": "a list"}, {"id": "K6", "rule": "a table", "later": True}]

    def test_a_rule_needs_a_test_unless_it_comes_later(self):
        self.assertEqual(["docs/offline_rules.json: no test proves D1: a list"], rules.problems(self.RULES, {}))

    def test_a_test_names_no_unknown_rule(self):
        proofs = {"D1": [rules.Test("a_test.cpp", "x (D1)")], "S9": [rules.Test("a_test.cpp", "y (S9)")]}
        self.assertEqual(['a_test.cpp: "y (S9)" names S9, and there is no such rule'], rules.problems(self.RULES, proofs))

    def test_the_page_lists_proofs_and_what_has_none(self):
        page = rules.document(self.RULES, {"D1": [rules.Test("src/a_test.cpp", "x (D1)")]})
        self.assertIn("**D1** a list\n\n- x (D1) ([a_test.cpp](../src/a_test.cpp))", page)
        self.assertIn("**K6** a table\n\n- not built yet", page)


if __name__ == "__main__":
    unittest.main()
