#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sign-in while disconnected: every cell of the platform table, sessions that end and go on, the lease, the PIN (S1-S6, P1-P4)."""
import datetime
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import PASSWORD, PROGRAM, Device, Server, World, run  # noqa: E402

TABLETS_THAT_GO_BACK = ("ipad", "windows8", "windows8.1", "windows10", "desktop")
TABLETS_AND_PHONES_THAT_END = ("android-tablet", "iphone", "android-phone", "windows-phone")
PLATFORMS = TABLETS_THAT_GO_BACK + TABLETS_AND_PHONES_THAT_END


def satchel(*words: str, **environment: str) -> subprocess.CompletedProcess:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SATCHEL_")}
    return subprocess.run([PROGRAM, *words], env={**clean, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60)


def may(*words: str, **given: str) -> str:
    """What is printed, without the sentence."""
    text = ",".join(f"{key}={value}" for key, value in given.items())
    done = satchel("may", *words, *(("--given", text) if text else ()))
    assert done.returncode == (0 if done.stdout == "yes\n" else 1), done
    assert done.stdout == "yes\n" or (len(done.stdout) > 40 and done.stdout.endswith(".\n")), done
    return done.stdout.split(":")[0].strip()


def admin(server: Server, *words: str) -> None:
    done = satchel("admin", "--server", server.url, "--user", "admin@demo", *words, SATCHEL_PASSWORD=PASSWORD)
    assert done.returncode == 0, done


def in_days(days: int) -> str:
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def shell(device: Device, *lines: str, options: tuple[str, ...] = (), **environment: str) -> list[dict]:
    done = subprocess.run([*device.command(*options), "shell"], input="\n".join(lines) + "\n", env=device.environment(**environment),
                          capture_output=True, text=True, timeout=120)
    return [json.loads(line) for line in done.stdout.splitlines()]


def every_cell_of_the_platform_table() -> None:
    """Prompts and closed apps, classic and modern, online and on-premises, on each platform (S1, S2, P1)."""
    for platform, rules, deployment in itertools.product(PLATFORMS, ("classic", "modern"), ("online", "on-premises")):
        where = {"platform": platform, "rules": rules, "deployment": deployment, "connected": "no"}
        ends = rules == "classic" and platform in TABLETS_AND_PHONES_THAT_END
        assert may("read", "accounts", **where, prompt="yes") == ("no S1 needs_connection" if ends else "yes"), where
        goes_back = rules == "classic" and not ends
        assert (may("back", **where, prompt="yes") == "yes") == goes_back, where
        blocked = rules == "classic" and deployment == "on-premises" and platform == "windows8"
        assert may("read", "accounts", **where, closed="yes") == ("no S1 needs_connection" if blocked else "yes"), where
        assert may("read", "accounts", **{**where, "connected": "yes"}, closed="yes") == "yes", where
        over = "no S2 needs_connection" if rules == "modern" else "yes"
        assert may("read", "accounts", **where, lease="over") == over, where
    assert may("read", "accounts", rules="classic", deployment="on-premises", version="6.1", connected="no") == "no P3 needs_connection"
    assert may("read", "accounts", rules="modern", deployment="on-premises", version="6.1", connected="no") == "yes"
    assert may("update", "accounts", rules="classic", deployment="on-premises", connected="no") == "no D4 needs_connection"
    assert may("update", "accounts", rules="modern", deployment="on-premises", connected="no") == "yes"
    assert may("create", "contacts", "--column", "parentcustomerid", experience="drafts", connected="no") == "no D6 needs_connection"


def words_of_may_that_make_no_sense() -> None:
    """An unknown platform, key, value, verb, table or column is a usage error that names what is possible (S1)."""
    for words, hint in ((("--platform", "toaster", "may", "read", "accounts"), "android-tablet"),
                        (("may", "read", "accounts", "--given", "platform=toaster"), "android-tablet"),
                        (("may", "read", "accounts", "--given", "weather=fine"), "deployment"),
                        (("may", "read", "accounts", "--given", "rules=strict"), "modern or classic"),
                        (("may", "fly", "accounts"), "create"), (("may", "read", "nosuch"), "accounts"), (("may", "read"), "accounts"),
                        (("may", "create", "accounts", "--column", "nosuch"), "nosuch"),
                        (("may", "create", "accounts", "--for", "accounts"), "SET/ID")):
        done = satchel(*words)
        assert (done.returncode, done.stdout) == (2, "") and done.stderr.startswith("usage: ") and hint in done.stderr, done
    done = satchel("--json", "may", "delete", "accounts", "--given", "experience=drafts,connected=no")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["may"], answer["rule"], answer["code"]) == (1, False, "D4", "needs_connection"), done


