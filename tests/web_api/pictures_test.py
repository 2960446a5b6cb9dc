#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pictures of records through the Web API: written as base64 or as bytes, read when asked for, refused where they are none."""
import base64
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from web import Client, basic, equal, refused, tests_of  # noqa: E402

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(100))
GIF = b"GIF89a" + bytes(range(50))
BESIDE = ("entityimageid", "entityimage_timestamp", "entityimage_url")


def base64_of(picture: bytes) -> str:
    return base64.b64encode(picture).decode()


def a_picture_is_written_and_read_by_name(web: Client) -> None:
    ident = web.create("contacts", {"lastname": "Seen", "entityimage": base64_of(PNG)})
    row = web.get(f"contacts({ident})").json
    assert "entityimage" not in row and all(row[name] for name in BESIDE), row
    assert "entityimage" not in web.get(f"contacts?$filter=contactid eq {ident}").rows[0]
    equal(web.get(f"contacts({ident})?$select=entityimage")["entityimage"], base64_of(PNG))
    equal(web.get(f"contacts({ident})/entityimage")["value"], base64_of(PNG))
    bytes_of = web.get(f"contacts({ident})/entityimage/$value")
    equal((bytes_of.status, bytes_of.headers["Content-Type"], bytes_of.body), (200, "image/png", PNG))
    at_its_address = web.get(row["entityimage_url"])
    equal((at_its_address.headers["Content-Type"], at_its_address.body), ("image/png", PNG))


def another_picture_has_another_id(web: Client) -> None:
    ident = web.create("accounts", {"name": "Pictured", "entityimage": base64_of(PNG)})
    first = web.get(f"accounts({ident})").json
    web.patch(f"accounts({ident})", {"telephone1": "555 0100"})
    second = web.get(f"accounts({ident})").json
    equal([first[name] for name in BESIDE], [second[name] for name in BESIDE])
    web.patch(f"accounts({ident})", {"entityimage": base64_of(GIF), "entityimageid": first["entityimageid"]})
    third = web.get(f"accounts({ident})").json
    assert third["entityimageid"] != first["entityimageid"] and third["entityimage_url"] != first["entityimage_url"], third
    assert third["entityimage_timestamp"] >= first["entityimage_timestamp"], third
    equal(web.get(f"accounts({ident})/entityimage/$value").headers["Content-Type"], "image/gif")
    web.patch(f"accounts({ident})", {"entityimage": None})
    gone = web.get(f"accounts({ident})").json
    equal([gone[name] for name in BESIDE], [None] * 3)
    equal(web.get(f"accounts({ident})/entityimage").status, 204)
    equal(web.get(f"accounts({ident})/entityimage/$value").status, 204)


def the_column_s_own_address_takes_bytes_and_json(web: Client) -> None:
    ident = web.create("contacts", {"lastname": "Own address"})
    path = f"contacts({ident})/entityimage"
    for kind, picture in (("application/octet-stream", PNG), ("image/jpeg", JPEG)):
        equal(web.put(path, picture, Content_Type=kind).status, 204)
        equal(web.get(path + "/$value").body, picture)
    equal(web.get(path + "/$value").headers["Content-Type"], "image/jpeg")
    equal(web.patch(path, GIF, Content_Type="application/octet-stream").status, 204)
    equal(web.put(path, {"value": base64_of(PNG)}).status, 204)
    equal(web.get(path + "/$value").body, PNG)
    refused(web.put(path, b"<svg/>", Content_Type="image/svg+xml"), 400, "bad_value")
    refused(web.put(path, b"\x00\x01", Content_Type="application/octet-stream"), 400, "bad_value")
    equal(web.get(path + "/$value").body, PNG)
    equal(web.delete(path).status, 204)
    equal(web.get(path).status, 204)


