#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Of 200 changes some are refused: each delays only what names it (K4, K5, invariant 14), and each way out works."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import Device, Server, World, run, same_everything  # noqa: E402

WITHOUT_RIGHT = "description=Salespeople can't write products"


def errors_of(device: Device) -> dict[str, dict]:
    return {row["record"]: row for row in device("errors")["value"]}


def team(server: Server, name: str) -> str:
    return server.get(f"teams?$filter=name eq '{name}'")["value"][0]["teamid"]


def poisoned_outbox(world: World) -> tuple[Device, str, list[str], list[str]]:
    """200 changes: an account that the server will refuse, two records that name it, and 197 others."""
    device = world.device("east1@demo")
    device("sync")
    device("offline", "on")
    west = team(world.server, "West Sales")  # nobody may give records to a team that he isn't in
    poisoned = device("create", "accounts", "name=Poisoned", f"ownerid=teams/{west}")["id"]
    children = [device("create", "contacts", "lastname=Child", f"parentcustomerid=accounts/{poisoned}")["id"],
                device("create", "opportunities", "name=Deal", f"customerid=accounts/{poisoned}")["id"]]
    parent = device("create", "accounts", "name=Sound")["id"]
    sound = [parent]
    sound += [device("create", "contacts", f"lastname=Sound {n}", f"parentcustomerid=accounts/{parent}")["id"] for n in range(98)]
    sound += [device("create", "accounts", f"name=Sound {n}")["id"] for n in range(98)]
    assert len(device("outbox")["value"]) == 200
    return device, poisoned, children, sound


def is_there(server: Server, record: str) -> bool:
    return any(server.request("GET", f"{table}({record})")[0] == 200 for table in ("accounts", "contacts", "opportunities"))


def one_bad_change_delays_only_its_dependants() -> None:
    """The other 197 arrive in the same sync; edited, the bad one and its dependants follow with the next (K4, K5)."""
    with World("--demo", "--records", "500") as world:
        server = world.server
        device, poisoned, children, sound = poisoned_outbox(world)
        report = device("reconnect")
        assert (report["pushed"], report["errors"], report["complete"]) == (197, 3, True), report
        for record in sound:
            assert is_there(server, record), record
        assert not any(is_there(server, record) for record in (poisoned, *children))

        errors = errors_of(device)
        assert errors.keys() == {poisoned, *children}, errors
        reason = errors[poisoned]["reason"]
        assert (errors[poisoned]["table"], errors[poisoned]["type"]) == ("accounts", 3), errors
        assert reason.endswith(".") and "West Sales" in reason and len(reason) > 20, reason
        for child in children:
            assert 'waits for the Account "Poisoned"' in errors[child]["reason"], errors[child]
        status = device("status")
        assert (status["pending"], status["errors"]) == (0, 3), status
        assert device("errors", "export") == {"value": device("errors")["value"]}
        assert device("errors", "show", str(errors[poisoned]["id"])) == errors[poisoned]
        assert errors[poisoned]["values"]["name"] == "Poisoned", errors[poisoned]

        # Nothing is sent again by itself, and what is refused stays.
        again = device("sync")
        assert (again["pushed"], again["errors"]) == (0, 3), again
        # Sent again as it is, it is refused again.
        device("errors", "retry", str(errors[poisoned]["id"]))
        assert device("sync")["errors"] == 3
        # Edited, it goes out with all that waited for it.
        assert device("update", "accounts", poisoned, f"ownerid=teams/{team(server, 'East Sales')}")["state"] == "saved"
        assert device("sync")["errors"] == 0
        assert server.get(f"contacts({children[0]})")["_parentcustomerid_value"] == poisoned
        assert server.get(f"opportunities({children[1]})")["_customerid_value"] == poisoned
        same_everything(device, server)


def a_discarded_change_is_gone() -> None:
    """Discarding a create leaves its dependants to be decided, one by one; discarding an edit shows the server's value."""
    with World("--demo", "--records", "500") as world:
        server = world.server
        device, poisoned, children, _ = poisoned_outbox(world)
        product = device.rows("products", top="1")[0]
        device("update", "products", product["productid"], WITHOUT_RIGHT)
        assert device("reconnect")["errors"] == 4
        errors = errors_of(device)
        assert device.refused("sign-out")["rule"] == "D3"

        assert "products" in errors[product["productid"]]["reason"], errors[product["productid"]]
        assert device("show", "products", product["productid"])["description"] != product["description"]
        device("errors", "discard", str(errors[product["productid"]]["id"]))
        assert device("show", "products", product["productid"]) == product

        device("errors", "discard", str(errors[poisoned]["id"]))
        assert device.refused("show", "accounts", poisoned)["code"] == "not_found"
        errors = errors_of(device)
        assert errors.keys() == set(children), errors
        for child in children:
            assert "discarded" in errors[child]["reason"], errors[child]
        # One is given another parent, the other one is given up.
        parent = device.rows("accounts", top="1", filter="startswith(name,'Sound')")[0]["accountid"]
        assert device("update", "contacts", children[0], f"parentcustomerid=accounts/{parent}")["state"] == "saved"
        device("errors", "discard", str(errors[children[1]]["id"]))
        device("sync")
        assert server.get(f"contacts({children[0]})")["_parentcustomerid_value"] == parent
        assert not is_there(server, poisoned) and not is_there(server, children[1])
        same_everything(device, server)


def a_refusal_is_told_at_once() -> None:
    """Connected, the command itself says K4 and the reason; the change is kept."""
    with World("--demo", "--records", "300") as world:
        device = world.device("east1@demo")
        device("sync")
        product = device.rows("products", top="1")[0]["productid"]
        error = device.refused("update", "products", product, WITHOUT_RIGHT)
        assert (error["rule"], error["code"]) == ("K4", "forbidden") and "satchel errors" in error["message"], error
        plain = device.run("update", "products", product, "description=Once more")
        assert plain.returncode == 1 and json.loads(plain.stderr)["error"]["rule"] == "K4", plain
        errors = device("errors")["value"]
        assert len(errors) == 1 and errors[0]["values"] == {"description": "Once more"}, errors
        # Another column of the same record isn't held up by it.
        device("errors", "discard", str(errors[0]["id"]))
        same_everything(device, world.server)


if __name__ == "__main__":
    run(one_bad_change_delays_only_its_dependants, a_discarded_change_is_gone, a_refusal_is_told_at_once)