def a_sign_in_that_ended_costs_nothing() -> None:
    """Revoked while offline: what waits stays, another user can't see it, the same user signs in and it goes up (S1, S3, S4)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("east1@demo")
        admin(server, "set", "rules=classic")
        device("sync")
        device("offline", "on")
        team = server.get("teams?$filter=name eq 'East Sales'")["value"][0]["teamid"]
        record = device("create", "accounts", "name=Kept", f"ownerid=teams/{team}")["id"]
        admin(server, "revoke", "east1@demo")
        error = device.refused("reconnect")
        assert (error["rule"], error["code"]) == ("S3", "unauthorized"), error
        assert device("session") == {"session": "prompt"}
        assert device.refused("session", "back")["rule"] == "S1"  # connected: there's nothing to go back to
        server.stop()
        device.refused("sync", code=3)

        assert device("--platform", "android-phone", "session") == {"session": "get-started"}
        error = device.refused("--platform", "android-phone", "list", "accounts", code=3)
        assert (error["rule"], error["code"]) == ("S1", "needs_connection"), error
        assert device.refused("--platform", "android-phone", "session", "back")["rule"] == "S1"
        assert device("--platform", "ipad", "session", "back") == {"session": "continued"}
        assert device("--platform", "ipad", "session") == {"session": "continued"}
        assert any(row["accountid"] == record for row in device("--platform", "ipad", "list", "accounts")["value"])
        assert device.refused("sign-in", server.url, "--user", "east1@demo", code=3)["code"] == "offline"

        server.start()
        assert device.refused("sign-in", server.url, "--user", "west1@demo")["rule"] == "S4"
        device.sign_in(server)
        assert device("session") == {"session": "signed-in"}
        assert device("sync")["pushed"] == 1
        assert server.get(f"accounts({record})")["name"] == "Kept"


def blocked_after_it_was_closed() -> None:
    """On-premises, a Windows 8 tablet that was closed while offline is blocked until it's connected; others go on (S1, P1)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("east1@demo")
        admin(server, "set", "rules=classic", "deployment=on-premises")
        device("sync")
        status = device("status")
        assert (status["experience"], status["deployment"], status["lease_until"]) == ("drafts", "on-premises", None), status
        assert "on-premises" in status["why"], status
        server.stop()
        windows8 = ("--platform", "windows8")
        device(*windows8, "list", "accounts")  # it was open when the connection was lost,
        error = device.refused(*windows8, "list", "accounts", code=3)  # and then it was closed
        assert (error["rule"], error["code"]) == ("S1", "needs_connection"), error
        assert device(*windows8, "session") == {"session": "locked"}
        device("--platform", "windows10", "list", "accounts")
        device.refused(*windows8, "reconnect", code=3)
        server.start()
        device(*windows8, "list", "accounts")
        answers = shell(device, "offline on", "views accounts", "list accounts --top 1", "suspend", "list accounts", "resume",
                        "list accounts", "reconnect", "list accounts --top 1", options=windows8)
        assert [answer.get("error", {}).get("rule") for answer in answers] == [None, None, None, None, "", None, "S1", None, None], answers
        admin(server, "set", "platform.windows8.closed=continue")
        device("sync")
        device("offline", "on")
        device(*windows8, "list", "accounts")


