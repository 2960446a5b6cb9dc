#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reading through the Web API: lists, single records, conditions, pages, related records, annotations."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from web import GUID, NOBODY, Client, equal, refused, tests_of  # noqa: E402

FORMATTED = "@OData.Community.Display.V1.FormattedValue"


def lists_choose_filter_and_sort(web: Client) -> None:
    answer = web.get("accounts?$select=name,_primarycontactid_value&$filter=statecode eq 0&$orderby=name desc&$top=5&$count=true")
    equal(answer.status, 200)
    assert answer.headers["Content-Type"].startswith("application/json"), answer.headers["Content-Type"]
    equal(answer.headers["OData-Version"], "4.0")
    equal(answer["@odata.context"], web.url + "$metadata#accounts(name,_primarycontactid_value)")
    equal(len(answer.rows), 5)
    names = [row["name"].casefold() for row in answer.rows]
    equal(names, sorted(names, reverse=True))
    for row in answer.rows:
        equal(set(row), {"@odata.etag", "accountid", "name", "_primarycontactid_value"})
    assert answer["@odata.count"] > 5
    counted = web.get("accounts/$count?$filter=statecode eq 0")
    equal(counted.headers["Content-Type"], "text/plain")
    equal(counted.text, str(answer["@odata.count"]))


def one_record_is_the_same_everywhere(web: Client) -> None:
    row = web.get("contacts?$top=1").rows[0]
    ident = row["contactid"]
    single = web.get(f"contacts({ident})")
    equal(single["@odata.context"], web.url + "$metadata#contacts/$entity")
    equal(single.headers["ETag"], row["@odata.etag"])
    equal({**single.json, "@odata.context": 0}, {**row, "@odata.context": 0})
    assert row["@odata.etag"].startswith('W/"')
    for key in (ident.upper(), "{" + ident + "}", f"contactid={ident}"):
        equal(web.get(f"contacts({key})")["contactid"], ident)
    refused(web.get(f"contacts({NOBODY})"), 404)
    refused(web.get("contacts(not-an-id)"), 400)
    refused(web.get("nothing"), 404)
    refused(web.get(f"contacts({ident})/nothing"), 400)
    equal(web.get("systemusers(domainname='east1@demo')")["domainname"], "east1@demo")
    refused(web.get("systemusers(domainname='nobody@demo')"), 404)


def a_condition_that_holds_saves_the_body(web: Client) -> None:
    ident = web.get("contacts?$top=1").rows[0]["contactid"]
    etag = web.version(f"contacts({ident})")
    same = web.get(f"contacts({ident})", If_None_Match=etag)
    equal((same.status, same.body, same.headers["ETag"]), (304, b"", etag))
    equal(web.get(f"contacts({ident})", If_None_Match=f'W/"999999999", {etag}').status, 304)
    equal(web.get(f"contacts({ident})", If_None_Match='W/"999999999"').status, 200)
    equal(web.get(f"contacts({ident})", If_None_Match="null").status, 200)
    equal(web.get(f"contacts({ident})?$expand=createdby", If_None_Match=etag).status, 200)
    equal(web.get(f"contacts({ident})", If_None_Match=etag, Prefer='odata.include-annotations="*"').status, 200)


def values_have_the_forms_that_clients_expect(web: Client) -> None:
    ident = web.create("contacts", {"lastname": "Forms", "birthdate": "1985-12-10", "creditlimit": 12.5, "gendercode": 2})
    row = web.get(f"contacts({ident})").json
    equal(row["birthdate"], "1985-12-10")
    equal(row["creditlimit"], 12.5)
    equal(len(row["modifiedon"]), len("2026-11-23T08:15:00Z"))
    assert row["modifiedon"].endswith("Z"), row["modifiedon"]
    equal(row["gendercode"], 2)
    assert isinstance(row["versionnumber"], int)
    equal(web.get(f"contacts({ident})/birthdate")["value"], "1985-12-10")
    equal(web.get(f"contacts({ident})/birthdate/$value").text, "1985-12-10")
    equal(web.get(f"contacts({ident})/jobtitle").status, 204)
    equal(web.get(f"contacts({ident})/contactid/$value").text, ident)
    assert "_transactioncurrencyid_value" in web.get(f"contacts({ident})?$select=creditlimit").json


