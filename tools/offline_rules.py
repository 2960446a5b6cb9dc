#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/offline_rules.md: every rule of working offline with the tests that prove it.

  tools/offline_rules.py           says what is wrong, and whether the document is as it would be written now
  tools/offline_rules.py --write   writes it

A test proves a rule by naming its id in its own name: TEST_CASE("… (D5)"), test('… (D5)', …), or the first line of a Python test's
docstring. The rules themselves are docs/offline_rules.json; those with "later" may be without a test, and only they.
"""
from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ID = re.compile(r"\b([EHDCSPRKQL][1-9])\b")
RANGE = re.compile(r"\b([EHDCSPRKQL])([1-9])(?:–|-| to )\1?([1-9])\b")
STRING = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
CPP_TEST = re.compile(r"\b(?:TEST_CASE|SUBCASE)\(\s*" + STRING)
JS_TEST = re.compile(r"\b(?:test|it|both_sizes)\(\s*('(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|\"(?:[^\"\\]|\\.)*\")")
PYTHON_TEST = re.compile(r'^ *def (\w+)\([^)]*\)[^:]*:\n\s+"""(.*)', re.M)


@dataclass(frozen=True)
class Test:
    file: str
    name: str


def named_rules(name: str) -> set[str]:
    """The ids in a test's name; "D1–D3" names three."""
    ids = {match[1] for match in ID.finditer(name)}
    for family, first, last in RANGE.findall(name):
        ids |= {f"{family}{number}" for number in range(int(first), int(last) + 1)}
    return ids


def tests_in(file: str, text: str) -> list[Test]:
    if file.endswith(".cpp"):
        # Neighbouring literals are one, whoever broke the line.
        names = ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match)) for match in CPP_TEST.findall(text)]
        names = [re.sub(r"\\(.)", r"\1", name) for name in names]
    elif file.endswith(".py"):
        names = [docstring.strip().removesuffix('"""') for _, docstring in PYTHON_TEST.findall(text)]
    else:
        names = [match[1:-1] for match in JS_TEST.findall(text)]
    return [Test(file, name) for name in names]


def is_test_file(file: str) -> bool:
    return bool(re.search(r"(_test\.(cpp|py|mjs)|\.test\.tsx?)$", file)) and not file.startswith("tools/")


def document(rules: list[dict], proofs: dict[str, list[Test]]) -> str:
    lines = [
        "# The rules of working offline, and what proves them",
        "",
        "Written by `tools/offline_rules.py --write` from docs/offline_rules.json and the names of the tests; `./dev check` sees that it is",
        "as it would be written now. Error lines, screens and `satchel may` speak of the rules by these ids.",
        "",
    ]
    for rule in rules:
        lines += [f"**{rule['id']}** {rule['rule']}", ""]
        tests = proofs.get(rule["id"], [])
        lines += [f"- {test.name} ([{Path(test.file).name}](../{test.file}))" for test in tests] or ["- not built yet"]
        lines.append("")
    return "\n".join(lines)


def problems(rules: list[dict], proofs: dict[str, list[Test]]) -> list[str]:
    known = {rule["id"] for rule in rules}
    found = [f"{test.file}: \"{test.name}\" names {rule}, and there is no such rule"
             for rule, tests in sorted(proofs.items()) if rule not in known for test in tests]
    found += [f"docs/offline_rules.json: no test proves {rule['id']}: {rule['rule']}"
              for rule in rules if rule["id"] not in proofs and not rule.get("later")]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=options.root, capture_output=True, text=True, check=True)
    proofs: dict[str, list[Test]] = {}
    for file in sorted(filter(is_test_file, listed.stdout.split("\n"))):
        if not (options.root / file).exists():
            continue
        for test in tests_in(file, (options.root / file).read_text(encoding="utf-8")):
            for rule in named_rules(test.name):
                proofs.setdefault(rule, []).append(test)
    rules = json.loads((options.root / "docs/offline_rules.json").read_text(encoding="utf-8"))
    page = options.root / "docs/offline_rules.md"
    text = document(rules, proofs)
    if options.write:
        page.write_text(text, encoding="utf-8")
    found = problems(rules, proofs)
    if not page.exists() or page.read_text(encoding="utf-8") != text:
        found.append("docs/offline_rules.md isn't as it would be written now: run tools/offline_rules.py --write")
    for line in found:
        print(line)
    proved = sum(1 for rule in rules if rule["id"] in proofs)
    print(f"offline rules: {proved} of {len(rules)} proved, {len(found)} breaches")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
