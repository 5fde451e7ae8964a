"""A connection to a sandbox of one's own, as the demo makes it."""

import httpx

from exactnb.connection import Connection
from exactnb.membrane.transport import HTTPTransport
from exactnb.opening import _membrane
from exactnb.settings import Settings

FREE = {"calls_a_minute": None, "calls_a_day": None, "errors_an_hour": 10_000}


def over(sandbox, **settings):
    """A connection that may write to this sandbox, with settings of its own."""
    given = Settings.load(api_url="http://sandbox.example", token=sandbox.token)
    chosen = given.model_copy(update={**FREE, **settings})
    client = httpx.Client(transport=httpx.WSGITransport(app=sandbox))
    membrane = _membrane(HTTPTransport(chosen, client=client), chosen)
    info = membrane.connection(sandbox.connection_id)
    return Connection(membrane, info, chosen, read_only=False)
