"""The guide: each starting point led to a connection that is proven, by its widgets."""

import os
import threading
import urllib.parse
import urllib.request

import ipywidgets as widgets
import pytest
from setting_up_side import CODE, HOLDING, MAIN, place

import exactnb as ex
from exactnb.errors import InputError
from exactnb.setting_up.login import begin_login, complete_login
from exactnb.settings import Settings


@pytest.fixture
def here(monkeypatch, tmp_path):
    for name in ("MEMBRANE_TOKEN", "MEMBRANE_ACCESS_TOKEN"):
        monkeypatch.setenv(name, "")  # so that what the guide sets is gone after the test
    with place(monkeypatch, tmp_path) as made:
        yield made


@pytest.fixture(params=["http", "command"])
def over(request):
    return request.param


def under(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from under(child)


def seen(guide):
    """All that the guide shows, in any of its looks, and the state of each of its widgets."""
    bundle = guide._repr_mimebundle_()
    states = [str(each.get_state()) for each in under(guide.widget)]
    return [str(guide), repr(guide), bundle["text/plain"], bundle["text/html"], *states]


def those(guide, kind):
    return [each for each in under(guide.widget) if isinstance(each, kind)]


def press(guide, said):
    """Press the button with these words, and wait until its step is taken."""
    (button,) = [b for b in those(guide, widgets.Button) if said in b.description]
    button.click()
    guide.screen.join(30)
    assert not guide.screen._busy


def type_into(guide, title, text):
    (field,) = [f for f in those(guide, widgets.Password) if f.description == title]
    field.value = text
    assert field.value == ""
    guide.screen.join(30)


def choose(guide, title, value):
    (box,) = [d for d in those(guide, widgets.Dropdown) if d.description == title]
    box.value = value
    press(guide, f"Use this {title.lower()}")


class Person:
    """Somebody who opens the page that the guide shows, and answers there."""

    def __init__(self, guide, answer):
        self.guide, self.answer, self.pages = guide, answer, []
        self._wait = guide._stop.wait
        guide._stop.wait = self.look

    def look(self, _seconds):
        """In the place of the pause between two looks."""
        link = self.guide.link
        if link and link not in self.pages:
            self.pages.append(link)
            sent = urllib.parse.urlencode({"answer": self.answer}).encode()
            with urllib.request.urlopen(link, sent, timeout=10) as page:
                assert page.status == 200
        return self._wait(0.01)


def proven(guide, here, over, *, division=MAIN):
    """What there is to paste runs, and nothing secret was shown."""
    assert guide.found.proven, str(guide)
    names = {}
    exec(guide.found.code, names)
    assert names["books"].division == division
    assert guide.found.code.splitlines()[-1] in str(guide)
    assert not here.reveals(*seen(guide))


# --- a token or a login -------------------------------------------------------------------------


def test_nothing_at_all_says_how_to_install_it_and_takes_a_token(here):
    here.set("EXACTNB_MEMBRANE_BIN", "membrane-that-is-not-here")
    guide = ex.setup()
    assert "npm install" in str(guide)
    assert not [b for b in those(guide, widgets.Button) if "Log in" in b.description]
    type_into(guide, "Token", here.sandbox.token)
    assert "set MEMBRANE_TOKEN before you start Jupyter" in guide.message
    proven(guide, here, "http")


def test_without_the_command_there_is_no_other_way_over_it(here):
    here.set("EXACTNB_MEMBRANE_BIN", "membrane-that-is-not-here")
    guide = ex.setup(over="command")
    assert those(guide, widgets.Password) == []
    assert guide.found.next.name == "command"


def test_a_token_that_is_not_accepted_is_not_kept(here):
    guide = ex.setup()
    type_into(guide, "Token", here.expired)
    assert "expired" in guide.message
    assert not os.environ["MEMBRANE_TOKEN"]
    type_into(guide, "Token", "two words")
    assert "characters that no token has" in guide.message
    assert "two words" not in "".join(seen(guide))
    assert not here.reveals(*seen(guide))


@pytest.mark.parametrize("mode", ["", "waits"])
def test_a_login_by_a_page_and_a_code(here, over, mode, monkeypatch):
    here.set("MEMBRANE_STANDIN", mode)
    monkeypatch.setattr(begin_login, "__kwdefaults__", {"patience": 2})
    guide = ex.setup(over=over)
    press(guide, "Log in with the membrane command")
    assert guide.link.startswith(f"{here.address}/oauth/authorize")
    assert any(f'href="{guide.link}"' in html.value for html in those(guide, widgets.HTML))
    type_into(guide, "Code", CODE)
    assert guide.message == "Logged in."
    proven(guide, here, over)


def test_a_wrong_code_is_not_shown_and_the_next_one_may_be_right(here):
    guide = ex.setup()
    press(guide, "Log in")
    type_into(guide, "Code", "wrong-code-99")
    assert "was not accepted" in guide.message
    assert "wrong-code-99" not in "".join(seen(guide))
    type_into(guide, "Code", CODE)
    proven(guide, here, "http")


@pytest.mark.parametrize("code", ["", "--help", "two words"])
def test_what_cannot_be_a_code_is_never_an_option_of_the_command(here, code, raised):
    error = raised(InputError, complete_login, Settings.load(), code)
    assert not code or code not in str(error)


def test_a_login_takes_the_place_of_an_expired_token(here):
    here.log_in("http", here.expired)
    guide = ex.setup()
    assert guide.found.next.name == "service"
    press(guide, "Log in")
    type_into(guide, "Code", CODE)
    assert "not used in this notebook" in guide.message
    proven(guide, here, "http")


# --- a connection -------------------------------------------------------------------------------


def test_no_connection_is_made_on_a_page(here, over):
    here.log_in(over)
    here.none()
    guide = ex.setup(over=over)
    person = Person(guide, "connect")
    press(guide, "Make a connection to Exact Online")
    assert len(person.pages) == 1
    assert len(here.connections) == 1
    proven(guide, here, over)


def test_no_connector_is_found_so_the_connection_is_ensured(here, over):
    here.log_in(over)
    here.none()
    nothing = {"items": []}
    here.sandbox.faults.add("answer", path="/search", status=200, body=nothing)
    guide = ex.setup(over=over)
    Person(guide, "connect")
    press(guide, "Make a connection to Exact Online")
    assert len(here.connections) == 1
    proven(guide, here, over)


def test_one_that_asks_for_a_person_is_signed_in_to(here, over):
    here.log_in(over)
    id = here.only("CLIENT_ACTION_REQUIRED")
    guide = ex.setup(over=over)
    person = Person(guide, "connect")
    press(guide, "Connect Noordster Rijwielen")
    assert id in person.pages[0]
    assert list(here.connections) == [id]
    proven(guide, here, over)


@pytest.mark.parametrize("state", ["SETUP_FAILED", "CONFIGURATION_ERROR"])
def test_a_broken_one_is_reconnected_not_made_anew(here, over, state):
    here.log_in(over)
    id = here.only(state)
    guide = ex.setup(over=over)
    Person(guide, "connect")
    press(guide, "Reconnect Noordster Rijwielen")
    assert list(here.connections) == [id]
    proven(guide, here, over)


def test_one_that_is_being_built_is_waited_for_and_then_signed_in_to(here, over):
    here.log_in(over)
    id = here.only("BUILDING")
    guide = ex.setup(over=over)
    person = Person(guide, "connect")
    answered = person.look

    def built(seconds):
        here.connections[id].builds_until = 0
        return answered(seconds)

    guide._stop.wait = built
    press(guide, "Wait for Noordster Rijwielen")
    assert len(person.pages) == 1
    proven(guide, here, over)


def test_who_says_no_made_no_connection(here, over):
    here.log_in(over)
    here.none()
    guide = ex.setup(over=over)
    Person(guide, "cancel")
    press(guide, "Make a connection to Exact Online")
    assert "cancelled" in guide.message
    assert not here.connections
    assert guide.found.next.name == "connection"


def test_waiting_ends_by_itself_and_says_so(here):
    here.log_in("http")
    here.only("CLIENT_ACTION_REQUIRED")
    guide = ex.setup()
    pauses = []
    guide._stop.wait = pauses.append
    guide.connect()
    guide.wait(looks=3)
    assert len(pauses) == 3
    assert guide.message == "Nobody has connected yet."


def test_waiting_leaves_the_notebook_free_and_can_be_stopped(here):
    here.log_in("http")
    here.only("CLIENT_ACTION_REQUIRED")
    guide = ex.setup()
    waiting, wait = threading.Event(), guide._stop.wait

    def pause(_seconds):
        waiting.set()
        return wait(20)

    guide._stop.wait = pause
    (button,) = [b for b in those(guide, widgets.Button) if "Connect" in b.description]
    button.click()  # and this thread goes on
    assert waiting.wait(20)
    (stop,) = those(guide, widgets.Button)
    stop.click()
    guide.screen.join(20)
    assert guide.message == "Waiting was stopped."


def test_a_page_with_a_token_in_its_address_is_never_shown(here):
    here.log_in("http")
    id = here.only("CLIENT_ACTION_REQUIRED")
    shown = here.sandbox.membrane.connections.shown

    def leaky(call, connection):
        answer = shown(call, connection)
        if "clientAction" in answer:
            answer["clientAction"]["uiUrl"] += f"&token={here.sandbox.token}"
        return answer

    here.sandbox.membrane.connections.shown = leaky
    guide = ex.setup()
    assert guide.found.next.url is None
    assert not here.reveals(*seen(guide))
    Person(guide, "connect")
    press(guide, "Reconnect")  # by a page of its own
    assert list(here.connections) == [id]
    proven(guide, here, "http")


# --- which one ----------------------------------------------------------------------------------


def test_of_two_that_are_ready_one_is_chosen(here, over):
    here.log_in(over)
    second = here.sandbox.add_connection("Exact Online 2")
    guide = ex.setup(over=over)
    assert guide.found.next.name == "connection"
    choose(guide, "Connection", second)
    assert second in guide.found.code
    proven(guide, here, over)


def test_of_two_divisions_one_is_chosen(here, over):
    here.log_in(over)
    guide = ex.setup(over=over)
    choose(guide, "Division", HOLDING)
    proven(guide, here, over, division=HOLDING)


def test_of_three_divisions_one_is_chosen(here, over):
    here.log_in(over)
    third = here.third_division()
    guide = ex.setup(over=over)
    (box,) = [d for d in those(guide, widgets.Dropdown) if d.description == "Division"]
    assert [code for _, code in box.options] == [MAIN, HOLDING, third]
    choose(guide, "Division", third)
    proven(guide, here, over, division=third)


@pytest.fixture
def dutch():
    ex.options.language = "nl"
    yield
    ex.options.language = "en"


def test_it_leads_in_dutch_too(here, dutch):
    guide = ex.setup()
    for words in ("Exact Online verbinden", "Opdracht", "nog niet bekeken", "Nu:", "Log in met"):
        assert words in guide.html
    press(guide, "Inloggen met de opdracht membrane")
    type_into(guide, "Code", CODE)
    assert guide.message == "Ingelogd."
    (box,) = [d for d in those(guide, widgets.Dropdown) if d.description == "Administratie"]
    box.value = HOLDING
    press(guide, "Gebruik deze administratie")
    proven(guide, here, "http", division=HOLDING)
    assert "is gelezen" in str(guide)
    assert "Plak dit:" in guide.html
    read = ("description", "placeholder", "value", "tooltip")  # of a widget
    shown = " ".join(str(getattr(each, name, "")) for each in under(guide.widget) for name in read)
    assert not [words for words in ("Look", "Use this", "Paste", "Connect ") if words in shown]


def test_names_of_the_service_are_text(here):
    here.log_in("http")
    here.none()
    here.sandbox.add_connection("Exact <img src=x onerror=alert(1)>", state="SETUP_FAILED")
    guide = ex.setup()
    assert all("<img" not in html.value for html in those(guide, widgets.HTML))
    assert "<img" not in guide._repr_mimebundle_()["text/html"]
