#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks every include line against architecture.toml.

Prints `file:line: rule` for each breach and exits with 1 if there is one:
  - a room includes only the rooms that its `allow` names, itself, and what everyone may use;
  - internal/ headers stay in their room;
  - files lie in a known room, and includes name a known room by its full path;
  - headers and words of the outside world (files, clocks, chance, libraries) stay in the rooms that may use them;
  - no ring of includes, between files or between rooms;
  - the app's folders import each other as `[web]` says, types included (web_imports.py);
  - CMakeLists.txt links no room to one that it may not include.
"""
from __future__ import annotations

import argparse
import fnmatch
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from web_imports import WebHouse, check_web  # noqa: E402

SOURCE_ROOTS = ("src", "apps", "sim", "bench", "fuzz", "tests")
SOURCE_ENDINGS = {".h", ".cpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
COMMENT_OR_TEXT = re.compile(r'//.*|"(?:\\.|[^"\\])*"')
# Headers with a dot that belong to the language; those without dot and slash are the standard library's.
LANGUAGE_HEADERS = {"stddef.h", "stdint.h", "string.h", "wasm_simd128.h", "immintrin.h"}


@dataclass(frozen=True)
class Breach:
    file: str
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}"


@dataclass(frozen=True)
class Include:
    file: str
    line: int
    target: str  # as written
    quoted: bool


def matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


class Architecture:
    """What architecture.toml says."""

    def __init__(self, text: str):
        data = tomllib.loads(text)
        self.everyone: list[str] = data.get("everyone", [])
        self.rooms: dict[str, dict] = data.get("rooms", {})
        self.tests: dict = data.get("tests", {"pattern": "*_test.cpp", "allow": []})
        self.outside: list[dict] = data.get("outside", [])
        self.web = WebHouse(data.get("web", {}))

    def room_of(self, file: str) -> str | None:
        """The room whose folder holds `file`, the deepest if there are several."""
        homes = [name for name, room in self.rooms.items() if file.startswith(room["path"] + "/")]
        return max(homes, key=lambda name: len(self.rooms[name]["path"]), default=None)

    def is_misplaced(self, file: str, room: str) -> bool:
        """Whether `file` lies in a subfolder that the build doesn't look into."""
        below = file.removeprefix(self.rooms[room]["path"] + "/").split("/")[:-1]
        return below not in [[], ["internal"]] and "/".join(below) not in self.rooms[room].get("folders", [])

    def is_test(self, file: str) -> bool:
        return fnmatch.fnmatchcase(file, self.tests["pattern"])

    def may_include(self, file: str, room: str, other: str) -> bool:
        allowed = self.everyone + self.rooms[room].get("allow", [])
        if self.is_test(file):
            allowed = allowed + self.tests["allow"]
        return room == other or matches(other, allowed)


def read_sources(root: Path) -> dict[str, str]:
    """Path from the root -> text, of every source file of ours."""
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for folder in SOURCE_ROOTS
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in SOURCE_ENDINGS and path.is_file() and "node_modules" not in path.parts
    }


def read_web_sources(root: Path, house: WebHouse) -> dict[str, str]:
    files = {path.relative_to(root).as_posix(): path for path in sorted((root / house.path).rglob("*"))}
    return {file: path.read_text(encoding="utf-8") for file, path in files.items() if house.holds(file) and path.is_file()}


def includes_of(file: str, text: str) -> list[Include]:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if match := INCLUDE.match(line):
            found.append(Include(file, number, match[2], match[1] == '"'))
    return found


def path_of(include: Include, sources: dict[str, str]) -> str:
    """The project path that a quoted include means: rooms of src/ are written without src/."""
    in_src = f"src/{include.target}"
    if in_src in sources or not include.target.startswith(("apps/", "sim/", "bench/", "fuzz/", "tests/")):
        return in_src
    return include.target


def check_place(architecture: Architecture, file: str) -> list[Breach]:
    room = architecture.room_of(file)
    if room is None:
        return [Breach(file, 1, "unknown room: architecture.toml has none for this folder")]
    if architecture.is_misplaced(file, room):
        return [Breach(file, 1, f"the build doesn't look into this subfolder of {room}; use internal/ or a room")]
    return []


def check_room_include(architecture: Architecture, include: Include, sources: dict[str, str]) -> list[Breach]:
    room = architecture.room_of(include.file)
    target = path_of(include, sources)
    other = architecture.room_of(target)
    if room is None:
        return []  # check_place has said so
    if other is None:
        return [Breach(include.file, include.line, f'unknown room in "{include.target}"; write the path from src/')]
    if not architecture.may_include(include.file, room, other):
        return [Breach(include.file, include.line, f"{room} may not include {other}")]
    if "/internal/" in target and room != other:
        return [Breach(include.file, include.line, f"internal/ of {other} is its own business")]
    return []


def may_use(architecture: Architecture, rule: dict, file: str) -> bool:
    room = architecture.room_of(file) or ""
    return matches(room, rule.get("rooms", [])) or matches(file, rule.get("files", []))


