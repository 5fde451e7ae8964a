"""From nothing to a connection, in JupyterLab, against a served sandbox."""

import json

import pytest
from browser_side import picture
from keys_side import Keys
from playwright.sync_api import expect
from setting_up_side import CODE, COMMAND

GUIDE = "import exactnb as ex\n\nguide = ex.setup()\nguide"


@pytest.fixture
def place(service, tmp_path):
    """The cell after which nobody is logged in, and the served sandbox is Membrane."""
    file = tmp_path / "environment.json"  # so that no secret stands in the notebook
    environment = {
        "MEMBRANE_API_URL": service.address,
        "EXACTNB_MEMBRANE_BIN": COMMAND,
        "MEMBRANE_STANDIN_CODE": CODE,
        "MEMBRANE_STANDIN_NEW_TOKEN": service.sandbox.token,
        "MEMBRANE_STANDIN_LOGIN": str(tmp_path / "login"),
    }
    file.write_text(json.dumps(environment))
    return f"import json, os\n\nos.environ.update(json.load(open({str(file)!r})))"


def seen(opened):
    """All that the notebook and its page hold."""
    return opened.page.content() + opened.saved()


def proven(guide):
    expect(guide.get_by_text("was read")).to_be_visible()
    expect(guide.get_by_text("Paste this")).to_be_visible()
    return guide.locator("pre, code").last.inner_text()


def test_from_logged_out_to_connected_with_the_command(service, notebook, place, new_page):
    service.sandbox.state.connections.clear()
    opened = notebook(place, GUIDE)
    opened.run()
    keys, guide = Keys(opened.page), opened.output(1)
    opened.select(1)
    keys.tab_to(guide.get_by_role("button", name="Log in with the membrane command"))
    keys.press("Enter")
    expect(guide.get_by_role("link")).to_have_attribute(
        "href", f"{service.address}/oauth/authorize?client_id=membrane-cli"
    )
    keys.tab_to(guide.get_by_role("textbox", name="Code"))
    keys.type(CODE)
    keys.press("Enter")
    expect(guide.get_by_text("Logged in.")).to_be_visible()
    keys.tab_to(guide.get_by_role("button", name="Make a connection to Exact Online"))
    keys.press("Enter")
    page = new_page()
    page.goto(guide.get_by_role("link").get_attribute("href"))
    picture(page, "setup_at_the_service")
    page.get_by_role("button", name="Connect").click()
    code = proven(guide)
    picture(guide, "setup")
    assert service.sandbox.token not in seen(opened)
    assert CODE not in seen(opened)
    assert "ex.connect(" in code


def test_from_a_token_to_connected(service, notebook, place):
    opened = notebook(place, GUIDE)
    opened.run()
    keys, guide = Keys(opened.page), opened.output(1)
    opened.select(1)
    keys.tab_to(guide.get_by_role("textbox", name="Token"))
    keys.paste(f" {service.sandbox.token}\n")
    keys.press("Enter")
    proven(guide)
    assert service.sandbox.token not in seen(opened)
