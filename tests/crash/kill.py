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
        self.calls_of: dict[str, list[int]] = {}  # of works that ended by themselves
        self.counts: dict[str, list[int]] = {}  # deaths, and works that ended before
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
        before, known = board.calls, self.calls_of.get(work)
        last = before + 1 + int(self.moments.pop() * max(known)) if known else 0  # the first time everybody lives
        board.die_at(last)
        yield
        board.die_at(0)
        self.was_death = bool(last) and board.calls >= last
        if known:
            self.counts.setdefault(work, [0, 0])[0 if self.was_death else 1] += 1
        if not self.was_death:
            self.calls_of[work] = [*(known or [])[-5:], board.calls - before]

    def report(self) -> str:
        return ", ".join(f"{deaths} of {deaths + ended} died ({work}, of up to {max(self.calls_of[work])} calls)"
                         for work, (deaths, ended) in sorted(self.counts.items()))
