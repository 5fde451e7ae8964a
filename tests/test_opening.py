"""A connection in another process: what travels, what does not, and what cannot."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

import exactnb
from exactnb.errors import ExactnbError
from exactnb.membrane.cli import CLITransport
from exactnb.sandbox import Sandbox
from exactnb.sandbox.serve import start

HOLDING = 2400102


@pytest.fixture(scope="module")
def served():
    sandbox = Sandbox()
    with start(sandbox) as address:
        yield {"api_url": address, "token": sandbox.token}


def test_another_process_opens_the_same_administration(served):
    books = exactnb.connect(**served, division=HOLDING)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as there:
        codes = there.submit(exactnb.Connection.list_gl_accounts, books).result(timeout=60)["code"]
    assert codes.tolist() == books.list_gl_accounts()["code"].tolist()


def test_a_copy_is_as_the_connection_was(served):
    books = exactnb.connect(**served, read_only=False)
    copy = pickle.loads(pickle.dumps(books.in_division(HOLDING)))
    assert (copy.division, copy.read_only) == (HOLDING, False)
    assert copy.info == books.info
    assert copy.settings == books.settings
    again = pickle.loads(pickle.dumps(copy))
    assert again.division_in_words == "2400102 Noordster Beheer B.V."


def test_a_division_travels_once_it_is_known_and_is_not_asked_for(served):
    books = exactnb.connect(**served)
    assert pickle.loads(pickle.dumps(books))._proxy.known is None
    assert books._proxy.known is None
    main = books.division
    assert pickle.loads(pickle.dumps(books))._proxy.known == main


def test_the_token_is_in_the_pickle_and_nowhere_else(served):
    books = exactnb.connect(**served)
    pickled = pickle.dumps(books)
    assert served["token"].encode() in pickled
    copy = pickle.loads(pickled)
    seen = [
        repr(copy),
        str(copy._card()),
        copy._repr_html_(),
        repr(copy.settings),
        repr(vars(copy)),
    ]
    assert not [text for text in seen if served["token"] in text]


@pytest.mark.parametrize("way", ["demo", "transport"])
def test_what_lives_in_this_process_says_that_it_cannot_leave_it(way, served, monkeypatch, raised):
    if way == "demo":
        books = exactnb.demo(read_only=True)
    else:
        over_http = exactnb.connect(**served)
        send = over_http.membrane._transport.send
        monkeypatch.setattr(CLITransport, "send", lambda self, asked: send(asked))
        books = exactnb.connect(transport=CLITransport())
    error = raised(ExactnbError, pickle.dumps, books)
    assert "Noordster Rijwielen cannot leave this process" in error.message
    assert "exactnb sandbox" in error.hint
    assert raised(ExactnbError, pickle.dumps, books.in_division(HOLDING)).hint == error.hint
    assert books.settings.token is None or books.settings.token not in str(error)