def check_outside_header(architecture: Architecture, include: Include) -> list[Breach]:
    rules = [rule for rule in architecture.outside if matches(include.target, rule.get("headers", []))]
    breaches = [
        Breach(include.file, include.line, f"<{include.target}>: {rule['rule']}")
        for rule in rules
        if not may_use(architecture, rule, include.file)
    ]
    foreign = "." in include.target or "/" in include.target
    if not rules and foreign and include.target not in LANGUAGE_HEADERS:
        breaches.append(Breach(include.file, include.line, f"<{include.target}>: architecture.toml doesn't know it"))
    return breaches


def check_outside_words(architecture: Architecture, file: str, text: str) -> list[Breach]:
    rules = [rule for rule in architecture.outside if rule.get("words") and not may_use(architecture, rule, file)]
    breaches = []
    for number, line in enumerate(text.splitlines(), start=1):
        code = COMMENT_OR_TEXT.sub("", line)
        for rule in rules:
            for word in rule["words"]:
                if match := re.search(word, code):
                    breaches.append(Breach(file, number, f"{match[0].strip()}: {rule['rule']}"))
    return breaches


def find_ring(edges: dict[str, set[str]]) -> list[str] | None:
    """A ring of `edges` as a list that ends where it begins, or None."""
    done: set[str] = set()

    def walk(node: str, path: list[str]) -> list[str] | None:
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        for next_node in sorted(edges.get(node, ())):
            if ring := walk(next_node, path + [node]):
                return ring
        done.add(node)
        return None

    for start in sorted(edges):
        if ring := walk(start, []):
            return ring
    return None


def check_rings(architecture: Architecture, includes: list[Include], sources: dict[str, str]) -> list[Breach]:
    files: dict[str, set[str]] = {}
    rooms: dict[str, set[str]] = {}
    lines: dict[tuple[str, str], Include] = {}
    for include in includes:
        target = path_of(include, sources)
        room, other = architecture.room_of(include.file), architecture.room_of(target)
        files.setdefault(include.file, set()).add(target)
        lines.setdefault((include.file, target), include)
        if room and other and room != other and not architecture.is_test(include.file):
            rooms.setdefault(room, set()).add(other)
            lines.setdefault((room, other), include)
    breaches = []
    for kind, edges in (("files", files), ("rooms", rooms)):
        if ring := find_ring(edges):
            first = lines[(ring[0], ring[1])]
            breaches.append(Breach(first.file, first.line, f"ring of {kind}: {' -> '.join(ring)}"))
    return breaches


def check_build(architecture: Architecture, cmake: str) -> list[Breach]:
    """The link line of each room: DEPENDS names only what the room may include."""
    breaches = []
    for match in re.finditer(r"satchel_(?:room|program)\(([\w/]+)([^)]*)\)", cmake):
        room, rest = match[1], match[2]
        line = cmake.count("\n", 0, match.start()) + 1
        if room not in architecture.rooms:
            breaches.append(Breach("CMakeLists.txt", line, f"unknown room {room}"))
            continue
        depends = re.search(r"\bDEPENDS\b(.*?)(?=\b[A-Z_]{4,}\b|$)", rest, re.S)
        for other in depends[1].split() if depends else []:
            if not architecture.may_include("CMakeLists.txt", room, other):
                breaches.append(Breach("CMakeLists.txt", line, f"{room} may not link {other}"))
    return breaches


def check_app(architecture: Architecture, sources: dict[str, str]) -> list[Breach]:
    found, edges = check_web(architecture.web, sources)
    breaches = [Breach(*breach) for breach in found]
    if ring := find_ring(edges):
        breaches.append(Breach(ring[0], 1, f"ring of files: {' -> '.join(ring)}"))
    return sorted(breaches, key=lambda breach: (breach.file, breach.line, breach.rule))


def check(architecture: Architecture, sources: dict[str, str], cmake: str = "") -> list[Breach]:
    breaches = []
    quoted: list[Include] = []
    for file, text in sources.items():
        breaches += check_place(architecture, file)
        breaches += check_outside_words(architecture, file, text)
        for include in includes_of(file, text):
            # A library's header may be written in quotes; what decides is whose it is.
            outside = not include.quoted or any(matches(include.target, r.get("headers", [])) for r in architecture.outside)
            if outside:
                breaches += check_outside_header(architecture, include)
            else:
                breaches += check_room_include(architecture, include, sources)
                quoted.append(include)
    breaches += check_rings(architecture, quoted, sources)
    breaches += check_build(architecture, cmake)
    return sorted(breaches, key=lambda breach: (breach.file, breach.line, breach.rule))


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks every include line against architecture.toml.")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root
    architecture = Architecture((root / "architecture.toml").read_text(encoding="utf-8"))
    sources = read_sources(root)
    breaches = check(architecture, sources, (root / "CMakeLists.txt").read_text(encoding="utf-8"))
    web_sources = read_web_sources(root, architecture.web)
    breaches += check_app(architecture, web_sources)
    for breach in breaches:
        print(breach)
    print(f"architecture: {len(sources) + len(web_sources)} files, {len(breaches)} breaches", file=sys.stderr)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
