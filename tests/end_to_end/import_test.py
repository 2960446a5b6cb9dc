#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A large import, then a first sync that is killed three times: it goes on where it was, and ends equal to the server."""
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import PASSWORD, PROGRAM, World, run  # noqa: E402

LINES = 100_000


def write_contacts(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("firstname,lastname,jobtitle,emailaddress1,telephone1,ownerid\n")
        for number in range(LINES):
            file.write(f"First{number},Last{number},Engineer,p{number}@example.com,555-{number:06d},east1@demo\n")


def a_killed_first_sync_goes_on() -> None:
    with World("--demo", "--records", "500") as world:
        server, csv = world.server, world.folder / "contacts.csv"
        write_contacts(csv)
        server.stop()
        began = time.monotonic()
        done = subprocess.run([PROGRAM, "import", "contacts", str(csv), "--data", str(server.data)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[:500]
        print(f"        imported {LINES} lines in {time.monotonic() - began:.1f} s", flush=True)
        server.start()
        east1 = world.device("east1@demo")
        seen = 0
        for _ in range(3):
            syncing = subprocess.Popen(east1.command("sync"), env={**os.environ, "SATCHEL_PASSWORD": PASSWORD},
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            size = sum(path.stat().st_size for path in east1.files())
            while syncing.poll() is None and sum(path.stat().st_size for path in east1.files()) < size + 3_000_000:
                time.sleep(0.005)  # until some pages were stored
            syncing.send_signal(signal.SIGKILL)
            syncing.wait()
            rows = east1("status")["rows"]
            assert rows >= seen, "rows that were stored are gone"
            seen = rows
        report = east1("sync")
        assert report["complete"], report
        assert report["pulled"] < LINES, "the last sync began from the beginning"
        count = server.request("GET", "contacts/$count", user="east1@demo")[2]
        here = {table["name"]: table["rows"] for table in east1("status")["tables"]}
        assert here["contacts"] == int(count) >= LINES, (here["contacts"], count)
        assert len(east1.rows("contacts", filter="lastname eq 'Last77777'")) == 1
        assert east1("sync")["pulled"] == 0


def bad_lines_are_named() -> None:
    with World("--demo", "--records", "500") as world:
        server, csv = world.server, world.folder / "bad.csv"
        server.stop()
        csv.write_text("lastname,birthdate,ownerid\nGood,1990-01-01,east1@demo\nBad,1990-13-41,east1@demo\n,1990-01-01,east1@demo\nAlso good,,East Sales\n")
        command = [PROGRAM, "import", "contacts", str(csv), "--data", str(server.data)]
        nothing = subprocess.run([*command, "--all-or-nothing"], capture_output=True, text=True)
        assert nothing.returncode == 1 and ":3:" in nothing.stderr and ":4:" in nothing.stderr, nothing.stderr
        some = subprocess.run(command, capture_output=True, text=True)
        assert some.returncode == 1 and "2 records created" in some.stdout, some.stdout + some.stderr
        server.start()
        assert len(server.get("contacts?$filter=lastname eq 'Good' or lastname eq 'Also good'")["value"]) == 2


if __name__ == "__main__":
    run(a_killed_first_sync_goes_on, bad_lines_are_named)
