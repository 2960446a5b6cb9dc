# SPDX-License-Identifier: Apache-2.0
"""Conversations with the Web API of a demo server, word by word: what is sent is what the tests say."""
from __future__ import annotations

import base64
import http.client
import json
import re
import sys
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "end_to_end"))
from support import PASSWORD, World, run  # noqa: E402,F401

ROOT = "/api/data/v9.2/"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOBODY = "00000000-0000-4000-8000-000000000000"


def basic(user: str, password: str = PASSWORD) -> str:
    """The Authorization header of HTTP Basic."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Answer:
    def __init__(self, status: int, headers: http.client.HTTPMessage, body: bytes):
        self.status, self.headers, self.body = status, headers, body

    def __getitem__(self, name: str):
        return self.json[name]

    def __repr__(self) -> str:
        return f"{self.status} {self.body[:400]!r}"

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def rows(self) -> list[dict]:
        return self.json["value"]

    @property
    def code(self) -> str:
        return self.json["error"]["code"]

    @property
    def id(self) -> str:
        """The id of the record that was written, from OData-EntityId."""
        return GUID.search(self.headers["OData-EntityId"])[0]


class Client:
    """One user on one kept connection. `said` is all that every request carries."""

    def __init__(self, server, user: str = "admin@demo", **said: str):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.said = {"Authorization": basic(user), **said}
        self.url = server.url + ROOT

    def send(self, method: str, path: str, body=None, /, **headers: str) -> Answer:
        """`path` below the service root, or absolute. Headers: If_Match="..." means If-Match."""
        if path.startswith("http"):
            path = path.split("/", 3)[3]
            path = "/" + path
        elif not path.startswith("/"):
            path = ROOT + path
        path = urllib.parse.quote(path, safe="$?&=(),/'%@:*_-;+")
        fields = {**self.said, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        if body is not None:
            fields.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        self.connection.request(method, path, body, fields)
        answer = self.connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())

    def get(self, path: str, /, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, body=None, /, **headers: str) -> Answer:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body=None, /, **headers: str) -> Answer:
        return self.send("PATCH", path, body, **headers)

    def put(self, path: str, body=None, /, **headers: str) -> Answer:
        return self.send("PUT", path, body, **headers)

    def delete(self, path: str, /, **headers: str) -> Answer:
        return self.send("DELETE", path, **headers)

    def create(self, path: str, body: dict) -> str:
        answer = self.post(path, body)
        assert answer.status == 204, answer
        return answer.id

    def version(self, path: str) -> str:
        return self.get(path)["@odata.etag"]

    def all(self, path: str, /, **headers: str) -> list[dict]:
        """Every row, along the next links, which are followed as they come and without any header of ours."""
        answer = self.get(path, **headers)
        rows = answer.rows
        while "@odata.nextLink" in answer.json:
            answer = self.get(answer["@odata.nextLink"])
            rows += answer.rows
        return rows


def equal(got, wanted) -> None:
    assert got == wanted, f"{got!r}, not {wanted!r}"


def refused(answer: Answer, status: int, code: str | None = None) -> None:
    """An OData error: the status, a code and a sentence, and the version that tells it from a proxy's."""
    assert answer.status == status, f"{answer}, not {status}"
    error = answer.json["error"]
    assert isinstance(error["code"], str) and error["code"] and error["message"], answer
    assert answer.headers["OData-Version"] == "4.0", dict(answer.headers)
    if code:
        equal(error["code"], code)
    if status == 405:
        assert answer.headers["Allow"], dict(answer.headers)


def tests_of(server_options: tuple[str, ...], *tests) -> None:
    """Runs tests that share one server: each gets a client of the administrator."""
    with World(*server_options) as world:
        def with_client(test):
            def call():
                test(Client(world.server))
            call.__name__ = test.__name__
            return call
        run(*[with_client(test) for test in tests])
