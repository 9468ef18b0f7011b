"""An address that is costly to read, for tests and for the bench of an attack."""

from __future__ import annotations

from sim.view import plans
from sim.view.address import LONGEST


def hostile(number: int = 0) -> str:
    """An address with as many settings that cannot be as it may hold."""
    values = plans.preset_values("document_2014")
    keys = [one for one, value in values.items() if isinstance(value, float)]
    settings = ""
    for key in sorted(filter(lambda one: plans.holdable("document_2014", one), keys), key=len):
        if len(settings) + len(key) < LONGEST - 40:
            settings += f"{key}:{number}1e9,"
    return "l=en&s=" + settings
