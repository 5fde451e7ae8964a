"""A notebook as a page that answers: Voila runs it for each visitor, on this machine alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from exactnb.errors import InputError
from exactnb.extras import needed
from exactnb.reports.running import encrypted

__all__ = ["serve"]

#: seconds without a visitor after which a kernel is let go
_IDLE = 600
#: milliseconds between two looks whether a visitor is still there
_PING = 30_000
_SHARE = Path(__file__).parent / "share"


def serve(notebook: Path, port: int = 8866, *, browse: bool = True) -> None:
    """Serve a notebook as a dashboard until it is interrupted; nothing in it can write.

    Each visitor gets a run of their own **with the rights that this machine has in Exact Online**.
    So it listens on loopback, asks for the token that is in the address it prints, and opens every
    connection read-only, whatever the notebook says.

    Parameters
    ----------
    notebook
        Its file; it runs in its own folder, and its code is not shown.
    port
        Where to listen, on 127.0.0.1.
    browse
        Whether to open a browser on it.

    Raises
    ------
    InputError
        There is no such notebook.
    MissingPackageError
        ``exactnb[lab]`` is not installed.
    """
    app = needed("voila.app", extra="lab", to="serve a dashboard")
    if not notebook.is_file():
        raise InputError(f"There is no notebook {notebook}")
    places = [str(_SHARE), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ |= {"EXACTNB_READ_ONLY": "1", "JUPYTER_PATH": os.pathsep.join(places)}
    app.Voila.launch_instance(argv=[str(notebook)], config=_config(port, browse))


def _config(port: int, browse: bool) -> Any:
    from traitlets.config import Config

    ours = Config(
        {
            "Voila": {
                "ip": "127.0.0.1",
                "port": port,
                "open_browser": browse,
                "auto_token": True,
                # a longer one than the pings are apart is warned of
                "tornado_settings": {"ws_ping_interval": _PING, "ws_ping_timeout": _PING},
            },
            "VoilaConfiguration": {
                "template": "exactnb",
                "allow_template_override": "NO",
                "strip_sources": True,
            },
            "MappingKernelManager": {"cull_idle_timeout": _IDLE},
        }
    )
    ours.merge(encrypted())
    return ours
