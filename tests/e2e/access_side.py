"""Whether everybody can use what is shown: names of controls, and the rules of axe-core."""

import re

from axe_playwright_python.sync_playwright import Axe

#: what a person does something with; each has to say what it is for
CONTROLS = (
    "button|checkbox|combobox|grid|img|link|listbox|menuitem|radio|searchbox|slider|spinbutton|"
    "switch|tab|textbox"
)
#: a node of the tree without a name: the role is not followed by one in quotes
UNNAMED = re.compile(rf"^\s*- '?(?:{CONTROLS})(?! [\"/])\b.*$", re.MULTILINE)
SERIOUS = {"serious", "critical"}


def unnamed(shown):
    """The controls in the accessibility tree of a part of the page that have no name."""
    return UNNAMED.findall(shown.aria_snapshot())


def violations(page, within):
    """What axe-core finds wrong within a selector, as (severity, rule, element)."""
    found = Axe().run(page, context={"include": [[within]]})
    return [
        (rule["impact"], rule["id"], node["html"][:300])
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]
