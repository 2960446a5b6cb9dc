#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Offline drafts from the outside: what was used is readable, new records are drafts, and saving them makes each once (D1-D8, C1, E5)."""
import json
import subprocess
import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from proxy import Proxy  # noqa: E402
from support import PASSWORD, PROGRAM, Device, Server, World, run  # noqa: E402


def admin(server: Server, *words: str) -> None:
    done = subprocess.run([PROGRAM, "admin", "--server", server.url, "--user", "admin@demo", *words], capture_output=True, text=True,
                          env={"SATCHEL_PASSWORD": PASSWORD}, timeout=60)
    assert done.returncode == 0, done


def used_online(device: Device, server: Server) -> tuple[list[str], list[str], str]:
    """Reads three accounts and two contacts; gives their ids, and a fourth account's that was never read."""
    accounts = [row["accountid"] for row in server.get("accounts?$select=accountid&$top=4&$orderby=name", user=device.user)["value"]]
    contacts = [row["contactid"] for row in server.get("contacts?$select=contactid&$top=2&$orderby=fullname", user=device.user)["value"]]
    for record in accounts[:3]:
        assert device("show", "accounts", record)["accountid"] == record
    for record in contacts:
        assert device("show", "contacts", record)["contactid"] == record
    return accounts[:3], contacts, accounts[3]


def refusal(device: Device, *words: str, code: int = 3) -> tuple[str, str]:
    error = device.refused(*words, code=code)
    assert error["message"].endswith(".") and len(error["message"]) > 20, error
    return error["rule"], error["code"]


def a_day_without_a_connection() -> None:
    """Five records read online stay readable, a sixth and edits are refused with the reason, drafts are made, saved and saved twice (D2-D7, C1, E3)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("drafts1@demo")
        device("sync")
        assert device("status")["experience"] == "drafts"
        accounts, contacts, unread = used_online(device, server)
        me = server.get("systemusers?$filter=domainname eq 'drafts1@demo'")["value"][0]["systemuserid"]
        server.stop()
        assert refusal(device, "update", "accounts", accounts[0], "name=Edited") == ("D4", "needs_connection")
        assert refusal(device, "delete", "contacts", contacts[0]) == ("D4", "needs_connection")
        for record in accounts:
            device("show", "accounts", record)
        for record in contacts:
            device("show", "contacts", record)
        assert refusal(device, "show", "accounts", unread) == ("C1", "needs_connection")
        assert {row["accountid"] for row in device("list", "accounts")["value"]} == set(accounts)

        account = device("create", "accounts", "name=New Harbour")
        assert account["state"] == "draft"
        contact = device("create", "contacts", "lastname=Byron", "--for", f"accounts/{accounts[0]}")["id"]
        call = device("create", "phonecalls", "subject=Ring back", "--for", f"contacts/{contacts[0]}")["id"]
        values = device("drafts", "show", call)["values"]
        assert contacts[0] in json.dumps(values["to"]) and contacts[0] in values["regardingobjectid"] and me in json.dumps(values["from"]), values
        assert accounts[0] in device("drafts", "show", contact)["values"]["parentcustomerid"]
        assert refusal(device, "create", "opportunities", "name=Deal", "--for", f"accounts/{account['id']}", code=1) == ("D5", "save_first")
        assert refusal(device, "create", "contacts", "lastname=a", f"parentcustomerid=accounts/{accounts[1]}") == ("D6", "needs_connection")
        assert refusal(device, "drafts", "save", contact) == ("D2", "needs_connection")
        device("drafts", "set", call, "description=About the harbour")
        listed = {row["id"]: row for row in device("drafts")["value"]}
        assert listed.keys() == {account["id"], contact, call} and not any(row["blocked_by"] for row in listed.values()), listed
        assert device("status")["drafts"] == 3
        assert {row["accountid"] for row in device("list", "accounts")["value"]} == set(accounts)  # drafts aren't among the records
        error = device.refused("sign-out")
        assert error["rule"] == "D3" and "3 drafts" in error["message"], error

        server.start()
        assert device("drafts", "save", contact) == {"id": contact, "state": "saved"}
        assert device("drafts", "save", contact) == {"id": contact, "state": "saved"}  # two taps
        assert {row["state"] for row in device("drafts", "save", "--all")["value"]} == {"saved"}
        assert device("drafts", "save", "--all") == {"value": []}
        assert device("drafts")["value"] == []
        assert server.get(f"contacts({contact})", user=device.user)["_parentcustomerid_value"] == accounts[0]
        assert server.get(f"phonecalls({call})", user=device.user)["description"] == "About the harbour"
        assert len(server.get(f"contacts?$filter=lastname eq 'Byron' and _parentcustomerid_value eq {accounts[0]}")["value"]) == 1
        child = device("create", "opportunities", "name=Deal", "--for", f"accounts/{account['id']}")
        assert child["state"] == "saved", child
        assert device("update", "accounts", accounts[0], "name=Edited")["state"] == "saved"
        assert server.get(f"accounts({accounts[0]})")["name"] == "Edited"


def what_the_server_refuses_stays_a_draft() -> None:
    """The draft is kept with the reason beside it, and the others are saved (D7)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("drafts1@demo")
        device("sync")
        server.stop()
        good = device("create", "accounts", "name=Good")["id"]
        missing = device("create", "accounts", "telephone1=555")["id"]
        assert [row["id"] for row in device("drafts")["value"] if row["blocked_by"]] == [missing]
        server.start()
        states = {row["id"]: row["state"] for row in device("drafts", "save", "--all")["value"]}
        assert states == {good: "saved", missing: "review"}, states
        assert device.run("drafts", "save", missing).returncode == 1
        device("drafts", "set", missing, "name=Complete")
        assert device("drafts", "save", missing)["state"] == "saved"
        other = device("create", "accounts", "name=At once")
        assert other["state"] == "saved" and server.get(f"accounts({other['id']})")["name"] == "At once"


