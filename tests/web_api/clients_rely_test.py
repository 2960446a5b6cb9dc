#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sixteen points that existing Dataverse and OData clients rely on, one test each; the other files here go into depth."""
import re
import sys
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent))
from batch_test import JSON, change_set, json_batch, request, send, statuses  # noqa: E402
from web import GUID, NOBODY, Client, equal, refused, tests_of  # noqa: E402

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


def point_1_a_create_is_204_or_a_representation(web: Client) -> None:
    plain = web.post("contacts", {"lastname": "One"})
    equal((plain.status, plain.headers["Location"]), (204, plain.headers["OData-EntityId"]))
    assert re.search(r"/contacts\([0-9a-f-]{36}\)$", plain.headers["OData-EntityId"])
    for prefer in ("return=representation", "odata.return=representation", "RETURN=representation"):
        shown = web.post("contacts?$select=lastname&$expand=ownerid", {"lastname": "One"}, Prefer=prefer)
        equal((shown.status, shown["lastname"]), (201, "One"))
        assert shown["ownerid"]["systemuserid"] and "firstname" not in shown.json
        equal(web.patch(f"contacts({shown['contactid']})", {"firstname": "A"}, Prefer=prefer).status, 200)


def point_2_upserts_tell_the_key_and_obey_conditions(web: Client) -> None:
    path = "systemusers(domainname='east1@demo')"
    equal(web.patch(path, {"title": "Agent"}).headers["OData-EntityId"], web.url + path)
    ident = web.create("contacts", {"lastname": "Two"})
    for method in (web.patch, web.put):
        refused(method(f"contacts({NOBODY})", {"lastname": "x"}, If_Match="*"), 404)
        refused(method(f"contacts({ident})", {"lastname": "x"}, If_None_Match="*"), 412)
        equal(method(f"contacts({ident})", {"lastname": "Two"}, If_None_Match="null").status, 204)
    refused(web.get(f"contacts({NOBODY})"), 404)
    equal(web.get(f"contacts({ident})", If_None_Match="null").status, 200)
    equal(web.post("contacts", {"lastname": "Two"}, If_None_Match="null", If_Match="null").status, 204)
    equal(web.delete(f"contacts({ident})", If_None_Match="null", If_Match="null").status, 204)


def point_3_etags_are_weak_the_same_everywhere_and_move_with_every_write(web: Client) -> None:
    ident = web.create("contacts", {"lastname": "Three"})
    path = f"contacts({ident})"
    seen = []

    def moved() -> str:
        row = web.get(f"contacts?$filter=contactid eq {ident}").rows[0]
        single = web.get(path)
        equal({row["@odata.etag"], single["@odata.etag"]}, {single.headers["ETag"]})
        assert row["@odata.etag"].startswith('W/"') and row["@odata.etag"] not in seen, seen
        seen.append(row["@odata.etag"])
        return seen[-1]
    moved()
    web.patch(path, {"jobtitle": "x"})
    moved()
    account = web.create("accounts", {"name": "Three"})
    web.put(f"{path}/parentcustomerid_account/$ref", {"@odata.id": f"accounts({account})"})
    moved()
    web.delete(f"accounts({account})/contact_customer_accounts({ident})/$ref")
    now = moved()
    equal(web.get(path, If_None_Match=now).status, 304)
    equal(web.get(path, If_None_Match=now[2:]).status, 304)  # compared weakly
    refused(web.patch(path, {"jobtitle": "y"}, If_Match=seen[0]), 412)
    refused(web.patch(path, {"jobtitle": "y"}, If_Match='"of another server"'), 412)
    equal(statuses(send(web, change_set(request("POST contacts", '{"lastname":"Three rolled back"}', JSON, "1"),
                                        request(f"DELETE {path}", "", f"If-Match: {seen[0]}\r\n", "2")))), [412])
    equal(web.get("contacts?$filter=lastname eq 'Three rolled back'").rows, [])


def point_4_errors_have_a_code_a_message_and_the_version(web: Client) -> None:
    for answer in (web.get("nothing"), web.get("contacts?$filter=("), web.post("contacts", "{"), web.patch(f"contacts({NOBODY})", {"x": 1}),
                   web.get("contacts", Authorization="Bearer x"), web.delete("contacts"), web.post("$batch", "x", Content_Type="text/plain")):
        refused(answer, answer.status)
        assert answer.status >= 400 and answer.headers["Content-Type"].startswith("application/json"), answer
    part = send(web, request("GET nothing"))
    assert re.search(r'HTTP/1\.1 404 Not Found\r\n(?s:.*)OData-Version: 4\.0\r\n(?s:.*)\r\n\{"error":\{"code":"', part.text), part.text