def no_offline_work_with_an_old_server() -> None:
    """Classic rules, on-premises, older than CRM 2015: refused and said so while the server can't be reached (P3)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("east1@demo")
        admin(server, "set", "rules=classic", "deployment=on-premises", "version=6.1")
        device("sync")
        device("list", "accounts")
        server.stop()
        for command in (("list", "accounts"), ("create", "accounts", "name=a"), ("outbox",)):
            error = device.refused(*command, code=3)
            assert (error["rule"], error["code"]) == ("P3", "needs_connection") and "7.0" in error["message"], error
        assert "7.0" in device("settings")["why"]


def the_lease_ends() -> None:
    """After 14 days without an answer the store locks; a clock set back doesn't help; nothing is lost (S2)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("east1@demo")
        device("sync")
        until = device("status")["lease_until"]
        assert until[:10] == in_days(14)[:10], until
        device("create", "accounts", "name=Before")
        server.stop()
        device.refused("sync", code=3)
        record = device("create", "accounts", "name=Waits")["id"]
        device("--now", in_days(13), "list", "accounts", "--top", "1")
        error = device.refused("--now", in_days(15), "list", "accounts", code=3)
        assert (error["rule"], error["code"]) == ("S2", "needs_connection"), error
        for when in (in_days(-365), in_days(0), in_days(16)):
            assert device("--now", when, "session") == {"session": "locked"}, when
        error = device.refused("list", "accounts", code=3)
        assert error["rule"] == "S2", error
        assert device("status")["pending"] == 1
        server.start()
        device("list", "accounts", "--top", "1")  # the server answers: unlocked, and what waited went up
        assert device("session") == {"session": "signed-in"}
        device("sync")
        assert server.get(f"accounts({record})", user="east1@demo")["name"] == "Waits"
        admin(server, "set", "lease_days=1")
        device("sync")
        device("offline", "on")
        assert device("--now", in_days(2), "session") == {"session": "locked"}


def wrong_pins_end_in_a_lock() -> None:
    """Counted over processes, slowed, then locked until the user's own sign-in at the server (S5)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, Device(world.folder, "guarded", "east1@demo")
        pin = {"SATCHEL_PIN": "271828"}
        at = lambda days: ("--now", in_days(days))  # noqa: E731: the waits are over by then
        assert device.run("sign-in", server.url, "--user", device.user, SATCHEL_PIN="27").returncode == 1
        assert device.run("sign-in", server.url, "--user", device.user, **pin).returncode == 0
        admin(server, "set", "pin_tries=4", "pin_length=6")
        assert device.run("sync", **pin).returncode == 0
        assert device.run("status", **pin).returncode == 0
        for tries_left in (3, 2, 1):
            done = device.run(*at(tries_left and 4 - tries_left), "list", "accounts", SATCHEL_PIN="111111")
            assert f'{tries_left} tr' in done.stderr and done.returncode == 1, done
        assert "Wait" in device.run(*at(3), "list", "accounts", SATCHEL_PIN="111111").stderr
        assert "locked" in device.run(*at(5), "list", "accounts", SATCHEL_PIN="111111").stderr
        assert "Sign in" in device.run(*at(6), "list", "accounts", **pin).stderr
        assert json.loads(device.run("session", **pin).stdout) == {"session": "locked"}
        done = device.run("sign-in", server.url, "--user", "west1@demo", **pin)
        assert done.returncode == 1 and json.loads(done.stderr)["error"]["rule"] == "S4", done
        assert device.run("sign-in", server.url, "--user", device.user, SATCHEL_PASSWORD="wrong", **pin).returncode == 1
        assert device.run("list", "accounts", **pin).returncode == 1
        assert device.run("sign-in", server.url, "--user", device.user, **pin).returncode == 0
        assert device.run("list", "accounts", **pin).returncode == 0


def locked_by_hand_and_by_idleness() -> None:
    """`session lock` and idle minutes close the store until the PIN is given again (S5)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, Device(world.folder, "guarded", "east1@demo")
        pin = {"SATCHEL_PIN": "271828"}
        run_it = lambda *words, **more: device.run(*words, **{**pin, **more})  # noqa: E731
        assert run_it("sign-in", server.url, "--user", device.user).returncode == 0
        assert run_it("sync").returncode == 0
        assert json.loads(run_it("session", "lock").stdout) == {"session": "locked"}
        done = run_it("list", "accounts")
        assert done.returncode == 1 and json.loads(done.stderr)["error"]["rule"] == "S5", done
        assert satchel("--store", device.store, "may", "read", "accounts", **pin).stdout.startswith("no S5 locked"), done
        assert run_it("session", "unlock", SATCHEL_PIN="999999").returncode == 1
        assert run_it("list", "accounts").returncode == 1
        assert json.loads(run_it("session", "unlock").stdout) == {"session": "signed-in"}
        assert run_it("list", "accounts").returncode == 0
        answers = shell(device, f"--now {in_days(0)} views accounts", f"--now {in_days(1)} list accounts --top 1", "session unlock",
                        "list accounts --top 1", **pin)
        assert [answer.get("error", {}).get("code") for answer in answers] == [None, "locked", None, None], answers
        other = world.device("east2@demo")
        assert other.refused("session", "lock")["rule"] == "S5"  # no PIN, nothing to lock with


