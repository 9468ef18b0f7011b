"""A made-up snapshot for tests of panels: real names, smooth random series, no simulation."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from sim.core.clock import month_name, month_number
from sim.core.table import Array
from sim.outputs import BY_NAME, IN_TABLE
from sim.scenario import Scenario
from sim.view.choice import Choice, Plan
from sim.view.looking import View
from sim.view.snapshot import Member, Snapshot, Track
from sim.world.data import load_data
from sim.world.tables import TIERS

MONTHS = tuple(
    month_name(one) for one in range(month_number("2012-01"), month_number("2017-12") + 1)
)
TIME = np.linspace(0.0, 1.0, len(MONTHS))
SINCE = np.clip((np.arange(len(MONTHS)) - 28) / 36.0, 0.0, 1.0)
"""How far a programme has come since 2014-05."""
CODES = ("O2a", "A1d", "A2b", "A2d", "A4a", "A5c", "A6c", "A6d", "A9a")
"""Targets of which the members say something."""


@cache
def scenario(name: str) -> Scenario:
    """A shipped scenario, loaded once."""
    return Scenario.load(name)


@cache
def member(replicate: int, shift: float, instruments: tuple[str, ...]) -> Member:
    """One run; from 2014-05 on `shift` moves every series in proportion to it (see `effect`)."""
    cities = len(load_data().cities["name_en"])
    tables = {
        table: {one.name: _series(replicate, one.name, rows, shift) for one in IN_TABLE[table]}
        for table, rows in (("province", 0), ("cities", cities), ("tiers", len(TIERS)))
    }
    budget = np.full((len(MONTHS), len(instruments)), 5000.0, dtype=np.float32)
    paid = (budget * SINCE[:, None] * (0.8 if shift else 0.0)).astype(np.float32)
    targets = {code: np.array((0.5 + shift, 1.0 + shift, shift > 0), float) for code in CODES}
    return Member(
        replicate, MONTHS, tables["province"], tables["cities"], tables["tiers"],
        {"budget": budget, "committed": budget * np.float32(0.1), "paid": paid},
        instruments, targets,
    )  # fmt: skip


def effect(output: str) -> float:
    """What a shift does to an output: the fewer jobs, nothing to the index, more of the rest."""
    return {"employees": -0.3, "unskilled_employees": -0.5, "two_integration_index": 0.0}.get(
        output, 1.0
    )


def _series(replicate: int, name: str, rows: int, shift: float) -> Array:
    """(T,) or (T, rows): a smooth rise in the unit's usual size, then the shift with some luck."""
    draw = np.random.default_rng([replicate, *name.encode()])
    unit = BY_NAME[name].unit
    share = unit.startswith("share") or unit == "0-1"
    size = (
        0.09
        if name.startswith("barrier_")
        else 0.15
        if share
        else (20.0, 80.0, 700.0, 1500.0)[len(name) % 4]
    )
    one_month = (1, rows) if rows else (1,)
    months = (len(MONTHS), *one_month[1:])
    time, since = (one.reshape(-1, *(1,) * (len(months) - 1)) for one in (TIME, SINCE))
    start = size * draw.uniform(0.9, 1.1, one_month)
    noise = np.cumsum(draw.normal(0.0, 0.004, months), axis=0)
    rise = draw.uniform(0.4, 0.6, one_month)
    # Drawn last, so that a run differs from its baseline by the shift alone.
    luck = draw.normal(0.0, 0.03) if shift else 0.0
    moved = 1.0 + since * (shift * effect(name) + luck)
    found = start * (1.0 + time * rise + noise) * moved
    return (np.clip(found, 0.0, 1.0) if share else found).astype(np.float32)


def track(name: str, shift: float, members: int = 8) -> Track:
    """A shipped scenario with made-up runs."""
    chosen = scenario(name)
    instruments = tuple(scenario("document_2014").instruments)
    made = tuple(member(one, shift, instruments) for one in range(members))
    return Track(chosen, made)


def snapshot(
    lang: str = "en",
    *,
    members: int = 8,
    saved: tuple[str, ...] = ("only_a2",),
    shift: float = 0.2,
    month: str = "",
    **choice: object,
) -> Snapshot:
    """Baseline, plan and saved plans; `members` 0 gives a page that has nothing to show yet."""
    chosen = Choice(lang=lang, month=month, saved=tuple(Plan(one) for one in saved), **choice)  # type: ignore[arg-type]
    return Snapshot(
        chosen,
        MONTHS,
        track("no_programme", 0.0, members),
        track("document_2014", shift, members),
        tuple(track(one, shift * 0.5, members) for one in saved),
    )


def view(
    lang: str = "en", choose: Callable[[Choice], None] = lambda choice: None, **how: object
) -> View:
    """What a panel is handed, with a made-up snapshot (`how` as in `snapshot`)."""
    return View(snapshot(lang, **how), choose)  # type: ignore[arg-type]
