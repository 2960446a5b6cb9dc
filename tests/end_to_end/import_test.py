#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A large import, then a first sync that is killed three times: it goes on where it was, and ends equal to the server."""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from proxy import Proxy  # noqa: E402
from support import PROGRAM, Device, Server, World, run, same_everything  # noqa: E402

LINES = 100_000
# Rows of the largest pull page that the engine asks for.
PAGE_ROWS = 20_000
# Below what they may take with twice the rows, and well above what they do take.
SERVER_MEMORY_MAX, DEVICE_MEMORY_MAX = 250_000_000, 130_000_000


def write_contacts(path: Path, lines: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("firstname,lastname,jobtitle,emailaddress1,telephone1,address1_city,birthdate,ownerid\n")
        for number in range(lines):
            file.write(f"First{number},Last{number},Engineer,p{number}@example.com,555-{number:06d},Łódź,"
                       f"19{number % 90 + 10}-0{number % 9 + 1}-15,east1@demo\n")


def import_file(data: Path, csv: Path, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run([PROGRAM, "--json", "import", "contacts", str(csv), "--data", str(data), *options],
                          capture_output=True, text=True)


def memory_peak(process: int) -> int:
    """In bytes."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the process tells no peak of its memory")


def measured_sync(device: Device) -> tuple[dict, int]:
    """The report, and the process's peak of memory in bytes."""
    syncing = subprocess.Popen(device.command("sync"), env=device.environment(), stdout=subprocess.PIPE, text=True)
    report = syncing.stdout.read()
    _, status, usage = os.wait4(syncing.pid, 0)
    syncing.returncode = os.waitstatus_to_exitcode(status)
    assert syncing.returncode == 0, syncing.returncode
    return json.loads(report), usage.ru_maxrss * 1024


def killed_sync(device: Device, proxy: Proxy, bytes_down: int) -> None:
    """Dies when so many bytes more have come down."""
    syncing = subprocess.Popen(device.command("sync"), env=device.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    proxy.call_after(bytes_down, lambda: syncing.send_signal(signal.SIGKILL))
    assert syncing.wait(300) == -signal.SIGKILL, "the sync ended before its time"


def versions(rows: list[dict]) -> dict[str, str]:
    return {row["contactid"]: row["@odata.etag"] for row in rows}


def equal_to_server(device: Device, server: Server) -> None:
    """Every contact by id and version; of three thousand every value; all of the other tables."""
    here = versions(device.rows("contacts", select="contactid"))
    there = versions(server.all("contacts?$select=contactid", device.user))
    assert len(there) >= LINES
    assert here == there, f"{len(here.items() ^ there.items())} contacts differ"
    for ending in ("'123'", "'456'", "'789'"):
        rows = [{row["contactid"]: row for row in rows} for rows in (
            device.rows("contacts", filter=f"contains(telephone1,{ending})"),
            server.all(f"contacts?$filter=contains(telephone1,{ending})", device.user))]
        assert len(rows[0]) > 100 and rows[0] == rows[1], f"contacts with {ending} differ"


def a_killed_first_sync_goes_on() -> None:
    """Killed three times, a first sync goes on where it was; what is there can be read meanwhile (R4, R5)."""
    with World("--demo", "--records", "500") as world:
        server, csv = world.server, world.folder / "contacts.csv"
        write_contacts(csv, LINES)
        began = time.monotonic()
        done = import_file(server.data, csv)  # beside the serving server
        assert done.returncode == 0, done.stderr[:500]
        assert json.loads(done.stdout) == {"created": LINES, "updated": 0, "refused": []}, done.stdout
        print(f"        imported {LINES:,} lines in {time.monotonic() - began:.1f} s", flush=True)

        with Proxy(server.port) as proxy:
            whole = Device(world.folder, "whole", "east1@demo")
            whole("sign-in", proxy.url, "--user", whole.user)
            before = proxy.bytes_down
            report, memory = measured_sync(whole)
            all_bytes, all_rows = proxy.bytes_down - before, report["pulled"]
            memories = memory, memory_peak(server.process.pid)
            print(f"        first sync: {all_rows:,} rows, {all_bytes:,} bytes, {all_rows / report['seconds']:,.0f} rows/s until "
                  f"searchable; memory: device {memories[0]:,}, server {memories[1]:,} bytes", flush=True)
            assert memories[0] < DEVICE_MEMORY_MAX and memories[1] < SERVER_MEMORY_MAX, memories

            killed = Device(world.folder, "killed", "east1@demo")
            killed("sign-in", proxy.url, "--user", killed.user)
            before, stored = proxy.bytes_down, []
            for _ in range(3):
                killed_sync(killed, proxy, all_bytes // 4)
                stored.append(killed("status")["rows"])
            assert 0 < stored[0] < stored[1] < stored[2] < all_rows, f"no progress between deaths: {stored}"
            assert killed.rows("contacts", top="1"), "what is there can't be read"  # R5
            report = killed("sync")
            assert report["complete"] and report["pulled"] == all_rows - stored[-1], (report, stored, all_rows)
            # Invariant 13: each death costs a page at most. (Everything that came before a death would be some twelve hundredths more.)
            page_bytes = all_bytes * PAGE_ROWS / all_rows
            again = proxy.bytes_down - before - all_bytes
            assert again < 3 * page_bytes * 1.1, f"{again:,} bytes came twice; a page has {page_bytes:,.0f}"
            print(f"        killed at {stored} rows; {again:,} bytes came twice", flush=True)
            assert killed("sync")["pulled"] == 0
        equal_to_server(killed, server)
        assert len(killed.rows("contacts", filter="lastname eq 'Last77777'")) == 1
        assert [hit["table"] for hit in killed("search", "last77777")["value"]] == ["contacts"]


def bad_lines_are_named() -> None:
    with World("--demo", "--records", "500") as world:
        server, csv = world.server, world.folder / "bad.csv"
        csv.write_text("lastname,birthdate,ownerid\nGood,1990-01-01,east1@demo\nBad,1990-13-41,east1@demo\n,1990-01-01,east1@demo\nAlso good,,East Sales\n")
        command = [PROGRAM, "import", "contacts", str(csv), "--data", str(server.data)]
        nothing = subprocess.run([*command, "--all-or-nothing"], capture_output=True, text=True)
        assert nothing.returncode == 1 and "0 records created" in nothing.stdout, nothing
        lines = nothing.stderr.splitlines()
        assert lines[0].startswith("bad_value: 2 lines were refused") and len(lines) == 3, lines
        assert lines[1].startswith(f"{csv}:3: ") and lines[2].startswith(f"{csv}:4: "), lines
        assert not server.get("contacts?$filter=lastname eq 'Good'")["value"]
        some = import_file(server.data, csv)
        report = json.loads(some.stdout)
        assert (some.returncode, report["created"], [bad["line"] for bad in report["refused"]]) == (1, 2, [3, 4]), report
        assert len(server.get("contacts?$filter=lastname eq 'Good' or lastname eq 'Also good'")["value"]) == 2
        # What was imported beside the server reaches a device.
        device = world.device("east1@demo")
        device("sync")
        assert len(device.rows("contacts", filter="lastname eq 'Good' or lastname eq 'Also good'")) == 2
        same_everything(device, server)


if __name__ == "__main__":
    run(a_killed_first_sync_goes_on, bad_lines_are_named)
