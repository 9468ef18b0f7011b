"""How many of the province's firms have a row of their own where nobody says otherwise.

And how few rows of a city are too few to rest its figures on.
"""

from __future__ import annotations

from numbers import Real
from typing import Any

from sim.core.errors import InputError

USUAL_SCALE = 0.1
"""4,956 rows, each for about ten firms.

What the programme adds to firms that use machines, end of 2017, points (30 pairs, draws of the fit and
populations in turn; 95 % interval): +0.66 (0.34 to 0.99) at scale 0.05, +1.01 (0.62 to 1.40) at 0.1,
+1.48 (1.11 to 1.85) at 1. So below a tenth the programme looks weaker than it is; at a tenth it may,
which 30 pairs cannot tell; a run costs a tenth more than at 0.05, as most of its time does not depend
on the rows.
"""

FEW_ROWS = 100
"""Above-scale rows of a city below which its figures are marked.

Which firms have rows is chance: of a technology that four in ten firms use, the share among 100 rows
is off by five points (one standard error), which is more than most programmes do to it.
"""

LIMITS = (0.01, 25.0)


def as_scale(given: Any) -> float:
    """A scale as a number; raises InputError for one that is none or out of range."""
    number = isinstance(given, Real) and not isinstance(given, bool)
    # Compared as it is: a whole number may be too large for a float.
    if not number or not LIMITS[0] <= given <= LIMITS[1]:
        allowed = f"{LIMITS[0]:g} to {LIMITS[1]:g} (share of the province's firms)"
        raise InputError("scale", "", "None" if given is None else given, allowed)
    return float(given)


WORDS = {
    "en": "note: at scale {scale:g} what a programme adds comes out weaker than it is; take scale "
    "{usual:g} or more",
    "zh": "注意：规模为{scale:g}时，方案带来的效果会被低估；请取不小于{usual:g}的规模",
}


def understated(scale: float, lang: str = "en") -> str:
    """One line for a scale at which effects are known to be understated; empty for any other."""
    return WORDS[lang].format(scale=scale, usual=USUAL_SCALE) if scale < USUAL_SCALE else ""
