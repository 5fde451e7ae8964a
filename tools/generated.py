"""Write the tables of the documentation that follow from the code; ``--check`` only compares.

What stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` in a page is made here.
"""

import ast
import re
import sys
from itertools import pairwise
from pathlib import Path

from exactnb import errors
from exactnb.settings import ENVIRONMENT, Settings

DOCS = Path(__file__).parent.parent / "docs"
BETWEEN = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def table(*rows: tuple[str, ...]) -> str:
    """A Markdown table; the first row is its head."""
    head, *body = ("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def inline(text: str) -> str:
    """The text of a docstring as Markdown in a cell."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text).replace("``", "`")
    return " ".join(text.split()).replace("|", "\\|")


def meanings() -> dict[str, str]:
    """Setting → the docstring under it."""
    source = ast.parse(Path(sys.modules[Settings.__module__].__file__).read_text())
    body = next(
        node.body
        for node in source.body
        if isinstance(node, ast.ClassDef) and node.name == "Settings"
    )
    said = {}
    for field, after in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr):
            said[field.target.id] = ast.literal_eval(after.value)
    missing = Settings.model_fields.keys() - said.keys()
    assert not missing, f"no docstring in settings.py: {sorted(missing)}"
    return said


def default(name: str) -> str:
    """The default of a setting, as a person writes it."""
    field = Settings.model_fields[name]
    if field.default_factory is not None:
        return "your data folder"
    return "–" if field.default is None else f"`{field.default}`"


def variables() -> str:
    """The settings that an environment variable gives."""
    said = meanings()
    return table(
        ("variable", "what it sets", "default"),
        *(
            (" or ".join(f"`{each}`" for each in names), inline(said[name]), default(name))
            for name, names in ENVIRONMENT.items()
        ),
    )


def fixed() -> str:
    """The settings that are figures of the program."""
    said = meanings()
    names = [name for name in Settings.model_fields if name not in ENVIRONMENT]
    return table(
        ("setting", "what it is", "value"),
        *((f"`{name}`", inline(said[name]), default(name)) for name in names),
    )


def tree() -> str:
    """The tree of errors, as it stands at the top of their module."""
    drawn = errors.__doc__.partition("::\n")[2].strip("\n")
    lines = [line[4:] for line in drawn.splitlines()]
    return "\n".join(["```text", *lines, "```"])


def remedies() -> str:
    """Each error with what it means, and what to do."""
    kinds = [getattr(errors, name) for name in errors.__all__]
    kinds = [kind for kind in kinds if isinstance(kind, type) and kind is not errors.ExactnbError]
    return table(
        ("error", "what happened", "what to do, where the message does not say it"),
        *(
            (
                f"`{kind.__name__}`",
                inline(kind.__doc__.partition("\n\n")[0]),
                inline(errors.HINTS.get(kind, "")),
            )
            for kind in sorted(kinds, key=lambda kind: kind.__name__)
        ),
    )


MADE = {"variables": variables, "fixed": fixed, "tree": tree, "remedies": remedies}


def main(*, check: bool) -> int:
    """1 when a page was, or is to be, changed by ``--check``."""
    stale = []
    for page in sorted(DOCS.glob("*.md")):
        old = page.read_text()
        new = BETWEEN.sub(lambda found: f"{found[1]}\n{MADE[found[2]]()}\n\n{found[3]}", old)
        if new != old:
            stale.append(page)
            if not check:
                page.write_text(new)
    for page in stale:
        print(f"docs/{page.name} " + ("is not what the code says: make docs" if check else "made"))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
