"""What the tests of setting up share: a served sandbox in any state, and the stand-in command."""

import shlex
import sys
from contextlib import contextmanager
from pathlib import Path

from exactnb.sandbox import Sandbox
from exactnb.sandbox.app import TENANT
from exactnb.sandbox.serve import start

STANDIN = Path(__file__).parent / "membrane_standin" / "membrane"
COMMAND = shlex.join([sys.executable, "-S", str(STANDIN)])
CODE = "code-4711"
#: the two of the company of the sandbox
MAIN, HOLDING = 2400101, 2400102
FOREVER = 1e12


class Place:
    """A machine with a served sandbox, and by what it can be reached.

    Nobody has logged in, no token is set, and the command is there.
    """

    def __init__(self, sandbox, address, monkeypatch, folder):
        self.sandbox, self.address = sandbox, address
        self.set = monkeypatch.setenv
        self.unset = lambda name: monkeypatch.delenv(name, raising=False)
        self.expired = sandbox.tokens.mint(TENANT, lifetime=-3600)
        #: what must not be seen anywhere
        self.secrets = [sandbox.token, self.expired, CODE, sandbox.workspace_secret]
        self.set("MEMBRANE_API_URL", address)
        self.set("EXACTNB_MEMBRANE_BIN", COMMAND)
        self.set("MEMBRANE_STANDIN_CODE", CODE)
        self.set("MEMBRANE_STANDIN_NEW_TOKEN", sandbox.token)
        self.login = folder / "login"
        self.set("MEMBRANE_STANDIN_LOGIN", str(self.login))

    def log_in(self, over, token=None):
        """A token in the environment, or a login of the command, as the way needs it."""
        token = token or self.sandbox.token
        if over == "http":
            self.set("MEMBRANE_TOKEN", token)
        else:
            self.login.write_text(token)

    @property
    def connections(self):
        return self.sandbox.state.connections

    def only(self, state):
        """The one connection, brought into a state; it stays in it."""
        one = self.connections[self.sandbox.connection_id]
        one.state, one.builds_until = state, FOREVER
        one.disconnected = state == "CLIENT_ACTION_REQUIRED"
        return one.id

    def third_division(self):
        """The code of an administration beside the two; nothing is booked in it yet."""
        books, code = self.sandbox.exact_online.store, HOLDING + 1
        (row,) = books.records("SELECT * FROM main.SystemDivisions WHERE Code = ?", (HOLDING,))
        row |= {"Code": code, "Description": "Noordster Vastgoed B.V.", "Hid": 103}
        with books.lock:
            books.connection.execute(
                f"INSERT INTO main.SystemDivisions ({', '.join(row)})"
                f" VALUES ({', '.join('?' * len(row))})",
                tuple(row.values()),
            )
            books.version += 1
        return code

    def none(self):
        self.connections.clear()

    def reveals(self, *texts):
        """The secrets that are in one of the texts."""
        return [secret for secret in self.secrets for text in texts if secret in text]


@contextmanager
def place(monkeypatch, folder):
    sandbox = Sandbox()
    with start(sandbox) as address:
        yield Place(sandbox, address, monkeypatch, folder)