def another_experience_loses_nothing() -> None:
    """A full outbox becomes what drafts users have, five drafts become what sync users have, and each record is made once (E5)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("drafts1@demo")
        device("sync")
        server.stop()
        made = [device("create", "accounts", f"name=Draft {n}")["id"] for n in range(5)]
        unfinished = device("create", "accounts", "telephone1=555")["id"]
        server.start()
        admin(server, "experience", "drafts1@demo", "sync")
        device("sync"), device("sync")
        assert device("status")["experience"] == "sync"
        for record in made:
            assert server.request("GET", f"accounts({record})")[0] == 200, record
        assert [row["id"] for row in device("drafts")["value"]] == [unfinished]

        device("offline", "on")
        waiting = [device("create", "accounts", f"name=Waiting {n}")["id"] for n in range(20)]
        device("update", "accounts", made[0], "name=Edited")
        admin(server, "experience", "drafts1@demo", "drafts")
        device("reconnect"), device("sync")
        assert device("status")["experience"] == "drafts"
        for record in waiting:
            assert server.request("GET", f"accounts({record})")[0] == 200, record
        assert server.get(f"accounts({made[0]})")["name"] == "Edited"
        names = [row["name"] for row in server.all("accounts?$select=name&$filter=startswith(name,'Waiting') or startswith(name,'Draft')")]
        assert len(names) == len(set(names)) == 24, names
        status = device("status")
        assert (status["pending"], status["errors"], status["drafts"]) == (0, 0, 1), status


def a_revoked_token_keeps_drafts() -> None:
    """Revoked with drafts on the device: they wait, and are saved after the same user's sign-in (S3)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("drafts1@demo")
        device("sync")
        device("offline", "on")
        record = device("create", "accounts", "name=Kept")["id"]
        admin(server, "revoke", "drafts1@demo")
        assert device.refused("reconnect")["rule"] == "S3"
        assert refusal(device, "drafts", "save", record, code=1) == ("S3", "unauthorized")
        device.sign_in(server)
        assert device("drafts", "save", record)["state"] == "saved"
        assert server.get(f"accounts({record})")["name"] == "Kept"


