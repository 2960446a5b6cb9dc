#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes utf8proc smaller for the browser: small_utf8proc.py FROM TO

Copies the library and leaves out of its tables what we never ask for: upper, lower and title case, writing direction and where
letters may be parted. Rows that are alike then are kept once, and so are blocks of 256 code points. The rows are stored column by
column, numbers as steps from the one before, which compresses well; they are put together when the program starts. What is left is
unchanged: decomposing, composing, folding, categories, classes and widths.
"""
import re
import shutil
import sys
from pathlib import Path

UNUSED = {2: "0", 6: "UINT16_MAX", 7: "UINT16_MAX", 8: "UINT16_MAX", 10: "false", 16: "0"}
FIELDS = 17
NAMES = ["category", "combining_class", "bidi_class", "decomp_type", "decomp_seqindex", "casefold_seqindex", "uppercase_seqindex",
         "lowercase_seqindex", "titlecase_seqindex", "comb_index", "bidi_mirrored", "comp_exclusion", "ignorable",
         "control_boundary", "charwidth", "pad", "boundclass"]
INDEXES = (4, 5, 9)
NONE = "UINT16_MAX"
NO_NUMBER = 0x8000

FILL = """
static uint16_t stepped(uint16_t step, uint16_t *last) {
  if (step == 0x8000) return UINT16_MAX;
  return *last = (uint16_t)(*last + step);
}
__attribute__((constructor(101))) static void fill_tables(void) {
  uint16_t last[3] = {0, 0, 0}, number = 0;
  for (int at = 0; at < (int)sizeof utf8proc_stage2table / 2; ++at) utf8proc_stage2table[at] = number += stage2_steps[at];
  for (int row = 0; row < %d; ++row) {
    utf8proc_property_t *to = &utf8proc_properties[row];
%s  }
}
"""
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


def steps(column):
    """The step from the number before, in 16 bits; NO_NUMBER where there is none."""
    last = 0
    for item in column:
        if item == NONE:
            yield NO_NUMBER
            continue
        step = (int(item) - last) % 0x10000
        if step == NO_NUMBER:
            raise ValueError(f"a step that means something else: {last} to {item}")
        last = int(item)
        yield step


def by_columns(rows):
    """Declarations of the columns, and the function that fills utf8proc_properties from them."""
    arrays, fills = [], []
    for at, column in enumerate(zip(*(row.split(", ") for row in rows))):
        name = NAMES[at]
        if len(set(column)) == 1:
            if column[0] != "0":
                fills.append(f"    to->{name} = {column[0]};\n")
            continue
        is_index = at in INDEXES
        values = ",".join(map(str, steps(column) if is_index else column))
        arrays.append(f"static const {'uint16_t' if is_index else 'uint8_t'} column_{name}[] = {{{values}}};\n")
        value = f"column_{name}[row]"
        fills.append(f"    to->{name} = {f'stepped({value}, &last[{INDEXES.index(at)}])' if is_index else value};\n")
    return "".join(arrays) + FILL % (len(rows), "".join(fills))


def smaller(text):
    """The tables: properties[stage2[stage1[code / 256] + code % 256]]."""
    spans = {name: array(text, f"utf8proc_{name}") for name in ("properties", "stage2table", "stage1table")}
    part = {name: text[slice(*span)] for name, span in spans.items()}
    row_of, rows = unique(map(smaller_row, re.findall(r"\{(.*?),?\}", part["properties"])))
    stage2 = [row_of[int(number)] for number in re.findall(r"\d+", part["stage2table"])]
    starts = [int(number) for number in re.findall(r"\d+", part["stage1table"])]
    block_of, blocks = unique(tuple(stage2[start : start + BLOCK]) for start in starts)
    numbers = [number for block in blocks for number in block]
    stage1 = ",".join(str(BLOCK * block) for block in block_of)
    made = {
        "properties": f"static utf8proc_property_t utf8proc_properties[{len(rows)}];\n{by_columns(rows)}",
        "stage2table": f"static uint16_t utf8proc_stage2table[{len(numbers)}];\n"
                       f"static const uint16_t stage2_steps[] = {{{','.join(map(str, steps(numbers)))}}};",
        "stage1table": f"static const uint16_t utf8proc_stage1table[] = {{{stage1}}};",
    }
    for name, (start, end) in sorted(spans.items(), key=lambda item: -item[1][0]):
        text = text[:text.rindex("static const", 0, start)] + made[name] + text[text.index("};", end) + len("};"):]
    return text


def main(source, target):
    target.mkdir(parents=True, exist_ok=True)
    for name in ("utf8proc.c", "utf8proc.h"):
        shutil.copyfile(source / name, target / name)
    (target / "utf8proc_data.c").write_text(smaller((source / "utf8proc_data.c").read_text()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
