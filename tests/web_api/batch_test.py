#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Batches, as multipart and as JSON: order, change sets, references, conditions, limits."""
import re
import sys
from email.utils import formatdate
from pathlib import Path
from time import time
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent))
from web import NOBODY, Client, equal, refused, tests_of  # noqa: E402

JSON = "Content-Type: application/json\r\n"


def request(line: str, body: str = "", headers: str = "", content_id: str = "") -> str:
    """One part: `line` is "POST contacts"."""
    named = f"Content-ID: {content_id}\r\n" if content_id else ""
    return f"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n{named}\r\n{line} HTTP/1.1\r\n{headers}\r\n{body}\r\n"


def change_set(*parts: str, name: str = "changeset_1") -> str:
    return f"Content-Type: multipart/mixed; boundary={name}\r\n\r\n" + "".join(f"--{name}\r\n{part}" for part in parts) + f"--{name}--\r\n"


def send(web: Client, *parts: str, boundary: str = '"batch 1"', **headers: str):
    plain = boundary.strip('"')
    body = "a preamble\r\n" + "".join(f"--{plain}\r\n{part}" for part in parts) + f"--{plain}--\r\nan epilogue"
    return web.post("$batch", body, Content_Type=f"multipart/mixed; boundary={boundary}", **headers)


def statuses(answer) -> list[int]:
    return [int(code) for code in re.findall(r"^HTTP/1\.1 (\d+) ", answer.text, re.M)]


def json_batch(web: Client, *requests: dict, **headers: str):
    answer = web.post("$batch", {"requests": list(requests)}, **headers)
    equal(answer.status, 200)
    return {each["id"]: each for each in answer["responses"]}


def a_multipart_answer_looks_like_dataverses(web: Client) -> None:
    answer = send(web, request("GET contacts?$top=1&$select=lastname"),
                  change_set(request("POST contacts", '{"lastname":"In a set"}', JSON, "1"), request("POST contacts", '{"lastname":"Too"}', JSON, "2")))
    equal(answer.status, 200)
    boundary = re.fullmatch(r"multipart/mixed; boundary=(batchresponse_[0-9a-f-]{36})", answer.headers["Content-Type"])[1]
    lines = answer.text.split("\r\n")
    assert "\n" not in answer.text.replace("\r\n", ""), "a bare line feed"
    equal(lines[0], f"--{boundary}")
    equal(lines[-2], f"--{boundary}--")
    equal(lines[1], "Content-Type: application/http")
    equal(statuses(answer), [200, 204, 204])
    inner = re.search(r"\r\nContent-Type: multipart/mixed; boundary=(changesetresponse_[0-9a-f-]{36})\r\n\r\n--\1\r\nContent-Type: application/http\r\n", answer.text)
    assert inner, answer.text
    assert "Content-ID: 1\r\n" in answer.text and "Content-ID: 2\r\n" in answer.text
    assert "HTTP/1.1 204 No Content\r\n" in answer.text
    assert answer.text.count("OData-EntityId: ") == 2 and answer.text.count("OData-Version: 4.0") == 3


def a_failed_set_is_one_plain_part_and_nothing_stays(web: Client) -> None:
    before = web.get("contacts/$count").text
    answer = send(web, change_set(request("POST contacts", '{"lastname":"Good"}', JSON, "1"), request("POST contacts", '{"nothing":1}', JSON, "2")),
                  request("POST contacts", '{"lastname":"Behind"}', JSON))
    equal((answer.status, statuses(answer)), (200, [400]))
    assert "changesetresponse" not in answer.text and '"code":"unknown_column"' in answer.text
    equal(web.get("contacts/$count").text, before)
    answer = send(web, request("POST contacts", '{"nothing":1}', JSON), request("POST contacts", '{"lastname":"Behind"}', JSON),
                  Prefer="odata.continue-on-error")
    equal(statuses(answer), [400, 204])
    ident = web.create("contacts", {"lastname": "Stale"})
    stale = web.version(f"contacts({ident})")
    web.patch(f"contacts({ident})", {"jobtitle": "new"})
    answer = send(web, change_set(request("POST contacts", '{"lastname":"Rolled back"}', JSON, "1"),
                                  request(f"PATCH contacts({ident})", '{"jobtitle":"newer"}', JSON + f"If-Match: {stale}\r\n", "2")))
    equal(statuses(answer), [412])
    equal(web.get("contacts?$filter=lastname eq 'Rolled back'").rows, [])


def addresses_of_parts_come_in_three_forms(web: Client) -> None:
    ident = web.create("contacts", {"lastname": "Three"})
    answer = send(web, request(f"GET contacts({ident})/lastname"), request(f"GET /api/data/v9.2/contacts({ident})/lastname"),
                  request(f"GET {web.url}contacts({ident})/lastname"), request("GET WhoAmI"), request("GET $metadata"), boundary="b")
    equal(statuses(answer), [200] * 5)
    equal(answer.text.count('"value":"Three"'), 3)