def pinned_records_stay() -> None:
    """A pinned record outlives the cache's bounds and is refreshed with each sync; unpinned it is an ordinary one again (Q6)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("drafts1@demo")
        device("sync")
        accounts, contacts, unread = used_online(device, server)
        assert device("pin", f"accounts/{accounts[0]}") == {"id": accounts[0], "state": "pinned", "kept_by_profile": False}
        assert device("pin", f"accounts/{unread}")["state"] == "pinned"
        admin(server, "set", "cache_rows=1")
        server.request("PATCH", f"accounts({accounts[0]})", {"name": "Renamed Harbour"})
        device("sync")
        kept = device("cache")
        assert {row["id"] for row in kept["value"] if row["pinned"]} == {accounts[0], unread} and kept["pinned"] == 2, kept
        assert kept["rows"] == 1, kept
        server.stop()
        assert device("show", "accounts", accounts[0])["name"] == "Renamed Harbour"
        assert device("show", "accounts", unread)["accountid"] == unread
        assert refusal(device, "show", "accounts", accounts[1]) == ("C1", "needs_connection")
        assert refusal(device, "pin", f"accounts/{accounts[1]}") == ("Q6", "needs_connection")
        assert device("unpin", f"accounts/{unread}")["state"] == "unpinned"
        server.start()
        server.request("DELETE", f"contacts({contacts[0]})")
        server.request("DELETE", f"accounts({accounts[0]})")
        device("sync")
        assert accounts[0] not in {row["id"] for row in device("cache")["value"]}
        assert device.refused("pin", f"accounts/{accounts[0]}")["code"] == "not_found"


def what_the_profile_holds_is_kept_anyway() -> None:
    """A sync user's record in scope says that the profile keeps it; pinned, it stays when it leaves the scope (Q6, Q2)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("east1@demo")
        device("sync")
        record = device.rows("accounts", top="1")[0]["accountid"]
        assert device("pin", f"accounts/{record}") == {"id": record, "state": "pinned", "kept_by_profile": True}
        assert device("sync")["complete"]
        server.request("DELETE", f"accounts({record})")
        device("sync")
        assert device.refused("show", "accounts", record)["code"] == "not_found"


def drafts_under_drafts() -> None:
    """In extended organisations a draft stands under a draft; a family is saved together, or stays together with the reason beside one (D9)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("drafts1@demo")
        admin(server, "set", "drafts=extended")
        device("sync")
        accounts, contacts, unread = used_online(device, server)
        server.stop()
        by_hand = device("create", "contacts", "lastname=Hand", f"parentcustomerid=accounts/{accounts[0]}")["id"]
        assert refusal(device, "create", "contacts", "lastname=a", f"parentcustomerid=accounts/{unread}") == ("D9", "needs_connection")
        parent = device("create", "accounts", "name=Harbour")["id"]
        child = device("create", "contacts", "lastname=Byron", "--for", f"accounts/{parent}")["id"]
        other = device("create", "accounts", "name=Quay")["id"]
        grandchild = device("create", "opportunities", "name=Deal", "--for", f"accounts/{other}")["id"]
        server.start()
        assert device("drafts", "save", child)["state"] == "saved"  # and its parent with it
        assert server.get(f"contacts({child})", user=device.user)["_parentcustomerid_value"] == parent
        # The server refuses the parent: somebody has its id.
        assert server.request("POST", "accounts", {"accountid": other, "name": "Somebody's"})[0] == 204
        states = {row["id"]: (row["state"], row["reason"]) for row in device.answer("drafts", "save", "--all")["value"]}
        assert states[by_hand][0] == "saved" and states[other][0] == "refused", states
        assert states[grandchild] == ("refused", 'Waits for the Account "Quay".'), states
        blocked = {row["id"]: row["blocked_by"][0]["message"] for row in device("drafts")["value"]}
        assert blocked.keys() == {other, grandchild} and blocked[grandchild] == 'Waits for the Account "Quay".', blocked
        assert device.refused("drafts", "discard", other)["rule"] == "D9"


def names_of_what_is_not_here() -> None:
    """A phone call that was read online shows offline who takes part in it and whom it regards, though they aren't on the device (D4, C1)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("drafts1@demo")
        device("sync")
        ada, bob = (row["contactid"] for row in server.get("contacts?$select=contactid&$top=2&$orderby=fullname", user=device.user)["value"])
        for record, name in ((ada, "Lovelace"), (bob, "Babbage")):
            assert server.request("PATCH", f"contacts({record})", {"firstname": "Offline", "lastname": name})[0] == 204
        call = str(uuid.uuid4())
        parties = [{"partyid_contact@odata.bind": f"/contacts({record})", "participationtypemask": mask} for record, mask in ((ada, 1), (bob, 2))]
        assert server.request("POST", "phonecalls", {"activityid": call, "subject": "Ring", "phonecall_activity_parties": parties},
                              user=device.user)[0] == 204
        device("show", "phonecalls", call)
        server.stop()
        shown = subprocess.run([PROGRAM, "--store", device.store, "show", "phonecalls", call], capture_output=True, text=True, timeout=60).stdout
        assert "Offline Lovelace" in shown and "Offline Babbage" in shown, shown
        assert refusal(device, "show", "contacts", ada) == ("C1", "needs_connection")


