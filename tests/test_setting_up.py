"""From every starting point to a connection that is proven, or to one clear next step."""

import re

import pytest
from setting_up_side import HOLDING, MAIN, place

import exactnb
from exactnb.cli import main
from exactnb.setting_up import diagnose
from exactnb.setting_up.steps import Diagnosis, Step


@pytest.fixture
def here(monkeypatch, tmp_path):
    with place(monkeypatch, tmp_path) as made:
        yield made


@pytest.fixture(params=["http", "command"])
def over(request):
    return request.param


def next_of(found, here=None):
    """The one next step, with the others as they must be: taken before it, open behind it."""
    step = found.next
    states = [each.state for each in found.steps]
    at = states.index("next")
    assert states == ["ok"] * at + ["next"] + ["blocked"] * (len(states) - at - 1)
    assert step.found
    assert step.do
    assert not found.proven
    assert not found.code
    if here is not None:
        assert not here.reveals(str(found), found._repr_html_(), repr(found))
    return step


def test_no_command_and_no_token(here, over):
    here.set("EXACTNB_MEMBRANE_BIN", "membrane-that-is-not-here")
    step = next_of(diagnose(over=over))
    assert step.name == "command"
    assert "membrane-that-is-not-here" in step.found
    assert "npm install -g @membranehq/cli" in step.do
    assert "membrane login --tenant" in step.do
    assert ("MEMBRANE_TOKEN" in step.do) is (over == "http")


def test_a_token_needs_no_command(here):
    here.set("EXACTNB_MEMBRANE_BIN", "membrane-that-is-not-here")
    here.log_in("http")
    found = diagnose()
    assert found.proven
    assert "not needed" in found["command"].found


def test_not_logged_in(here, over):
    step = next_of(diagnose(over=over), here)
    assert step.name == ("token" if over == "http" else "service")
    assert "membrane login --tenant" in step.do


def test_half_a_workspace_says_which_half_is_missing(here):
    here.set("MEMBRANE_WORKSPACE_SECRET", here.sandbox.workspace_secret)
    step = next_of(diagnose(), here)
    assert "MEMBRANE_WORKSPACE_KEY is not set" in step.found


def test_an_expired_token(here, over):
    here.log_in(over, here.expired)
    found = diagnose(over=over)
    step = next_of(found, here)
    assert step.name == "service"
    assert "expired" in step.found
    wanted = "in the place of MEMBRANE_TOKEN" if over == "http" else "membrane login --tenant"
    assert wanted in step.do


def test_a_token_that_cannot_be_one_is_not_shown(here):
    slip = "eyJhbGci.with a slip.in it"
    here.set("MEMBRANE_TOKEN", slip)
    found = diagnose()
    assert next_of(found).name == "token"
    assert slip not in str(found) + repr(found)
    assert not found.calls


@pytest.mark.parametrize("variable", ["MEMBRANE_TOKEN", "MEMBRANE_ACCESS_TOKEN"])
def test_it_says_where_the_token_comes_from(here, variable):
    here.set(variable, here.sandbox.token)
    assert diagnose()["token"].found == variable


def test_a_workspace_and_a_login_are_sources_too(here):
    here.log_in("command")
    assert "membrane command" in diagnose()["token"].found
    here.set("MEMBRANE_WORKSPACE_KEY", here.sandbox.workspace_key)
    here.set("MEMBRANE_WORKSPACE_SECRET", here.sandbox.workspace_secret)
    here.set("MEMBRANE_TENANT_KEY", here.sandbox.tenant)
    found = diagnose()
    assert "MEMBRANE_WORKSPACE_SECRET" in found["token"].found
    assert found.proven
    assert not here.reveals(str(found), repr(found))


def test_nobody_answers(here):
    here.log_in("http")
    here.set("MEMBRANE_API_URL", "http://127.0.0.1:9")
    here.set("MEMBRANE_API_URI", "http://127.0.0.1:9")
    found = diagnose(exactnb.setting_up.diagnosis.Settings.load().model_copy(update={"retries": 0}))
    assert next_of(found, here).name == "service"


def test_no_connection(here, over):
    here.log_in(over)
    here.none()
    step = next_of(diagnose(over=over), here)
    assert step.name == "connection"
    assert "ex.setup()" in step.do


def test_a_connection_by_a_wrong_name(here, over):
    here.log_in(over)
    step = next_of(diagnose(connection="noordstar", over=over))
    assert "'noordstar'" in step.found
    assert here.sandbox.connection_id in step.do


