"""A program that refreshes a local copy and is killed at it, as often as it is told.

Its arguments are the address of a sandbox, a token, a folder and a division. For each line on its
standard input, seconds, it starts a refresh and kills it after them. It prints "killed", or the
seconds that the refresh took where that was faster.
"""

import os
import signal
import sys
import time
from pathlib import Path

from local_side import FREE, _connected

from exactnb.ledger.frame import ledger_frame  # noqa: F401  # loaded once, not in each refresh
from exactnb.local.refresh import refresh  # noqa: F401
from exactnb.membrane.transport import HTTPTransport
from exactnb.settings import Settings


class Where:
    """What a connection is made for."""

    def __init__(self, connection: str) -> None:
        self.connection_id = connection


def once(seconds: float, address: str, token: str, home: str, division: int, where: Where) -> str:
    child = os.fork()
    if not child:
        settings = Settings(api_url=address, token=token, home=Path(home), **FREE)
        _connected(HTTPTransport(settings), settings, where, None, division).refresh()
        os._exit(0)
    begun = time.monotonic()
    while (taken := time.monotonic() - begun) < seconds:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return str(taken) if status == 0 else f"failed with {status}"
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "killed"


if __name__ == "__main__":
    address, token, home, division, connection = sys.argv[1:]
    for line in sys.stdin:
        said = once(float(line), address, token, home, int(division), Where(connection))
        sys.stdout.write(said + "\n")
        sys.stdout.flush()