def minutes_of_idleness_are_the_organisations() -> None:
    """`lock_minutes`, set by the administrator, reaches the device with its next sync, and `session` tells by it (S5)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, Device(world.folder, "guarded", "east1@demo")
        pin = {"SATCHEL_PIN": "271828"}
        assert device.run("sign-in", server.url, "--user", device.user, **pin).returncode == 0
        assert device.run("sync", **pin).returncode == 0
        start = datetime.datetime.now(datetime.timezone.utc)
        at = lambda minutes: f"--now {(start + datetime.timedelta(minutes=minutes)).strftime('%Y-%m-%dT%H:%M:%SZ')} session"  # noqa: E731
        sessions = lambda *minutes: [answer["session"] for answer in shell(device, *(at(m) for m in minutes), "session unlock", **pin)]  # noqa: E731
        assert sessions(0, 14, 30) == ["signed-in", "signed-in", "locked", "signed-in"]  # 15, as long as nobody says otherwise
        admin(server, "set", "lock_minutes=40")
        assert sessions(60, 90) == ["signed-in", "locked", "signed-in"]  # it hasn't reached the device
        assert device.run("sync", **pin).returncode == 0
        assert json.loads(device.run("settings", **pin).stdout)["lock_minutes"] == 40
        assert sessions(120, 150, 191) == ["signed-in", "signed-in", "locked", "signed-in"]


def a_pin_that_the_organisation_requires() -> None:
    """Settings say how the data is protected and warn without a PIN; `pin=required` asks for one, by length (S5, C5, P4)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("east1@demo")
        device("sync")
        settings = device("settings")
        assert settings["protection"] == "file" and settings["warning"].startswith(
            "Anyone who can unlock this device can read it. Turn on device encryption (BitLocker, FileVault"), settings
        assert (settings["deployment"], settings["version"], settings["platform"], settings["experience"]) == ("online", "9.2", "desktop", "sync")
        assert settings["admin"] and settings["why"] and settings["lease_until"] and settings["cache_rows"] == 10000, settings
        admin(server, "set", "pin=required", "pin_length=6")
        device("sync")
        assert device.refused("list", "accounts")["rule"] == "S5"
        assert device.run("session", "set-pin", SATCHEL_NEW_PIN="2718").returncode == 1
        assert device.run("session", "set-pin", SATCHEL_NEW_PIN="271828").returncode == 0
        pin = {"SATCHEL_PIN": "271828"}
        assert device.run("list", "accounts", **pin).returncode == 0
        settings = json.loads(device.run("settings", **pin).stdout)
        assert (settings["protection"], settings["warning"]) == ("pin", None), settings
        done = device.run("session", "remove-pin", **pin)
        assert done.returncode == 1 and json.loads(done.stderr)["error"]["rule"] == "S5", done
        admin(server, "set", "pin=optional")
        assert device.run("sync", **pin).returncode == 0
        assert device.run("session", "remove-pin", **pin).returncode == 0
        device("list", "accounts")


def a_device_is_wiped() -> None:
    """On its next contact, whatever the command, store and key go, the administrator sees when, and the same file can begin anew (S6)."""
    for command in (("sync",), ("create", "accounts", "name=Gone"), ("reconnect",), ("sign-in",)):
        with World("--demo", "--records", "300") as world:
            server, device = world.server, world.device("east1@demo")
            device("sync")
            device("offline", "on")
            device("create", "accounts", "name=Unsent")
            if command != ("reconnect",):
                device("offline", "off")
            rows = lambda: json.loads(satchel("--json", "admin", "--server", server.url, "--user", "admin@demo", "devices",  # noqa: E731
                                              SATCHEL_PASSWORD=PASSWORD).stdout)["value"]
            admin(server, "wipe", rows()[0]["id"])
            assert rows()[0]["wipe_asked"] and not rows()[0]["wiped"], rows()
            words = (*command, server.url, "--user", device.user) if command == ("sign-in",) else command
            error = device.refused(*words)
            assert (error["rule"], error["code"]) == ("S6", "wiped"), error
            assert device.files() == [], device.files()
            left = [path for path in world.folder.rglob("*") if path.is_file() and not path.is_relative_to(server.data)]
            assert left == [], left  # no file beside them either, under any name
            assert rows()[0]["wiped"], rows()
            assert device("session") == {"session": "get-started"}
            device.sign_in(server)
            assert device("sync")["complete"] and device("outbox")["value"] == []