def point_5_multipart_answers_are_byte_for_byte_as_expected(web: Client) -> None:
    answer = send(web, request("GET WhoAmI"), change_set(request("POST contacts", '{"lastname":"Five"}', JSON, "7")), request(f"GET contacts({NOBODY})"))
    assert answer.body.startswith(b"--batchresponse_") and b"\n" not in answer.body.replace(b"\r\n", b"")
    for head in re.findall(r"--(?:batch|changeset)response_[0-9a-f-]{36}\r\n(.*?)\r\n\r\n", answer.text, re.S):
        lines = head.split("\r\n")
        if lines[0].startswith("Content-Type: multipart"):
            assert len(lines) == 1 and re.fullmatch(r"Content-Type: multipart/mixed; boundary=changesetresponse_[0-9a-f-]{36}", lines[0]), lines
        else:
            assert "Content-Type: application/http" in lines, lines
    equal(re.findall(r"HTTP/1\.1 .*", answer.text), ["HTTP/1.1 200 OK\r", "HTTP/1.1 204 No Content\r", "HTTP/1.1 404 Not Found\r"])
    assert "Content-ID: 7\r\n" in answer.text


def point_6_a_batch_is_200_and_stops_or_goes_on(web: Client) -> None:
    bad, good = request("POST contacts", '{"nothing":1}', JSON), request("GET WhoAmI")
    for parts, prefer, wanted in (((bad, good), "", [400]), ((bad, good), "odata.continue-on-error", [400, 200]), ((bad, good), "continue-on-error=true", [400, 200]),
                                  ((bad, good), "odata.continue-on-error=false", [400]), ((change_set(request("POST contacts", "{}", JSON, "1")), good), "", [400])):
        answer = send(web, *parts, Prefer=prefer)
        equal((answer.status, statuses(answer)), (200, wanted))
    equal([each["status"] for each in json_batch(web, {"id": "1", "method": "GET", "url": "nothing"}, {"id": "2", "method": "GET", "url": "WhoAmI"}).values()],
          [404, 200])


def point_7_parts_are_addressed_in_three_ways_and_refer_to_each_other(web: Client) -> None:
    for url in ("WhoAmI", "/api/data/v9.2/WhoAmI", web.url + "WhoAmI"):
        equal(statuses(send(web, request(f"GET {url}"))), [200])
        equal(json_batch(web, {"id": "1", "method": "gEt", "url": url, "headers": {"ACCEPT": "application/json"}})["1"]["status"], 200)
    got = json_batch(web, {"id": "a", "method": "POST", "url": "accounts", "atomicityGroup": "g", "body": {"name": "Seven"}},
                     {"id": "b", "method": "POST", "url": "contacts", "atomicityGroup": "g", "body": {"lastname": "Seven", "parentcustomerid_account@odata.bind": "$a"}},
                     {"id": "c", "method": "GET", "url": "$a/contact_customer_accounts/$count", "dependsOn": ["g"]},
                     {"id": "d", "method": "POST", "url": "contacts", "body": {}}, {"id": "e", "method": "GET", "url": "WhoAmI", "dependsOn": ["d"]})
    equal([got[name]["status"] for name in "abcde"], [204, 204, 200, 400, 424])
    equal(got["c"]["body"], "1")


def point_8_addresses_are_split_first_and_decoded_then(web: Client) -> None:
    ident = web.create("contacts", {"lastname": "O'Eight (8) & $top=1"})
    for path in ("contacts?%24filter=lastname%20eq%20%27O%27%27Eight%20%288%29%20%26%20%24top%3D1%27&%24select=lastname",
                 f"contacts?%24FILTER=contactid%20eq%20{ident.upper()}"):
        equal([row["contactid"] for row in web.get(path).rows], [ident])
    for key in (ident.upper(), "{" + ident + "}", "%7B" + ident + "%7D", f"contactid={ident}", f"'{ident}'"):
        equal(web.get(f"contacts({key})")["contactid"], ident)
    equal(web.get(f"contacts%28{ident}%29")["contactid"], ident)
    equal(web.get("WhoAmI%28%29").status, 200)


