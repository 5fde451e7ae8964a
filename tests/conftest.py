"""What tests share: demo administrations, and a sandbox on a port of this machine."""

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
