#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kill rounds: devices and server die with SIGKILL at random moments; nothing may be lost or doubled.

  ./dev crash [--rounds N] [--seed S]

Each round a device makes and edits records and syncs while somebody dies. In the end all meet, and every record that a
command had confirmed is at the server exactly once, with its last value.
"""
import argparse
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "end_to_end"))
from support import Device, World  # noqa: E402


def killed_sync(device: Device, seconds: float) -> None:
    syncing = subprocess.Popen(device.command("sync"), env=device.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)  # the moment of death is what is drawn at random here
    syncing.send_signal(signal.SIGKILL)
    syncing.wait()


def rounds(count: int, seed: int) -> None:
    chance = random.Random(seed)
    with World("--demo", "--records", "300") as world:
        server = world.server
        devices = [world.device("east1@demo"), world.device("east2@demo")]
        for device in devices:
            device("sync")
            device("offline", "on")  # commands save here; only `sync` below speaks to the server
        names: dict[str, str] = {}
        for number in range(count):
            device = chance.choice(devices)
            name = f"Round {number}"
            names[device("create", "accounts", f"name={name}")["id"]] = name
            if chance.random() < 0.5:
                mine = chance.choice(list(names))
                if device.run("update", "accounts", mine, f"name={name} again").returncode == 0:
                    names[mine] = f"{name} again"
            device("offline", "off")
            if chance.random() < 0.4:
                server.stop(signal.SIGKILL)
                device.run("sync")
                server.start()
            killed_sync(device, chance.random() * 0.08)
            device("offline", "on")
        for _ in range(3):
            for device in devices:
                device("offline", "off")
                device("sync")
        for device in devices:
            for conflict in device("conflicts")["value"]:
                device("conflicts", "resolve", str(conflict["id"]), "--keep", "server")
                names.pop(conflict["record"], None)  # two people wrote it; one of the two stands
            status = device("status")
            assert status["pending"] == 0 and status["errors"] == 0, status
        there = {row["accountid"]: row["name"] for row in server.all("accounts?$filter=startswith(name,'Round ')&$select=name")}
        missing = {key: name for key, name in names.items() if there.get(key) != name}
        assert not missing, f"lost or changed: {missing}"
        assert len(there) == len(set(there)), "doubled"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    try:
        rounds(arguments.rounds, arguments.seed)
    except AssertionError as error:
        print(f"seed {arguments.seed}: {error}")
        print("0 passed, 1 failed")
        raise SystemExit(1) from None
    print(f"{arguments.rounds} rounds, nothing lost, nothing doubled")
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
