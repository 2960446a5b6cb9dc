#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pictures on devices (E4): they come with their records, are seen offline, change offline, and meet others' as any value does."""
import base64
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import Device, Server, World, run, same_rows  # noqa: E402

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(100))
GIF = b"GIF89a" + bytes(range(50))


def text_of(picture: bytes) -> str:
    return base64.b64encode(picture).decode()


def at_server(server: Server, table: str, record: str) -> str | None:
    return server.get(f"{table}({record})?$select=entityimage")["entityimage"]


def pictured(server: Server, table: str, key: str, user: str) -> list[str]:
    return [row[key] for row in server.get(f"{table}?$select={key}&$filter=entityimageid ne null&$orderby={key}", user=user)["value"]]


def may_see(device: Device, table: str, record: str) -> dict:
    done = device.run("may", "image", table, record)
    assert done.returncode in (0, 1), done
    return json.loads(done.stdout)


def in_scope_they_are_on_the_device() -> None:
    """Offline sync: each picture in scope is on the device, is changed and removed there, and goes up and comes down by itself (E4)."""
    with World("--demo", "--records", "400") as world:
        server, device, other = world.server, world.device("east1@demo"), world.device("east2@demo")
        device("sync")
        for table, key in (("contacts", "contactid"), ("accounts", "accountid")):
            same_rows(device, server, table)
            here = {row[key]: row["entityimage"] for row in device.rows(table, select=f"{key},entityimage")}
            there = {row[key]: row["entityimage"] for row in server.all(f"{table}?$select={key},entityimage", device.user)}
            assert here == there and sum(image is not None for image in here.values()) > 3, table
        assert "entityimage" not in device.rows("contacts", top="1")[0]

        # A picture among the team's contacts, whom both may change.
        team = server.get("teams?$filter=name eq 'East Sales'")["value"][0]["teamid"]
        record = server.get(f"contacts?$filter=_ownerid_value eq {team} and entityimageid ne null&$top=1")["value"][0]["contactid"]
        other("sync")
        device("offline", "on")
        file = world.folder / "photo.jpg"
        file.write_bytes(JPEG)
        device("update", "contacts", record, f"entityimage=@{file}")
        shown = device("show", "contacts", record)
        assert shown["entityimage"] == text_of(JPEG) and shown["entityimageid"] in shown["entityimage_url"], shown
        assert may_see(device, "contacts", record)["may"]
        new = device("create", "contacts", "lastname=Pictured", f"entityimage={text_of(GIF)}")["id"]
        device("reconnect")
        assert at_server(server, "contacts", record) == text_of(JPEG) and at_server(server, "contacts", new) == text_of(GIF)
        other("sync")
        there = other("show", "contacts", record)
        assert there["entityimage"] == text_of(JPEG) and there["entityimageid"] == shown["entityimageid"], there
        other("update", "contacts", record, "entityimage=")
        assert at_server(server, "contacts", record) is None
        device("sync")
        assert device("show", "contacts", record)["entityimage"] is None
        for table in ("contacts", "accounts"):
            same_rows(device, server, table)


