#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writing through the Web API: create, update, replace, upsert, delete, properties, links, conditions, request memory."""
import sys
from email.utils import formatdate
from pathlib import Path
from time import time
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent))
from web import NOBODY, Client, basic, equal, refused, tests_of  # noqa: E402


def a_create_tells_where_the_record_is(web: Client) -> None:
    answer = web.post("contacts", {"lastname": "Plain"})
    equal((answer.status, answer.body), (204, b""))
    where = answer.headers["OData-EntityId"]
    assert where == answer.headers["Location"] and where == f"{web.url}contacts({answer.id})", where
    shown = web.post("contacts?$select=lastname&$expand=createdby($select=domainname)", {"lastname": "Shown"}, Prefer="return=representation")
    equal(shown.status, 201)
    equal(shown.headers["Preference-Applied"], "return=representation")
    equal((shown["lastname"], shown["createdby"]["domainname"]), ("Shown", "admin@demo"))
    assert "firstname" not in shown.json and shown["@odata.etag"] == shown.headers["ETag"]
    minimal = web.post("contacts", {"lastname": "Minimal"}, Prefer="return=minimal")
    equal((minimal.status, minimal.headers["Preference-Applied"]), (204, "return=minimal"))
    own = str(uuid4())
    equal(web.create("contacts", {"contactid": own, "lastname": "Own id"}), own)
    refused(web.post("contacts", {"contactid": own, "lastname": "Twice"}), 412, "exists")


def a_create_that_is_wrong_changes_nothing(web: Client) -> None:
    before = web.get("contacts/$count").text
    for body, code in (({"lastname": "x", "nothing": 1}, "unknown_column"), ({"firstname": "x"}, "bad_value"),
                       ({"lastname": 5}, "bad_value"), ({"lastname": "x" * 51}, "bad_value"),
                       ({"lastname": "x", "gendercode": 77}, "bad_value"), ({"lastname": "x", "gendercode": "2"}, "bad_value"),
                       ({"lastname": "x", "birthdate": "1985-02-30"}, "bad_value"),
                       ({"lastname": "x", "creditlimit": 1e30}, "bad_value"),
                       ({"lastname": "x", "donotphone": "yes"}, "bad_value"),
                       ({"lastname": "x", "_parentcustomerid_value": NOBODY}, "bad_value"),
                       ({"lastname": "x", "parentcustomerid_account@odata.bind": f"accounts({NOBODY})"}, "bad_value"),
                       ({"lastname": "x", "parentcustomerid_account@odata.bind": "leads(1)"}, "bad_value"),
                       ([], "bad_json"), ("{", "bad_json"), ('{"lastname":"a","lastname":"b"}', "bad_json")):
        refused(web.post("contacts", body), 400, code)
    refused(web.post("contacts?$select=nothing", {"lastname": "x"}, Prefer="return=representation"), 400, "unknown_column")
    refused(web.post("contacts", "a=b", Content_Type="application/x-www-form-urlencoded"), 400)
    equal(web.get("contacts/$count").text, before)


def a_patch_merges_and_a_put_replaces(web: Client) -> None:
    ident = web.create("contacts", {"lastname": "Patch", "firstname": "Pat", "jobtitle": "Engineer"})
    answer = web.patch(f"contacts({ident})", {"jobtitle": "Boss", "contactid": NOBODY, "fullname": "ignored", "versionnumber": 1})
    equal((answer.status, answer.id), (204, ident))
    row = web.get(f"contacts({ident})").json
    equal((row["fullname"], row["jobtitle"], row["@odata.etag"]), ("Pat Patch", "Boss", answer.headers["ETag"]))
    shown = web.patch(f"contacts({ident})?$select=jobtitle", {"jobtitle": None}, Prefer="odata.return=representation")
    equal((shown.status, shown["jobtitle"]), (200, None))
    web.patch(f"contacts({ident})", {"jobtitle": "Again", "donotphone": True})
    equal(web.put(f"contacts({ident})", {"lastname": "Put"}).status, 204)
    row = web.get(f"contacts({ident})").json
    equal((row["lastname"], row["firstname"], row["jobtitle"], row["donotphone"]), ("Put", None, None, False))
    refused(web.patch(f"contacts({ident})", {"parentcustomerid_account": {"name": "Inside"}}), 501)


