#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the texts of files into a C++ header and source, so that a program carries them.

embed_files.py OUT_FOLDER HEADER NAMESPACE FUNCTION FILE…  makes OUT_FOLDER/HEADER, which declares

    namespace NAMESPACE { std::span<const std::pair<std::string_view, std::string_view>> FUNCTION(); }

(name without folders and text of each file, sorted by name), and the .cpp of the same name, which defines it.
"""
import sys
from pathlib import Path

PIECE_BYTES_MAX = 8000  # Compilers promise 65,536 characters for one literal; pieces next to each other are joined.


def literal(data: bytes) -> str:
    pieces = [data[at:at + PIECE_BYTES_MAX] for at in range(0, len(data), PIECE_BYTES_MAX)] or [b""]
    return "\n".join('"' + "".join(escaped(byte) for byte in piece) + '"' for piece in pieces)


def escaped(byte: int) -> str:
    character = chr(byte)
    if character == "\n":
        return "\\n"
    if character in '"\\?':
        return "\\" + character
    return character if 32 <= byte < 127 else f"\\{byte:03o}"


def header_text(namespace: str, function: str) -> str:
    return f"""// Made by tools/embed_files.py.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace {namespace} {{
// Name and text of each file, sorted by name.
std::span<const std::pair<std::string_view, std::string_view>> {function}();
}}
"""


def source_text(header: str, namespace: str, function: str, files: list[Path]) -> str:
    entries = []
    for file in sorted(files, key=lambda path: path.name):
        data = file.read_bytes()
        entries.append(f'{{std::string_view("{file.name}"), std::string_view({literal(data)}, {len(data)})}},\n')
    return f"""// Made by tools/embed_files.py.
#include "{header}"

#include <array>

namespace {namespace} {{
std::span<const std::pair<std::string_view, std::string_view>> {function}() {{
  static constexpr std::array<std::pair<std::string_view, std::string_view>, {len(files)}> kFiles{{{{
{"".join(entries)}}}}};
  return kFiles;
}}
}}
"""


def main() -> int:
    folder, header, namespace, function, *files = sys.argv[1:]
    target = Path(folder) / header
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(header_text(namespace, function), encoding="utf-8")
    target.with_suffix(".cpp").write_text(source_text(header, namespace, function, [Path(file) for file in files]),
                                          encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
