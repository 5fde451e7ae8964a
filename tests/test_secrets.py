"""Secrets planted wherever one can be, and looked for wherever something is shown or kept."""

from __future__ import annotations

import json
import logging
import pickle
import sys
import traceback
from itertools import product

import nbformat
import pytest
from form_side import button, recorded, under
from IPython.core.ultratb import AutoFormattedTB
from nbclient import NotebookClient
from setting_up_side import place

import exactnb as ex
from exactnb import cli
from exactnb.errors import ExactnbError
from exactnb.membrane.api import Membrane
from exactnb.membrane.lanes import Lanes
from exactnb.membrane.pacing import Paced
from exactnb.membrane.transport import HTTPTransport
from exactnb.reports.exporter import ReportExporter
from exactnb.sandbox import Sandbox
from exactnb.sandbox.serve import start
from exactnb.settings import Settings

PIN, HEADER, CUSTOM = "pin-4711-0815", "header-secret-9f8e7d", "opaque-token-of-nobody-a1b2c3"
#: what the answers repeat: the token that was sent, in every form that it comes in
ECHOES = ("rejected {0}", "Authorization: Bearer {0}", '{{"access_token": "{0}"}}', "/x?token={0}")


class Planted:
    """A served sandbox, its secrets, and a place for each thing that is shown or kept."""

    def __init__(self, sandbox, address, home, wire):
        self.sandbox, self.address, self.home, self.wire = sandbox, address, home, wire
        self.token = sandbox.token
        self.secrets = (self.token, self.token.split(".")[1], sandbox.workspace_secret)
        self.secrets += (PIN, HEADER, CUSTOM)
        self.places: dict[str, str] = {}
        self.opened = []

    def membrane(self, settings):
        transport = HTTPTransport(settings)
        self.opened.append(transport)
        return Membrane(Paced(transport, settings, lanes=Lanes()), settings)

    def books(self):
        settings = Settings(
            api_url=self.address, token=self.token, home=self.home, errors_an_hour=10**6,
            calls_a_minute=None, retries=0, workspace_secret=self.sandbox.workspace_secret,
        )  # fmt: skip
        membrane = self.membrane(settings)
        info = membrane.connection(self.sandbox.connection_id)
        books = ex.Connection(membrane, info, settings, read_only=False)
        action = books.action("create-account")
        action.input_schema["properties"]["remarks"] = {
            "type": "string", "isSensitive": True, "title": "Pin",
        }  # fmt: skip
        return books

    def keep(self, place, *shown):
        """What is shown there, in each of its looks."""
        for thing in shown:
            looks = [thing if isinstance(thing, str) else repr(thing), str(thing)]
            for look in ("_repr_html_", "_repr_mimebundle_"):
                if hasattr(thing, look):
                    looks.append(str(getattr(thing, look)()))
            self.places[place] = self.places.get(place, "") + "\n".join(looks)

    def error(self, place, error):
        """All that an error tells: its words, what hangs on it, and the traceback of each kind."""
        shown = "".join(traceback.format_exception(error))
        told = [vars(each) for each in _chain(error)]
        looks = AutoFormattedTB(mode="Context")
        seen = looks.structured_traceback(type(error), error, error.__traceback__)
        self.keep(place, str(error), repr(error), shown, str(told), "\n".join(seen))

    def found(self):
        """The secrets that are somewhere, and where."""
        return [
            (place, secret[:12])
            for place, text in self.places.items()
            for secret in self.secrets
            if secret in text
        ]


def _chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.fixture(scope="module")
def sandbox():
    return Sandbox()


@pytest.fixture
def planted(sandbox, tmp_path, monkeypatch):
    wire = recorded(monkeypatch)
    with start(sandbox) as address:
        made = Planted(sandbox, address, tmp_path / "home", wire)
        yield made
        for transport in made.opened:
            transport.close()