def an_upsert_makes_or_changes(web: Client) -> None:
    ident = str(uuid4())
    refused(web.patch(f"contacts({ident})", {"lastname": "Up"}, If_Match="*"), 404)
    refused(web.patch(f"contacts({ident})", {"lastname": "Up"}, If_Match='W/"1"'), 404)
    refused(web.get(f"contacts({ident})"), 404)
    made = web.patch(f"contacts({ident})", {"lastname": "Up"}, Prefer="return=representation")
    equal((made.status, made["contactid"]), (201, ident))
    assert made.headers["Location"]
    refused(web.patch(f"contacts({ident})", {"lastname": "Down"}, If_None_Match="*"), 412)
    equal(web.get(f"contacts({ident})")["lastname"], "Up")
    equal(web.patch(f"contacts({ident})", {"lastname": "Down"}, If_None_Match="null").status, 204)
    refused(web.patch(f"contacts({uuid4()})", {"firstname": "no last name"}), 400)


def an_alternate_key_upserts(web: Client) -> None:
    path = "systemusers(domainname='new@demo')"
    unit = web.get("WhoAmI")["BusinessUnitId"]
    body = {"firstname": "Neo", "lastname": "New", "businessunitid@odata.bind": f"/businessunits({unit})"}
    refused(web.patch(path, body, If_Match="*"), 404)
    made = web.patch(path, body)
    equal(made.status, 204)
    equal(made.headers["OData-EntityId"], web.url + path)
    changed = web.patch(path, {"title": "Chief", "domainname": "other@demo"}, Prefer="return=representation")
    equal((changed.status, changed["title"], changed["domainname"]), (200, "Chief", "new@demo"))
    equal(len(web.get("systemusers?$filter=domainname eq 'new@demo'").rows), 1)
    refused(web.delete("systemusers(domainname='nobody@demo')"), 404)


def conditions_guard_changes(web: Client) -> None:
    ident = web.create("contacts", {"lastname": "Guarded"})
    path = f"contacts({ident})"
    old = web.version(path)
    equal(web.patch(path, {"jobtitle": "1"}, If_Match=old).status, 204)
    new = web.version(path)
    assert old != new
    refused(web.patch(path, {"jobtitle": "2"}, If_Match=old), 412, "version_conflict")
    refused(web.patch(path, {"jobtitle": "2"}, If_None_Match=new), 412)
    equal(web.patch(path, {"jobtitle": "3"}, If_None_Match=old).status, 204)
    equal(web.patch(path, {"jobtitle": "4"}, If_Match=f"{old}, {web.version(path)}").status, 204)
    refused(web.delete(path, If_Match=old), 412)
    refused(web.patch(path, {"jobtitle": "5"}, If_Match="nonsense"), 400)
    equal(web.get(path)["jobtitle"], "4")
    equal(web.delete(path, If_Match=web.version(path)).status, 204)
    refused(web.get(path), 410)
    refused(web.delete(path), 410)
    refused(web.delete(f"contacts({NOBODY})"), 404)
    equal(web.patch(path, {"lastname": "back"}).status, 410)


def single_properties_are_set_and_emptied(web: Client) -> None:
    ident = web.create("contacts", {"lastname": "Single"})
    path = f"contacts({ident})"
    before = web.version(path)
    equal(web.put(f"{path}/jobtitle", {"value": "Captain"}).status, 204)
    equal(web.get(f"{path}/jobtitle")["value"], "Captain")
    equal(web.delete(f"{path}/jobtitle").status, 204)
    equal(web.get(f"{path}/jobtitle").status, 204)
    assert web.version(path) != before
    refused(web.put(f"{path}/jobtitle", {"value": 5}), 400)
    refused(web.put(f"{path}/jobtitle", {"wert": "x"}), 400)
    refused(web.put(f"{path}/fullname", {"value": "x"}), 400)
    refused(web.put(f"{path}/nothing", {"value": "x"}), 400)
    refused(web.delete(f"{path}/lastname"), 400)


