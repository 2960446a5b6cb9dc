#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every test of the project and closes with one line: N passed, M failed.

In this order:
  1. the tests of the checks (tools/*_test.py);
  2. the test programs of the rooms, through ctest, counted by test case;
  3. the device as WebAssembly: it compiles, links whole, and its rooms' tests pass in node;
  4. end-to-end tests: each executable tests/**/*_test.sh, *_test.py or *_test.mjs, one after another. Those of
     tests/wasm need satchel.wasm and are left out with it.

Beside them the app: its types and unit tests (vitest), and the tests in Chromium (tests/browser/run.mjs).

A program that itself closes with "N passed, M failed" counts with its own numbers; any other counts as one.
SATCHEL_BIN tells end-to-end tests where the program is, SATCHEL_WASM where the module.
"""
from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# No end-to-end test may hold the whole run up for longer.
PROGRAM_SECONDS_MAX = 600
# The tests in a browser are one program; each has a limit of its own.
BROWSER_SECONDS_MAX = 3600
DOCTEST_SUMMARY = re.compile(r"\[doctest\] test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed")
CLOSING_LINE = re.compile(r"^(\d+) passed, (\d+) failed$")
VITEST_SUMMARY = re.compile(r"^\s*Tests  (?:(\d+) failed)?(?: \| )?(?:(\d+) passed)?", re.M)
UNITTEST_SUMMARY = re.compile(r"^Ran (\d+) tests? in ", re.M)


@dataclass
class Count:
    passed: int = 0
    failed: int = 0

    def add(self, other: Count) -> None:
        self.passed += other.passed
        self.failed += other.failed


def counted(output: str, succeeded: bool) -> Count:
    """What a program's output says about its test cases; the program itself counts as one where it says nothing."""
    doctest = DOCTEST_SUMMARY.findall(output)
    lines = output.strip().splitlines()
    closing = CLOSING_LINE.match(lines[-1].strip()) if lines else None
    if doctest:
        count = Count(sum(int(passed) for passed, _ in doctest), sum(int(failed) for _, failed in doctest))
    elif closing:
        count = Count(int(closing[1]), int(closing[2]))
    elif (tests := VITEST_SUMMARY.search(output)) and any(tests.groups()):
        count = Count(int(tests[2] or 0), int(tests[1] or 0))
    elif succeeded and (ran := UNITTEST_SUMMARY.search(output)):
        count = Count(int(ran[1]), 0)
    else:
        count = Count(1, 0) if succeeded else Count(0, 1)
    # A program that died, or that failed without saying where, must not look well.
    if not succeeded and count.failed == 0:
        count.failed = 1
    return count


def report(name: str, count: Count, seconds: float, output: str) -> Count:
    verdict = "ok" if count.failed == 0 else "FAILED"
    if count.failed:
        print(output.rstrip())
    print(f"{name}: {verdict} ({count.passed} passed, {count.failed} failed, {seconds:.1f} s)", flush=True)
    return count


def run_program(name: str, command: list[str], environment: dict[str, str] | None = None,
                seconds_max: float = PROGRAM_SECONDS_MAX) -> Count:
    """Runs `command` in a process group of its own, so that nothing it started stays behind."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                   env={**os.environ, **(environment or {})}, start_new_session=True)
        try:
            succeeded = process.wait(seconds_max) == 0
            ending = ""
        except subprocess.TimeoutExpired:
            succeeded = False
            ending = f"\nstopped after {seconds_max:.0f} s"
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        out.seek(0)
        output = out.read().decode("utf-8", "replace") + ending
    return report(name, counted(output, succeeded), time.monotonic() - began, output)


def run_ctest(tree: Path, name_prefix: str = "") -> Count:
    total = Count()
    with tempfile.TemporaryDirectory() as folder:
        result_file = Path(folder) / "result.xml"
        ctest = subprocess.run(
            ["ctest", "--test-dir", str(tree), "-j", str(os.cpu_count() or 2), "--output-junit", str(result_file),
             "--test-output-size-passed", "10000000", "--test-output-size-failed", "10000000"],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if not result_file.exists():
            return report(f"{name_prefix}ctest", Count(0, 1), 0, ctest.stdout)
        for case in ElementTree.parse(result_file).getroot().iter("testcase"):
            output = case.findtext("system-out") or ""
            succeeded = case.get("status") == "run"
            total.add(report(name_prefix + case.get("name", "?"), counted(output, succeeded),
                             float(case.get("time") or 0), output))
        if ctest.returncode != 0 and total.failed == 0:
            total.add(report(f"{name_prefix}ctest", Count(0, 1), 0, ctest.stdout))
    return total


def run_tools_tests() -> Count:
    total = Count()
    for test in sorted((ROOT / "tools").glob("*_test.py")):
        total.add(run_program(f"tools/{test.name}", [sys.executable, str(test)]))
    return total


def run_wasm() -> Count:
    """Builds satchel.wasm and the tests of the device's rooms, and runs these in node."""
    tree = ROOT / "build" / "wasm"
    build = run_program("wasm build", ["bash", "-c", "cmake --preset wasm && cmake --build --preset wasm"],
                        seconds_max=1800)
    total = build
    if build.failed == 0:
        total.add(run_ctest(tree, "wasm "))
    return total


def run_end_to_end(program: Path, with_wasm: bool) -> Count:
    total = Count()
    environment = {"SATCHEL_BIN": str(program), "SATCHEL_WASM": str(ROOT / "build" / "wasm" / "bin" / "satchel.wasm")}
    tests = [path for path in sorted((ROOT / "tests").rglob("*_test.*"))
             if path.suffix in {".sh", ".py", ".mjs"} and os.access(path, os.X_OK)]
    for test in tests:
        if with_wasm or test.parent.name != "wasm":
            total.add(run_program(test.relative_to(ROOT).as_posix(), [str(test)], environment))
    return total


def run_app_units() -> Count:
    total = run_program("app types", ["node", "node_modules/typescript/bin/tsc", "-p", "."])
    total.add(run_program("app units", ["node", "node_modules/vitest/vitest.mjs", "run", "-c", "apps/web/vite.config.ts"],
                          {"NO_COLOR": "1"}))
    return total


def run_browser(program: Path) -> Count:
    return run_program("tests/browser", ["node", "tests/browser/run.mjs"], {"SATCHEL_BIN": str(program)},
                       seconds_max=BROWSER_SECONDS_MAX)


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs every test and closes with: N passed, M failed.")
    parser.add_argument("--no-wasm", action="store_true", help="leave WebAssembly out")
    parser.add_argument("--no-browser", action="store_true", help="leave the tests in Chromium out")
    parser.add_argument("--no-end-to-end", action="store_true", help="leave the end-to-end tests out")
    arguments = parser.parse_args()
    total = Count()
    total.add(run_tools_tests())
    total.add(run_app_units())
    total.add(run_ctest(ROOT / "build" / "release"))
    if not arguments.no_wasm:
        total.add(run_wasm())
    if not arguments.no_end_to_end:
        total.add(run_end_to_end(ROOT / "build" / "satchel", not arguments.no_wasm))
    if not arguments.no_browser:
        total.add(run_browser(ROOT / "build" / "satchel"))
    print(f"{total.passed} passed, {total.failed} failed", flush=True)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
