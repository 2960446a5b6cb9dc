#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Settings and experiences from the command line, and what the devices of a user hold after them."""
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import PASSWORD, PROGRAM, World, run  # noqa: E402


def admin(world: World, *words: str, user: str = "admin@demo", code: int = 0) -> str:
    done = subprocess.run([PROGRAM, "admin", "--server", world.server.url, "--user", user, *words], capture_output=True, text=True,
                          timeout=60, stdin=subprocess.DEVNULL, env={**os.environ, "SATCHEL_PASSWORD": PASSWORD})
    assert done.returncode == code, f"{words}: exit {done.returncode}, not {code}: {done.stdout}{done.stderr}"
    return done.stdout.strip() if code == 0 else done.stderr.splitlines()[0]


def settings_are_set_and_shown() -> None:
    with World("--demo", "--records", "200", "--set", "lease_days=9", "--set", "conflicts.account=server") as world:
        assert admin(world, "get", "lease_days") == "9"
        assert admin(world, "get", "conflicts.account") == "server"
        assert admin(world, "get", "rules") == "modern"
        admin(world, "set", "rules=classic", "platform.ipad.prompt=block", "conflicts.contact.jobtitle=device")
        assert admin(world, "get", "platform.ipad.prompt") == "block"
        listed = admin(world, "get")
        assert "conflicts.contact.jobtitle" in listed and "lock_minutes" in listed, listed
        organization = world.server.get("organizations")["value"][0]
        assert (organization["rules"], organization["lease_days"]) == ("classic", 9), organization
        assert world.server.request("PATCH", f"organizations({organization['organizationid']})", {"version": "8.1"})[0] == 204
        assert admin(world, "get", "version") == "8.1"
        assert world.server.get("organizations?$select=version&$filter=version eq '8.1'")["value"][0]["version"] == "8.1"
        alone = world.server.get(f"organizations({organization['organizationid']})/version")
        assert alone["value"] == "8.1", alone
        admin(world, "set", "version=9.2")
        assert world.server.get("organizations")["value"][0]["version"] == "9.2"
        for words, said in ((("set", "rules=none"), "modern, classic"), (("set", "lease_days=0"), "from 1 to 3650"),
                            (("set", "nothing=1"), "There's no setting"), (("get", "nothing"), "There's no setting")):
            line = admin(world, *words, code=1)
            assert said in line and words[1].split("=")[0] in line, line
        admin(world, "set", "rules", code=2)
        assert admin(world, "set", "rules=modern", user="east1@demo", code=1).startswith("forbidden: ")
        assert admin(world, "get", "rules") == "classic"
        # They stay over a restart, and what isn't a setting keeps a server from starting.
        world.server.stop()
        world.server.options = ("--demo", "--records", "200")
        world.server.start()
        assert admin(world, "get", "platform.ipad.prompt") == "block"
        world.server.stop()
        done = subprocess.run([PROGRAM, "serve", "--data", str(world.server.data), "--listen", "127.0.0.1:0", "--set", "pin=maybe"],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and "required, optional" in done.stderr, done
        world.server.start()


def held(device, table: str) -> list[dict]:
    """What is on the device: a drafts user's list would ask the server first."""
    device("offline", "on")
    rows = device.rows(table)
    device("offline", "off")
    return rows


def an_experience_decides_what_a_device_holds() -> None:
    with World("--demo", "--records", "400") as world:
        device = world.device("east1@demo")
        device("sync")
        assert held(device, "accounts") and held(device, "systemusers")
        assert "drafts" in admin(world, "experience", "east1@demo", "drafts")
        device("sync")
        assert not held(device, "accounts") and not held(device, "tasks")
        assert held(device, "systemusers") and held(device, "transactioncurrencies")
        world.server.request("POST", "mobileofflineprofiles", {"name": "Sales", "published": True, "tables": "accounts"})
        admin(world, "experience", "east1@demo", "sync", "--profile", "Sales")
        device("sync")
        assert held(device, "accounts") and not held(device, "contacts")
        admin(world, "experience", "east1@demo", "sync")
        device("sync")
        assert held(device, "contacts")
        drafts = world.device("drafts1@demo")
        drafts("sync")
        assert not held(drafts, "accounts") and held(drafts, "systemusers")
        users = {row["user"]: row["experience"] for row in json.loads(admin(world, "users", "--json"))["value"]}
        assert users == {"admin@demo": "sync", "east1@demo": "sync", "east2@demo": "sync", "west1@demo": "sync",
                         "drafts1@demo": "drafts"}, users
        assert "(P1)" in admin(world, "set", "rules=classic", "deployment=on-premises")
        device("sync")
        assert not held(device, "accounts")


if __name__ == "__main__":
    run(settings_are_set_and_shown, an_experience_decides_what_a_device_holds)
