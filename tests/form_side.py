"""What the tests of forms share: making one, what a person does to it, and what it sends."""

import time

import comm
import ipywidgets as widgets

from exactnb.absent import ABSENT
from exactnb.forms.fields import Fields
from exactnb.forms.model import FormModel

HOSTILE = "<img src=x onerror=alert(1)>"
TEXT = {"type": "string"}


def recorded(monkeypatch):
    """The messages that leave the kernel from now on, as kind and state."""
    sent = []

    class Recorder(comm.base_comm.BaseComm):
        def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
            sent.append((msg_type, (data or {}).get("state", data)))

    monkeypatch.setattr(comm, "create_comm", Recorder)
    return sent


def opened(wire):
    return sum(kind == "comm_open" for kind, _ in wire)


def schema(required=(), /, **properties):
    return {"type": "object", "properties": properties, "required": list(required)}


def made(given, value=ABSENT, *, finders=None, language="en"):
    model = FormModel(given, value, language=language)
    return model, Fields(model, finders)


def person(widget, value):
    """Someone types or chooses: what a front end sends then."""
    if isinstance(widget, widgets.Dropdown):
        (index,) = [i for i, label in enumerate(widget._options_labels) if label == value]
        widget.set_state({"index": index})
    else:
        widget.set_state({"value": value})


def button(fields, text):
    """The buttons with a text, in the order in which they stand."""
    return [each for each in under(fields.widget) if getattr(each, "description", "") == text]


def under(widget):
    yield widget
    for each in getattr(widget, "children", ()):
        yield from under(each)


def until(holds):
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, "it did not come about within ten seconds"
        time.sleep(0.005)
