"""What the money of a plan did: the additionality ledger, small enough for a meeting."""

from __future__ import annotations

from typing import Any

from sim import additionality
from sim.core.clock import month_number
from sim.core.errors import InputError
from sim.view.questions import Question
from sim.view.runs import SCALE, SEED

LAST = "2017-12"
"""Last month of the programme of 2014; money paid later is not classed."""
MOST_REPLICATES = 8
FEWEST_ROWS = 0.01


def ledger(question: Question) -> dict[str, Any]:
    """The ledger of a plan's programme, or of one instrument of it.

    Arguments: `instrument` (its name; nothing for the whole programme), `replicates` (1 to 8),
    `scale` (0.01 to the page's own). Replicate r has the seed and the draw of parameters of the page's run r.
    Found are records of `Ledger.table`: `whole`, by `instruments`, by `tiers`; `costs`, its table
    of effects; `replicates`, `scale`, `last` month counted, `follow` months looked further.
    What a plan revises on the way counts as it is paid; its twin is without the money for good.
    """
    asked = dict(question.arguments)
    name = str(asked.get("instrument", ""))
    replicates = _between("replicates", asked.get("replicates", 3), 1, MOST_REPLICATES)
    scale = _between("scale", asked.get("scale", 0.02), FEWEST_ROWS, SCALE)
    scenario = question.plan.scenario()
    last = min(scenario.time.end, LAST, key=month_number)
    found = additionality.ledger(
        scenario, (name,) if name else (), each=False, scale=scale, replicates=int(replicates),
        seed=SEED, workers=1, until=last,
    )  # fmt: skip
    return {
        "instrument": name,
        "whole": _records(found.table(("without",))),
        "instruments": _records(found.table(("without", "instrument"))),
        "tiers": _records(found.table(("without", "tier"))),
        "costs": _records(found.costs()),
        "replicates": int(replicates),
        "scale": scale,
        "last": last,
        "follow": int(found.manifest["follow"]),
    }


def _records(frame: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = frame.to_dict("records")
    return found


def _between(key: str, value: Any, low: float, high: float) -> float:
    if not isinstance(value, int | float) or not low <= value <= high:
        raise InputError("ledger", key, value, f"{low:g} to {high:g}")
    return float(value)