def each_device_holds_what_was_used_on_it() -> None:
    """Two devices of one user: each shows offline what was read on it, and not what was read on the other (C2)."""
    with World("--demo", "--records", "300") as world:
        server = world.server
        phone, tablet = world.device("drafts1@demo"), world.device("drafts1@demo")
        ids = [row["accountid"] for row in server.get("accounts?$select=accountid&$top=2&$orderby=name", user=phone.user)["value"]]
        for device, record in ((phone, ids[0]), (tablet, ids[1])):
            device("sync")
            device("show", "accounts", record)
        phone("sync"), tablet("sync")
        server.stop()
        for device, mine, others in ((phone, *ids), (tablet, *reversed(ids))):
            assert [row["accountid"] for row in device("list", "accounts")["value"]] == [mine]
            assert refusal(device, "show", "accounts", others) == ("C1", "needs_connection")


def what_is_gone_or_forbidden_leaves() -> None:
    """A cached row that was deleted or may no longer be read leaves with the next contact; the draft about it stays (C6)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("drafts1@demo")
        device("sync")
        accounts, contacts, unread = used_online(device, server)
        device("offline", "on")
        draft = device("create", "contacts", "lastname=Byron", "--for", f"accounts/{accounts[0]}")["id"]
        assert server.request("DELETE", f"accounts({accounts[0]})")[0] == 204
        admin(server, "assign", f"accounts/{accounts[1]}", "west1@demo")
        device("reconnect")
        server.stop()
        for record in accounts[:2]:
            assert refusal(device, "show", "accounts", record) == ("C1", "needs_connection"), record
        device("show", "accounts", accounts[2])
        for record in accounts[:2]:
            assert record.replace("-", "").encode() not in Path(device.store).read_bytes()
        kept = device("drafts")["value"]
        assert [row["id"] for row in kept] == [draft] and "isn't there any more" in kept[0]["blocked_by"][0]["message"], kept


def a_save_that_loses_its_connection() -> None:
    """The line is cut while a save is under way: a create is a draft with the same id, an edit waits and is merged; each is done once (D8)."""
    with World("--demo", "--records", "300") as world:
        server, device = world.server, world.device("drafts1@demo")
        device("sync")
        accounts, contacts, unread = used_online(device, server)
        with Proxy(server.port) as proxy:
            other = Device(world.folder, "cut", device.user)
            other("sign-in", proxy.url, "--user", device.user)
            other("sync")
            other("show", "accounts", accounts[0])
            proxy.cut(b"$batch", before=False)
            made = other("create", "accounts", "name=Cut Off")
            assert made["state"] == "draft", made
            assert server.get(f"accounts({made['id']})")["name"] == "Cut Off"  # it was done; nobody heard of it
            proxy.mend()
            assert other("drafts", "save", made["id"])["state"] == "saved"
            assert len(server.get("accounts?$filter=name eq 'Cut Off'")["value"]) == 1
            proxy.cut(b"$batch", before=True)
            assert other("update", "accounts", accounts[0], "description=Mine")["state"] == "pending"
            proxy.mend()
            server.request("PATCH", f"accounts({accounts[0]})", {"websiteurl": "https://theirs.example.com"})
            other("sync")
            row = server.get(f"accounts({accounts[0]})")
            assert (row["description"], row["websiteurl"]) == ("Mine", "https://theirs.example.com"), row


if __name__ == "__main__":
    run(each_device_holds_what_was_used_on_it, names_of_what_is_not_here, what_is_gone_or_forbidden_leaves, a_save_that_loses_its_connection, drafts_under_drafts, pinned_records_stay, what_the_profile_holds_is_kept_anyway, a_day_without_a_connection, what_the_server_refuses_stays_a_draft, another_experience_loses_nothing, a_revoked_token_keeps_drafts)
