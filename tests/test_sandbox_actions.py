"""The sandbox as Membrane: actions found and run, the raw API, option lists."""

import pytest
from membrane_side import (
    DIVISION,
    NOBODY,
    NOT_JSON,
    books,
    client,
    guid,
    output,
    problem,
    run,
)

from exactnb.sandbox import Sandbox


@pytest.fixture
def sandbox():
    return Sandbox(store=books())


@pytest.fixture
def api(sandbox):
    return client(sandbox)


@pytest.fixture
def at(sandbox):
    return f"/connections/{sandbox.connection_id}"


# finding actions


KEYS = [
    *(f"list-{n}" for n in ("accounts", "contacts", "items", "sales-invoices", "sales-orders")),
    *("list-gl-accounts", "list-journal-entries"),
    *(f"get-{n}" for n in ("account", "contact", "item", "sales-invoice", "sales-order")),
    "get-gl-account",
    *(f"create-{n}" for n in ("account", "contact", "item", "sales-invoice", "sales-order")),
    *("update-account", "update-contact"),
]


def test_there_are_twenty_actions_in_pages(api, at):
    first = api.get("/actions?limit=15&cursor=0").json()
    rest = api.get("/actions", params={"limit": 15, "cursor": first["cursor"]}).json()
    assert [a["key"] for a in first["items"] + rest["items"]] == KEYS
    assert "cursor" not in rest
    for path in (f"{at}/actions", "/integrations/exact-online/actions"):
        assert [a["key"] for a in api.get(path).json()["items"]] == KEYS
    assert api.get("/integrations/other/actions").json()["items"] == []


@pytest.mark.parametrize(
    ("intent", "key"),
    [
        ("unpaid invoices", "list-sales-invoices"),
        ("openstaande facturen", "list-sales-invoices"),
        ("list customers", "list-accounts"),
        ("klanten", "list-accounts"),
        ("nieuwe klant aanmaken", "create-account"),
        ("change the address of a supplier", "update-account"),
        ("grootboekrekeningen", "list-gl-accounts"),
        ("journal entries", "list-journal-entries"),
        ("make a sales order", "create-sales-order"),
        ("één artikel", "get-item"),
        ("contact details", "get-contact"),
    ],
)
def test_an_intent_finds_the_action(api, intent, key):
    found = api.get("/actions", params={"intent": intent, "limit": 10}).json()["items"]
    assert found[0]["key"] == key


def test_words_that_fit_nothing_find_nothing(api):
    assert api.get("/actions?intent=weather+forecast").json()["items"] == []
    found = api.get("/actions?search=sales").json()["items"]
    assert len(found) == 6
    assert all("sales" in a["key"] for a in found)


def test_every_way_to_one_action_leads_to_it(api, at, sandbox):
    key, integration = "get-item", "integrationKey=exact-online"
    id = api.get(f"/actions/{key}").json()["id"]
    for path in (
        f"/actions/{id}",
        f"/action?key={key}&{integration}",
        f"/action?key={key}&connectionId={sandbox.connection_id}",
        f"{at}/actions/{key}",
        f"/action-instance?parentKey={key}&connectionId={sandbox.connection_id}&autoCreate=true",
    ):
        assert api.get(path).json()["id"] == id, path
    for path in ("/actions/no", "/action?key=no", f"/action?key={key}&integrationKey=no"):
        problem(api.get(path), 404, "bad_request", "not_found")
    problem(api.get("/action"), 400, "bad_request")


def test_schemas_are_rich(api):
    def properties(key):
        return api.get(f"/actions/{key}").json()["inputSchema"]["properties"]

    status = properties("list-sales-invoices")["status"]
    assert status["type"] == "integer"
    assert [(r["id"], r["name"]) for r in status["referenceRecords"]] == [
        (10, "Draft"),
        (20, "Open"),
        (50, "Processed"),
    ]
    invoice = properties("create-sales-invoice")
    assert invoice["orderedBy"]["referenceCollection"] == {"key": "customers"}
    contact = invoice["orderedByContactPerson"]["referenceCollection"]
    assert contact == {"key": "contacts", "parameters": {"account": {"$var": "orderedBy"}}}
    lines = invoice["salesInvoiceLines"]["items"]
    assert lines["required"] == ["item"]
    assert {"quantity", "netPrice", "discount", "description", "vatCode"} <= set(
        lines["properties"]
    )
    account = properties("create-account")
    assert len(account) > 35
    assert account["bsn"]["isSensitive"]
    assert account["email"]["format"] == "email"
    update = api.get("/actions/update-account").json()["inputSchema"]
    assert update["required"] == ["id"]
    assert update["properties"]["endDate"]["type"] == ["string", "null"]


