# SPDX-License-Identifier: Apache-2.0
"""What the users did, and what must therefore be at the server in the end.

Each device has a column of its own, so its last value must stand; one column belongs to both, so any value that somebody wrote
there may stand. A command that died is looked into afterwards: what it saved is seen on its device, and counts from then on.
"""
from __future__ import annotations

import json
import random
from dataclasses import dataclass, field

from kill import Board
from support import Device, Server, keys_of_tables

OWN = ("address1_line1", "address1_line2")
SHARED = "telephone1"
KILLED = -9


@dataclass
class Row:
    name: str
    values: dict[str, set] = field(default_factory=dict)  # column -> what may stand there
    is_deleted: bool = False
    is_contested: bool = False  # deleted on one side and edited on the other: somebody decided
    is_parent: bool = False


class Book:
    def __init__(self, devices: list[Device], team: str, chance: random.Random):
        self.devices, self.team, self.chance = devices, team, chance
        self.rows: dict[str, Row] = {}
        self.families: list[tuple[str, str, str]] = []
        self.never: list[str] = []  # names whose save died before it was done
        self.last, self.conflicts = 0, 0

    def next_name(self) -> str:
        self.last += 1
        return f"Round {self.last}"

    # ---- what users do -----------------------------------------------------------------------------------------------------

    def edit(self, device: Device, board: Board | None = None) -> None:
        """One thing that a user does; with a board its process may die in the middle."""
        what = self.chance.choices((self.create, self.create_family, self.update, self.remove), (3, 1, 5, 1))[0]
        what(device, board)

    def create(self, device: Device, board: Board | None, table="accounts", **values: str) -> str | None:
        name = self.next_name()
        named = {"contacts": "lastname"}.get(table, "name")
        words = [f"{column}={value}" for column, value in {named: name, "ownerid": f"teams/{self.team}", **values}.items()]
        done = self.run(device, board, "create", table, *words)
        if done.returncode == 0:
            record = json.loads(done.stdout)["id"]
        else:
            assert done.returncode == KILLED, done.stderr
            seen = device.rows(table, filter=f"{named} eq '{name}'")
            assert len(seen) <= 1, seen
            record = seen[0][keys_of_tables()[table]] if seen else None
        if record is None:
            self.never.append(name)
        elif table == "accounts":
            self.rows[record] = Row(name)
        return record

    def create_family(self, device: Device, board: Board | None) -> None:
        boards = [board, None, None]
        self.chance.shuffle(boards)
        account = self.create(device, boards[0])
        if account is None:
            return
        self.rows[account].is_parent = True
        contact = self.create(device, boards[1], "contacts", parentcustomerid=f"accounts/{account}")
        deal = self.create(device, boards[2], "opportunities", customerid=f"accounts/{account}")
        if contact and deal:
            self.families.append((account, contact, deal))

    def update(self, device: Device, board: Board | None) -> None:
        record = self.some_row(lambda row: True)
        if record is None or not self.is_visible(device, record):
            self.create(device, board)
            return
        row, value = self.rows[record], f"+{self.chance.randrange(10**9)}"
        column = self.chance.choice((OWN[self.devices.index(device)], SHARED))
        done = self.run(device, board, "update", "accounts", record, f"{column}={value}")
        if done.returncode == KILLED:
            seen = device.run("show", "accounts", record)
            is_saved = seen.returncode == 0 and json.loads(seen.stdout)[column] == value
        else:
            is_saved = done.returncode == 0
            assert is_saved, done.stderr
        if is_saved:
            row.values[column] = ({value} | row.values.get(column, {None})) if column == SHARED else {value}

    def remove(self, device: Device, board: Board | None) -> None:
        record = self.some_row(lambda row: not row.is_parent)
        if record is None or not self.is_visible(device, record):
            self.create(device, board)
            return
        done = self.run(device, board, "delete", "accounts", record)
        assert done.returncode in (0, KILLED), done.stderr
        self.rows[record].is_deleted |= done.returncode == 0 or not self.is_visible(device, record)

    def is_visible(self, device: Device, record: str) -> bool:
        done = device.run("show", "accounts", record)
        assert done.returncode == 0 or "not_found" in done.stderr, done.stderr
        return done.returncode == 0

    def decide_conflicts(self, device: Device) -> None:
        for conflict in device("conflicts")["value"]:
            self.conflicts += 1
            if conflict["kind"] != "columns":
                self.rows[conflict["record"]].is_contested = True
            device("conflicts", "resolve", str(conflict["id"]), "--keep", self.chance.choice(("mine", "server")))

    def run(self, device: Device, board: Board | None, *words: str):
        return device.run(*words, **(board.environment() if board else {}))

    def some_row(self, wanted) -> str | None:
        rows = [record for record, row in self.rows.items() if not row.is_deleted and wanted(row)]
        return self.chance.choice(rows[-30:]) if rows else None

    # ---- what must be so -----------------------------------------------------------------------------------------------------

    def check_families(self, server: Server) -> None:
        """Parent and children arrive together (invariant 12)."""
        there = {row["accountid"] for row in server.all("accounts?$filter=startswith(name,'Round ')&$select=accountid")}
        contacts = {row["contactid"] for row in server.all("contacts?$filter=startswith(lastname,'Round ')&$select=contactid")}
        deals = {row["opportunityid"] for row in server.all("opportunities?$filter=startswith(name,'Round ')&$select=opportunityid")}
        for account, contact, deal in self.families:
            members = (account in there, contact in contacts, deal in deals)
            assert len(set(members)) == 1, f"half a family: account, contact, opportunity {members} of {account}"

    def check(self, server: Server) -> None:
        self.check_families(server)
        there: dict[str, list[dict]] = {}
        for table, named in (("accounts", "name"), ("contacts", "lastname"), ("opportunities", "name")):
            for row in server.all(f"{table}?$filter=startswith({named},'Round ')"):
                there.setdefault(row[named], []).append(row)
        for name in self.never:
            assert name not in there, f"{name} was never saved"
        for record, row in self.rows.items():
            found = there.get(row.name, [])
            assert len(found) <= 1, f"{row.name} is there {len(found)} times"
            if row.is_contested:
                continue
            assert len(found) == (0 if row.is_deleted else 1), f"{row.name}: {row}, at the server: {found}"
            for column, values in row.values.items() if found else ():
                assert found[0]["accountid"] == record
                assert found[0][column] in values, f"{row.name}: {column} is {found[0][column]}, must be one of {values}"
        for account, contact, deal in self.families:
            assert server.get(f"contacts({contact})")["_parentcustomerid_value"] == account
            assert server.get(f"opportunities({deal})")["_customerid_value"] == account

    def report(self) -> str:
        return (f"{len(self.rows)} accounts, {len(self.families)} families, {self.conflicts} conflicts, "
                f"{len(self.never)} saves that died early")