def parts_refer_to_what_others_made(web: Client) -> None:
    answer = send(web, change_set(request("POST accounts", '{"name":"Parent"}', JSON, "1"),
                                  request("POST contacts", '{"lastname":"Child","parentcustomerid_account@odata.bind":"$1"}', JSON, "2"),
                                  request("PATCH $1", '{"description":"has a child"}', JSON, "3"),
                                  request("PUT $1/primarycontactid/$ref", '{"@odata.id":"$2"}', JSON, "4")),
                  change_set(request("POST accounts", '{"name":"Other parent"}', JSON, "1"),
                             request("POST contacts", '{"lastname":"Other child","parentcustomerid_account@odata.bind":"$1"}', JSON, "2"), name="changeset_2"))
    equal(statuses(answer), [204] * 6)
    parent = web.get("accounts?$filter=name eq 'Parent'&$expand=contact_customer_accounts,primarycontactid").rows[0]
    equal([row["lastname"] for row in parent["contact_customer_accounts"]], ["Child"])
    equal((parent["description"], parent["primarycontactid"]["lastname"]), ("has a child", "Child"))
    other = web.get("accounts?$filter=name eq 'Other parent'&$expand=contact_customer_accounts").rows[0]
    equal([row["lastname"] for row in other["contact_customer_accounts"]], ["Other child"])
    equal(statuses(send(web, request("PATCH $9", '{"name":"x"}', JSON))), [400])


def json_batches_tell_each_answer_by_its_id(web: Client) -> None:
    got = json_batch(web, {"id": "a", "method": "get", "url": "contacts?$top=1&$select=lastname", "headers": {"Accept": "application/json"}},
                     {"id": "b", "method": "post", "url": "/api/data/v9.2/accounts", "body": {"name": "JSON"}, "headers": {"Content-Type": "application/json"}},
                     {"id": "c", "method": "Patch", "url": "$b", "dependsOn": ["b"], "body": {"description": "x"}},
                     {"id": "d", "method": "POST", "url": "nothing", "body": {}},
                     {"id": "e", "method": "GET", "url": f"{web.url}accounts/$count"})
    equal({name: each["status"] for name, each in got.items()}, {"a": 200, "b": 204, "c": 204, "d": 404, "e": 200})
    equal(len(got["a"]["body"]["value"]), 1)
    equal(got["d"]["body"]["error"]["code"], "unknown_table")
    equal(got["d"]["headers"]["odata-version"], "4.0")
    assert got["e"]["body"].isdigit()


def groups_are_all_or_nothing(web: Client) -> None:
    before = web.get("contacts/$count").text
    got = json_batch(web, {"id": "1", "atomicityGroup": "g", "method": "POST", "url": "contacts", "body": {"lastname": "One"}},
                     {"id": "2", "atomicityGroup": "g", "method": "POST", "url": "contacts", "body": {"firstname": "Two"}},
                     {"id": "3", "dependsOn": ["g"], "method": "POST", "url": "contacts", "body": {"lastname": "Three"}},
                     {"id": "4", "method": "GET", "url": "contacts/$count"})
    equal({name: each["status"] for name, each in got.items()}, {"1": 424, "2": 400, "3": 424, "4": 200})
    equal(web.get("contacts/$count").text, before)
    got = json_batch(web, {"id": "1", "method": "POST", "url": "nothing", "body": {}}, {"id": "2", "method": "GET", "url": "contacts/$count"},
                     Prefer="odata.continue-on-error=false")
    equal(list(got), ["1"])


def a_group_is_repeated_as_a_whole(web: Client) -> None:
    said = {"repeatability-request-id": str(uuid4()), "repeatability-first-sent": formatdate(time(), usegmt=True)}
    parts = [{"id": n, "atomicityGroup": "g", "method": "POST", "url": "contacts", "headers": said, "body": {"lastname": f"Group {n}"}} for n in "12"]
    one, two = json_batch(web, *parts), json_batch(web, *parts)
    equal([each["headers"]["odata-entityid"] for each in one.values()], [each["headers"]["odata-entityid"] for each in two.values()])
    equal(web.get("contacts/$count?$filter=startswith(lastname,'Group ')").text, "2")
    refused(web.post("$batch", {"requests": []}, Repeatability_Request_ID=str(uuid4())), 400)


def what_is_no_batch_is_refused_whole(web: Client) -> None:
    before = web.get("contacts/$count").text
    good = request("POST contacts", '{"lastname":"x"}', JSON)
    for body, kind in ((f"--b\r\n{good}", "multipart/mixed; boundary=b"), (good, "multipart/mixed"), ("{", "application/json"),
                       ('{"requests":5}', "application/json"), (f"--b\r\n{good}--b--", "text/plain"),
                       ('{"requests":[{"id":"1","method":"POST","url":"contacts","body":{"lastname":"x"}},{"id":"1","method":"GET","url":"x"}]}', "application/json"),
                       ('{"requests":[{"id":"1","method":"POST","url":"contacts","body":{"lastname":"x"}},{"id":"2","method":"GET","url":"x","dependsOn":["3"]}]}', "application/json")):
        refused(web.post("$batch", body, Content_Type=kind), 400)
    many = [{"id": str(n), "method": "GET", "url": "WhoAmI"} for n in range(1001)]
    refused(web.post("$batch", {"requests": many}), 413)
    refused(web.post("$batch", {"requests": []}, If_Match="*"), 400)
    equal(statuses(send(web, request("POST $batch", "", JSON))), [400])
    set_with_get = send(web, change_set(request("GET contacts", "", "", "1")))
    refused(set_with_get, 400)
    equal(statuses(send(web, request(f"DELETE contacts({NOBODY})"), request("GET WhoAmI"))), [404])
    equal(web.get("contacts/$count").text, before)


if __name__ == "__main__":
    tests_of(("--demo", "--records", "1000"), a_multipart_answer_looks_like_dataverses, a_failed_set_is_one_plain_part_and_nothing_stays,
             addresses_of_parts_come_in_three_forms, parts_refer_to_what_others_made, json_batches_tell_each_answer_by_its_id,
             groups_are_all_or_nothing, a_group_is_repeated_as_a_whole, what_is_no_batch_is_refused_whole)