def point_9_moments_have_no_fractions_and_dates_no_time(web: Client) -> None:
    ident = web.create("contacts", {"lastname": "Nine", "birthdate": "1999-12-31"})
    task = web.create("tasks", {"subject": "Nine", "scheduledend": "2026-11-28T10:20:30.456+01:00"})
    equal(web.get(f"tasks({task})")["scheduledend"], "2026-11-28T09:20:30Z")
    row = web.get(f"contacts({ident})").json
    equal(row["birthdate"], "1999-12-31")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["createdon"]), row["createdon"]


def point_10_next_links_are_absolute_whole_and_need_no_header(web: Client) -> None:
    total = int(web.get("contacts/$count").text)
    answer = web.get("contacts?$count=true&%24select=lastname&$orderby=lastname", Prefer="odata.maxpagesize=70")
    seen = [row["contactid"] for row in answer.rows]
    while "@odata.nextLink" in answer.json:
        assert answer["@odata.nextLink"].startswith(web.url + "contacts?") and answer["@odata.count"] == total
        answer = web.get(answer["@odata.nextLink"])
        assert len(answer.rows) <= 70 and set(answer.rows[0]) == {"@odata.etag", "contactid", "lastname"}
        seen += [row["contactid"] for row in answer.rows]
    equal((len(seen), len(set(seen))), (total, total))
    equal(web.get("contacts/$count").headers["Content-Type"], "text/plain")


def point_11_delta_links_end_a_list_and_tell_deletions_as_4_0(web: Client) -> None:
    gone = web.create("competitors", {"name": "Eleven"})
    answer = web.get("competitors?$select=name", Prefer="odata.track-changes, odata.maxpagesize=5")
    while "@odata.nextLink" in answer.json:
        assert "@odata.deltaLink" not in answer.json
        answer = web.get(answer["@odata.nextLink"])
    link = answer["@odata.deltaLink"]
    equal(web.delete(f"competitors({gone})").status, 204)
    for _ in range(2):
        equal(web.get(link).rows, [{"@odata.context": web.url + "$metadata#competitors/$deletedEntity", "id": gone, "reason": "deleted"}])
    for bad in (link + "AAAA", web.url + "competitors?$deltatoken=919042%2108%2f22%2f2017%2008%3a10%3a44"):
        refused(web.get(bad), 400)


def point_12_annotations_come_when_asked_for(web: Client) -> None:
    path = "contacts?$top=1&$select=_ownerid_value,statecode&$filter=_ownerid_value ne null"
    equal([name for name in web.get(path).rows[0] if "@" in name], ["@odata.etag"])
    row = web.get(path, Prefer='odata.include-annotations="*"').rows[0]
    for name in ("OData.Community.Display.V1.FormattedValue", "Microsoft.Dynamics.CRM.lookuplogicalname", "Microsoft.Dynamics.CRM.associatednavigationproperty"):
        assert row["_ownerid_value@" + name], row


def point_13_binds_deep_inserts_properties_and_references(web: Client) -> None:
    account = web.create("accounts", {"name": "Thirteen", "primarycontactid": {"lastname": "Deep"}})
    for url in (f"accounts({account})", f"/accounts({account})", f"{web.url}accounts({account})"):
        ident = web.create("contacts", {"lastname": "Bound", "parentcustomerid_account@odata.bind": url})
        equal(web.get(f"contacts({ident})")["_parentcustomerid_value"], account)
        equal(web.patch(f"contacts({ident})", {"parentcustomerid_account@odata.bind": None}).status, 204)
        equal(web.post(f"accounts({account})/contact_customer_accounts/$ref", {"@odata.id": f"{web.url}contacts({ident})"}).status, 204)
        equal(web.delete(f"contacts({ident})/parentcustomerid_account/$ref").status, 204)
    equal(web.put(f"accounts({account})/name", {"value": "Fourteen"}).status, 204)
    equal(web.delete(f"accounts({account})/description").status, 204)
    before = web.get("contacts/$count").text
    refused(web.post("accounts", {"name": "x", "primarycontactid": {"lastname": "x"}, "contact_customer_accounts": [{"firstname": "x"}]}), 400)
    equal(web.get("contacts/$count").text, before)


