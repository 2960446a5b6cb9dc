#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Everything on the device is encrypted, deleted records included, and the wrong key opens nothing (C3, S5, invariant 8)."""
import json
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import PASSWORD, PROGRAM, Device, World, run, same_everything  # noqa: E402

WORD = "Zyxwvutopia"  # in no name of the demo's


def written_in(content: bytes, word: str) -> bool:
    """In any of the ways in which a program would keep a text."""
    forms = {word, word.lower(), word.upper()}
    return any(form.encode(encoding) in content for form in forms for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def texts_of(device: Device) -> list[str]:
    """Names, addresses, notes and mails of many tables, long enough not to be there by chance."""
    texts = [device.user, "Elena Marković"]
    for table, columns in (("contacts", ("fullname", "emailaddress1", "telephone1")), ("accounts", ("name", "address1_city")),
                           ("tasks", ("subject",)), ("emails", ("subject", "description")), ("annotations", ("notetext", "subject"))):
        for row in device.rows(table, top="60"):
            texts += [row[column] for column in columns if row.get(column)]
    return [text for text in texts if len(text) >= 6]


def session_secrets(world: World) -> list[str]:
    return [PASSWORD, world.server.url]


def content_of(device: Device) -> bytes:
    """All files beside the store, whatever they are called; without the key's own."""
    return b"".join(path.read_bytes() for path in device.files() if not path.name.endswith(".key"))


def nothing_readable_lies_on_the_disk() -> None:
    with World("--demo", "--records", "1000") as world:
        east1 = world.device("east1@demo")
        east1("sync")
        texts = texts_of(east1) + session_secrets(world)
        assert len(texts) > 300
        east1("offline", "on")
        secret = east1("create", "accounts", f"name={WORD} Holdings", f"description={WORD} " * 40)["id"]
        refused = east1.refused("create", "accounts", f"name={WORD}", f"nosuch={WORD}")
        assert refused["code"] == "unknown_column"
        moments = [content_of(east1)]  # with an unsent change
        east1("delete", "accounts", secret)
        moments.append(content_of(east1))  # deleted before it was sent
        secret = east1("create", "contacts", f"lastname={WORD}", f"emailaddress1={WORD}@example.com")["id"]
        east1("reconnect")
        assert [hit["id"] for hit in east1("search", WORD)["value"]] == [secret]
        moments.append(content_of(east1))  # at the server
        world.server.request("DELETE", f"contacts({secret})")
        east1("sync")
        assert east1("search", WORD)["value"] == []
        moments.append(content_of(east1))  # deleted there
        for content in moments:
            assert len(content) > 500_000 and not content.startswith(b"SQLite format 3")
            for text in [*texts, WORD]:
                assert not written_in(content, text), f"{text} lies in the clear"
        # The proof that this test can see: the server's own file isn't encrypted.
        servers = b"".join(path.read_bytes() for path in world.server.data.glob("satchel.db*"))
        assert written_in(servers, texts[2]) and written_in(servers, WORD)


def only_the_right_key_opens() -> None:
    with World("--demo", "--records", "500") as world:
        east1, east2 = world.device("east1@demo"), world.device("east2@demo")
        east1("sync")
        key, foreign = Path(east1.store + ".key"), Path(east2.store + ".key")
        assert key.stat().st_mode & 0o777 == 0o600 and Path(east1.store).stat().st_mode & 0o077 == 0
        right = key.read_text()
        for wrong in (foreign.read_text(), right.replace(json.loads(right)["key"][:4], "AAAA")):
            key.write_text(wrong)
            for command in (("status",), ("list", "accounts"), ("sync",), ("outbox", "export"), ("sign-out", "--discard"),
                            ("sign-in", world.server.url, "--user", "east1@demo")):
                assert east1.refused(*command)["code"] == "wrong_key", command
        key.unlink()
        assert east1.refused("list", "accounts")["code"] == "wrong_key"
        key.write_text(right)
        same_everything(east1, world.server)
        # Signed out, neither store nor key is left.
        east1("sign-out")
        assert east1.files() == []
        assert east1("session") == {"session": "get-started"}


def a_pin_guards_the_key() -> None:
    with World("--demo", "--records", "500") as world:
        east1 = Device(world.folder, "guarded", "east1@demo")
        with_pin = {"SATCHEL_PIN": "271828"}

        def run_with(pin: str | None, *words: str):
            return east1.run(*words, **({"SATCHEL_PIN": pin} if pin else {}))

        assert run_with("271828", "sign-in", world.server.url, "--user", east1.user).returncode == 0
        assert run_with("271828", "sync").returncode == 0
        texts = [row["fullname"] for row in json.loads(run_with("271828", "list", "contacts").stdout)["value"][:50]]
        key = Path(east1.store + ".key")
        assert "key" not in json.loads(key.read_text()) and with_pin["SATCHEL_PIN"] not in key.read_text()
        for text in texts:
            assert not written_in(content_of(east1) + key.read_bytes(), text), text
        # Without the PIN, and with a wrong one.
        for command in (("list", "contacts"), ("sync",), ("sign-out", "--discard")):
            error = east1.refused(*command)
            assert (error["rule"], error["code"]) == ("S5", "locked"), error
        assert east1("session") == {"session": "locked"}
        saved = key.read_text()
        done = run_with("314159", "list", "contacts")
        error = json.loads(done.stderr)["error"]
        assert (done.returncode, error["rule"], error["code"]) == (1, "S5", "wrong_password") and "tries" in error["message"], done
        assert run_with("271828", "list", "contacts").returncode == 0
        # Wrong ones are counted and slowed, also for the right one behind them.
        codes = [json.loads(run_with("314159", "status").stderr)["error"]["code"] for _ in range(4)]
        assert codes == ["wrong_password"] * 3 + ["locked"], codes
        done = run_with("271828", "status")
        assert done.returncode == 1 and json.loads(done.stderr)["error"]["code"] == "locked", done
        key.write_text(saved)
        assert run_with("271828", "status").returncode == 0
        # The sealed key opens no other store.
        shutil.copy(world.device("east2@demo").store, east1.store)
        assert json.loads(run_with("271828", "status").stderr)["error"]["code"] == "wrong_key"


def secrets_stay_secret() -> None:
    """No password or PIN in arguments of the program, its output or the server's log."""
    with World("--demo", "--records", "300") as world:
        device = world.device("east1@demo")
        done = device.run("sync")
        assert PASSWORD not in done.stdout + done.stderr
        help_text = os.popen(f"'{PROGRAM}' sign-in --help").read()
        assert "--password" not in help_text and "--pin" not in help_text
        token = json.loads(Path(device.store + ".key").read_text())["key"]
        assert token not in device.run("status").stdout


if __name__ == "__main__":
    run(nothing_readable_lies_on_the_disk, only_the_right_key_opens, a_pin_guards_the_key, secrets_stay_secret)