@pytest.mark.parametrize("dialect", ["odata", "unwrapped", "camel", "records"])
def test_every_schema_of_every_dialect_is_a_valid_json_schema(dialect):
    from jsonschema import Draft202012Validator

    found = client(Sandbox(store=books(), dialect=dialect)).get("/actions").json()["items"]
    assert len(found) == 20
    for action in found:
        Draft202012Validator.check_schema(action["inputSchema"])
        Draft202012Validator.check_schema(action["outputSchema"])
        required = action["inputSchema"].get("required", [])
        assert set(required) <= set(action["inputSchema"]["properties"])


# running actions


def test_every_route_runs_an_action(api, at, sandbox):
    key, id = "list-accounts", sandbox.connection_id
    given = {"top": 2, "select": ["Name"], "orderBy": "Name"}
    action_id = api.get(f"/actions/{key}").json()["id"]
    wrapped, bare = {"input": given}, given
    answers = [
        api.post("/act", json={"key": key, "connectionId": id, **wrapped}),
        api.post("/act", json={"id": action_id, "connectionKey": "noordster", **wrapped}),
        api.post("/act", json={"key": key, "integrationKey": "exact-online", **wrapped}),
        api.post("/act", json={"key": key, **wrapped}),
        api.post(f"/actions/{action_id}/run?connectionId={id}", json=wrapped),
        api.post(f"/actions/{key}/run?connectionKey=noordster", json=wrapped),
        api.post(f"/actions/{key}/run?integrationKey=exact-online", json=wrapped),
        api.post(
            f"/action/run?key={key}&integrationKey=exact-online&connectionId={id}", json=wrapped
        ),
        api.post(f"{at}/actions/{key}/run", json=bare),
        api.post(f"/action-instance/run?connectionId={id}&parentKey={key}", json=bare),
    ]
    assert {answer.status_code for answer in answers} == {200}
    names = [[row["Name"] for row in answer.json()["output"]["d"]] for answer in answers]
    assert names == [["Fiets 0", "Fiets 1"]] * len(answers)
    assert len({answer.json()["actionRunId"] for answer in answers}) == len(answers)


def test_an_empty_body_is_an_empty_input(api, at):
    for path in ("/actions/list-accounts/run", f"{at}/actions/list-accounts/run"):
        answer = api.post(path, headers=NOT_JSON)
        assert len(answer.json()["output"]["d"]["results"]) == 60


def test_act_takes_one_style_and_no_other_fields(api):
    for body in (
        {},
        {"key": "list-accounts", "id": "x"},
        {"key": "list-accounts", "api": {}},
        {"action": {"key": "list-accounts"}},
        {"key": "list-accounts", "odd": 1},
        {"key": 5},
    ):
        problem(api.post("/act", json=body), 400, "bad_request")
    problem(run(api, "list-nothing"), 404, "bad_request", "not_found")


def test_act_writes_a_request_to_the_app(api):
    asked = {"method": "get", "path": "/api/v1/current/Me", "query": {"$select": "CurrentDivision"}}
    made = api.post("/act", json={"api": asked}).json()
    assert made["output"]["status"] == 200
    assert made["output"]["data"]["d"]["results"][0]["CurrentDivision"] == DIVISION
    nowhere = api.post("/act", json={"api": {"method": "GET", "url": "/crm/Accounts"}}).json()
    assert nowhere["output"]["status"] == 404
    body = problem(api.post("/act", json={"code": "1 + 1"}), 400, "custom_code")
    assert body["actionRunId"].startswith("run_")