def asked_of_admin(server: Server, *words: str) -> subprocess.CompletedProcess:
    return satchel("--json", "admin", "--server", server.url, "--user", "admin@demo", *words, SATCHEL_PASSWORD=PASSWORD)


def a_wiped_device_leaves_its_work_in_escrow() -> None:
    """With escrow, told at sign-in, a wiped device's unsent work is kept sealed, and released to administrators by name (D3, S6)."""
    with World("--demo", "--records", "300") as world:
        server = world.server
        untold = world.device("drafts1@demo")
        untold("sync")
        admin(server, "set", "escrow=on")
        told = Device(world.folder, "told", "drafts1@demo")
        assert told("sign-in", server.url, "--user", told.user)["escrow"] is True
        told("sync")
        for device, name in ((untold, "Nobody's"), (told, "Xylophone Works")):
            device("offline", "on")
            device("create", "accounts", f"name={name}")
        for row in json.loads(asked_of_admin(server, "devices").stdout)["value"]:
            admin(server, "wipe", row["id"])
        for device in (untold, told):
            assert device.refused("reconnect")["rule"] == "S6"
            assert device.files() == []
        kept = json.loads(asked_of_admin(server, "escrow", "list").stdout)["value"]
        assert len(kept) == 1 and kept[0]["user"] == "drafts1@demo" and kept[0]["released"] == [] and kept[0]["bytes"] > 50, kept
        server.stop()
        for file in server.data.iterdir():  # nothing to be read without the key
            assert b"Xylophone" not in file.read_bytes(), file
        assert (server.data / "escrow.key").stat().st_mode & 0o077 == 0
        server.start()

        file = world.folder / "released.jsonl"
        done = asked_of_admin(server, "escrow", "release", kept[0]["id"], str(file))
        assert done.returncode == 0, done
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        assert [(line["kind"], line["table"], line["values"]["name"]) for line in lines] == [("draft", "accounts", "Xylophone Works")], lines
        assert file.stat().st_mode & 0o077 == 0
        assert asked_of_admin(server, "escrow", "release", kept[0]["id"], str(file)).returncode == 1  # the file is there
        released = json.loads(asked_of_admin(server, "escrow", "list").stdout)["value"][0]["released"]
        assert [entry["by"] for entry in released] == ["admin@demo"] and released[0]["at"], released
        refused = satchel("admin", "--server", server.url, "--user", "east1@demo", "escrow", "list", SATCHEL_PASSWORD=PASSWORD)
        assert refused.returncode == 1 and "administrator" in refused.stderr, refused

        # With another key a copy is no copy.
        server.stop()
        (server.data / "escrow.key").rename(world.folder / "former.key")
        server.start()
        refused = asked_of_admin(server, "escrow", "release", kept[0]["id"], str(world.folder / "other"))
        assert refused.returncode == 1 and "escrow.key" in refused.stderr, refused


def now_is_for_demos() -> None:
    """A clock that is set by hand is for demo organisations only (S2)."""
    done = satchel("--store", "/nonexistent/store", "--now", in_days(0), "sign-in", "https://crm.example.com", "--user", "ada@demo",
                   SATCHEL_PASSWORD="x")
    assert done.returncode == 2 and "demo" in done.stderr, done


if __name__ == "__main__":
    run(every_cell_of_the_platform_table, words_of_may_that_make_no_sense, a_sign_in_that_ended_costs_nothing,
        blocked_after_it_was_closed, no_offline_work_with_an_old_server, the_lease_ends, wrong_pins_end_in_a_lock,
        locked_by_hand_and_by_idleness, minutes_of_idleness_are_the_organisations, a_pin_that_the_organisation_requires, a_device_is_wiped,
        a_wiped_device_leaves_its_work_in_escrow, now_is_for_demos)
