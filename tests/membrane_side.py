"""What the tests of the sandbox as Membrane share: small books, and a client for them."""

import uuid
from functools import cache
from typing import NamedTuple

import httpx

from exactnb.sandbox.store import Store

DIVISION = 101
MONDAY = 1_725_840_000_000  # 9 September 2024, as Exact writes a date
NOBODY = "6f1a4b4e-0000-4000-8000-000000000000"
NOT_JSON = {"Content-Type": "application/x-www-form-urlencoded"}


def guid(number):
    return str(uuid.UUID(int=number + (4 << 76) + (8 << 62)))


class Rows(NamedTuple):
    entity: str
    columns: tuple
    rows: list


@cache
def books():
    """A small administration: 130 accounts, odd ones customers, every third a supplier."""
    moment = [MONDAY + 1000 * n for n in range(130)]
    return Store.build(
        [
            Rows(
                "SystemDivisions", ("Code", "Description", "Status"), [(DIVISION, "Rijwielen", 1)]
            ),
            Rows("Users", ("UserID", "UserName", "FullName"), [(guid(1), "user", "A User")]),
            Rows(
                "Accounts",
                ("ID", "Division", "Code", "Name", "Status", "IsSupplier", "Created", "Modified"),
                [
                    (guid(1000 + n), DIVISION, str(n), f"Fiets {n}", "PC"[n % 2], n % 3 == 0, t, t)
                    for n, t in enumerate(moment)
                ],
            ),
            Rows(
                "Contacts",
                ("ID", "Division", "Account", "FullName", "LastName"),
                [
                    (guid(2000 + n), DIVISION, guid(1000 + n % 3), f"P {n}", str(n))
                    for n in range(9)
                ],
            ),
            Rows(
                "Journals",
                ("ID", "Division", "Code", "Description", "Type"),
                [(guid(5), DIVISION, "70", "Verkoop", 20), (guid(6), DIVISION, "90", "Memo", 90)],
            ),
            Rows(
                "VATCodes",
                ("ID", "Division", "Code", "Description", "Percentage", "Type"),
                [(guid(7), DIVISION, "2", "Hoog", 0.21, "E")],
            ),
            Rows(
                "Items",
                ("ID", "Division", "Code", "Description", "IsSalesItem", "SalesVatCode"),
                [(guid(8), DIVISION, "BEL", "Fietsbel", 1, "2")],
            ),
        ]
    )


def client(sandbox, token=None):
    return httpx.Client(
        transport=httpx.WSGITransport(app=sandbox),
        base_url="http://sandbox",
        headers={
            "Authorization": f"Bearer {token or sandbox.token}",
            "Accept": "application/json",
            "membrane-api-version": "2025-10-21",
        },
    )


def run(api, key, **given):
    return api.post("/act", json={"key": key, "input": given})


def output(api, key, **given):
    answer = run(api, key, **given)
    assert answer.status_code == 200, answer.text
    return answer.json()["output"]


def problem(answer, status, type, key=None):
    body = answer.json()
    assert (answer.status_code, body["type"], body.get("key")) == (status, type, key)
    return body