def lookups_are_bound_in_every_form(web: Client) -> None:
    account = web.create("accounts", {"name": "Bound"})
    for value in (f"accounts({account})", f"/accounts({account})", f"{web.url}accounts({account})", f"/api/data/v9.2/accounts({account.upper()})"):
        ident = web.create("contacts", {"lastname": "Binder", "parentcustomerid_account@odata.bind": value})
        equal(web.get(f"contacts({ident})")["_parentcustomerid_value"], account)
    ident = web.create("contacts", {"lastname": "Binder", "parentcustomerid_account": {"@odata.id": f"accounts({account})"}})
    equal(web.patch(f"contacts({ident})", {"parentcustomerid_account@odata.bind": None}).status, 204)
    equal(web.get(f"contacts({ident})")["_parentcustomerid_value"], None)
    refused(web.patch(f"contacts({ident})", {"parentcustomerid_account@odata.bind": f"contacts({ident})"}), 400)


def references_link_and_unlink(web: Client) -> None:
    account, contact = web.create("accounts", {"name": "Refs"}), web.create("contacts", {"lastname": "Refs"})
    path = f"contacts({contact})/parentcustomerid_account/$ref"
    before = web.version(f"contacts({contact})")
    equal(web.put(path, {"@odata.id": f"{web.url}accounts({account})"}).status, 204)
    equal(web.get(f"contacts({contact})")["_parentcustomerid_value"], account)
    assert web.version(f"contacts({contact})") != before
    equal(web.delete(path).status, 204)
    equal(web.get(f"contacts({contact})")["_parentcustomerid_value"], None)
    refused(web.put(path, {"@odata.id": f"leads({account})"}), 400)

    path = f"accounts({account})/contact_customer_accounts"
    for _ in range(2):
        equal(web.post(f"{path}/$ref", {"@odata.id": f"contacts({contact})"}).status, 204)
    equal(web.get(f"{path}/$count").text, "1")
    equal(web.delete(f"{path}({contact})/$ref").status, 204)
    equal(web.get(f"{path}/$count").text, "0")
    refused(web.delete(f"{path}({contact})/$ref"), 404)
    web.post(f"{path}/$ref", {"@odata.id": f"contacts({contact})"})
    equal(web.delete(f"{path}/$ref?$id={web.url}contacts({contact})").status, 204)
    equal(web.get(f"{path}/$count").text, "0")
    equal(web.get(f"contacts({contact})").status, 200)

    team = web.get("teams?$filter=name eq 'East Sales'").rows[0]["teamid"]
    user = web.get("systemusers(domainname='west1@demo')")["systemuserid"]
    path = f"teams({team})/teammembership_association"
    members = int(web.get(f"{path}/$count").text)
    for _ in range(2):
        equal(web.post(f"{path}/$ref", {"@odata.id": f"systemusers({user})"}).status, 204)
    equal(web.get(f"{path}/$count").text, str(members + 1))
    equal(web.delete(f"{path}({user})/$ref").status, 204)
    equal(web.get(f"{path}/$count").text, str(members))


def records_inside_are_made_all_or_none(web: Client) -> None:
    body = {"name": "Deep", "primarycontactid": {"lastname": "First", "jobtitle": "Primary"},
            "contact_customer_accounts": [{"lastname": "Second"}, {"lastname": "Third"}],
            "Account_Tasks": [{"subject": "Call them"}]}
    shown = web.post("accounts", body, Prefer="return=representation")
    equal(shown.status, 201)
    equal(shown["primarycontactid"]["lastname"], "First")
    equal(sorted(row["lastname"] for row in shown["contact_customer_accounts"]), ["Second", "Third"])
    equal([row["subject"] for row in shown["Account_Tasks"]], ["Call them"])
    before = web.get("accounts/$count").text, web.get("contacts/$count").text
    body["contact_customer_accounts"][1] = {"firstname": "no last name"}
    refused(web.post("accounts", body), 400, "bad_value")
    equal((web.get("accounts/$count").text, web.get("contacts/$count").text), before)
    made = web.post(f"accounts({shown['accountid']})/contact_customer_accounts", {"lastname": "Fourth"})
    equal(web.get(f"contacts({made.id})")["_parentcustomerid_value"], shown["accountid"])
    linked = web.create("accounts", {"name": "Linker", "contact_customer_accounts@odata.bind": [f"contacts({made.id})"]})
    equal(web.get(f"contacts({made.id})")["_parentcustomerid_value"], linked)
    refused(web.post("accounts", {"name": "x", "contact_customer_accounts": {"lastname": "no list"}}), 400)


