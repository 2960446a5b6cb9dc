#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes utf8proc smaller for the browser: small_utf8proc.py FROM TO

Copies the library and leaves out of its tables what we never ask for: upper, lower and title case, writing direction and where
letters may be parted. Rows that are alike then are kept once, and so are blocks of 256 code points. What is left is unchanged:
decomposing, composing, folding, categories, classes and widths. Some 11 KiB less for each phone to download.
"""
import re
import shutil
import sys
from pathlib import Path

UNUSED = {2: "0", 6: "UINT16_MAX", 7: "UINT16_MAX", 8: "UINT16_MAX", 10: "false", 16: "0"}
FIELDS = 17
BLOCK = 256


def array(text, name):
    """Where the values of an array stand in the text."""
    found = re.search(rf"{name}\[\] = \{{(.*?)\n?\}};", text, re.S)
    if not found:
        raise ValueError(f"{name} isn't there")
    return found.span(1)


def unique(items):
    """The items without repetitions, and for each item its number among those."""
    numbers = {}
    return [numbers.setdefault(item, len(numbers)) for item in items], list(numbers)


def smaller_row(row):
    fields = [field.strip() for field in row.split(",")]
    if len(fields) != FIELDS:
        raise ValueError(f"a property with {len(fields)} fields: {row}")
    return ", ".join(UNUSED.get(at, field) for at, field in enumerate(fields))


def smaller(text):
    """The tables: properties[stage2[stage1[code / 256] + code % 256]]."""
    spans = {name: array(text, f"utf8proc_{name}") for name in ("properties", "stage2table", "stage1table")}
    part = {name: text[slice(*span)] for name, span in spans.items()}
    row_of, rows = unique(map(smaller_row, re.findall(r"\{(.*?),?\}", part["properties"])))
    stage2 = [row_of[int(number)] for number in re.findall(r"\d+", part["stage2table"])]
    starts = [int(number) for number in re.findall(r"\d+", part["stage1table"])]
    block_of, blocks = unique(tuple(stage2[start : start + BLOCK]) for start in starts)
    made = {
        "properties": "\n" + "".join(f"{{{row}}},\n" for row in rows),
        "stage2table": ",\n".join(",".join(map(str, block)) for block in blocks),
        "stage1table": ",".join(str(BLOCK * block) for block in block_of),
    }
    for name, (start, end) in sorted(spans.items(), key=lambda item: -item[1][0]):
        text = text[:start] + made[name] + text[end:]
    return text


def main(source, target):
    target.mkdir(parents=True, exist_ok=True)
    for name in ("utf8proc.c", "utf8proc.h"):
        shutil.copyfile(source / name, target / name)
    (target / "utf8proc_data.c").write_text(smaller((source / "utf8proc_data.c").read_text()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
