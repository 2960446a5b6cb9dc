#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A list is the same on the device as at the server: the same rows in the same order, whatever is asked (L1)."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import World, keys_of_tables, run  # noqa: E402

# set, filter, order
QUERIES = [
    ("accounts", "", "name asc"),
    ("accounts", "contains(name,'CO')", "name desc"),
    ("accounts", "startswith(name,'a') or endswith(name,'s')", "address1_city asc,name asc"),
    ("accounts", "not contains(name,'o') and address1_city ne null", "revenue desc,name asc"),
    ("accounts", "revenue gt 100000.5 and numberofemployees le 500", "numberofemployees asc"),
    ("accounts", "industrycode eq null or (creditonhold eq true and donotphone eq false)", "createdon desc"),
    ("accounts", "primarycontactid/jobtitle ne null", "accountnumber asc"),
    ("accounts", "createdon ge 2026-01-01T00:00:00Z and modifiedon lt 2030-01-01T00:00:00Z", "modifiedon asc"),
    ("contacts", "fullname eq 'nobody at all'", "fullname asc"),
    ("contacts", "fullname ge 'k' and fullname lt 'P'", "fullname asc"),
    ("contacts", "birthdate lt 1980-06-01", "birthdate desc,lastname asc"),
    ("contacts", "contains(emailaddress1,'.example') and statecode eq 0", "lastname asc,firstname asc"),
    ("contacts", "parentcustomerid_account/name ne null and contains(parentcustomerid_account/name,'a')", "parentcustomerid asc,fullname asc"),
    ("opportunities", "estimatedvalue ge 1000 and statecode eq 0", "estimatedvalue desc,name asc"),
    ("opportunities", "Microsoft.Dynamics.CRM.OlderThanXDays(PropertyName='createdon',PropertyValue=1)", "estimatedclosedate asc"),
    ("incidents", "Microsoft.Dynamics.CRM.In(PropertyName='prioritycode',PropertyValues=['1','2'])", "prioritycode asc,title asc"),
    ("tasks", "Microsoft.Dynamics.CRM.LastXYears(PropertyName='createdon',PropertyValue=3)", "scheduledend desc,subject asc"),
    ("tasks", "statecode ne 0 or scheduledend eq null", "subject desc"),
    ("phonecalls", "regardingobjectid_account_phonecall/name ne null", "subject asc"),
    ("leads", "contains(companyname,'e') eq false", "companyname asc,lastname desc"),
    ("products", "statecode eq 0", "productnumber asc"),
]


def a_list_is_the_same_on_both_ends() -> None:
    """Filters and orders of every kind give the same rows in the same order offline as online (L1)."""
    keys = keys_of_tables()
    with World("--demo", "--records", "3000") as world:
        device = world.device("east1@demo")
        device("sync")
        rows_seen = 0
        for table, wanted, order in QUERIES:
            options = {"orderby": order, "select": keys[table]}
            path = f"{table}?$select={keys[table]}&$orderby={order}"
            if wanted:
                options["filter"] = wanted
                path += f"&$filter={wanted}"
            here = [row[keys[table]] for row in device.rows(table, **options)]
            there = [row[keys[table]] for row in world.server.all(path, "east1@demo")]
            assert here == there, (table, wanted, order, len(here), len(there))
            rows_seen += len(here)
        assert rows_seen > 2000, rows_seen  # else the queries ask for nothing


if __name__ == "__main__":
    run(a_list_is_the_same_on_both_ends)