def pages_go_on_while_rows_change(web: Client) -> None:
    total = int(web.get("contacts/$count").text)
    answer = web.get("contacts?$select=lastname&$orderby=lastname&$count=true", Prefer="odata.maxpagesize=100")
    equal(answer.headers["Preference-Applied"], "odata.maxpagesize=100")
    seen = [row["contactid"] for row in answer.rows]
    equal(len(seen), 100)
    web.create("contacts", {"lastname": "Aaaa"})
    while "@odata.nextLink" in answer.json:
        assert answer["@odata.nextLink"].startswith(web.url), answer["@odata.nextLink"]
        answer = web.get(answer["@odata.nextLink"])
        assert answer["@odata.count"] in (total, total + 1)
        assert len(answer.rows) <= 100
        seen += [row["contactid"] for row in answer.rows]
    equal(len(seen), total)
    equal(len(set(seen)), total)


def top_counts_over_all_pages(web: Client) -> None:
    rows = web.all("contacts?$select=lastname&$top=7", Prefer="odata.maxpagesize=3")
    equal(len({row["contactid"] for row in rows}), 7)
    equal(len(web.all("contacts?$top=3", Prefer="odata.maxpagesize=3")), 3)
    equal(web.get("contacts?$top=0&$count=true").rows, [])
    refused(web.get("contacts?$skiptoken=nonsense"), 400, "bad_cursor")


def encoded_addresses_mean_the_same(web: Client) -> None:
    web.create("contacts", {"lastname": "O'Hara (Sr.) & 50% +"})
    for path in ("contacts?%24filter=lastname%20eq%20%27O%27%27Hara%20%28Sr.%29%20%26%2050%25%20%2B%27&%24select=lastname",
                 "contacts?$filter=lastname+eq+'O''Hara+(Sr.)+%26+50%25+%2B'&$select=lastname",
                 "contacts?$filter=lastname eq @p&@p='O''Hara (Sr.) %26 50%25 %2B'"):
        answer = web.get(path)
        equal([row["lastname"] for row in answer.rows], ["O'Hara (Sr.) & 50% +"])
    equal(web.get("contacts/%24count?$filter=lastname%20eq%20null").text, "0")
    equal(web.get("%24metadata").status, 200)


def filters_compare_search_and_combine(web: Client) -> None:
    def count(condition: str, of: str = "contacts") -> int:
        answer = web.get(f"{of}/$count?$filter={condition}")
        assert answer.status == 200, (condition, answer)
        return int(answer.text)
    everybody = count("contactid ne null")
    equal(count("statecode eq 0") + count("not (statecode eq 0)"), everybody)
    equal(count("startswith(lastname,'m')"), count("startswith(lastname,'M')"))
    assert 0 < count("contains(lastname,'an') or endswith(lastname,'s')") < everybody
    equal(count("lastname in ('Nobody','No one')"), 0)
    assert count("_parentcustomerid_value ne null") > 0
    assert count("parentcustomerid_account/name ne null and parentcustomerid_account/statecode eq 0") > 0
    equal(count("createdon ge 2000-01-01T00:00:00Z"), everybody)
    equal(count("createdon lt 2000-01-01"), 0)
    equal(count("Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=1)")
          + count("not Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=1)"), everybody)
    assert count("Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')") < everybody
    assert count("Microsoft.Dynamics.CRM.Between(PropertyName='numberofemployees',PropertyValues=['10','100'])", "accounts") > 0
    assert count("numberofemployees gt 10 and numberofemployees le 100", "accounts") > 0
    refused(web.get("contacts?$filter=length(lastname) eq 3"), 501)
    refused(web.get("contacts?$filter=creditlimit add 1 gt 3"), 501)
    refused(web.get("contacts?$filter=lastname eq"), 400, "bad_filter")
    refused(web.get("contacts?$filter=lastname eq 5"), 400)
    refused(web.get("contacts?$filter=nothing eq 5"), 400, "unknown_column")


def any_and_all_ask_related_records(web: Client) -> None:
    account = web.create("accounts", {"name": "Lambda", "contact_customer_accounts": [
        {"lastname": "Alpha", "jobtitle": "Boss"}, {"lastname": "Beta"}]})

    def holds(condition: str) -> bool:
        answer = web.get(f"accounts?$select=name&$filter=accountid eq {account} and {condition}")
        assert answer.status == 200, (condition, answer)
        return len(answer.rows) == 1
    assert holds("contact_customer_accounts/any()")
    assert holds("contact_customer_accounts/any(c:c/lastname eq 'alpha')")
    assert holds("contact_customer_accounts/any(c:c/jobtitle eq 'Boss' and startswith(c/lastname,'A'))")
    assert not holds("contact_customer_accounts/any(c:c/jobtitle eq 'Boss' and c/lastname eq 'Beta')")
    assert not holds("contact_customer_accounts/all(c:c/jobtitle eq 'Boss')")
    assert holds("contact_customer_accounts/all(c:c/jobtitle eq 'Boss' or c/lastname eq 'Beta')")
    assert holds("not contact_customer_accounts/any(c:c/lastname eq 'Gamma')")
    assert holds("Account_Tasks/all(t:t/subject eq 'x')")
    members = web.get("teams?$filter=teammembership_association/any(u:u/domainname eq 'east1@demo')&$select=name").rows
    assert "East Sales" in [row["name"] for row in members], members


