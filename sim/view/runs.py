"""One run as the page needs it; what a worker process does.

All runs of a page are at workshop scale and over the same months. A worker keeps, for each draw of
parameters, the province at the end of the months that no package can change, and goes on from
there: two thirds of the work of a run are left.
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from typing import Any

import numpy as np
import pandas as pd

from sim.branching import shared_months
from sim.model import Province
from sim.results import Results
from sim.scale import USUAL_SCALE
from sim.scenario import Scenario
from sim.view.choice import Plan
from sim.view.columns import Columns
from sim.view.questions import Question, answer
from sim.view.settings import FAULT
from sim.view.snapshot import Member
from sim.view.worker import go_on

SCALE = USUAL_SCALE
"""Share of the province's firms that have a row of their own: the workshop's size."""
SEED = 1
"""Replicate r has seed SEED + r, as in `lianghua compare`."""
PARTING = "2014-01"
"""First month that a package of the programme can change."""
KEPT_PROVINCES = 40
"""Provinces at their parting that a worker keeps, some megabytes each."""
CITY_OUTPUTS = (
    "adoption_automation", "adoption_networking", "adoption_erp", "adoption_plm",
    "adoption_ecommerce", "adoption_cloud", "adoption_green_iot", "adoption_smart_product",
    "numerical_control_rate", "numerical_control_rate_key_firms", "employees",
    "skilled_employees", "unskilled_employees", "wage", "unemployment", "labour_productivity",
    "firms", "value_added", "technology_investment", "subsidy_received", "demonstration_firms",
    "two_integration_index", "informatization_index", "rank", "smart_city_cover", "effort",
    "reporting_inflation",
)  # fmt: skip
ACCOUNT = ("budget", "committed", "paid")

_provinces: OrderedDict[tuple[str, int], Province] = OrderedDict()


def work(task: tuple[Plan, int] | Question) -> Any:
    """What a worker makes of a task: a run of a plan, or the answer to a question."""
    if isinstance(task, Question):
        return answer(task)
    plan, replicate = task
    _misbehave(plan)
    province = _continued(plan.scenario(), replicate)
    return member(province.run(progress=lambda clock: go_on()), replicate)


def whole_run(plan: Plan, replicate: int, scale: float = SCALE) -> Province:
    """A province of a plan in a replicate, at its start; questions run it as they need."""
    return Province(plan.scenario(), scale=scale, seed=SEED + replicate)


def member(results: Results, replicate: int) -> Member:
    """What a page keeps of a run."""
    from sim.view.ranks import yearly
    from sim.view.targets import targets_of

    months = tuple(str(month) for month in results.province["month"])
    return Member(
        replicate,
        months,
        _small(results.province.iloc[:, 1:]),
        _small(results.cities[list(CITY_OUTPUTS)], len(months)),
        _small(results.tiers.iloc[:, 2:], len(months)),
        _small(results.programme[list(ACCOUNT)], len(months)),
        tuple(results.programme["instrument"].unique()),
        targets_of(results),
        *yearly(results.indices),
        results.manifest["few_rows"],
    )


def _small(frame: pd.DataFrame, months: int = 0) -> Columns[str]:
    """Columns of figures as float32, (months,) or (months, rows)."""
    figures = np.ascontiguousarray(frame.to_numpy(dtype=np.float32).T)
    if months:
        figures = figures.reshape(len(figures), months, -1)
    return Columns(tuple(frame.columns), figures)


def _continued(scenario: Scenario, replicate: int) -> Province:
    """The province of a scenario where it parts from all others, or at its start."""
    bare = scenario.model_copy(
        update={"instruments": {}, "programme": type(scenario.programme)(), "revisions": ()}
    )
    key = (bare.hash, replicate)
    if key not in _provinces:
        province = Province(bare, scale=SCALE, seed=SEED + replicate)
        while province.clock.name < PARTING:
            province.step()
            go_on()
        _provinces[key] = province
        while len(_provinces) > KEPT_PROVINCES:
            _provinces.popitem(last=False)
    _provinces.move_to_end(key)
    start = _provinces[key]
    if shared_months(start.settings, scenario) < start.clock.month:
        return Province(scenario, scale=SCALE, seed=SEED + replicate)
    return start.branch(scenario)


def _misbehave(plan: Plan) -> None:
    fault = os.environ.get(FAULT, "")
    if fault == "slow":
        time.sleep(1.0)
    if fault == "error" and plan.settings:
        raise RuntimeError(f"a fault was asked for by {FAULT}")
