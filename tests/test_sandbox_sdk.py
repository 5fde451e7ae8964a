"""The real JavaScript SDK of Membrane against the served sandbox.

It is installed from npm into the virtual environment, once; without Node this is skipped.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from exactnb.sandbox import Sandbox
from exactnb.sandbox.serve import start

CHECK = Path(__file__).parent / "sdk"
INSTALLED = Path(sys.prefix) / "share" / "exactnb-sdk-check"
SDK = Path("node_modules", "@membranehq", "sdk", "package.json")


@pytest.fixture(scope="module")
def sdk():
    """The directory with the SDK and the check."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"the JavaScript SDK is not tried: there is no {' and no '.join(missing)}")
    if not (INSTALLED / SDK).exists():
        INSTALLED.parent.mkdir(parents=True, exist_ok=True)
        # made aside and moved into place whole, since several runs may come here at once
        with tempfile.TemporaryDirectory(dir=INSTALLED.parent) as aside:
            draft = Path(aside) / "draft"
            shutil.copytree(CHECK, draft)
            _run(
                ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"],
                cwd=draft,
                timeout=240,
            )
            if not INSTALLED.exists():
                draft.rename(INSTALLED)
    for file in CHECK.iterdir():
        shutil.copy(file, INSTALLED)
    return INSTALLED


def _run(command, **how):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **how)
    assert done.returncode == 0, f"{' '.join(command[:2])}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_real_sdk_finds_everything_as_it_should_be(sdk):
    sandbox = Sandbox()
    with start(sandbox) as address:
        command = ["node", "check.mjs", address, sandbox.token, sandbox.connection_id]
        said = _run(command, cwd=sdk, timeout=60)
    assert said.splitlines()[-1].endswith("checks passed")
