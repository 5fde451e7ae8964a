"""From nothing to an administration: what is missing, and the way there step by step.

::

    steps      the steps as data: how each stands, what was found, the one thing to do next
    standing   how a connection stands, and what to do about it
    diagnosis  looks at each step, over HTTP or over the ``membrane`` command
    doctor     the same in a terminal, with what is installed
    guide      takes the steps: a token or a login, a connection, a division
    screen     the guide as widgets
"""

from exactnb.setting_up.diagnosis import diagnose
from exactnb.setting_up.guide import Setup, setup
from exactnb.setting_up.steps import Diagnosis, Step

__all__ = ["Diagnosis", "Setup", "Step", "diagnose", "setup"]