def expand_brings_what_lookups_lead_to(web: Client) -> None:
    contact = web.create("contacts", {"lastname": "Expanded", "parentcustomerid_account": {"name": "Expander"}})
    row = web.get(f"contacts({contact})?$select=lastname&$expand=parentcustomerid_account($select=name;$expand=createdby($select=domainname)),"
                  "parentcustomerid_contact($select=fullname),ownerid").json
    equal(row["parentcustomerid_account"]["name"], "Expander")
    equal(set(row["parentcustomerid_account"]), {"@odata.etag", "accountid", "name", "createdby"})
    equal(row["parentcustomerid_account"]["createdby"]["domainname"], "admin@demo")
    equal(row["parentcustomerid_contact"], None)
    assert row["ownerid"]["systemuserid"]
    rows = web.get("contacts?$select=lastname&$expand=parentcustomerid_account($select=name)&$filter=parentcustomerid_account/name eq 'Expander'").rows
    equal([each["parentcustomerid_account"]["name"] for each in rows], ["Expander"])
    refused(web.get("contacts?$expand=nothing"), 400)
    refused(web.get("contacts?$expand=createdby($levels=2)"), 501)


def expand_brings_what_leads_here(web: Client) -> None:
    people = [{"lastname": f"Number {n}", "jobtitle": "Odd" if n % 2 else "Even"} for n in range(9)]
    account = web.create("accounts", {"name": "Many", "contact_customer_accounts": people})
    path = f"accounts({account})?$select=name&$expand=contact_customer_accounts($select=lastname;$orderby=lastname desc;$filter=jobtitle eq 'Odd';$count=true;$top=3)"
    row = web.get(path).json
    equal([each["lastname"] for each in row["contact_customer_accounts"]], ["Number 7", "Number 5", "Number 3"])
    equal(row["contact_customer_accounts@odata.count"], 4)
    assert "contact_customer_accounts@odata.nextLink" not in row
    row = web.get("accounts?$select=name&$filter=name eq 'Many'&$expand=contact_customer_accounts($select=lastname;$orderby=lastname)",
                  Prefer="odata.maxpagesize=4").rows[0]
    seen = row["contact_customer_accounts"]
    equal(len(seen), 4)
    seen = seen + web.all(row["contact_customer_accounts@odata.nextLink"])
    equal([each["lastname"] for each in seen], [f"Number {n}" for n in range(9)])
    equal(set(seen[-1]), {"@odata.etag", "contactid", "lastname"})
    team = web.get("teams?$filter=name eq 'East Sales'&$expand=teammembership_association($select=domainname)").rows[0]
    assert {"east1@demo", "east2@demo"} <= {each["domainname"] for each in team["teammembership_association"]}


def addresses_lead_along_relations(web: Client) -> None:
    account = web.create("accounts", {"name": "Walk", "contact_customer_accounts": [{"lastname": "Walker"}]})
    people = web.get(f"accounts({account})/contact_customer_accounts?$select=lastname")
    equal([row["lastname"] for row in people.rows], ["Walker"])
    equal(people["@odata.context"], web.url + "$metadata#contacts(lastname)")
    contact = people.rows[0]["contactid"]
    equal(web.get(f"accounts({account})/contact_customer_accounts/$count").text, "1")
    equal(web.get(f"accounts({account})/contact_customer_accounts({contact})")["lastname"], "Walker")
    refused(web.get(f"accounts({account})/contact_customer_accounts({NOBODY})"), 404)
    equal(web.get(f"contacts({contact})/parentcustomerid_account/name")["value"], "Walk")
    equal(web.get(f"contacts({contact})/parentcustomerid_account?$select=name")["name"], "Walk")
    equal(web.get(f"contacts({contact})/parentcustomerid_contact").status, 204)
    equal(web.get(f"contacts({contact})/parentcustomerid_account/$ref")["@odata.id"], f"{web.url}accounts({account})")
    equal(web.get(f"accounts({account})/contact_customer_accounts/$ref").rows, [{"@odata.id": f"{web.url}contacts({contact})"}])
    equal(web.get(f"contacts({contact})/_parentcustomerid_value")["value"], account)


