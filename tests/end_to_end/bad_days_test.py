#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A device's file on bad days: damaged, not to be written, beside a stranger's journal. Each is told in a sentence that says what
to do, and nothing is lost."""
import json
import os
import re
import shutil
import stat
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import PROGRAM, Device, World, run  # noqa: E402
import subprocess  # noqa: E402

PAGE = 4096
NOBODY = 65534


def with_damaged_pages(content: bytes, pages) -> bytes:
    changed = bytearray(content)
    for page in pages:
        changed[page * PAGE + PAGE // 2] ^= 1
    return bytes(changed)


def device_with_unsent_work(world: World) -> tuple[Device, list[str]]:
    device = world.device("east1@demo")
    device("sync")
    device("offline", "on")
    return device, [device("create", "contacts", f"lastname=Unsent {number}")["id"] for number in range(2)]


def notes_of(done: subprocess.CompletedProcess) -> list[str]:
    return [json.loads(line)["note"] for line in done.stderr.splitlines() if line.startswith('{"note"')]


def store_damaged_says_what_to_do() -> None:
    with World("--demo", "--records", "600") as world:
        device, unsent = device_with_unsent_work(world)
        store = Path(device.store)
        whole = store.read_bytes()
        pages = len(whole) // PAGE

        # Somewhere in the file, but not where the outbox is: that can be saved.
        for page in range(pages - 1, 1, -1):
            store.write_bytes(with_damaged_pages(whole, [page]))
            listed, export = device.run("list", "contacts"), device.run("outbox", "export")
            if listed.returncode == 1 and export.returncode == 0:
                break
        else:
            raise AssertionError("no page is only the contacts'")
        error = json.loads(listed.stderr.splitlines()[0])["error"]
        assert error["code"] == "store_damaged", error
        for part in (f'"{store}" is damaged', "The server's copy of everything that was sent is whole", "can still be read; save it first",
                     f"2 changes with `satchel --store {store} outbox export`", f"satchel --store {store}.new sign-in URL --user NAME"):
            assert part in error["message"], f"{part!r} isn't in: {error['message']}"
        assert sorted(entry["record"] for entry in json.loads(export.stdout)["value"]) == sorted(unsent)

        # What the sentence says can be done.
        again = Device(store.parent, store.name + ".new", device.user).sign_in(world.server)
        again("sync")
        assert len(again.rows("contacts")) > 0

        # Everything but the first page: the outbox is gone too, and that's what it says.
        store.write_bytes(with_damaged_pages(whole, range(1, pages)))
        damaged = store.read_bytes()
        message = device.refused("list", "contacts")["message"]
        assert "What wasn't sent can't be read" in message and "is whole" in message, message
        assert store.read_bytes() == damaged

        # Nothing unsent: nothing to save.
        store.write_bytes(whole)
        device("reconnect")
        sent = store.read_bytes()
        for page in range(len(sent) // PAGE - 1, 1, -1):
            store.write_bytes(with_damaged_pages(sent, [page]))
            if device.run("list", "contacts").returncode == 1 and device.run("outbox").returncode == 0:
                break
        message = device.refused("list", "contacts")["message"]
        assert "Nothing on this device was waiting to be sent, so nothing is lost" in message, message
        store.write_bytes(sent)
        assert device("status")["pending"] == 0


class Unprivileged:
    """A device used by somebody without rights on what is taken from him, which root never is."""

    def __init__(self, world: World, device: Device):
        self.device, self.is_root = device, os.geteuid() == 0
        self.program = PROGRAM
        if self.is_root:
            world.folder.chmod(0o755)
            self.program = str(world.folder / "satchel")
            shutil.copy(PROGRAM, self.program)
            for path in device.files():
                os.chown(path, NOBODY, NOBODY)

    def run(self, *words: str) -> subprocess.CompletedProcess:
        rights = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if self.is_root else {}
        return subprocess.run([self.program, *self.device.command(*words)[1:]], env=self.device.environment(), cwd="/",
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, **rights)

    def forbid_folder(self, folder: Path) -> None:
        folder.chmod(0o555)

    def forbid_file(self, folder: Path, file: Path) -> None:
        if self.is_root:
            os.chown(folder, NOBODY, NOBODY)
        folder.chmod(0o755)
        file.chmod(stat.S_IRUSR)


def a_file_that_cannot_be_written_can_be_read() -> None:
    with World("--demo", "--records", "600") as world:
        device = world.device("east1@demo")
        folder = world.folder / "readable"
        folder.mkdir()
        device("sync")
        device("offline", "on")
        device("create", "contacts", "lastname=Unsent")
        for path in device.files():
            path.rename(folder / path.name)
        device.store = str(folder / Path(device.store).name)
        store = Path(device.store)
        contacts, found = device("list", "contacts"), device("search", "Unsent")
        user = Unprivileged(world, device)
        for forbid in (lambda: user.forbid_folder(folder), lambda: user.forbid_file(folder, store)):
            forbid()
            before = {path.name: path.read_bytes() for path in folder.iterdir()}
            for words, answer in ((("list", "contacts"), contacts), (("search", "Unsent"), found)):
                done = user.run(*words)
                assert done.returncode == 0 and json.loads(done.stdout) == answer, done
                assert len(notes_of(done)) == 1 and "can only be read" in notes_of(done)[0], done.stderr
            for words in (("status",), ("outbox", "export"), ("show", "contacts", "Unsent")):
                assert user.run(*words).returncode == 0, words
            for words in (("create", "contacts", "lastname=Later"), ("sync",), ("offline", "off"), ("sign-out", "--discard")):
                done = user.run(*words)
                assert done.returncode in (1, 3), done
                error = json.loads(done.stderr.splitlines()[0])["error"]
                assert error["code"] in ("io_error", "offline"), (words, error)
                if error["code"] == "io_error":
                    assert re.search(r"can be read, but not written|can't be removed", error["message"]), error
            assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        # Changes that lie beside the file and can't be taken in aren't passed over in silence.
        user.forbid_folder(folder)
        (folder / (store.name + "-wal")).write_bytes(b"x" * 5000)
        os.chmod(folder / (store.name + "-wal"), 0o644)
        done = user.run("list", "contacts")
        assert done.returncode == 1, done
        assert "Copy all files whose names begin with" in json.loads(done.stderr.splitlines()[0])["error"]["message"], done.stderr
        (folder / (store.name + "-wal")).unlink()
        folder.chmod(0o755)
        store.chmod(0o600)
        assert device("list", "contacts") == contacts


def a_strangers_journal_is_set_aside_and_told() -> None:
    with World("--demo", "--records", "600") as world:
        device, unsent = device_with_unsent_work(world)
        stranger = os.urandom(20_000)
        for ending in ("-journal", "-wal"):
            beside = Path(device.store + ending)
            beside.write_bytes(stranger)
            done = device.run("outbox")
            assert sorted(entry["record"] for entry in json.loads(done.stdout)["value"]) == sorted(unsent)
            note, = notes_of(done)
            assert f'"{beside}" beside "{device.store}" belongs to another store' in note, note
            assert Path(str(beside) + ".set-aside").read_bytes() == stranger
            assert notes_of(device.run("outbox")) == []
        Path(device.store + "-wal").write_bytes(stranger)
        done = device.run("show", "contacts", "nobody")
        assert json.loads(done.stderr.splitlines()[0])["error"]["code"] == "not_found", done.stderr  # the error first
        assert len(notes_of(done)) == 1


if __name__ == "__main__":
    run(store_damaged_says_what_to_do, a_file_that_cannot_be_written_can_be_read, a_strangers_journal_is_set_aside_and_told)
