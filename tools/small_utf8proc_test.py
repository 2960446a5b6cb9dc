# SPDX-License-Identifier: Apache-2.0
import subprocess
import tempfile
import unittest
from pathlib import Path

from small_utf8proc import main, smaller, steps

LIBRARY = Path(__file__).parent.parent / ".deps" / "utf8proc"

# One number for everything that we ask of the library, over all code points.
PROGRAM = """
#include <stdio.h>
#include "utf8proc.h"
static unsigned long sum = 5381;
static void add(long value) { sum = sum * 33 + (unsigned long)value; }
int main(void) {
  const int options[] = {0, UTF8PROC_COMPAT, UTF8PROC_CASEFOLD, UTF8PROC_CASEFOLD | UTF8PROC_COMPAT | UTF8PROC_IGNORE};
  for (int code = 0; code < 0x110000; ++code) {
    for (int at = 0; at < 4; ++at) {
      int parts[32], boundary = 0;
      long count = utf8proc_decompose_char(code, parts, 32, UTF8PROC_DECOMPOSE | options[at], &boundary);
      add(count);
      if (count < 0 || count > 32) continue;
      for (long i = 0; i < count; ++i) add(parts[i]);
      count = utf8proc_normalize_utf32(parts, count, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
      for (long i = 0; i < count; ++i) add(parts[i]);
    }
    const utf8proc_property_t* property = utf8proc_get_property(code);
    add(property->category);
    add(property->combining_class);
    add(utf8proc_charwidth(code));
  }
  for (int letter = 0x20; letter < 0x3200; ++letter)
    for (int mark = 0x300; mark < 0x370; ++mark) {
      int pair[] = {letter, mark};
      add(utf8proc_normalize_utf32(pair, 2, UTF8PROC_COMPOSE | UTF8PROC_STABLE));
      add(pair[0]);
    }
  printf("%lx", sum);
}
"""

TABLES = """static const uint16_t utf8proc_stage1table[] = {
0, 256, 0,};
static const uint16_t utf8proc_stage2table[] = {
%s};
static const utf8proc_property_t utf8proc_properties[] = {
  {A, 1, B, 2, 3, 4, 5, 6, 7, UINT16_MAX, false,true,false,false, 1, 0, X},
  {A, 1, C, 2, 3, 4, 9, 9, 9, UINT16_MAX, true,true,false,false, 1, 0, Y},
};
"""


class SmallUtf8proc(unittest.TestCase):
    def test_rows_and_blocks_that_became_alike_are_kept_once(self):
        text = smaller(TABLES % ",".join(["0"] * 256 + ["1"] * 256))
        self.assertIn("utf8proc_properties[1];", text)
        self.assertIn("to->comb_index = UINT16_MAX;", text)
        self.assertIn("stage1table[] = {0,0,0}", text)

    def test_numbers_are_steps(self):
        self.assertEqual(list(steps(["7", "UINT16_MAX", "9", "9", "6"])), [7, 0x8000, 2, 0, 0xFFFD])
        with self.assertRaises(ValueError):
            list(steps(["7", str(7 + 0x8000)]))

    def test_a_row_of_another_shape_is_an_error(self):
        with self.assertRaises(ValueError):
            smaller(TABLES.replace(", 0, Y}", ", 0, Y, Z}") % "0")

    def test_what_we_ask_of_it_is_answered_as_before(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            main(LIBRARY, folder / "small")
            (folder / "ask.c").write_text(PROGRAM)
            answers = []
            for library in (LIBRARY, folder / "small"):
                command = ["gcc", "-O1", "-w", "-DUTF8PROC_STATIC", f"-I{library}", str(folder / "ask.c"),
                           str(library / "utf8proc.c"), "-o", str(folder / "ask")]
                subprocess.run(command, check=True)
                answers.append(subprocess.run([str(folder / "ask")], check=True, capture_output=True).stdout)
            self.assertEqual(answers[0], answers[1])


if __name__ == "__main__":
    unittest.main()