@pytest.mark.parametrize(
    ("state", "do"),
    [
        ("BUILDING", "wait a minute"),
        ("CLIENT_ACTION_REQUIRED", "Sign in to Exact Online on this page"),
        ("SETUP_FAILED", "Reconnect Noordster Rijwielen rather than making another"),
        ("CONFIGURATION_ERROR", "Reconnect Noordster Rijwielen rather than making another"),
        ("A_STATE_OF_TOMORROW", "Reconnect Noordster Rijwielen rather than making another"),
    ],
)
def test_one_connection_that_is_not_ready(here, over, state, do):
    here.log_in(over)
    id = here.only(state)
    found = diagnose(over=over)
    step = next_of(found, here)
    assert step.name == "connection"
    assert state.lower().replace("_", " ") in step.found
    assert do in step.do
    assert found.chosen.id == id
    if state == "CLIENT_ACTION_REQUIRED":
        assert step.url.startswith(here.address)
        assert step.url in str(found)
        assert f'href="{step.url}"' in found._repr_html_()
    else:
        assert step.url is None


def test_of_several_that_are_not_ready_the_one_with_a_page_comes_first(here):
    here.log_in("http")
    here.only("SETUP_FAILED")
    second = here.sandbox.add_connection("Exact Online 2", state="CLIENT_ACTION_REQUIRED")
    assert second in next_of(diagnose()).url


def test_one_ready_beside_a_broken_one_is_the_one(here, over):
    here.log_in(over)
    here.only("SETUP_FAILED")
    second = here.sandbox.add_connection("Exact Online 2")
    found = diagnose(over=over)
    assert found.proven
    assert f'ex.connect("{second}"' in found.code


def test_two_ready(here, over):
    here.log_in(over)
    second = here.sandbox.add_connection("Exact Online 2")
    step = next_of(diagnose(over=over), here)
    assert step.name == "connection"
    assert second in step.found
    assert here.sandbox.connection_id in step.do
    assert diagnose(connection=second, over=over).proven


def test_several_divisions(here, over):
    here.log_in(over)
    found = diagnose(over=over)
    assert found.proven
    assert (found.division, list(found.divisions)) == (MAIN, [MAIN, HOLDING])
    assert f"division={MAIN}" in found.code
    other = diagnose(division=HOLDING, over=over)
    assert "2400102 Noordster Beheer B.V." in other["division"].found
    assert f"division={HOLDING}" in other.code
    wrong = next_of(diagnose(division=1, over=over))
    assert "2400101 Noordster Rijwielen B.V." in wrong.found


def test_of_three_divisions_the_one_that_is_named(here, over):
    here.log_in(over)
    third = here.third_division()
    found = diagnose(division=third, over=over)
    assert found.proven
    assert list(found.divisions) == [MAIN, HOLDING, third]
    assert found["call"].found == "GL accounts were read: there is none yet"
    assert f"division={third}" in found.code


def test_what_it_says_to_paste_runs(here, over):
    here.log_in(over)
    found = diagnose(division=HOLDING, over=over)
    names = {}
    exec(found.code, names)
    assert names["books"].division == HOLDING
    assert names["books"].list_gl_accounts(limit=1)["code"].notna().all()
    assert not here.reveals(found.code)


def test_what_it_says_to_paste_runs_where_the_connector_has_the_prefix_already(here):
    here.log_in("http")
    here.sandbox.faults.add("not_found", path="*/proxy/api/v1/*", times=None)
    found = diagnose(division=HOLDING)
    assert found.proven
    names = {}
    exec(found.code, names)
    assert len(names["books"].odata("GLAccounts", top=1)) == 1


def test_a_right_that_is_missing_is_the_last_step(here):
    here.log_in("http")
    here.sandbox.faults.add("forbidden", where="exact", path="*GLAccounts")
    step = next_of(diagnose(), here)
    assert step.name == "call"


def test_what_the_service_says_is_text():
    steps = [Step("connection", "next", "<b>x</b>", "<i>y</i>", "javascript:alert(1)")]
    page = Diagnosis(steps)._repr_html_()
    assert "<b>" not in page
    assert "<i>" not in page
    assert "href" not in page


# --- in a terminal ------------------------------------------------------------------------------


def test_the_doctor_ends_well_only_where_a_connection_is_proven(here, over, capsys):
    assert main(["doctor", "--over", over]) == 1
    here.log_in(over)
    assert main(["doctor", "--over", over]) == 0
    here.only("SETUP_FAILED")
    assert main(["doctor", "--over", over]) == 1
    assert not here.reveals(*capsys.readouterr())


def test_the_doctor_says_what_there_is_what_answered_and_what_to_paste(here, capsys):
    here.log_in("http")
    assert main(["doctor", "--connection", "noordster", "--division", str(HOLDING)]) == 0
    said = capsys.readouterr().out
    assert re.search(rf"exactnb +{re.escape(exactnb.__version__)}\n", said)
    assert re.search(r"\[lab\] +jupyterlab \d", said)
    assert "GET /connections: 200" in said
    assert f'books = ex.connect("noordster", division={HOLDING})' in said


def test_the_doctor_shows_a_refusal_and_what_to_do(here, capsys):
    here.log_in("http", here.expired)
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "GET /self: 401" in said
    assert "Make a new token" in said