def annotations_come_only_when_asked_for(web: Client) -> None:
    plain = web.get("contacts?$top=1&$filter=_parentcustomerid_value ne null").rows[0]
    assert not [name for name in plain if "@" in name and name != "@odata.etag"], plain
    answer = web.get("contacts?$top=1&$filter=_parentcustomerid_value ne null", Prefer='odata.include-annotations="*"')
    row = answer.rows[0]
    equal(answer.headers["Preference-Applied"], 'odata.include-annotations="*"')
    equal(row["_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"], "account")
    equal(row["_parentcustomerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty"], "parentcustomerid_account")
    assert row["_parentcustomerid_value" + FORMATTED]
    equal(row["statecode" + FORMATTED], "Active")
    terms = 'odata.include-annotations="OData.Community.Display.V1.FormattedValue,-*"'
    row = web.get("contacts?$top=1&$filter=_parentcustomerid_value ne null", Prefer=f"odata.maxpagesize=3, {terms}").rows[0]
    assert "_parentcustomerid_value" + FORMATTED in row
    assert "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname" not in row


def options_are_known_once_and_legal(web: Client) -> None:
    refused(web.get("contacts?$foo=1"), 400)
    refused(web.get("contacts?$top=1&$top=2"), 400)
    refused(web.get("contacts?$top=-1"), 400)
    equal(web.get("contacts?$top=1&custom=1").status, 200)
    for option in ("$skip=1", "$search=x", "$apply=aggregate($count as n)", "$compute=1 as x", "fetchXml=<fetch/>"):
        refused(web.get("contacts?" + option), 501)
    equal(web.get("contacts?$top=1", Prefer="respond-async, nonsense=1, odata.maxpagesize=zero, return=representation").status, 200)
    refused(web.get("contacts?$top=1", OData_MaxVersion="3.0"), 400)
    for version in ("4.0", "4.01", "10.0"):
        equal(web.get("contacts?$top=1", OData_MaxVersion=version).headers["OData-Version"], "4.0")
    refused(web.get("contacts?$top=1", OData_Isolation="snapshot"), 412)


def methods_are_those_that_fit(web: Client) -> None:
    head = web.send("HEAD", "contacts?$top=1")
    equal((head.status, head.body), (200, b""))
    assert head.headers["OData-Version"] == "4.0"
    assert "GET" in web.send("OPTIONS", "contacts").headers["Allow"]
    for method, path in (("PATCH", "contacts"), ("DELETE", "contacts"), ("PUT", "contacts"), ("POST", f"contacts({NOBODY})"),
                         ("POST", "WhoAmI"), ("DELETE", "$metadata"), ("GET", "$batch"), ("POST", "EntityDefinitions"),
                         ("POST", "contacts/$count")):
        refused(web.send(method, path, {} if method != "GET" else None), 405)
    refused(web.send("BREW", "contacts"), 405)


def who_asks_is_known(web: Client) -> None:
    me = web.get("WhoAmI()").json
    for name in ("BusinessUnitId", "UserId", "OrganizationId"):
        assert GUID.fullmatch(me[name]), me
    equal(me, web.get("WhoAmI").json)
    equal(web.get(f"systemusers({me['UserId']})")["domainname"], "admin@demo")
    assert web.get("RetrieveVersion()")["Version"].startswith("9.2")
    denied = web.get("contacts?$top=1", Authorization="Bearer nonsense")
    refused(denied, 401)
    assert "Bearer" in denied.headers["WWW-Authenticate"] and "Basic" in denied.headers["WWW-Authenticate"]


def older_versions_of_the_address_mean_the_same(web: Client) -> None:
    answer = web.get("/api/data/v9.1/contacts?$top=2", Prefer="odata.maxpagesize=1")
    equal(answer.status, 200)
    assert "/api/data/v9.1/contacts" in answer["@odata.nextLink"]
    equal(web.get(answer["@odata.nextLink"]).status, 200)
    refused(web.get("/api/data/v7.0/contacts"), 404)


if __name__ == "__main__":
    tests_of(("--demo", "--records", "2000"), lists_choose_filter_and_sort, one_record_is_the_same_everywhere,
             a_condition_that_holds_saves_the_body, values_have_the_forms_that_clients_expect, pages_go_on_while_rows_change,
             top_counts_over_all_pages, encoded_addresses_mean_the_same, filters_compare_search_and_combine,
             any_and_all_ask_related_records, expand_brings_what_lookups_lead_to, expand_brings_what_leads_here,
             addresses_lead_along_relations, annotations_come_only_when_asked_for, options_are_known_once_and_legal,
             methods_are_those_that_fit, who_asks_is_known, older_versions_of_the_address_mean_the_same)
