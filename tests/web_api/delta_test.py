#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Delta links: what changed since they were given, for whom, and when they are void."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from web import Client, basic, equal, refused, tests_of  # noqa: E402

TRACK = {"Prefer": "odata.track-changes"}


def begun(web: Client, path: str, **headers: str) -> tuple[list[dict], str]:
    """All rows of a set, and the delta link at their end."""
    answer = web.get(path, **{**TRACK, **headers})
    applied = answer.headers["Preference-Applied"].split(", ")
    assert "odata.track-changes" in applied, applied
    rows = answer.rows
    while "@odata.nextLink" in answer.json:
        assert "@odata.deltaLink" not in answer.json
        answer = web.get(answer["@odata.nextLink"], **({"Authorization": headers["Authorization"]} if "Authorization" in headers else {}))
        rows += answer.rows
    return rows, answer["@odata.deltaLink"]


def what_changed_comes_once_and_again_if_asked_again(web: Client) -> None:
    changed, gone = web.create("contacts", {"lastname": "Before"}), web.create("contacts", {"lastname": "Gone"})
    rows, link = begun(web, "contacts?$select=lastname")
    assert link.startswith(web.url + "contacts?$select=lastname&$deltatoken="), link
    assert changed in {row["contactid"] for row in rows}
    equal(web.get(link).rows, [])
    web.patch(f"contacts({changed})", {"lastname": "Between"})
    web.patch(f"contacts({changed})", {"lastname": "After"})
    made = web.create("contacts", {"lastname": "Made"})
    web.delete(f"contacts({gone})")
    web.create("accounts", {"name": "of another table"})
    for _ in range(2):
        answer = web.get(link)
        equal(answer["@odata.context"], web.url + "$metadata#contacts(lastname)/$delta")
        equal({row["contactid"]: row["lastname"] for row in answer.rows[:2]}, {changed: "After", made: "Made"})
        equal(set(answer.rows[0]), {"@odata.etag", "contactid", "lastname"})
        equal(answer.rows[2:], [{"@odata.context": web.url + "$metadata#contacts/$deletedEntity", "id": gone, "reason": "deleted"}])
    equal(web.get(answer["@odata.deltaLink"]).rows, [])


def pages_keep_the_link_for_the_last(web: Client) -> None:
    total = int(web.get("contacts/$count").text)
    rows, link = begun(web, "contacts?$select=lastname", Prefer="odata.track-changes, odata.maxpagesize=100")
    equal(len(rows), total)
    made = [web.create("contacts", {"lastname": f"Page {n}"}) for n in range(7)]
    answer = web.get(link, Prefer="odata.maxpagesize=3")
    seen = []
    while True:
        assert len(answer.rows) <= 3
        seen += [row["contactid"] for row in answer.rows]
        if "@odata.nextLink" not in answer.json:
            break
        assert "@odata.deltaLink" not in answer.json
        answer = web.get(answer["@odata.nextLink"], Prefer="odata.maxpagesize=3")
    equal(sorted(seen), sorted(made))
    equal(web.get(answer["@odata.deltaLink"]).rows, [])


def what_leaves_ones_sight_is_told(web: Client) -> None:
    east = {"Authorization": basic("east1@demo")}
    user = web.get("systemusers(domainname='east1@demo')")["systemuserid"]
    west = web.get("systemusers(domainname='west1@demo')")["systemuserid"]
    ident = web.create("contacts", {"lastname": "Mover", "ownerid@odata.bind": f"systemusers({user})"})
    rows, link = begun(web, "contacts?$select=lastname", **east)
    assert ident in {row["contactid"] for row in rows}
    web.patch(f"contacts({ident})", {"ownerid@odata.bind": f"systemusers({west})"})
    equal([(row["id"], row["reason"]) for row in web.get(link, **east).rows], [(ident, "changed")])
    refused(web.get(link), 400, "bad_cursor")


def a_link_ends_with_the_rights_it_was_given_for(web: Client) -> None:
    east = {"Authorization": basic("drafts1@demo")}
    _, link = begun(web, "contacts?$select=lastname", **east)
    equal(web.get(link, **east).rows, [])
    user = web.get("systemusers(domainname='drafts1@demo')")["systemuserid"]
    team = web.create("teams", {"name": "Delta team", "businessunitid@odata.bind": f"businessunits({web.get('WhoAmI')['BusinessUnitId']})",
                                "administratorid@odata.bind": f"systemusers({web.get('WhoAmI')['UserId']})"})
    equal(web.post(f"teams({team})/teammembership_association/$ref", {"@odata.id": f"systemusers({user})"}).status, 204)
    refused(web.get(link, **east), 410, "history_changed")


def other_options_and_tokens_are_refused(web: Client) -> None:
    for option in ("$filter=statecode eq 0", "$orderby=lastname", "$top=3", "$expand=createdby"):
        refused(web.get("contacts?" + option, **TRACK), 400)
    _, link = begun(web, "competitors?$select=name")
    refused(web.get(link.replace("competitors", "products").replace("$select=name&", "")), 400, "bad_cursor")
    refused(web.get(link[:-4] + "BBBB"), 400, "bad_cursor")
    refused(web.get("contacts?$deltatoken="), 400)
    refused(web.get("activityparties", **TRACK), 501)


if __name__ == "__main__":
    tests_of(("--demo", "--records", "1000"), what_changed_comes_once_and_again_if_asked_again, pages_keep_the_link_for_the_last,
             what_leaves_ones_sight_is_told, a_link_ends_with_the_rights_it_was_given_for, other_options_and_tokens_are_refused)
