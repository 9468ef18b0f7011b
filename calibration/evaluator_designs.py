"""From the firm panel to what each evaluator looks at, and to the truth that it aims at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from calibration import evaluators
from calibration.evaluators import Estimate
from calibration.panel import Panel
from sim.core.table import Array
from sim.world.tables import TECHNOLOGIES

OUTCOMES = ("adopted", "employees", "output_per_employee")
"""Technologies in use of those the grant pays for; logs of employees and of output per employee."""
METHODS = ("two_way", "did", "did_calls", "matching", "discontinuity")

CALL = 10_000
"""Years are numbered from this times the number of the call where calls are told apart."""


@dataclass(frozen=True)
class Design:
    """One evaluator on one sample.

    `observed` and `effect` are what it is applied to, by outcome: the outcome (a level, or the change
    since the year before the award) and the true effect on it, each (n,). `estimate` maps such an
    array to an estimate; `truth` gives by outcome the true effect that it aims at.
    """

    method: str
    observed: dict[str, Array]
    effect: dict[str, Array]
    truth: dict[str, float]
    estimate: Callable[[Array], Estimate]


def sample(panel: Panel) -> pd.DataFrame:
    """Firm-years that evaluators use, with logs of outcomes, `since` (0: never) and true effects.

    Firms that met the conditions in some December or won an award; firm-years without a counterpart
    in the twin (closed there) are left out, since they have no true effect.
    """
    frame = panel.frame
    asked = (frame["eligible"].fillna(0) > 0) | frame["treated_since"].notna()
    frame = frame[frame["firm"].isin(frame.loc[asked, "firm"])]
    effects = [f"effect_{name}" for name in OUTCOMES]
    frame = frame[frame[effects].notna().all(axis=1)]
    made = frame[["firm", "year", "sector", "tier", "founded", "automation"]].copy()
    made["founded"] = made["founded"].astype(np.float64)
    for name in ("employees", "output_per_employee"):
        made[name] = np.log(frame[name].astype(np.float64))
    made["adopted"] = frame["adopted"].astype(np.float64)
    made["capital"] = np.log(np.maximum(frame["capital"], 1e-6) / frame["employees"])
    uses = frame[[f"uses_{code}" for code in TECHNOLOGIES]].astype(np.float64)
    made["technologies"] = uses.sum(axis=1)
    made[effects] = frame[effects].astype(np.float64)
    made["since"] = frame["treated_since"].fillna(0).astype(np.int64)
    made["applicant"] = made["firm"].isin(panel.applications["firm"])
    return made


def designs(panel: Panel) -> Iterator[tuple[str, Callable[[], Design]]]:
    """Every method with what makes its design; making it raises InputError where it cannot be."""
    rows = sample(panel)
    yield "two_way", lambda: _panel_design("two_way", rows)
    yield "did", lambda: _panel_design("did", rows)
    yield "did_calls", lambda: _panel_design("did_calls", _by_call(rows, panel.applications))
    yield "matching", lambda: _matching(rows)
    yield "discontinuity", lambda: _discontinuity(rows, panel.applications)


def _panel_design(method: str, rows: pd.DataFrame) -> Design:
    """Levels by firm and year; the truth is the mean over treated firm-years.

    Only firms seen in every year: firms that close shrink before, and with gaps the year effects
    would take that for a trend of all firms.
    """
    seen = rows.groupby("firm")["year"].transform("size")
    rows = rows[seen == seen.max()]
    firm, year, since = (rows[name].to_numpy() for name in ("firm", "year", "since"))
    after = (since > 0) & (year >= since)
    observed = {name: rows[name].to_numpy() for name in OUTCOMES}
    effect = {name: rows[f"effect_{name}"].to_numpy() for name in OUTCOMES}

    def estimate(outcome: Array) -> Estimate:
        if method == "two_way":
            return evaluators.two_way(outcome, firm, year, after)
        return evaluators.imputation(outcome, firm, year, since)

    truth = {name: _mean(effect[name][after]) for name in OUTCOMES}
    return Design(method, observed, effect, truth, estimate)


def _by_call(rows: pd.DataFrame, applications: pd.DataFrame) -> pd.DataFrame:
    """Applicants by their first application, whose winners meet losers of the same call alone.

    Years are numbered by call, so that every call has year effects of its own. Losers stay losers
    when they win a later call: to leave them out then would leave out those that had not bought by
    themselves in the meantime.
    """
    first = applications.drop_duplicates("firm")[["firm", "decided", "won"]]
    call = first["decided"].rank(method="dense").astype(np.int64) * CALL
    since = np.where(first["won"] == 1, first["decided"].str[:4].astype(np.int64) + call, 0)
    first = first.assign(call=call, since=since)
    made = rows.drop(columns="since").merge(first[["firm", "call", "since"]], on="firm")
    return made.assign(year=made["year"] + made["call"])


def _matching(rows: pd.DataFrame) -> Design:
    """Changes from the year before the award to the last year, winners against never-winners.

    Matched within sector, year and number of supported technologies in use, on size, output and
    capital per employee, automation, technologies in use and age in the year before.
    """
    last = rows[rows["year"] == rows["year"].max()]
    parts = []
    for since in np.unique(rows.loc[rows["since"] > 0, "since"]):
        before = rows[(rows["year"] == since - 1) & rows["since"].isin((0, since))]
        parts.append(before.merge(last, on="firm", suffixes=("", "_last")).assign(cohort=since))
    pairs = pd.concat(parts) if parts else rows.iloc[:0].assign(cohort=0)
    names = ["employees", "output_per_employee", "capital", "automation", "technologies", "founded"]
    covariates = pairs[names].to_numpy(dtype=np.float64)
    cell = pairs.groupby(["cohort", "sector", "adopted"]).ngroup().to_numpy()
    treated, firm = (pairs["since"] > 0).to_numpy(), pairs["firm"].to_numpy()

    def estimate(outcome: Array) -> Estimate:
        return evaluators.matching(outcome, treated, covariates, cell, firm)

    matched = np.isin(cell, cell[~treated]) & treated
    return _of_changes("matching", pairs, estimate, lambda effect: _mean(effect[matched]))


def _discontinuity(rows: pd.DataFrame, applications: pd.DataFrame) -> Design:
    """Changes as for matching, of every firm by its first application in a call with a cut-off."""
    first = applications[applications["distance"].notna()].drop_duplicates("firm")
    first = first.assign(cohort=first["decided"].str[:4].astype(np.int64))
    before = rows.merge(first[["firm", "cohort", "distance"]], on="firm")
    before = before[before["year"] == before["cohort"] - 1]
    last = rows[rows["year"] == rows["year"].max()]
    pairs = before.merge(last, on="firm", suffixes=("", "_last"))
    distance = pairs["distance"].to_numpy(dtype=np.float64)

    def estimate(outcome: Array) -> Estimate:
        return evaluators.discontinuity(outcome, distance)

    return _of_changes(
        "discontinuity", pairs, estimate, lambda effect: evaluators.at_cut_off(effect, distance)
    )


def _of_changes(
    method: str, pairs: pd.DataFrame, estimate: Callable[[Array], Estimate],
    truth: Callable[[Array], float],
) -> Design:  # fmt: skip
    """A design on changes; its truth is the effect in the last year."""
    observed, effect, aim = {}, {}, {}
    for name in OUTCOMES:
        observed[name] = (pairs[f"{name}_last"] - pairs[name]).to_numpy(dtype=np.float64)
        final = pairs[f"effect_{name}_last"].to_numpy(dtype=np.float64)
        effect[name] = final - pairs[f"effect_{name}"].to_numpy(dtype=np.float64)
        aim[name] = truth(final)
    return Design(method, observed, effect, aim, estimate)


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else np.nan
