"""A connection to a sandbox of one's own, as the demo makes it."""

import shutil
from tempfile import mkdtemp
from weakref import WeakKeyDictionary, finalize

import httpx

from exactnb.connection import Connection
from exactnb.membrane.transport import HTTPTransport
from exactnb.opening import membrane_over
from exactnb.settings import Settings

FREE = {"calls_a_minute": None, "calls_a_day": None, "errors_an_hour": 10_000}
#: what is kept of each sandbox, for as long as there is one: two companies share no folder
HOMES = WeakKeyDictionary()


def over(sandbox, **settings):
    """A connection that may write to this sandbox, with settings of its own."""
    home = settings.pop("home", None) or home_of(sandbox)
    given = Settings.load(api_url="http://sandbox.example", token=sandbox.token, home=home)
    chosen = given.model_copy(update={**FREE, **settings})
    client = httpx.Client(transport=httpx.WSGITransport(app=sandbox))
    membrane = membrane_over(HTTPTransport(chosen, client=client), chosen)
    info = membrane.connection(sandbox.connection_id)
    return Connection(membrane, info, chosen, read_only=False)


def home_of(sandbox):
    """A folder that goes with the sandbox."""
    if sandbox not in HOMES:
        HOMES[sandbox] = mkdtemp(prefix="exactnb-test-")
        finalize(sandbox, shutil.rmtree, HOMES[sandbox], ignore_errors=True)
    return HOMES[sandbox]
