#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what documents promise and what every file must carry.

  - every ErrorCode of src/base/error.h has an entry in docs/errors.md (its name in backticks in a heading, at the
    beginning of a list item or in the first cell of a table), and docs/errors.md has no entry for any other code;
  - every relative link in a .md file leads to a file;
  - no file names a path of the machine that it was written on;
  - every source file says its licence at its top;
  - package-lock.json names no registry host, so that any registry serves.
"""
from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

LICENCE = "SPDX-License-Identifier: Apache-2.0"
LICENSED_FOLDERS = ("src/", "apps/", "sim/", "bench/", "fuzz/", "tests/", "tools/", "cmake/", "third_party/")
LICENSED_ENDINGS = (".h", ".c", ".cpp", ".ts", ".tsx", ".js", ".mjs", ".css", ".py", ".sh", ".cmake")
# Written in pieces, so that this file doesn't hold what it looks for.
MACHINE_PATHS = re.compile(r"(?<![\w.\-/:])/(?:wo" + r"rk|fa" + r"rm|tmp/ba" + r"sh|home/\w+|Users/\w+)/")
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\s*\)")
CODE_BLOCK = re.compile(r"^(```|~~~).*?^\1", re.S | re.M)
CODE_SPAN = re.compile(r"`[^`\n]*`")


def error_codes(header: str) -> list[str]:
    """The names in `enum class ErrorCode { … };`."""
    body = re.search(r"enum class ErrorCode[^{]*\{(.*?)\};", header, re.S)
    if not body:
        return []
    return re.findall(r"\b([a-z]\w*)\s*(?:=[^,]*)?(?:,|$)", re.sub(r"//.*", "", body[1]).strip())


def check_errors(header: str, document: str) -> list[str]:
    codes = error_codes(header)
    if not codes:
        return ["src/base/error.h: no enum class ErrorCode found"]
    entries = set()
    for line in document.splitlines():
        if line.startswith("#"):
            entries.update(re.findall(r"`(\w+)`", line))
        elif line.startswith("|"):
            entries.update(re.findall(r"`(\w+)`", line.split("|")[1]))
        elif match := re.match(r"\s*[-*] +\**`(\w+)`", line):
            entries.add(match[1])
    missing = [f"docs/errors.md: no entry for `{code}`" for code in codes if code not in entries]
    unknown = [f"docs/errors.md: `{code}` is no ErrorCode" for code in sorted(entries - set(codes))]
    return missing + unknown


def check_links(root: Path, file: str, text: str) -> list[str]:
    # Code shows syntax, it doesn't link; line breaks stay so that the numbers are right.
    text = CODE_BLOCK.sub(lambda block: "\n" * block[0].count("\n"), text)
    text = CODE_SPAN.sub("", text)
    breaches = []
    for match in LINK.finditer(text):
        target = unquote(match[1].split("#")[0])
        if not target or re.match(r"[a-z][a-z0-9+.\-]*:", target):
            continue
        base = root if target.startswith("/") else (root / file).parent
        if not (base / target.lstrip("/")).exists():
            line = text.count("\n", 0, match.start()) + 1
            breaches.append(f"{file}:{line}: the link leads nowhere: {match[1]}")
    return breaches


def check_machine_paths(file: str, text: str) -> list[str]:
    return [f"{file}:{number}: a path of one machine: {line.strip()[:80]}"
            for number, line in enumerate(text.splitlines(), start=1) if MACHINE_PATHS.search(line)]


def check_licence(file: str, text: str) -> list[str]:
    if not file.startswith(LICENSED_FOLDERS) or not file.endswith(LICENSED_ENDINGS):
        return []
    if any(LICENCE in line for line in text.splitlines()[:3]):
        return []
    return [f"{file}:1: the line \"{LICENCE}\" is missing at the top"]


def check_lock(text: str) -> list[str]:
    return [f"package-lock.json:{number}: names a registry host; .npmrc has omit-lockfile-registry-resolved"
            for number, line in enumerate(text.splitlines(), start=1) if '"resolved":' in line]


def project_files(root: Path) -> list[str]:
    """What is, or would be, in version control."""
    listing = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root,
                             capture_output=True, text=True, check=True).stdout
    return sorted(file for file in set(listing.split("\0")) if file and (root / file).is_file())


def check(root: Path, files: list[str]) -> list[str]:
    breaches = []
    for file in files:
        try:
            text = (root / file).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        breaches += check_machine_paths(file, text)
        breaches += check_licence(file, text)
        if file == "package-lock.json":
            breaches += check_lock(text)
        if file.endswith(".md"):
            breaches += check_links(root, file, text)
    header, document = root / "src/base/error.h", root / "docs/errors.md"
    breaches += check_errors(header.read_text(encoding="utf-8"),
                             document.read_text(encoding="utf-8") if document.exists() else "")
    return breaches


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks documents, links, paths and licence lines.")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root
    files = project_files(root)
    breaches = check(root, files)
    for breach in breaches:
        print(breach)
    print(f"documents: {len(files)} files, {len(breaches)} breaches", file=sys.stderr)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
