"""The Markdown pages as a reader follows them: their blocks from top to bottom, and their links."""

import argparse
import doctest
import re
import shlex
import tomllib
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from markdown_it import MarkdownIt
from setting_up_side import STANDIN

from exactnb import cli
from exactnb.settings import ENVIRONMENT

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
#: languages of blocks that show something and are not run
SHOWN = ("text", "json", "{toctree}")
#: what the packages of the extras are in, by name
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@dataclass(frozen=True)
class Block:
    """A fenced block, and where it is."""

    page: Path
    line: int
    language: str
    code: str

    def __str__(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page):
    """The fenced blocks of a page, in order."""
    return [
        Block(page, token.map[0] + 1, token.info.strip(), token.content)
        for token in MarkdownIt().parse(page.read_text())
        if token.type == "fence"
    ]


def links(page):
    """The places that a page links to, pictures too."""
    tokens = MarkdownIt().enable("table").parse(page.read_text())
    inner = [child for token in tokens for child in token.children or ()]
    return [child.attrGet("href") or child.attrGet("src") for child in inner if child.attrs]


class Reader:
    """Someone who types what a page says, in one session."""

    def __init__(self):
        self.names = {"__name__": "__main__"}

    def follow(self, block):
        """Run a block; fails if it does not do what it says."""
        how = {"python": self._run, "pycon": self._compare, "sh": self._look_up}
        how[block.language](block)

    def _run(self, block):
        assert ">>>" not in block.code, f"{block}: a session is a pycon block"
        exec(compile("\n" * block.line + block.code, str(block.page), "exec"), self.names)

    def _compare(self, block):
        said = []
        session = doctest.DocTestParser().get_doctest(
            block.code, {}, str(block), str(block.page), block.line
        )
        assert session.examples, f"{block} has no example"
        session.globs = self.names
        outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(
            session, out=said.append, clear_globs=False
        )
        assert not outcome.failed, "".join(said)

    def _look_up(self, block):
        for line in block.code.splitlines():
            words = shlex.split(line, comments=True)
            if words:
                assert known(words), f"{block}: {line}"


class _Parsed(Exception):
    """A command line that would be obeyed."""


def known(words):
    """Whether there is such a command, with such options."""
    program, *rest = words
    if program == "exactnb":
        return obeyed(rest)
    if program == "make":
        return set(rest) <= TARGETS
    if program == "membrane":
        return f'"{rest[0]}"' in STANDIN.read_text()
    if program == "export":
        variables = {name for names in ENVIRONMENT.values() for name in names}
        return {setting.partition("=")[0] for setting in rest} <= variables
    if words[:2] == ["pip", "install"]:
        named = re.findall(r"\[([\w,]+)\]", " ".join(rest))
        return set(",".join(named).split(",")) - {""} <= EXTRAS.keys()
    if words[:3] == ["jupyter", "nbconvert", "--to"]:
        return rest[2] in {each.name for each in entry_points(group="nbconvert.exporters")}
    return False


def obeyed(arguments):
    """Whether the ``exactnb`` command takes these arguments; the files that they name are there."""
    taken = argparse.ArgumentParser.parse_args

    def parse(self, given=None, into=None):
        raise _Parsed(taken(self, given, into))

    argparse.ArgumentParser.parse_args = parse
    try:
        cli.main(arguments)
    except _Parsed as parsed:
        notebook = getattr(parsed.args[0], "notebook", None)
        return notebook is None or (ROOT / notebook).is_file()
    except SystemExit as stopped:
        return stopped.code == 0
    finally:
        argparse.ArgumentParser.parse_args = taken
