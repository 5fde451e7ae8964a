"""What tests share: demo administrations, and a sandbox on a port of this machine."""

import os

import pytest

import exactnb
from exactnb.errors import ExactnbError
from exactnb.settings import ENVIRONMENT

DIALECTS = ("odata", "unwrapped", "camel", "records")


@pytest.fixture(autouse=True)
def _no_settings_from_this_machine(monkeypatch, tmp_path):
    """Variables of whoever runs the tests decide nothing, and nothing is kept in their home."""
    for variables in ENVIRONMENT.values():
        for variable in variables:
            monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_: tmp_path)


@pytest.fixture(scope="session")
def books():
    """The demo, for reading: what a test writes into it, others see."""
    return exactnb.demo(read_only=True)


@pytest.fixture(scope="session", params=DIALECTS)
def spoken(request):
    """A demo that may be written to, in each of the four dialects."""
    return exactnb.demo(dialect=request.param)


@pytest.fixture(scope="session")
def raised():
    """The one error that a call raises, for tests that read its message."""

    def of(kind: type[ExactnbError], call, *arguments, **named) -> ExactnbError:
        with pytest.raises(kind) as caught:
            call(*arguments, **named)
        return caught.value

    return of


@pytest.fixture(scope="session")
def administrations(tmp_path_factory):
    """The two divisions of the demo company in a store, the main one first.

    The variable LEDGER_LINES sets how many lines the company has, about.
    """
    from ledger_side import Administration
    from small_company import Caller

    from exactnb.sandbox.exact import ExactOnline
    from exactnb.sandbox.store import Store

    books = Store.open(int(os.environ.get("LEDGER_LINES", "12000")))
    exact = ExactOnline(books)
    main = Caller(exact, 0).rows("/api/v1/current/Me")[0]["CurrentDivision"]
    codes = [row["Code"] for row in Caller(exact, main).rows("hrm/Divisions")]
    folder = tmp_path_factory.mktemp("stores")
    yield [
        Administration(exact, code, folder / str(code))
        for code in sorted(codes, key=lambda code: code != main)
    ]
    books.close()


@pytest.fixture(scope="session")
def main(administrations):
    return administrations[0]


@pytest.fixture(scope="session")
def holding(administrations):
    return administrations[1]