def test_an_input_is_checked_whole_and_what_is_unknown_is_ignored(api):
    given = {"status": "Q", "email": "nobody", "discountSales": 2, "startDate": "soon"}
    body = problem(run(api, "create-account", **given), 400, "bad_request")
    assert {e["path"] for e in body["data"]["errors"]} == {"", *given}
    assert "'name' is a required property" in body["message"]
    assert body["actionRunId"].startswith("run_")
    lines = run(api, "create-sales-invoice", orderedBy=guid(1001), salesInvoiceLines=[{}])
    body = problem(lines, 400, "bad_request")
    assert [e["path"] for e in body["data"]["errors"]] == ["salesInvoiceLines.0"]
    assert len(output(api, "list-accounts", top=1, unheardOf=5)["d"]) == 1
    problem(run(api, "list-accounts", modifiedSince="yesterday"), 400, "bad_request")
    problem(run(api, "list-sales-invoices", status=21), 400, "bad_request")
    # a country that is not on the list may be given, a status may not
    assert output(api, "list-accounts", country="JP")["d"] == {"results": []}


def test_list_inputs_become_one_filter(api):
    def names(**given):
        found = output(api, "list-accounts", select=["Name"], **given)["d"]
        rows = found if isinstance(found, list) else found["results"]
        return [row["Name"] for row in rows]

    assert names(search="Fiets 12", status="C", isSupplier=True) == ["Fiets 123", "Fiets 129"]
    assert names(search="129") == ["Fiets 129"]
    assert names(search="O'x") == []
    since = "2024-09-09T00:02:08Z"
    assert names(modifiedSince=since) == ["Fiets 129"]
    assert names(filter="trim(Code) eq '7' or trim(Code) eq '8'", status="C") == ["Fiets 7"]
    assert names(top=2, orderBy="Modified desc") == ["Fiets 129", "Fiets 128"]


def everything(api, key, how):
    """All records of a list action: names by the way that a dialect gives its next page."""
    given, names = {}, []
    for _ in range(10):
        found = output(api, key, select=["ID", "Name"], **given)
        rows, following = how(found)
        names += rows
        if not following:
            return names
        given = following
    raise AssertionError("the pages do not end")


