"""One browser and one JupyterLab for all tests; a page of its own for each."""

import pytest
from browser_side import Watch, launched
from lab_side import Notebook, served
from playwright.sync_api import expect, sync_playwright

import exactnb as ex
from exactnb.sandbox import Sandbox
from exactnb.sandbox.serve import start

#: milliseconds that something may take to appear on a busy machine
PATIENCE = 30_000


@pytest.fixture(scope="session")
def chromium():
    """The browser."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium):
    """Pages made on demand; at the end none of them has left this machine or reported an error."""
    contexts, watches = [], []

    def made(**how):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 1000}, **how})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page))
        return page

    yield made
    for context in contexts:
        context.close()
    for watch in watches:
        watch.check()


@pytest.fixture
def offline_page(new_page):
    """A page without any network, for files."""
    return new_page(offline=True)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab on this machine."""
    with served(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture
def notebook(lab, new_page, request):
    """Notebooks of the cells given, each open in a page of its own."""
    opened = []

    def made(*cells, **how):
        name = lab.write(f"{request.node.name}-{len(opened)}.ipynb", *cells)
        opened.append(Notebook(new_page(**how), lab, name))
        return opened[-1]

    yield made
    for each in opened:
        each.close()


class Service:
    """A sandbox that is served: how a notebook reaches it, and what it holds."""

    def __init__(self, sandbox, address):
        self.sandbox, self.address = sandbox, address

    @property
    def connect(self):
        """The cell that connects to it."""
        token = f"api_url={self.address!r}, token={self.sandbox.token!r}"
        return f"import exactnb as ex\n\nbooks = ex.connect({token}, read_only=False)"

    @property
    def books(self):
        """A connection from here, that did not make what is looked for."""
        return ex.connect(api_url=self.address, token=self.sandbox.token)

    def written(self, action):
        """The inputs with which an action was run, by whomever."""
        id = self.books.action(action).id
        return [run["input"] for run in self.sandbox.state.runs if run["actionId"] == id]


@pytest.fixture
def service():
    sandbox = Sandbox()
    with start(sandbox) as address:
        yield Service(sandbox, address)
