"""A person who has no mouse."""

from playwright.sync_api import expect

#: controls that are passed on the way to another at most
FAR = 80
#: milliseconds between keys, as of someone who types fast
PACE = 15


class Keys:
    """The keyboard of a page: goes from control to control with Tab, types, pastes."""

    def __init__(self, page):
        self.page = page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text):
        self.page.keyboard.type(text, delay=PACE)

    def tab_to(self, control, key="Tab"):
        """Press Tab until a control has the focus; it comes back."""
        expect(control).to_be_visible()
        for _ in range(FAR):
            if self.has_focus(control):
                return control
            self.press(key)
        raise AssertionError(f"Tab does not lead to {control} in {FAR} steps")

    def has_focus(self, control):
        return control.evaluate("control => control === document.activeElement")

    def paste(self, text):
        """What was copied elsewhere, such as in Excel."""
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.press("Control+v")

    def choose(self, control, option):
        """An option of a list that unfolds: opened, found by typing, taken."""
        self.tab_to(control)
        self.press("Space")
        self.type(option)
        self.press("Enter")
