#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whatever goes wrong gets a clear sentence with its code and exit, and loses nothing."""
import http.server
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import PASSWORD, PROGRAM, World, run, same_everything  # noqa: E402


@contextmanager
def somebody_else(port: int, status: int, content_type: str, body: str, **headers: str):
    """Something that answers every request in the same way, where the server was."""

    class Answer(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):  # noqa: N802: the library's name
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_):
            pass

    class Reusing(http.server.ThreadingHTTPServer):
        allow_reuse_address = True

    answering = Reusing(("127.0.0.1", port), Answer)
    thread = threading.Thread(target=answering.serve_forever)
    thread.start()
    try:
        yield
    finally:
        answering.shutdown()
        answering.server_close()
        thread.join()


def satchel(*words: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run([PROGRAM, *words], env={**os.environ, "SATCHEL_PASSWORD": PASSWORD, **environment},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, start_new_session=True)


def refused(code: int, beginning: str, *words: str, **environment: str) -> str:
    done = satchel(*words, **environment)
    first = (done.stderr.splitlines() or [""])[0]
    assert (done.returncode, first.startswith(beginning)) == (code, True), (words, done.returncode, done.stdout, done.stderr)
    return first


def with_waiting_work(world: World):
    """A device in sync with one change made since."""
    device = world.device("east1@demo")
    device("sync")
    world.server.stop()
    record = device("create", "accounts", "name=Waits for better times")["id"]
    return device, record


def strangers_at_the_servers_address() -> None:
    """A portal's page, a redirection, a newer and a broken server: work waits and goes up afterwards."""
    with World("--demo", "--records", "300") as world:
        device, record = with_waiting_work(world)
        html = "<html><title>Welcome to Hotel Bellevue</title>Please sign in</html>"
        newer = json.dumps({"error": {"code": "update_required", "message": "This server speaks wire versions 7 and 8. Update the app."}})
        answers = (
            (200, "text/html", html, {}, "unexpected_answer", 3),
            (302, "text/html", html, {"Location": "http://portal.example.com/"}, "unexpected_answer", 3),
            (403, "text/html", html, {}, "unexpected_answer", 3),
            (502, "text/html", html, {}, "server_error", 1),
            (503, "application/json", "{}", {}, "server_error", 1),
            (426, "application/json", newer, {}, "update_required", 1),
            (200, "application/json", "[[[[", {}, "unexpected_answer", 3),
            (200, "application/json", "{}", {}, "unexpected_answer", 3),
        )
        for status, content_type, body, headers, code, exit_code in answers:
            with somebody_else(world.server.port, status, content_type, body, **headers):
                error = device.refused("sync", code=exit_code)
                assert error["code"] == code and len(error["message"]) > 20, (status, body, error)
                now = device("status")
                assert now["pending"] == 1 and now["session"] == "signed-in", (status, body, now)
                assert now["connection"] == ("offline" if exit_code == 3 else "connected"), (status, body, now)
                assert device("update", "accounts", record, f"description=After {status}")["state"] == "pending"
                new = world.folder / "new"
                error = refused(exit_code, code, "--store", str(new), "sign-in", world.server.url, "--user", "east1@demo")
                assert not new.exists() and not (world.folder / "new.key").exists(), error
        world.server.start()
        assert device("sync")["complete"]
        assert world.server.get(f"accounts({record})")["description"] == "After 200"
        same_everything(device, world.server)


def nobody_at_the_servers_address() -> None:
    """Exit 3 exactly when the same command would do with a server; what needs none goes on."""
    with World("--demo", "--records", "300") as world:
        device, record = with_waiting_work(world)
        for command in (("sync",), ("reconnect",), ("sign-in", world.server.url, "--user", "east1@demo")):
            error = device.refused(*command, code=3)
            assert error["code"] == "offline" and world.server.url in error["message"], error
        for command in (("update", "accounts", record, "description=x"), ("show", "accounts", record), ("list", "contacts"),
                        ("search", "harrow"), ("outbox",), ("conflicts",), ("errors",), ("status",), ("session",),
                        ("create", "tasks", "subject=x"), ("delete", "accounts", record), ("offline", "on"), ("offline", "off")):
            device(*command)
        assert device("status")["connection"] == "offline"
        # Refused with a server as well: 1, not 3.
        assert device.refused("create", "accounts", "nosuch=1")["code"] == "unknown_column"
        assert device.refused("sign-out")["rule"] == "D3"
        device("offline", "on")
        assert device.refused("sync", code=3)["rule"] == "R1"


def words_that_make_no_sense() -> None:
    """What was typed wrong is named, with exit 1 or 2, in the first line."""
    with World("--demo", "--records", "300") as world:
        device = world.device("east1@demo")
        device("sync")
        one = device.rows("accounts", top="1")[0]["accountid"]
        nobody = "00000000-0000-0000-0000-000000000001"
        for code, name, *command in (
            (2, "usage", "list"), (2, "usage", "frobnicate"), (2, "usage", "update", "accounts", one),
            (2, "usage", "list", "accounts", "--nosuch"), (2, "usage", "list", "accounts", "--top", "-1"),
            (2, "usage", "offline", "perhaps"), (2, "usage", "conflicts", "show", "x"), (2, "usage", "create", "accounts", "name"),
            (2, "usage", "--platform", "toaster", "status"), (2, "usage", "--now", "yesterday", "status"),
            (2, "usage", "create", "accounts", b"name=\xff\xfe".decode("utf-8", "surrogateescape")),
            (1, "unknown_table", "list", "nosuch"), (1, "unknown_table", "create", "nosuch", "a=b"), (1, "unknown_table", "views", "x"),
            (1, "unknown_column", "create", "accounts", "nosuch=1"), (1, "unknown_column", "list", "accounts", "--select", "nosuch"),
            (1, "unknown_column", "list", "accounts", "--filter", "nosuch eq 1"),
            (1, "bad_filter", "list", "accounts", "--filter", "name eq"), (1, "too_large", "list", "accounts", "--filter", "(" * 500),
            (1, "bad_filter", "list", "accounts", "--filter", "name eq 1"), (1, "bad_filter", "list", "accounts", "--orderby", "name up"),
            (1, "bad_request", "list", "accounts", "--view", "nosuch"),
            (1, "bad_value", "create", "accounts", "name=a", "revenue=lots"), (1, "bad_value", "create", "accounts", "description=x"),
            (1, "bad_value", "create", "accounts", "name=" + "a" * 161), (1, "bad_value", "create", "contacts", "lastname=a", "birthdate=1990-13-41"),
            (1, "bad_value", "create", "accounts", "name=a", "industrycode=Witchcraft"), (1, "bad_value", "update", "accounts", one, "name="),
            (1, "bad_value", "create", "contacts", "lastname=a", "parentcustomerid=leads/" + nobody),
            (1, "bad_value", "create", "accounts", "name=a", "address1_latitude=200"),
            (1, "not_found", "show", "accounts", nobody), (1, "not_found", "show", "accounts", "No Such Company"),
            (1, "not_found", "update", "accounts", nobody, "name=a"), (1, "not_found", "delete", "accounts", nobody),
            (1, "not_found", "conflicts", "resolve", "99", "--keep", "mine"), (1, "not_found", "conflicts", "undo", "99"),
            (1, "not_found", "errors", "retry", "99"), (1, "not_found", "errors", "discard", "99"), (1, "not_found", "outbox", "show", "99"),
            (2, "usage", "may", "fly", "accounts"), (2, "usage", "may", "create", "x"), (2, "usage", "session", "dance"),
            (2, "usage", "drafts", "save"), (2, "usage", "create", "accounts", "name=a", "--for", "accounts"), (1, "not_available", "why", "accounts", one),
            (1, "not_found", "drafts", "show", nobody), (1, "not_found", "drafts", "discard", "x"),
        ):
            error = device.refused(*command, code=code)
            assert error["code"] == name and error["message"].endswith("."), (command, error)
            plain = satchel("--store", device.store, *command)
            assert plain.stderr.startswith(f"{name}: ") and plain.stderr.endswith(".\n"), (command, plain)
            assert (plain.returncode, plain.stdout) == (code, ""), (command, plain)
        with open("/dev/full", "w") as full:
            done = subprocess.run(device.command("list", "accounts"), stdout=full, stderr=subprocess.PIPE, text=True)
            assert done.returncode == 1 and "io_error" in done.stderr, done
        same_everything(device, world.server)


def stores_and_keys() -> None:
    """A damaged store, a foreign key, a PIN: each says what it is, and the files stay as they are."""
    with World("--demo", "--records", "300") as world:
        device = world.device("east1@demo")
        device("sync")
        store, key = Path(device.store), Path(device.store + ".key")
        whole, right = store.read_bytes(), key.read_text()

        def code_with(content: bytes | None = None, key_text: str | None = None) -> str:
            for leftover in device.files():
                leftover.unlink()
            store.write_bytes(whole if content is None else content)
            key.write_text(right if key_text is None else key_text)
            before = store.read_bytes()
            code = device.refused("list", "accounts")["code"]
            assert store.read_bytes() == before, "a store that can't be opened was written to"
            return code

        assert code_with(whole[:5000] + bytes(30000) + whole[35000:]) in ("store_damaged", "wrong_key")
        assert code_with(whole[:100]) in ("store_damaged", "wrong_key")
        assert code_with(b"Dear diary, today") in ("store_damaged", "wrong_key")
        assert code_with(key_text="{}") == "store_damaged"
        assert code_with(key_text="") == "store_damaged"
        other = world.device("west1@demo")
        assert code_with(key_text=Path(other.store + ".key").read_text()) == "wrong_key"
        key.unlink()
        assert device.refused("status")["code"] == "wrong_key"
        key.write_text(right)
        store.write_bytes(whole)
        same_everything(device, world.server)

        shutil.copy(store, world.folder / "second")
        assert refused(1, "wrong_key: ", "--store", str(world.folder / "second"), "status")
        assert refused(2, "usage: ", "status", SATCHEL_STORE="")


def a_disk_that_is_full() -> None:
    """No byte more may be written: the save is refused, what was there stays, and the next one succeeds."""
    with World("--demo", "--records", "2000") as world:
        device, record = with_waiting_work(world)
        size = Path(device.store).stat().st_size

        def limited(*words: str):
            def limit():
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            return subprocess.run(device.command(*words), env=device.environment(), stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, preexec_fn=limit)

        refusals = 0
        for number in range(60):
            done = limited("create", "accounts", f"name=Number {number}", "description=" + "long " * 390)
            if done.returncode == 0:
                continue
            refusals += 1
            assert (done.returncode, json.loads(done.stderr)["error"]["code"]) == (1, "disk_full"), done.stderr
            if refusals == 3:
                break
        assert refusals == 3, "the disk was never full"
        assert device("show", "accounts", record)["name"] == "Waits for better times"
        waiting = device("status")["pending"]
        assert waiting == len(device.rows("accounts", filter="startswith(name,'Number ') or startswith(name,'Waits ')"))
        world.server.start()
        limited("sync")
        assert device("sync")["complete"]
        same_everything(device, world.server)

        # A first sync that doesn't fit goes on once there is room.
        second = world.device("east2@demo")
        device = second
        size = 200_000
        done = limited("sync")
        assert (done.returncode, json.loads(done.stderr)["error"]["code"]) == (1, "disk_full"), done.stderr
        assert second("sync")["complete"]
        same_everything(second, world.server)


def servers_that_can_not_start() -> None:
    """Port in use, folder in use, no folder, no organisation, wrong options."""
    with World("--demo", "--records", "300") as world:
        folder, data = world.folder, str(world.server.data)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            refused(1, "address_in_use: ", "serve", "--demo", "--records", "300", "--data", str(folder / "another"), "--listen", address)
        refused(1, "store_busy: ", "serve", "--data", data, "--listen", "127.0.0.1:0")
        refused(1, "store_busy: ", "restore", "--data", data, str(folder / "server" / "satchel.db"))
        refused(1, "not_found: ", "serve", "--data", str(folder / "nothing"), "--listen", "127.0.0.1:0")
        assert not (folder / "nothing").exists()
        (folder / "file").write_text("x")
        refused(1, "io_error: ", "serve", "--demo", "--data", str(folder / "file"), "--listen", "127.0.0.1:0")
        refused(1, "io_error: ", "init", "--data", str(folder / "file" / "x"), "--organization", "X", "--admin", "a@x")
        assert satchel("init", "--data", str(folder / "own"), "--organization", "Own", "--admin", "a@own").returncode == 0
        refused(1, "bad_value: ", "serve", "--data", str(folder / "own"), "--listen", "nonsense")
        refused(2, "usage: ", "serve", "--demo", "--data", str(folder / "another"), "--listen", "0.0.0.0:0")
        refused(2, "usage: ", "serve", "--data", data, "--now", "2026-01-01")
        refused(2, "usage: ", "serve", "--data", data, "--access-life", "soon")
        refused(2, "usage: ", "serve")
        refused(1, "exists: ", "init", "--data", data, "--organization", "X", "--admin", "a@x")
        refused(1, "not_found: ", "import", "contacts", str(folder / "no.csv"), "--data", data)
        refused(1, "not_found: ", "backup", "--data", str(folder / "nothing"), str(folder / "b"))
        refused(1, "not_found: ", "restore", "--data", str(folder / "new"), str(folder / "no.backup"))
        (folder / "bad.backup").write_text("not a backup")
        first = refused(1, "store_damaged: ", "restore", "--data", str(folder / "new"), str(folder / "bad.backup"))
        assert "bad.backup" in first, first
        assert not (folder / "new").exists() or not list((folder / "new").glob("satchel.db*")), "half a restore"
        (folder / "words.csv").write_text("lastname,nosuch\na,b\n")
        refused(1, "unknown_column: ", "import", "contacts", str(folder / "words.csv"), "--data", data)
        refused(1, "unknown_table: ", "import", "nosuch", str(folder / "words.csv"), "--data", data)
        # Without a terminal nobody can type a password.
        no_password = {"SATCHEL_PASSWORD": ""}
        refused(2, "usage: ", "--store", str(folder / "x"), "sign-in", world.server.url, "--user", "east1@demo", **no_password)
        assert not (folder / "x.key").exists()


if __name__ == "__main__":
    run(strangers_at_the_servers_address, nobody_at_the_servers_address, words_that_make_no_sense, stores_and_keys,
        a_disk_that_is_full, servers_that_can_not_start)