def point_14_metadata_tells_whatever_is_returned(web: Client) -> None:
    schema = ElementTree.fromstring(web.get("$metadata").body).find(f".//{EDM}Schema")
    types = {each.get("Name"): each for kind in ("EntityType", "ComplexType", "EnumType") for each in schema.findall(EDM + kind)}

    def local(name: str) -> str:
        return re.sub(r"^Collection\((.*)\)$", r"\1", name).removeprefix("mscrm.").removeprefix("Microsoft.Dynamics.CRM.")
    for each in schema.iter():
        for attribute in ("Type", "BaseType", "EntityType"):
            name = local(each.get(attribute, "Edm."))
            assert name.startswith("Edm.") or name in types, (each.tag, each.attrib)
        if each.tag == EDM + "FunctionImport":
            assert any(function.get("Name") == local(each.get("Function")) for function in schema.findall(EDM + "Function"))
    equal({each.get("Name") for each in schema.iter(EDM + "FunctionImport")}, {"WhoAmI", "RetrieveVersion", "RetrieveCurrentOrganization"})
    sets = {each.get("Name"): local(each.get("EntityType")) for each in schema.iter(EDM + "EntitySet")}
    equal(set(sets), {each["name"] for each in web.get("")["value"]})
    for name, kind in sets.items():
        declared = {each.get("Name") for each in types[kind].findall(EDM + "Property")} | {each.get("Name") for each in types[kind].findall(EDM + "NavigationProperty")}
        for row in web.get(f"{name}?$top=3").rows:
            assert {each for each in row if "@" not in each} <= declared, (name, set(row) - declared)
    answer = web.get("RetrieveCurrentOrganization(AccessType=@p)?@p=Microsoft.Dynamics.CRM.EndpointAccessType'Default'")["Detail"]
    equal(set(answer), {each.get("Name") for each in types["OrganizationDetail"]})
    equal(answer["OrganizationId"], web.get("WhoAmI")["OrganizationId"])


def point_15_definitions_answer_by_name_and_by_id(web: Client) -> None:
    by_name = web.get("EntityDefinitions(LogicalName='account')?$select=EntitySetName&$expand=Attributes($select=LogicalName),Keys,ManyToOneRelationships").json
    equal(by_name["EntitySetName"], "accounts")
    assert GUID.fullmatch(by_name["MetadataId"]) and {"LogicalName", "MetadataId"} <= set(by_name["Attributes"][0])
    equal(web.get(f"EntityDefinitions({by_name['MetadataId']})")["LogicalName"], "account")
    equal(web.get("EntityDefinitions(LogicalName='systemuser')/Keys").rows[0]["KeyAttributes"], ["domainname"])
    lookups = {each["ReferencingAttribute"]: each for each in by_name["ManyToOneRelationships"]}
    equal((lookups["primarycontactid"]["ReferencedEntity"], lookups["primarycontactid"]["SchemaName"]), ("contact", "account_primary_contact"))
    strings = web.get("EntityDefinitions(LogicalName='account')/Attributes?$filter=AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'String'&$count=true&$select=LogicalName")
    equal(strings["@odata.count"], len(strings.rows))
    assert "name" in {each["LogicalName"] for each in strings.rows} and "statecode" not in {each["LogicalName"] for each in strings.rows}
    equal(web.get("EntityDefinitions/$count").text, str(len(web.get("EntityDefinitions").rows)))
    many = web.get("RelationshipDefinitions/Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata").rows
    equal([(each["Entity1LogicalName"], each["Entity2LogicalName"], each["IntersectEntityName"]) for each in many], [("team", "systemuser", "teammembership")])
    every = web.get("RelationshipDefinitions").rows
    equal(len({each["MetadataId"] for each in every}), len(every))
    equal(web.get(f"RelationshipDefinitions({every[3]['MetadataId']})")["SchemaName"], every[3]["SchemaName"])
    refused(web.get("accounts?fetchXml=<fetch/>"), 501)


def point_16_what_is_unknown_illegal_or_not_offered(web: Client) -> None:
    equal(web.get("contacts?$top=1", Prefer='odata.unknown=1, handling=strict, odata.allow-entityreferences, wait=5').status, 200)
    refused(web.get("contacts?$unknown=1"), 400)
    for path in ("contacts?$skip=1", "contacts?$search=x", "contacts?$apply=identity", "contacts?$compute=1 as x", "$all", "$crossjoin(contacts,accounts)",
                 "$entity?$id=contacts", "contacts/$query", "contacts/$filter(@f)", "contacts/Microsoft.Dynamics.CRM.contact", "Microsoft.Dynamics.CRM.Unknown()",
                 "contacts?$filter=length(lastname) eq 3", "contacts?$format=atom"):
        refused(web.get(path), 501)
    refused(web.get("contacts", OData_MaxVersion="3.0"), 400)
    refused(web.post("contacts", {"lastname": str(uuid4())}, OData_MaxVersion="2.0"), 400)


if __name__ == "__main__":
    tests_of(("--demo", "--records", "1000"), *[test for name, test in list(globals().items()) if name.startswith("point_")])
