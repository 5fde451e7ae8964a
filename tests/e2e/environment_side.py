"""Environments of Python as a newcomer has them: empty, and somewhere else."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

from exactnb.settings import ENVIRONMENT

ROOT = Path(__file__).parents[2]
#: variables of this session that a newcomer has not
_OURS = {"PYTHONPATH", "VIRTUAL_ENV", *(name for names in ENVIRONMENT.values() for name in names)}


def plain(home, **more):
    """The variables of a machine that knows no exactnb yet; what is kept goes to a folder."""
    kept = {name: value for name, value in os.environ.items() if name not in _OURS}
    return {**kept, "EXACTNB_HOME": str(home), "EXACTNB_PROGRESS_DELAY": "3600", **more}


def run(*command, cwd, env, status=0, timeout=600):
    """What a command says on both its outputs; fails if it ends otherwise than it should."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == status, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


class Environment:
    """A virtual environment with nothing in it, and a folder to work in that is not ours."""

    def __init__(self, folder):
        self.folder, self.programs = folder / "work", folder / "venv" / "bin"
        self.folder.mkdir()
        venv.create(folder / "venv", with_pip=True)
        self.env = plain(folder / "home", PATH=f"{self.programs}{os.pathsep}{os.environ['PATH']}")

    def install(self, *requirements):
        """Install packages; the names of all that are there come back."""
        self.run("pip", "install", "--quiet", "--disable-pip-version-check", *requirements)
        listed = self.run("pip", "list", "--format=json", "--disable-pip-version-check")
        return {each["name"] for each in json.loads(listed.splitlines()[-1])}

    def run(self, program, *arguments, status=0):
        """What a program of the environment says."""
        return run(
            self.programs / program, *arguments, cwd=self.folder, env=self.env, status=status
        )

    def python(self, code):
        """What a script says; a warning is an error."""
        return self.run("python", "-W", "error", "-c", code)


def tracked(*folders):
    """The files of the project that are kept, as git has them."""
    listed = run("git", "ls-files", *folders, cwd=ROOT, env=dict(os.environ))
    return set(listed.splitlines())


def build(into):
    """The source distribution and the wheel that was built from it."""
    run(sys.executable, "-m", "build", "--outdir", into, ROOT, cwd=into, env=dict(os.environ))
    (source,), (wheel,) = into.glob("*.tar.gz"), into.glob("*.whl")
    return source, wheel