def test_secrets_are_nowhere(planted, caplog, capsys, tmp_path):
    logging.getLogger().setLevel(logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "exactnb", "asyncio", "ipykernel", "traitlets"):
        caplog.set_level(logging.DEBUG, logger=name)
    books, faults = planted.books(), planted.sandbox.faults
    ledger = books.ledger()

    # what is shown of a connection and what belongs to it
    membrane, paced = books.membrane, books.membrane._transport
    transport = paced._transport
    planted.keep("reprs", books, books.settings, membrane, paced, transport, books.info)
    planted.keep("reprs of tokens", transport._tokens, vars(books.info), books.action("get-item"))
    planted.keep("settings as text", str(books.settings), f"{books.settings!r}")
    frames = [books.list_accounts(limit=5), books.odata("VATCodes"), books.divisions(), ledger]
    planted.keep("attrs of frames", *(json.dumps(frame.attrs, default=repr) for frame in frames))
    planted.keep("tables", *(ex.show(frame.head(20)) for frame in frames))
    planted.keep("results", ex.trial_balance(ledger, "2025"), books.store, books.refresh("lines"))
    planted.keep("explorer", str(ex.explore(ledger, "2025").get_state()))
    planted.keep("portfolio", portfolio := ex.portfolio([books]), portfolio.refresh())

    # a write with something sensitive in it, by script and by form
    run = books.create_account(name="Discreet", remarks=PIN)
    form = ex.form(books, "create-account", {"name": "Discreet too", "remarks": PIN})
    states = [each.get_state() for each in under(form.widget)]
    planted.keep("form", form)
    preview = form.check()
    receipt = form.send()
    assert receipt is not None
    assert not button(form.screen.fields, PIN)
    planted.keep("form", preview, receipt, form)
    planted.keep("widget state", str(states), *(str(w.get_state()) for w in under(form.widget)))
    planted.keep("runs", run, receipt.run if hasattr(receipt, "run") else "")
    planted.keep("outbox", books.outbox().to_csv(), ex.show(books.outbox()))
    books.request("/crm/Accounts", query={"$top": 1}, headers={"X-Api-Key": HEADER})

    # answers that repeat the token that they got, in every way that an answer can be wrong
    asks = (lambda n: books.list_items(limit=1), lambda n: books.create_account(name=f"Echo {n}"))
    for number, (echo, status, ask) in enumerate(product(ECHOES, (500, 400, 401, 200), asks)):
        said = echo.format(planted.token)
        body = {"type": "action_run", "message": said, "data": {"sent": said}}
        given = f"<p>{said}" if status in (500, 200) else body
        faults.add("answer", status=status, body=given, path="/act")
        with pytest.raises(ExactnbError) as caught:
            ask(number)
        faults.clear()
        planted.error("errors", caught.value)
        planted.keep("pickles of errors", pickle.dumps(caught.value).decode("latin-1"))
    wrong = Settings(api_url=planted.address, token=CUSTOM, home=tmp_path)
    faults.add("answer", status=403, body={"message": f"not for {CUSTOM}"})
    with pytest.raises(ExactnbError) as caught:
        planted.membrane(wrong).self_()
    faults.clear()
    planted.error("errors of a token of no known kind", caught.value)

    # what went out to the page, to logs and to disk
    planted.keep("messages to the page", str(planted.wire))
    planted.keep("logs", caplog.text, *(str(vars(record)) for record in caplog.records))
    said = capsys.readouterr()
    planted.keep("output", said.out + said.err)
    for file in sorted(planted.home.rglob("*")):
        if file.is_file():
            planted.keep(f"file {file.suffix or file.name}", file.read_bytes().decode("latin-1"))
    assert planted.found() == []
    assert len(planted.places) >= 20, sorted(planted.places)
    assert len(planted.places["logs"]) > 10_000  # that all of them were on
    sys.stdout.write(f"{len(planted.secrets)} secrets, {len(planted.places)} kinds of places: ")
    sys.stdout.write(f"{', '.join(sorted(planted.places))}\n")


CELLS = (
    "import logging, exactnb as ex\nlogging.basicConfig(level=logging.DEBUG)\nex.setup()",
    "books = ex.connect(read_only=False)\nbooks, books.settings, books.membrane._transport",
    "books.list_accounts(limit=3)",
    "fields = books.action('create-account').input_schema['properties']",
    "fields['remarks'] = {'type': 'string', 'isSensitive': True}",
    "form = ex.form(books, 'create-account', {'name': 'A'})\nform",
    "import os\nform['remarks'] = os.environ['PIN']\nprint(form.check())\nform.send()",
    "books.outbox()",
    "books.list_items()",
    "ex.connect(token=os.environ['CUSTOM'])",
    "books.request('/nowhere', headers={'X-Api-Key': os.environ['HEADER']})",
)


def test_secrets_are_in_no_notebook_and_no_report(planted, tmp_path, monkeypatch):
    given = {"MEMBRANE_API_URL": planted.address, "MEMBRANE_TOKEN": planted.token, "PIN": PIN}
    given |= {"CUSTOM": CUSTOM, "HEADER": HEADER, "EXACTNB_HOME": str(planted.home)}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    told = {"type": "action_run", "message": f"no: Bearer {planted.token}"}
    planted.sandbox.faults.add("answer", path="/act", after=4, body=told, status=400, times=None)
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(book, timeout=120, allow_errors=True).execute()
    planted.sandbox.faults.clear()
    planted.keep("notebook", text := nbformat.writes(book))
    assert "widget-view" in text
    assert text.count('"output_type": "error"') >= 2
    planted.keep("report", ReportExporter().from_notebook_node(book)[0])
    assert planted.found() == []


def test_secrets_are_in_no_look_of_setting_up(monkeypatch, tmp_path, capsys):
    with place(monkeypatch, tmp_path) as here:
        here.log_in("http")
        guide = ex.setup()
        looks = [str(guide), str(guide._repr_mimebundle_())]
        looks += [str(each.get_state()) for each in under(guide.widget)]
        assert cli.main(["doctor"]) == 0
        looks.append(capsys.readouterr().out)
        assert here.reveals(*looks) == []
        assert all(looks)
