#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kill rounds: devices and server die by SIGKILL in the middle of what they do; nothing may be lost or doubled.

  ./dev crash [--rounds N] [--seed S]

In each round both devices create, edit and delete offline, then one of these dies: a device while it saves, a device while it
syncs (sending, or applying what came), the server while it answers a device's sync. It dies in place of one of the calls by
which it alters a file or a connection (kill_at.cpp). A full run of the same work tells how many calls there are, and the
moments of death are spread evenly over them.

After each round no child is at the server without its parent. In the end all go on until they are quiet, and then:
  - every record whose save was reported, or was seen after a death, is at the server once, with its last values;
  - every record that was deleted is gone;
  - server and both devices are the same, row by row and value by value.
"""
import argparse
import random
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "end_to_end"))
sys.path.insert(0, str(Path(__file__).parent))
from book import Book  # noqa: E402
from kill import Deaths  # noqa: E402
from support import World, same_everything  # noqa: E402

VICTIMS = ("saving device", "syncing device", "syncing device", "server")


class Rounds:
    def __init__(self, world: World, count: int, seed: int):
        self.world, self.chance = world, random.Random(seed)
        self.deaths = Deaths(world.folder, count, self.chance)
        world.server.stop()
        world.server.start(self.deaths.server.environment())
        self.devices = [world.device("east1@demo"), world.device("east2@demo")]
        for device in self.devices:
            device("sync")
            device("offline", "on")  # commands save here; only sync() below speaks to the server
        team = self.devices[0].rows("teams", filter="name eq 'East Sales'")[0]["teamid"]
        self.book = Book(self.devices, team, self.chance)
        for victim in dict.fromkeys(VICTIMS):  # nobody dies the first time; it tells how many calls there are
            self.one(victim)

    def sync(self, device, board=None):
        device("offline", "off")
        done = device.run("sync", **(board.environment() if board else {}))
        device("offline", "on")
        return done

    def one(self, victim: str) -> None:
        for device in self.devices:
            for _ in range(self.chance.randint(1, 3)):
                self.book.edit(device)
        device = self.chance.choice(self.devices)
        if victim == "saving device":
            with self.deaths.of_device("save") as board:
                self.book.edit(device, board)
        elif victim == "syncing device":
            with self.deaths.of_device("sync") as board:
                self.sync(device, board)
        else:
            with self.deaths.of_server():
                self.sync(device)
            if self.deaths.was_death:
                self.world.server.wait()
                self.world.server.start(self.deaths.server.environment())
        self.book.check_families(self.world.server)
        if self.chance.random() < 0.3:
            self.sync(self.chance.choice(self.devices))

    def settle(self) -> None:
        """Everybody syncs and decides until nothing is left to say."""
        for _ in range(10):
            for device in self.devices:
                done = self.sync(device)
                assert done.returncode == 0, done.stderr
                self.book.decide_conflicts(device)
            if all(device("status")["pending"] == device("status")["conflicts"] == 0 for device in self.devices):
                break
        for device in self.devices:
            assert self.sync(device).returncode == 0
            errors = device("errors")["value"]
            assert not errors, errors

    def check(self) -> None:
        self.book.check(self.world.server)
        for device in self.devices:
            same_everything(device, self.world.server)
            strangers = [path.name for path in device.files() if ".set-aside" in path.name]
            assert not strangers, f"a journal of our own was taken for another store's: {strangers}"


def play(count: int, seed: int) -> str:
    with World("--demo", "--records", "300") as world:
        rounds = Rounds(world, count, seed)
        for number in range(count):
            rounds.one(rounds.chance.choice(VICTIMS))
            if number % 25 == 24:  # a long run finds its failure near where it arose
                rounds.settle()
                rounds.check()
        rounds.settle()
        rounds.check()
        return f"{count} rounds, {rounds.deaths.report()}, {rounds.book.report()}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill rounds: nothing may be lost or doubled.")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    began = time.monotonic()
    try:
        report = play(arguments.rounds, arguments.seed)
    except Exception:  # noqa: BLE001: whatever went wrong, the seed is what is needed
        traceback.print_exc(file=sys.stdout)
        print(f"FAILED  kill rounds, seed {arguments.seed}")
        print("0 passed, 1 failed")
        raise SystemExit(1) from None
    print(f"ok      {report} ({time.monotonic() - began:.1f} s)")
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
