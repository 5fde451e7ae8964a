"""The table of promises names tests that are there, some for each of the twelve."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
TABLE = (HERE / "docs" / "promises.md").read_text("utf-8")
ROWS = [
    (file, name)
    for file, names in re.findall(r"^- `(tests/[\w/]+\.py)`:((?: `test_\w+`)+)$", TABLE, re.M)
    for name in re.findall(r"test_\w+", names)
]


@cache
def names_in(file: str) -> set[str]:
    tree = ast.parse((HERE / file).read_text("utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize(("file", "name"), ROWS)
def test_a_test_that_is_named_is_there(file, name):
    assert name in names_in(file)


def test_each_of_the_twelve_promises_is_proved():
    parts = re.split(r"^## \d+\. ", TABLE, flags=re.M)[1:]
    assert len(parts) == 12
    assert all(len(re.findall(r"`test_\w+`", part)) >= 3 for part in parts)
    assert len(ROWS) == len(re.findall(r"`test_\w+`", TABLE))  # each is written as it is read
