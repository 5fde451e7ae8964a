"""The form on the screen: which buttons there are at each step, and what a click does."""

import time

import pytest
from sandbox_side import over

import exactnb
from exactnb.forms.lead import Lead
from exactnb.sandbox import Sandbox


@pytest.fixture(scope="module")
def demo():
    return exactnb.demo()


def buttons(form):
    return {button.description: button for button in form.widget.children[-1].children}


def press(form, name):
    buttons(form)[name].click()


def shown(form):
    """All text and markup that the form shows beside its fields."""
    return " ".join(
        getattr(child, "value", "") or getattr(child, "description", "")
        for child in form.widget.children
        if child is not form.screen.fields.widget
    )


def test_from_check_to_receipt_by_its_buttons(demo):
    form = exactnb.form(demo, "create-account", {"name": "Geklikt"})
    assert list(buttons(form)) == ["Check"]
    press(form, "Check")
    # a second, hasty click finds the way back where the first was, not the way out
    assert list(buttons(form)) == ["Back to the form", "Create account Geklikt"]
    press(form, "Back to the form")
    assert list(buttons(form)) == ["Check"]
    press(form, "Check")
    press(form, "Create account Geklikt")
    assert list(buttons(form)) == ["Make another one"]
    assert "Account created: Geklikt" in shown(form)
    assert form.screen.fields.widget not in form.widget.children


def test_two_queued_clicks_make_one_record(demo):
    form = exactnb.form(demo, "create-account", {"name": "Tweemaal geklikt"})
    form.widget  # noqa: B018  # made before it is checked
    form.check()
    send = buttons(form)["Create account Tweemaal geklikt"]
    send.click()
    send.click()
    found = demo.odata("crm/Accounts", filter={"Name": "Tweemaal geklikt"}, select=["ID"])
    assert len(found) == 1
    assert demo.outbox()["action"].tolist().count("create-account") >= 1


def test_everything_is_locked_while_it_is_sent(demo, monkeypatch):
    form = exactnb.form(demo, "create-account", {"name": "Op slot"})
    form.widget  # noqa: B018
    form.check()
    seen = []
    real = demo.run

    def run(*args, **kwargs):
        seen.append([button.disabled for button in buttons(form).values()])
        seen.append(form.screen.fields["name"].disabled)
        return real(*args, **kwargs)

    monkeypatch.setattr(demo, "run", run)
    form.send()
    assert seen == [[True, True], True]


def test_an_edit_after_the_preview_takes_it_back(demo):
    form = exactnb.form(demo, "create-account", {"name": "Bewerkt"})
    form.widget  # noqa: B018
    form.check()
    form.screen.fields["name"].value = "Bewerkt na de controle"
    assert form.status == "ready"
    assert list(buttons(form)) == ["Check"]
    assert form.check().sent["name"] == "Bewerkt na de controle"


def test_a_problem_is_listed_with_the_way_to_it(demo, monkeypatch):
    form = exactnb.form(demo, "create-account")
    press(form, "Check")
    link = next(c for c in form.widget.children if "Name" in getattr(c, "description", ""))
    assert "required" in link.description
    focused = []
    monkeypatch.setattr(form.screen.fields["name"], "focus", lambda: focused.append("name"))
    link.click()
    assert focused[0] == "name"
    form.screen.fields["name"].value = "Toch een naam"
    press(form, "Check")
    assert form.status == "confirm"


def test_what_is_put_right_is_told_where_it_was_listed(demo):
    form = exactnb.form(demo, "create-account", {"email": "half@", "website": "x" * 200})
    press(form, "Check")
    assert "3 fields need a look" in shown(form)
    before = form.widget.children
    form["name"] = "Heel"
    form["email"] = "heel@example.nl"
    assert "One field needs a look" in shown(form)
    assert "✓ E-mail" in shown(form)
    assert "Website: " in shown(form)
    del form["website"]
    assert "Put right: check again." in shown(form)
    # nothing under it slips away from who is about to click
    assert form.widget.children == before


def test_the_keyboard_is_led_to_the_way_back_not_to_the_way_out(demo, monkeypatch):
    monkeypatch.setattr("exactnb.forms.screen._DRAWN", 0.01)
    form = exactnb.form(demo, "create-account", {"name": "Toetsenbord"})
    press(form, "Check")
    led = []
    for name, button in buttons(form).items():
        monkeypatch.setattr(button, "focus", lambda name=name: led.append(name))
    (lead,) = [child for child in form.widget.children if isinstance(child, Lead)]
    asked = []
    monkeypatch.setattr(lead, "send", asked.append)
    lead.on(form.screen._refocus)
    assert (asked, led) == ([{}], [])
    lead._told(lead, {"free": False}, [])  # somebody types in another place
    lead._told(lead, {"free": True}, [])  # too late: that was another view of the same form
    assert led == []
    lead.on(form.screen._refocus)
    lead._told(lead, {"free": True}, [])
    assert led == ["Back to the form"]


def test_what_was_sent_before_asks_before_it_is_sent_again(demo):
    for _ in range(2):
        form = exactnb.form(demo, "create-account", {"name": "Herhaald"})
        form.widget  # noqa: B018
        press(form, "Check")
        press(form, "Create account Herhaald")
    assert list(buttons(form)) == ["Back to the form", "Send it once more all the same"]
    press(form, "Send it once more all the same")
    assert form.status == "done"


def test_a_lost_write_is_looked_for_and_offered(monkeypatch):
    sandbox = Sandbox()
    books = over(sandbox, retries=0)
    form = exactnb.form(books, "create-account", {"name": "Kwijt"})
    press(form, "Check")
    sandbox.faults.add("dropped_after", where="membrane", method="POST", path="/act", times=1)
    sandbox.faults.add("bad_gateway", where="membrane", method="GET", times=None)
    press(form, "Create account Kwijt")
    assert list(buttons(form)) == ["Look for it"]
    assert "not known whether it was written" in shown(form)
    sandbox.faults.clear()
    press(form, "Look for it")
    assert form.status == "done"
    assert "Account created: Kwijt" in shown(form)


def test_what_is_shown_for_a_step_is_gone_after_it(demo):
    import ipywidgets

    form = exactnb.form(demo, "create-account", {"name": "Opgeruimd"})
    form.widget  # noqa: B018
    time.sleep(0)  # timers of other tests have their turn
    form.check()
    form.submission.back()
    before = len(ipywidgets.widgets.widget._instances)
    for _ in range(3):
        form.check()
        form.submission.back()
    assert len(ipywidgets.widgets.widget._instances) <= before + 1