def parties_travel_as_a_collection(web: Client) -> None:
    contact = web.create("contacts", {"lastname": "Callee"})
    user = web.get("WhoAmI")["UserId"]
    call = web.create("phonecalls", {"subject": "Ring", "phonecall_activity_parties": [
        {"partyid_contact@odata.bind": f"contacts({contact})", "participationtypemask": 2},
        {"partyid_systemuser@odata.bind": f"systemusers({user})", "participationtypemask": 1}]})
    for path in (f"phonecalls({call})", f"phonecalls({call})?$expand=phonecall_activity_parties"):
        equal({(each["_partyid_value"], each["participationtypemask"]) for each in web.get(path)["phonecall_activity_parties"]},
              {(contact, 2), (user, 1)})
    equal(web.get(f"phonecalls?$filter=phonecall_activity_parties/any(p:p/_partyid_value eq {contact})").rows[0]["activityid"], call)
    equal(len(web.get(f"activityparties?$filter=_activityid_value eq {call}").rows), 2)
    refused(web.post("activityparties", {}), 403)


def a_repeated_request_has_its_effect_once(web: Client) -> None:
    def said(at: float = 0) -> dict:
        return {"Repeatability_Request_ID": str(uuid4()), "Repeatability_First_Sent": formatdate(at or time(), usegmt=True)}
    first = said()
    one = web.post("contacts", {"lastname": "Once"}, **first)
    two = web.post("contacts", {"lastname": "Once"}, **first)
    equal((one.status, one.id, one.headers["Repeatability-Result"]), (204, two.id, "accepted"))
    equal(two.headers["Repeatability-Result"], "accepted")
    other = web.post("contacts", {"lastname": "Other"}, **first)
    refused(other, 400, "repeated_differently")
    equal(other.headers["Repeatability-Result"], "rejected")
    path, guarded = f"contacts({one.id})", said()
    etag = web.version(path)
    for _ in range(2):
        equal(web.patch(path, {"jobtitle": "Same"}, If_Match=etag, **guarded).status, 204)
    gone = said()
    for _ in range(2):
        equal(web.delete(path, **gone).status, 204)
    half = web.post("contacts", {"lastname": "x"}, Repeatability_Request_ID=str(uuid4()))
    refused(half, 400)
    equal(half.headers["Repeatability-Result"], "rejected")
    refused(web.post("contacts", {"lastname": "x"}, **{**said(), "Repeatability_First_Sent": "yesterday"}), 400)
    old = web.post("contacts", {"lastname": "x"}, **said(time() - 400 * 86400))
    refused(old, 412)
    equal(old.headers["Repeatability-Result"], "rejected")
    equal(web.get("contacts?$top=1", Repeatability_Request_ID="ignored").status, 200)


def rights_decide(web: Client) -> None:
    said = {"Authorization": basic("west1@demo")}
    user = web.get("systemusers(domainname='east1@demo')")["systemuserid"]
    account = web.get(f"accounts?$filter=_ownerid_value eq {user}&$top=1").rows[0]["accountid"]
    refused(web.get(f"accounts({account})", **said), 404)
    refused(web.patch(f"accounts({account})", {"name": "Mine"}, **said), 404)
    refused(web.delete(f"accounts({account})", **said), 404)
    refused(web.post("competitors", {"name": "x"}, **said), 403)
    equal(web.get(f"accounts?$filter=accountid eq {account}", **said).rows, [])
    equal(web.get(f"contacts?$filter=parentcustomerid_account/accountid eq {account} and parentcustomerid_account/name ne null", **said).rows, [])


if __name__ == "__main__":
    tests_of(("--demo", "--records", "1000"), a_create_tells_where_the_record_is, a_create_that_is_wrong_changes_nothing,
             a_patch_merges_and_a_put_replaces, an_upsert_makes_or_changes, an_alternate_key_upserts, conditions_guard_changes,
             single_properties_are_set_and_emptied, lookups_are_bound_in_every_form, references_link_and_unlink,
             records_inside_are_made_all_or_none, parties_travel_as_a_collection, a_repeated_request_has_its_effect_once,
             rights_decide)
