# SPDX-License-Identifier: Apache-2.0
"""When somebody dies: spread evenly over the calls that the work takes."""
from __future__ import annotations

import contextlib
import mmap
import random
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path


class Board:
    """Calls counted so far, and the one to die in place of; shared with the program while it runs (kill_at.cpp)."""

    def __init__(self, path: Path, library: Path):
        path.write_bytes(bytes(16))
        self.path, self.library = path, library
        with path.open("r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 16)

    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "SATCHEL_KILL_BOARD": str(self.path)}

    @property
    def calls(self) -> int:
        return struct.unpack_from("q", self.memory, 0)[0]

    def die_at(self, call: int) -> None:
        struct.pack_into("q", self.memory, 8, call)


class Deaths:
    """Draws the moments of death for some kinds of work, and learns meanwhile how many calls each takes."""

    def __init__(self, folder: Path, count: int, chance: random.Random):
        library = folder / "kill_at.so"
        subprocess.run(["c++", "-std=c++20", "-O1", "-shared", "-fPIC", str(Path(__file__).parent / "kill_at.cpp"),
                        "-o", str(library)], check=True)
        self.device, self.server = Board(folder / "device.board", library), Board(folder / "server.board", library)
        # Every moment of [0, 1) that is drawn lies in another slice; the slices come in any order.
        self.moments = [(slice_ + chance.random()) / count for slice_ in range(count)]
        chance.shuffle(self.moments)
        self.calls_of = {"save": 12, "sync": 40, "server": 20}  # a first guess; the work itself tells
        self.counts = {work: [0, 0] for work in self.calls_of}  # deaths, and works that ended before
        self.was_death = False  # in the last of them

    @contextlib.contextmanager
    def of_device(self, work: str) -> Iterator[Board]:
        with self._death(self.device, work):
            yield self.device

    @contextlib.contextmanager
    def of_server(self) -> Iterator[Board]:
        with self._death(self.server, "server"):
            yield self.server

    @contextlib.contextmanager
    def _death(self, board: Board, work: str) -> Iterator[None]:
        before = board.calls
        last = before + 1 + int(self.moments.pop() * self.calls_of[work])
        board.die_at(last)
        yield
        board.die_at(0)
        taken, is_dead = board.calls - before, board.calls >= last
        self.was_death = is_dead
        self.counts[work][0 if is_dead else 1] += 1
        # Died: there are at least so many. Lived: there are so many.
        known = self.calls_of[work]
        self.calls_of[work] = max(known + 1 if taken >= known else known, taken) if is_dead else (known + taken + 1) // 2

    def report(self) -> str:
        return ", ".join(f"{deaths} deaths of {deaths + ended} ({work}, of about {self.calls_of[work]} calls)"
                         for work, (deaths, ended) in self.counts.items())
