"""The house itself: its menu, the arrows between its rooms, the size of its files."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import exactnb

PACKAGE = Path(exactnb.__file__).parent

#: floors from the ground up; the parts of one floor do not know each other
FLOORS = (
    ("errors", "absent", "_version"),
    ("settings", "extras", "privacy", "threads"),
    ("membrane", "exact", "schema", "display"),
    ("frames", "outbox", "store"),
    ("actions", "catalog", "pages", "proxy", "ledger"),
    ("analyses",),
    ("charts",),
    ("writes", "local"),
    ("connection",),
    ("opening", "forms"),
    ("portfolios", "explorer", "reports", "setting_up"),
    ("__init__", "cli"),
)
#: stands apart: only what opens a demo or serves one may know it, and it knows nobody
SANDBOX = "sandbox"
MAY_OPEN_SANDBOX = {"opening", "cli"}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The rooms of exactnb that a file imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out in full"
            if node.module == "exactnb":
                names = [f"exactnb.{alias.name}" for alias in node.names]
            elif node.module:
                names = [node.module]
        found |= {name.split(".")[1] for name in names if name.startswith("exactnb.")}
    return found


def wrong_arrows(files: list[Path]) -> list[str]:
    floor = {part: height for height, parts in enumerate(FLOORS) for part in parts}
    wrong = []
    for path in files:
        here = room(path)
        for there in imports(path):
            if there == here or there == "_version":
                continue
            if here == SANDBOX:
                allowed = False
            elif there == SANDBOX:
                allowed = here in MAY_OPEN_SANDBOX
            else:
                allowed = floor[there] < floor[here]
            if not allowed:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {there}")
    return wrong


def test_imports_point_down_only():
    files = [p for p in PACKAGE.rglob("*.py") if room(p) != "__init__"]
    assert len(files) > 20
    assert wrong_arrows(files) == []


def test_the_layer_test_catches_an_arrow_that_points_up(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    (tmp_path / "errors.py").write_text("from exactnb.connection import Connection\n")
    (tmp_path / "exact.py").write_text("def f():\n    import exactnb.membrane.api\n")
    (tmp_path / "sandbox.py").write_text("from exactnb.exact import odata\n")
    assert len(wrong_arrows(sorted(tmp_path.glob("*.py")))) == 3


def test_the_menu_is_what_it_says():
    public = {name for name in exactnb.__all__ if not name.startswith("__")}
    assert public == set(exactnb._MENU)
    assert dir(exactnb) == sorted(exactnb.__all__)
    for name in public:
        value = getattr(exactnb, name)
        assert value.__doc__, f"{name} has no docstring"
    assert exactnb.errors.ExactnbError is exactnb.ExactnbError


def test_importing_loads_nothing_heavy():
    code = (
        "import sys; before = set(sys.modules); import exactnb; "
        "print(*sorted({m.split('.')[0] for m in set(sys.modules) - before}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    heavy = {"pandas", "numpy", "pyarrow", "httpx", "pydantic", "ipywidgets", "itables", "tqdm"}
    assert not heavy & set(run.stdout.split())


def test_a_name_that_is_not_on_the_menu_is_an_attribute_error():
    assert not hasattr(exactnb, "trial_balances")


def test_files_stay_small_enough_to_read():
    long = {
        str(path.relative_to(PACKAGE)): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_no_notebook_holds_a_token():
    notebooks = sorted((PACKAGE.parent / "notebooks").glob("*.ipynb"))
    assert len(notebooks) >= 2
    secret = re.compile(r"\beyJ[\w-]+\.|\bpat-\w|Bearer ")
    assert [path.name for path in notebooks if secret.search(path.read_text())] == []
