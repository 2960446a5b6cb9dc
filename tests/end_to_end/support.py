# SPDX-License-Identifier: Apache-2.0
"""A server and devices as processes, for tests from the outside: the built program, real files, real sockets."""
from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import tempfile
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("SATCHEL_BIN", str(ROOT / "build" / "satchel"))
PASSWORD = "satchel-demo"
ENCODED = "$?&=(),/'%@:*_-"  # what a URL may hold as it is; next links come encoded


class Server:
    """`satchel serve` on a free port; a restart keeps port and data."""

    def __init__(self, data: Path, *options: str):
        self.data, self.options, self.port, self.process = data, options, 0, None

    def start(self, environment: dict[str, str] | None = None) -> "Server":
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}", *self.options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **(environment or {})})
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise AssertionError(f"the server didn't start: {line!r}")
        self.port = int(line.rsplit(":", 1)[1])
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> None:
        """For its end, which somebody else brought about."""
        self.process.wait(30)
        self.stop()

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        if self.process:
            self.process.stdout.close()
        self.process = None

    def request(self, method: str, path: str, body=None, user: str = "admin@demo", headers=None) -> tuple[int, dict, str]:
        token = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            f"{self.url}/api/data/v9.2/{urllib.parse.quote(path, safe=ENCODED)}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {token}", "Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read().decode()

    def get(self, path: str, user: str = "admin@demo") -> dict:
        status, _, body = self.request("GET", path, user=user)
        assert status == 200, f"{path}: {status} {body}"
        return json.loads(body)

    def all(self, path: str, user: str = "admin@demo") -> list[dict]:
        """Every row, along the next links."""
        rows, page = [], self.get(path, user)
        while True:
            rows += page["value"]
            link = page.get("@odata.nextLink")
            if not link:
                return rows
            page = self.get(link.split("/api/data/v9.2/", 1)[1], user)


class Device:
    """One store on the command line."""

    def __init__(self, folder: Path, name: str, user: str):
        self.store, self.user = str(folder / name), user

    def command(self, *words: str) -> list[str]:
        return [PROGRAM, "--store", self.store, "--json", *words]

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "SATCHEL_PASSWORD": PASSWORD, **more}

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(self.command(*words), env=self.environment(**environment), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300)

    def __call__(self, *words: str) -> dict:
        done = self.run(*words)
        assert done.returncode == 0, f"{' '.join(words)}: exit {done.returncode}: {done.stderr}"
        return json.loads(done.stdout)

    def answer(self, *words: str) -> dict:
        """What it printed, however it ended."""
        return json.loads(self.run(*words).stdout)

    def refused(self, *words: str, code: int = 1) -> dict:
        done = self.run(*words)
        assert done.returncode == code, f"{' '.join(words)}: exit {done.returncode}, not {code}: {done.stdout}{done.stderr}"
        return json.loads(done.stderr.splitlines()[0])["error"]

    def sign_in(self, server: Server) -> "Device":
        self("sign-in", server.url, "--user", self.user)
        return self

    def rows(self, table: str, **options: str) -> list[dict]:
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return self("list", table, *words)["value"]

    def files(self) -> list[Path]:
        store = Path(self.store)
        return [path for path in store.parent.iterdir() if path.name.startswith(store.name)]


class World:
    """A temporary folder with a demo server; everything is stopped and removed at the end."""

    def __init__(self, *options: str):
        self.folder_object = tempfile.TemporaryDirectory(prefix="satchel-test-")
        self.folder = Path(self.folder_object.name)
        self.server = Server(self.folder / "server", *options)
        self.devices = 0

    def __enter__(self) -> "World":
        self.server.start()
        return self

    def __exit__(self, *_) -> None:
        self.server.stop(signal.SIGKILL)
        self.folder_object.cleanup()

    def device(self, user: str) -> Device:
        self.devices += 1
        return Device(self.folder, f"device{self.devices}", user).sign_in(self.server)


def keys_of_tables() -> dict[str, str]:
    """The column of the id of each table that a device holds, by the table's set."""
    keys = {}
    for file in (ROOT / "schema").glob("*.json"):
        table = json.loads(file.read_text(encoding="utf-8"))
        if "set" in table and not table.get("is_derived"):
            keys[table["set"]] = "activityid" if table.get("is_activity") else table["name"] + "id"
    return keys


def same_rows(device: Device, server: Server, table: str) -> None:
    """What the device shows of a table is what the server lets its user read."""
    key = keys_of_tables()[table]
    here = {row[key]: row for row in device.rows(table)}
    there = {row[key]: row for row in server.all(table, device.user)}
    assert here.keys() == there.keys(), f"{table}: {len(here)} rows here, {len(there)} there"
    for record, row in there.items():
        assert here[record] == row, f"{table}({record}) differs:\n{here[record]}\n{row}"


def same_everything(device: Device, server: Server) -> None:
    """Every row and value of every table is the same here and there, and nothing waits."""
    for table in keys_of_tables():
        same_rows(device, server, table)
    status = device("status")
    assert (status["pending"], status["conflicts"], status["errors"]) == (0, 0, 0), status


def run(*tests) -> None:
    """Runs test functions; closes with the line that counts."""
    failed = 0
    for test in tests:
        began = time.monotonic()
        try:
            test()
            print(f"ok      {test.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception:  # noqa: BLE001: a test that fails in any way has failed
            failed += 1
            print(f"FAILED  {test.__name__}\n{traceback.format_exc()}", flush=True)
    print(f"{len(tests) - failed} passed, {failed} failed")
    raise SystemExit(1 if failed else 0)
