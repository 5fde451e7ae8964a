"""The ``exactnb`` command.

``lab`` opens notebooks, ``report`` writes one as a file, ``serve`` makes one a dashboard,
``sandbox`` serves a make-believe service, ``doctor`` says what a real one lacks.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from exactnb._version import __version__

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status comes back."""
    parser = argparse.ArgumentParser(prog="exactnb", description="Exact Online in a notebook.")
    parser.add_argument("--version", action="version", version=f"exactnb {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)

    lab = commands.add_parser("lab", help="open a notebook in JupyterLab")
    lab.add_argument("notebook", nargs="?", type=Path, help="the notebook to open first")
    lab.add_argument("--port", type=int, default=8888)

    report = commands.add_parser("report", help="run a notebook and write it as one file")
    report.add_argument("notebook", type=Path)
    report.add_argument(
        "--to", type=Path, required=True, metavar="FILE", help=".html, .pdf or .xlsx"
    )
    report.add_argument(
        "-p",
        dest="parameters",
        type=_parameter,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another value for a parameter of the notebook",
    )
    report.add_argument(
        "--anonymise", action="store_true", help="codes in the place of names, addresses, numbers"
    )

    dashboard = commands.add_parser(
        "serve", help="serve a notebook as a dashboard, read-only, to this machine alone"
    )
    dashboard.add_argument("notebook", type=Path)
    dashboard.add_argument("--port", type=int, default=8866)

    sandbox = commands.add_parser(
        "sandbox", help="serve a make-believe Membrane and Exact Online on this machine"
    )
    sandbox.add_argument("--host", default="127.0.0.1")
    sandbox.add_argument("--port", type=int, default=8123)
    sandbox.add_argument("--size", type=int, help="ledger lines, about (12000)")
    sandbox.add_argument(
        "--dialect", choices=("odata", "unwrapped", "camel", "records"), default="odata"
    )
    sandbox.add_argument("--data", type=Path, metavar="DIR", help="keep here what is written")
    sandbox.add_argument(
        "--limits", action="store_true", help="refuse the 61st call in a minute, as Exact does"
    )

    doctor = commands.add_parser(
        "doctor", help="say what is installed, whether an account answers, and what to do next"
    )
    doctor.add_argument("--connection", metavar="NAME", help="id, key or name of the connection")
    doctor.add_argument("--division", type=int, metavar="CODE", help="the administration")
    doctor.add_argument(
        "--over",
        choices=("http", "command"),
        default="http",
        help="the way to Membrane: HTTP, or the membrane command",
    )

    chosen = parser.parse_args(arguments)
    run: dict[str, Callable[[argparse.Namespace], int]] = {
        "lab": _lab,
        "report": _report,
        "serve": _serve,
        "sandbox": _sandbox,
        "doctor": _doctor,
    }
    return run[chosen.command](chosen)


def _lab(chosen: argparse.Namespace) -> int:
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        print("JupyterLab is not installed: pip install 'exactnb[lab]'", file=sys.stderr)
        return 1
    options = [f"--ServerApp.port={chosen.port}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--ServerApp.allow_root=True")
    if not _has_screen():
        options.append("--ServerApp.open_browser=False")
    if chosen.notebook is not None:
        if not chosen.notebook.is_file():
            print(f"There is no notebook {chosen.notebook}", file=sys.stderr)
            return 1
        # the address that is printed, and opened, is that of the notebook
        root, notebook = Path.cwd(), chosen.notebook.resolve()
        if not notebook.is_relative_to(root):
            root = notebook.parent
        options.append(f"--ServerApp.root_dir={root}")
        options.append(f"--LabApp.default_url=/lab/tree/{notebook.relative_to(root).as_posix()}")
    LabApp.launch_instance(argv=options)
    return 0


def _has_screen() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _report(chosen: argparse.Namespace) -> int:
    from exactnb.errors import ExactnbError
    from exactnb.reports.parameters import spelled
    from exactnb.reports.report import report
    from exactnb.reports.running import read

    try:
        parameters = spelled(read(chosen.notebook), dict(chosen.parameters))
        print(report(chosen.notebook, chosen.to, anonymise=chosen.anonymise, **parameters))
    except ExactnbError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    return 0


def _serve(chosen: argparse.Namespace) -> int:
    from exactnb.errors import ExactnbError
    from exactnb.reports.dashboard import serve

    try:
        serve(chosen.notebook, chosen.port, browse=_has_screen())
    except ExactnbError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    return 0


def _sandbox(chosen: argparse.Namespace) -> int:
    from exactnb.sandbox.serve import serve

    serve(
        chosen.host,
        chosen.port,
        size=chosen.size,
        dialect=chosen.dialect,
        data=chosen.data,
        limits=chosen.limits,
    )
    return 0


def _doctor(chosen: argparse.Namespace) -> int:
    from exactnb.setting_up.doctor import doctor

    said, proven = doctor(chosen.connection, chosen.division, chosen.over)
    print(said)
    return 0 if proven else 1


if __name__ == "__main__":
    sys.exit(main())