DIALECTS = {
    "odata": lambda o: (
        [row["Name"] for row in o["d"]["results"]],
        {"skipToken": o["d"]["__next"]} if "__next" in o["d"] else None,
    ),
    "unwrapped": lambda o: (
        [row["Name"] for row in o["results"]],
        {"nextLink": o["nextLink"]} if "nextLink" in o else None,
    ),
    "camel": lambda o: (
        [row["name"] for row in o["accounts"]],
        {"cursor": o["nextCursor"]} if "nextCursor" in o else None,
    ),
    "records": lambda o: (
        [row["fields"]["Name"] for row in o["records"]],
        {"cursor": o["cursor"]} if "cursor" in o else None,
    ),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_turns_all_its_pages(dialect):
    api = client(Sandbox(store=books(), dialect=dialect))
    names = everything(api, "list-accounts", DIALECTS[dialect])
    assert sorted(names) == sorted(f"Fiets {n}" for n in range(130))


def test_a_bare_skip_token_turns_the_page_too(api):
    first = output(api, "list-accounts", select=["ID"])["d"]["results"]
    token = f"guid'{first[-1]['ID']}'"
    second = output(api, "list-accounts", select=["ID"], skipToken=token)["d"]["results"]
    assert len(second) == 60
    assert not {r["ID"] for r in first} & {r["ID"] for r in second}


def test_a_next_page_of_another_action_is_refused(api):
    address = "https://start.exactonline.nl/api/v1/101/crm/Contacts?$skiptoken=guid'x'"
    problem(run(api, "list-accounts", skipToken=address), 400, "bad_request")


def test_one_record_in_every_dialect():
    def one(dialect):
        api = client(Sandbox(store=books(), dialect=dialect))
        return output(api, "get-account", id=guid(1007))

    assert one("odata")["d"]["Code"] == "7".rjust(18)
    assert one("unwrapped")["Code"] == "7".rjust(18)
    camel = one("camel")
    assert (camel["code"], camel["isSupplier"]) == ("7", False)
    assert camel["modified"] == "2024-09-09T00:00:07.000"
    record = one("records")["record"]
    assert (record["id"], record["name"]) == (guid(1007), "Fiets 7")
    assert record["fields"]["Name"] == "Fiets 7"
    assert record["updatedTime"] == "2024-09-09T00:00:07.000"


def test_a_record_that_is_not_there_is_a_failed_run_around_exacts_answer(api):
    body = problem(run(api, "get-account", id=NOBODY), 400, "action_run")
    cause = body["causedByError"]
    assert cause["key"] == "not_found"
    exact = cause["data"]["response"]
    assert exact["status"] == 404
    assert cause["message"] == exact["data"]["error"]["message"]["value"]
    log = api.get(f"/action-run-logs/{body['actionRunId']}").json()
    assert (log["status"], log["name"]) == ("error", "Get Account")
    assert log["error"]["message"] == body["message"]
    problem(run(api, "get-account", id="x' or 1 eq 1"), 400, "bad_request")


def test_an_action_runs_in_the_division_that_is_asked_for(api):
    body = problem(run(api, "list-accounts", division=999), 400, "action_run")
    assert body["causedByError"]["data"]["response"]["status"] == 403
    assert len(output(api, "list-accounts", division=DIVISION, top=3)["d"]) == 3


# the raw API


def test_the_proxy_takes_every_spelling_of_an_address(api, at):
    for path in (
        "/api/v1/current/Me",
        "/current/Me",
        "current/Me",
        "/https://start.exactonline.nl/api/v1/current/Me",
        "/https%3A%2F%2Fstart.exactonline.nl%2Fapi%2Fv1%2Fcurrent%2FMe",
    ):
        answer = api.get(f"{at}/proxy/{path.lstrip('/')}?$select=CurrentDivision")
        assert answer.json()["d"]["results"][0]["CurrentDivision"] == DIVISION, path


def test_the_proxy_hands_through_what_exact_says(api, at):
    nowhere = api.get(f"{at}/proxy/crm/Accounts")
    assert nowhere.status_code == 404
    assert "type" not in nowhere.json()
    assert nowhere.json()["error"]["message"]["value"]
    assert api.get(f"{at}/proxy/999/crm/Accounts").headers["Reason"] == "NoDivisionAccess"
    found = api.get(f"{at}/proxy/{DIVISION}/crm/Accounts?$top=1&$select=Code")
    assert not [name for name in found.headers if name.lower().startswith("x-ratelimit")]
    assert [row["Code"] for row in found.json()["d"]] == ["0".rjust(18)]
    problem(api.get(f"{at}/proxy/https://example.com/"), 400, "connection")


def test_a_request_is_written_out(api, at):
    asked = {
        "path": "/api/v1/{division}/crm/Accounts",
        "method": "get",
        "pathParameters": {"division": str(DIVISION)},
        "query": {"$select": "Name", "$filter": "Name eq 'Fiets 5'"},
    }
    answer = api.post(f"{at}/request", json=asked).json()
    assert answer["status"] == 200
    assert answer["headers"]["content-type"].startswith("application/json")
    assert answer["body"]["d"]["results"][0]["Name"] == "Fiets 5"
    assert answer["data"] == answer["body"]
    nowhere = api.post(f"{at}/request", json={"path": "/crm/Accounts", "method": "GET"}).json()
    assert nowhere["status"] == 404
    for wrong in (
        {"path": "/x"},
        {"method": "GET"},
        {"path": "/x", "method": "FETCH"},
        {"path": "/x", "method": "GET", "query": {"$top": 1}},
        {"path": "/x", "method": "GET", "odd": 1},
    ):
        problem(api.post(f"{at}/request", json=wrong), 400, "bad_request")


# option lists


def test_collections_list_search_and_find(api, at):
    def records(path, **body):
        return api.post(f"{at}/data/{path}", json=body).json()

    keys = {each["key"] for each in api.get(f"{at}/data").json()}
    assert {"customers", "suppliers", "items", "journals", "gl-accounts", "vat-codes"} <= keys
    assert {"payment-conditions", "contacts", "divisions", "projects"} <= keys
    first = records("customers/list")
    second = records("customers/list", cursor=first["cursor"])
    assert (len(first["records"]), len(second["records"])) == (60, 5)
    assert "cursor" not in second
    assert {r["fields"]["Status"] for r in first["records"]} == {"C"}
    found = records("customers/search", query="fiets 12")["records"]
    assert [r["name"] for r in found] == [f"Fiets {n}" for n in (121, 123, 125, 127, 129)]
    assert records("customers/find-by-id", id=guid(1001))["record"]["name"] == "Fiets 1"
    assert [r["id"] for r in records("sales-journals/list")["records"]] == ["70"]
    assert records("vat-codes/find-by-id", id="2")["record"]["fields"]["Percentage"] == 0.21
    assert records("divisions/find-by-id", id=str(DIVISION))["record"]["id"] == str(DIVISION)
    people = records(f"contacts/list?account={guid(1001)}")["records"]
    assert [r["name"] for r in people] == ["P 1", "P 4", "P 7"]
    one = records("accounts/list", filter={"name": "Fiets 9"})["records"]
    assert [r["id"] for r in one] == [guid(1009)]


def test_collections_say_what_they_are_and_refuse_the_rest(api, at):
    spec = api.get(f"{at}/data/contacts").json()
    assert (spec["type"], spec["name"]) == ("collection", "Contacts")
    assert {"account", "division"} == set(spec["parametersSchema"]["properties"])
    problem(api.get(f"{at}/data/nothing"), 404, "bad_request", "not_found")
    missing = api.post(f"{at}/data/customers/find-by-id", json={"id": NOBODY})
    problem(missing, 404, "bad_request", "not_found")
    for path, body in (
        ("customers/search", {}),
        ("customers/list", {"filter": {"odd": 1}}),
        ("divisions/find-by-id", {"id": "x"}),
    ):
        problem(api.post(f"{at}/data/{path}", json=body), 400, "bad_request")


def test_every_reference_in_a_schema_leads_to_a_collection(api, at):
    keys = {each["key"] for each in api.get(f"{at}/data").json()}

    def references(schema):
        if "referenceCollection" in schema:
            yield schema["referenceCollection"]["key"]
        for each in [*schema.get("properties", {}).values(), schema.get("items", {})]:
            yield from references(each) if each else ()

    for action in api.get("/actions").json()["items"]:
        assert set(references(action["inputSchema"])) <= keys


# on the books of the company


def test_the_company_is_read_through_every_list():
    """The first page of each list holds what its filters ask for."""
    api = client(Sandbox())

    def rows(key, **given):
        found = output(api, key, **given)["d"]
        return found if isinstance(found, list) else found["results"]

    belgians = rows("list-accounts", status="C", country="BE", select=["Country", "Status"])
    assert len(belgians) > 5
    assert {(r["Country"], r["Status"]) for r in belgians} == {("BE ", "C")}
    someone = rows("list-contacts", top=1)[0]
    colleagues = rows("list-contacts", account=someone["Account"], select=["ID", "Account"])
    assert someone["ID"] in {r["ID"] for r in colleagues}
    assert {r["Account"] for r in colleagues} == {someone["Account"]}
    assert all(r["IsSalesItem"] for r in rows("list-items", isSalesItem=True))
    term = {"from": "2025-03-01", "to": "2025-03-31"}
    invoices = rows("list-sales-invoices", **term, status=50, expandLines=True)
    march = (1740787200000, 1743379200000)
    for each in invoices:
        assert march[0] <= int(each["InvoiceDate"][6:-2]) <= march[1]
        lines = each["SalesInvoiceLines"]["results"]
        net = sum(round(100 * line["AmountFC"]) for line in lines)
        assert net == round(100 * each["AmountFCExclVat"])
    assert len(invoices) > 20
    order = rows("list-sales-orders", top=1)[0]
    same = rows("list-sales-orders", orderNumber=order["OrderNumber"])
    assert [r["OrderID"] for r in same] == [order["OrderID"]]
    result = rows("list-gl-accounts", balanceType="W", type=110, select=["Code"])
    assert all(r["Code"].startswith("8") for r in result)
    entries = rows("list-journal-entries", financialYear=2024, financialPeriod=2)
    assert {(r["FinancialYear"], r["FinancialPeriod"]) for r in entries} == {(2024, 2)}
    one = rows("list-journal-entries", entryNumber=entries[0]["EntryNumber"], expandLines=True)
    lines = one[0]["GeneralJournalEntryLines"]["results"]
    assert sum(round(100 * line["AmountFC"]) for line in lines) == 0


def key_of(output, name):
    """The key in what a create action gives back, in whatever dialect."""
    record = output.get("d", output)
    folded = {field.lower(): value for field, value in record.items()}
    return folded.get(name.lower()) or folded["id"]


def fields_of(output):
    """The fields of one record, by their names in small letters, in whatever dialect."""
    record = output.get("d") or output.get("record", {}).get("fields") or output
    return {
        field.lower(): value.strip() if isinstance(value, str) else value
        for field, value in record.items()
    }


def pascal(value):
    """An input with Exact's own names: as camelCase but for the first letter, and a few more."""
    if isinstance(value, list):
        return [pascal(each) for each in value]
    if not isinstance(value, dict):
        return value
    odd = {"id": "ID", "vatCode": "VATCode"}
    return {odd.get(k, k[:1].upper() + k[1:]): pascal(v) for k, v in value.items()}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_written_is_read_back(dialect):
    sandbox = Sandbox(dialect=dialect)
    api, at = client(sandbox), f"/connections/{sandbox.connection_id}"

    def write(key, **given):
        return output(api, key, **(pascal(given) if dialect == "unwrapped" else given))

    def read(key, id, **given):
        return fields_of(output(api, key, id=id, **given))

    account = key_of(write("create-account", name="Proef", status="C", email="p@example.nl"), "ID")
    write("update-account", id=account, city="Assen", email=None)
    found = read("get-account", account)
    assert (found["name"], found["city"], found["status"]) == ("Proef", "Assen", "C")
    assert found["email"] is None
    contact = key_of(write("create-contact", account=account, lastName="Jansen"), "ID")
    write("update-contact", id=contact, firstName="Ada")
    found = read("get-contact", contact)
    assert (found["firstname"], found["lastname"], found["accountname"]) == (
        "Ada",
        "Jansen",
        "Proef",
    )
    item = key_of(write("create-item", code="PROEF", description="Fietsbel"), "ID")
    assert read("get-item", item)["description"] == "Fietsbel"
    lines = [{"item": item, "quantity": 3, "netPrice": 12.5, "vatCode": "2"}]
    made = write("create-sales-invoice", orderedBy=account, yourRef="A1", salesInvoiceLines=lines)
    found = read("get-sales-invoice", key_of(made, "InvoiceID"), expandLines=True)
    assert (found["amountfcexclvat"], found["yourref"], found["status"]) == (37.5, "A1", 20)
    own = found["salesinvoicelines"]
    line = fields_of((own if isinstance(own, list) else own["results"])[0])
    assert (line["quantity"], line["netprice"], line["vatcode"]) == (3, 12.5, "2")
    made = write("create-sales-order", orderedBy=account, salesOrderLines=lines)
    found = read("get-sales-order", key_of(made, "OrderID"))
    assert (found["amountfcexclvat"], found["orderedbyname"]) == (37.5, "Proef")
    found = api.post(f"{at}/data/customers/search", json={"query": "proef"}).json()["records"]
    assert account in {each["id"] for each in found}


def test_exact_refuses_in_its_own_words():
    api = client(Sandbox())
    body = run(api, "create-sales-invoice", orderedBy=NOBODY, salesInvoiceLines=[{"item": NOBODY}])
    cause = problem(body, 400, "action_run")["causedByError"]
    assert "Besteld door" in cause["message"]
    english = client(Sandbox(language="en"))
    item = {"code": "TWICE", "description": "x"}
    output(english, "create-item", **item)
    cause = problem(run(english, "create-item", **item), 400, "action_run")["causedByError"]
    assert "exists" in cause["message"]