def two_pictures_are_a_conflict() -> None:
    """Pictures changed on both sides are asked about, other columns merge (E4, K1, K2)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("east1@demo")
        device("sync")
        me = server.get("systemusers?$filter=domainname eq 'east1@demo'")["value"][0]["systemuserid"]
        record = server.get(f"accounts?$filter=_ownerid_value eq {me}&$top=1")["value"][0]["accountid"]
        before = text_of(JPEG)
        device("update", "accounts", record, f"entityimage={before}")
        device("offline", "on")
        device("update", "accounts", record, f"entityimage={text_of(PNG)}", "description=Mine")
        status, _, body = server.request("PATCH", f"accounts({record})", {"entityimage": text_of(GIF), "websiteurl": "https://example.com"})
        assert status == 204, body
        device("reconnect")
        conflict = device("conflicts")["value"][0]
        assert [column["name"] for column in conflict["columns"]] == ["entityimage"], conflict
        column = conflict["columns"][0]
        assert (column["base"], column["mine"], column["server"]) == (before, text_of(PNG), text_of(GIF))
        assert server.get(f"accounts({record})")["description"] == "Mine"
        device("conflicts", "resolve", str(conflict["id"]), "--keep", "mine")
        device("sync")
        assert at_server(server, "accounts", record) == text_of(PNG)
        same_rows(device, server, "accounts")


def what_was_used_was_seen() -> None:
    """Offline drafts: the picture of a record that was used is there offline, of another one it says why not; a draft may have one (E4, D4, D6)."""
    with World("--demo", "--records", "1000") as world:
        server, device = world.server, world.device("drafts1@demo")
        device("sync")
        seen, other = pictured(server, "contacts", "contactid", device.user)[:2]
        assert may_see(device, "contacts", other)["may"], "while connected"
        assert device("show", "contacts", seen)["entityimage"] == at_server(server, "contacts", seen)
        picture = at_server(server, "contacts", seen)
        server.stop()
        assert device.refused("show", "contacts", other, code=3)["rule"] == "C1"
        assert device("show", "contacts", seen)["entityimage"] == picture
        assert may_see(device, "contacts", seen)["may"]
        refusal = may_see(device, "contacts", other)
        assert (refusal["rule"], refusal["code"], refusal["message"]) == ("E4", "needs_connection", "This image isn't available offline"), refusal
        assert device.refused("update", "contacts", seen, "entityimage=", code=3)["rule"] == "D4"
        draft = device("create", "contacts", "lastname=Pictured", f"entityimage={text_of(PNG)}")
        assert draft["state"] == "draft"
        assert device("drafts", "show", draft["id"])["values"]["entityimage"] == text_of(PNG)
        file = world.folder / "photo.gif"
        file.write_bytes(GIF)
        device("drafts", "set", draft["id"], f"entityimage=@{file}")
        server.start()
        device("reconnect")
        assert device("drafts", "save", draft["id"])["state"] == "saved"
        assert at_server(server, "contacts", draft["id"]) == text_of(GIF)


def what_is_no_picture_is_refused() -> None:
    """A file that is none, one that is too large or missing: a sentence, and nothing has changed (E4)."""
    with World("--demo", "--records", "200") as world:
        device = world.device("east1@demo")
        device("sync")
        record = device.rows("contacts", top="1", select="contactid")[0]["contactid"]
        before = device("show", "contacts", record)
        large, words = world.folder / "large.jpg", world.folder / "words.txt"
        large.write_bytes(JPEG[:4] + bytes(70_000))
        words.write_text("no picture")
        for given, said in ((f"@{large}", "at most 65536 bytes"), (f"@{words}", "PNG, JPEG or GIF"), (f"@{world.folder}/none.png", "none.png"),
                            ("no base64!", "base64")):
            error = device.refused("update", "contacts", record, f"entityimage={given}")
            assert error["code"] == "bad_value" and said in error["message"], error
        error = device.refused("list", "contacts", "--filter", "entityimage ne null")
        assert error["code"] == "bad_filter", error
        assert device("show", "contacts", record) == before


def a_terminal_is_told_its_size() -> None:
    """Read by people, a picture is its size in bytes (E4)."""
    with World("--demo", "--records", "200") as world:
        device = world.device("east1@demo")
        device("sync")
        record = device("create", "contacts", "lastname=Sized", f"entityimage={text_of(JPEG)}")["id"]
        plain = [word for word in device.command("show", "contacts", record) if word != "--json"]
        text = subprocess.run(plain, env=device.environment(), capture_output=True, text=True, timeout=60).stdout
        assert f"image, {len(JPEG)} bytes" in text and text_of(JPEG) not in text, text


if __name__ == "__main__":
    run(in_scope_they_are_on_the_device, two_pictures_are_a_conflict, what_was_used_was_seen, what_is_no_picture_is_refused, a_terminal_is_told_its_size)
