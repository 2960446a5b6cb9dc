# SPDX-License-Identifier: Apache-2.0
"""The rooms of the app (apps/web/src) and who may import whom; a part of check_architecture.py.

`[web]` of architecture.toml names the folders in their order. A file may import its own folder and those that its folder's
`allow` names; an import of a type alone counts like any other. `[[web.outside]]` says which packages and words are whose.
"""
from __future__ import annotations

import fnmatch
import posixpath
import re
from dataclasses import dataclass

ENDINGS = (".ts", ".tsx", ".css")
# import x from 'y'; import 'y'; export * from 'y'; import('y'); new URL('y', import.meta.url)
IMPORT = re.compile(
    r"""(?:^|[;\s])(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]"""
    r"""|(?:^|[;\s])import\s*['"]([^'"]+)['"]"""
    r"""|\bimport\s*\(\s*['"]([^'"]+)['"]"""
    r"""|\bnew\s+URL\(\s*['"]([^'"]+)['"]\s*,\s*import\.meta\.url""")
COMMENT = re.compile(r"""/\*.*?\*/|(?<!:)//[^\n]*""", re.S)


@dataclass(frozen=True)
class WebImport:
    file: str
    line: int
    target: str  # as written


def without_comments(text: str) -> str:
    """Line breaks stay, so that line numbers do."""
    return COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)


def imports_of(file: str, text: str) -> list[WebImport]:
    text = without_comments(text)
    found = []
    for match in IMPORT.finditer(text):
        group = next(i for i in range(1, 5) if match[i])
        found.append(WebImport(file, text.count("\n", 0, match.start(group)) + 1, match[group]))
    return found


def matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


class WebHouse:
    """What `[web]` says."""

    def __init__(self, data: dict):
        self.path: str = data.get("path", "apps/web/src")
        self.rooms: dict[str, dict] = data.get("rooms", {})
        self.outside: list[dict] = data.get("outside", [])
        self.test_pattern: str = data.get("tests", "*.test.ts*")

    def holds(self, file: str) -> bool:
        return file.startswith(self.path + "/") and file.endswith(ENDINGS)

    def room_of(self, file: str) -> str | None:
        """The first folder's name; "main" for a file that lies in none."""
        parts = file.removeprefix(self.path + "/").split("/")
        name = parts[0] if len(parts) > 1 else "main"
        return name if name in self.rooms else None

    def allows(self, room: str, other: str) -> bool:
        return room == other or matches(other, self.rooms[room].get("allow", []))

    def may_use(self, rule: dict, file: str) -> bool:
        below = file.removeprefix(self.path + "/")
        return matches(self.room_of(file) or "", rule.get("rooms", [])) or matches(below, rule.get("files", []))


def target_of(web_import: WebImport) -> str:
    """The project path that a relative import means, without its ending."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(web_import.file), web_import.target.split("?")[0]))


def resolve(path: str, sources: dict[str, str]) -> str:
    """The file that is meant by `path`, or `path` itself."""
    for candidate in (path, path + ".ts", path + ".tsx", path + "/index.ts", path + "/index.tsx"):
        if candidate in sources:
            return candidate
    return path


def check_import(house: WebHouse, web_import: WebImport) -> str | None:
    room = house.room_of(web_import.file)
    if not web_import.target.startswith("."):
        return check_package(house, web_import)
    target = target_of(web_import)
    if not target.startswith(house.path + "/"):
        return f'"{web_import.target}" lies outside of {house.path}'
    other = house.room_of(target + ".ts" if "." not in posixpath.basename(target) else target)
    if other is None:
        return f'unknown room in "{web_import.target}"'
    return None if house.allows(room, other) else f"{room} may not import {other}"


def check_package(house: WebHouse, web_import: WebImport) -> str | None:
    if fnmatch.fnmatchcase(web_import.file, house.test_pattern) and matches(web_import.target, ["vitest", "node:*"]):
        return None
    rules = [rule for rule in house.outside if matches(web_import.target, rule.get("packages", []))]
    if not rules:
        return f'"{web_import.target}": architecture.toml doesn\'t know it'
    refused = next((rule for rule in rules if not house.may_use(rule, web_import.file)), None)
    return f'"{web_import.target}": {refused["rule"]}' if refused else None


def check_words(house: WebHouse, file: str, text: str) -> list[tuple[int, str]]:
    if fnmatch.fnmatchcase(file, house.test_pattern):
        return []
    rules = [rule for rule in house.outside if rule.get("words") and not house.may_use(rule, file)]
    found = []
    for number, line in enumerate(without_comments(text).splitlines(), start=1):
        for rule in rules:
            for word in rule["words"]:
                if match := re.search(word, line):
                    found.append((number, f"{match[0].strip()}: {rule['rule']}"))
    return found


def check_web(house: WebHouse, sources: dict[str, str]) -> tuple[list[tuple[str, int, str]], dict[str, set[str]]]:
    """Breaches as (file, line, rule), and the files' imports of each other for the search for rings."""
    breaches: list[tuple[str, int, str]] = []
    edges: dict[str, set[str]] = {}
    for file, text in sources.items():
        if house.room_of(file) is None:
            breaches.append((file, 1, "unknown room: [web.rooms] of architecture.toml has none for this folder"))
            continue
        breaches += [(file, line, rule) for line, rule in check_words(house, file, text)]
        for web_import in imports_of(file, text):
            if rule := check_import(house, web_import):
                breaches.append((file, web_import.line, rule))
            if web_import.target.startswith("."):
                edges.setdefault(file, set()).add(resolve(target_of(web_import), sources))
    return breaches, edges