def what_is_no_picture_changes_nothing(web: Client) -> None:
    ident = web.create("contacts", {"lastname": "Unchanged", "entityimage": base64_of(PNG)})
    before = web.version(f"contacts({ident})")
    largest = b"\xff\xd8\xff" + bytes(64 * 1024 - 3)
    for picture in ("no base64!", base64_of(b"plain text"), "data:image/png;base64," + base64_of(PNG), base64_of(largest + b"x"), 5, True, [], {}):
        answer = web.patch(f"contacts({ident})", {"entityimage": picture})
        refused(answer, 400, "bad_value")
        assert "Picture" in answer.json["error"]["message"], answer
        equal(web.version(f"contacts({ident})"), before)
    equal(web.patch(f"contacts({ident})", {"entityimage": base64_of(largest)}).status, 204)
    equal(web.get(f"contacts({ident})/entityimage/$value").body, largest)


def a_put_of_the_record_leaves_its_picture(web: Client) -> None:
    ident = web.create("contacts", {"lastname": "Put", "firstname": "Ada", "entityimage": base64_of(PNG)})
    equal(web.put(f"contacts({ident})", {"lastname": "Put"}).status, 204)
    row = web.get(f"contacts({ident})?$select=firstname,entityimage").json
    equal((row["firstname"], row["entityimage"]), (None, base64_of(PNG)))
    web.put(f"contacts({ident})", {"lastname": "Put", "entityimage": None})
    equal(web.get(f"contacts({ident})?$select=entityimage")["entityimage"], None)


def lists_go_by_the_id_and_not_by_the_picture(web: Client) -> None:
    for query in ("$filter=entityimage ne null", "$orderby=entityimage", "$filter=contains(entityimage,'iVBOR')", "$filter=entityimage eq 'x'",
                  "$filter=parentcustomerid_account/entityimage ne null", "$filter=entityimage eq description"):
        answer = web.get(f"contacts?{query}")
        refused(answer, 400, "bad_filter")
        assert "entityimageid" in answer.json["error"]["message"], answer
    every = web.all("contacts?$select=entityimageid")
    pictured = web.all("contacts?$filter=entityimageid ne null&$select=entityimage,entityimageid")
    equal(len(pictured), sum(row["entityimageid"] is not None for row in every))
    assert 0.1 < len(pictured) / len(every) < 0.35, len(pictured)
    one = pictured[0]
    for literal in (one["entityimageid"], f"'{one['entityimageid']}'", one["entityimageid"].upper()):
        equal([row["contactid"] for row in web.get(f"contacts?$filter=entityimageid eq {literal}").rows], [one["contactid"]])
    assert all(row["entityimage"] for row in pictured)


def metadata_tells_of_them(web: Client) -> None:
    text = web.get("$metadata", Accept="application/xml").text
    for property in ('Name="entityimage" Type="Edm.Binary"', 'Name="entityimageid" Type="Edm.Guid"', 'Name="entityimage_timestamp" Type="Edm.Int64"'):
        assert property in text, property
    attributes = web.get("EntityDefinitions(LogicalName='contact')/Attributes").rows
    by_name = {attribute["LogicalName"]: attribute for attribute in attributes}
    equal(by_name["entityimage"]["@odata.type"], "#Microsoft.Dynamics.CRM.ImageAttributeMetadata")
    equal(by_name["entityimageid"]["AttributeType"], "Uniqueidentifier")
    equal(by_name["entityimageid"]["IsValidForUpdate"], False)


def rights_decide(web: Client) -> None:
    said = {"Authorization": basic("west1@demo")}
    user = web.get("systemusers(domainname='east1@demo')")["systemuserid"]
    account = web.get(f"accounts?$filter=_ownerid_value eq {user} and entityimageid ne null&$top=1").rows[0]
    refused(web.get(f"accounts({account['accountid']})/entityimage/$value", **said), 404)
    refused(web.get(account["entityimage_url"], **said), 404)
    refused(web.put(f"accounts({account['accountid']})/entityimage", PNG, Content_Type="image/png", **said), 404)
    refused(web.delete(f"accounts({account['accountid']})/entityimage", **said), 404)


if __name__ == "__main__":
    tests_of(("--demo", "--records", "1000"), a_picture_is_written_and_read_by_name, another_picture_has_another_id,
             the_column_s_own_address_takes_bytes_and_json, what_is_no_picture_changes_nothing, a_put_of_the_record_leaves_its_picture,
             lists_go_by_the_id_and_not_by_the_picture, metadata_tells_of_them, rights_decide)
