"""How an observed moment is read off a run: one function a kind, in the model's own units.

Every function takes `(run, output, region, year)` and gives NaN where the run cannot say: a year
that it does not cover, nobody to ask. `region` is the English name of a city or anything else for
the province.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from calibration.runs import Run
from sim.core.clock import month_number
from sim.core.table import Array
from sim.world.tables import ABOVE_SCALE, TECHNOLOGIES

NAN = float("nan")
Reading = Callable[[Run, str, str, int], float]


# ------------------------------------------------------------------ series
def _series(run: Run, output: str, region: str) -> Array:
    """An output of the province or a city by month, (months,)."""
    if region in run.cities:
        by_city = run.results.cities[output].to_numpy().reshape(-1, len(run.cities))
        found: Array = by_city[:, run.cities.index(region)]
        return found
    return run.results.province[output].to_numpy()


def _yearly(take: Callable[[Array], float]) -> Reading:
    def read(run: Run, output: str, region: str, year: int) -> float:
        months = run.months(year)
        return NAN if months is None else float(take(_series(run, output, region)[months]))

    return read


mean = _yearly(lambda months: float(months.mean()))
total = _yearly(lambda months: float(months.sum()))
end = _yearly(lambda months: float(months[-1]))


def growth(run: Run, output: str, region: str, year: int) -> float:
    """A year's sum over that of the year before, less 1."""
    return _over(total(run, output, region, year), total(run, output, region, year - 1)) - 1.0


def two_year_growth(run: Run, output: str, region: str, year: int) -> float:
    """A year's mean over that of two years before, less 1."""
    return _over(mean(run, output, region, year), mean(run, output, region, year - 2)) - 1.0


def two_year_rise(run: Run, output: str, region: str, year: int) -> float:
    """December less the December of two years before."""
    return end(run, output, region, year) - end(run, output, region, year - 2)


def current_sum(run: Run, output: str, region: str, year: int) -> float:
    """A year's sum at current prices, of a flow deflated by consumer prices."""
    months = run.months(year)
    if months is None:
        return NAN
    return float((_series(run, output, region)[months] * run.prices[months]).sum())


def support_share(run: Run, output: str, region: str, year: int) -> float:
    """What all instruments paid in a year over investment, per cent."""
    paid = run.results.programme.groupby("month")["paid"].sum()
    first, last = f"{year - 1}-12", f"{year}-12"
    if last not in paid.index:
        return NAN
    spent = float(paid[last] - paid.get(first, 0.0)) * 1e-4
    return 100.0 * _over(spent, total(run, "investment", region, year))


def exit_rate(run: Run, output: str, region: str, year: int) -> float:
    """Firms of all tiers that closed in a year, over those in operation at its start."""
    months = run.months(year)
    if months is None:
        return NAN
    tiers = run.results.tiers
    firms = tiers.groupby("month", sort=False)["firms"].sum().to_numpy()
    return _over(float(run.results.province["exits"].to_numpy()[months].sum()), firms[months][0])


def _over(top: float, bottom: float) -> float:
    return float(top) / float(bottom) if bottom > 0 else NAN


# ------------------------------------------------------------------ the official index
def edition(run: Run, output: str, region: str, year: int) -> float:
    """Total or class of the two-integration index of a data year."""
    found = run.results.indices
    here = (found["region"] == region) & (found["year"] == year)
    level = (found["level"] == "total") if output == "total" else (found["code"] == output)
    values = found.loc[here & (found["index"] == "two_integration") & level, "reported"]
    return float(values.iloc[0]) if len(values) else NAN


def edition_rise(run: Run, output: str, region: str, year: int) -> float:
    """The same less that of the year before."""
    return edition(run, output, region, year) - edition(run, output, region, year - 1)


# ------------------------------------------------------------------ cities
def _by_city(run: Run, output: str, year: int) -> Array | None:
    """A flow's sum over a year by city (C,)."""
    months = run.months(year)
    if months is None:
        return None
    values: Array = run.results.cities[output].to_numpy().reshape(-1, len(run.cities))
    summed: Array = values[months].sum(axis=0)
    return summed


def city_spread(run: Run, output: str, region: str, year: int) -> float:
    """Standard deviation over cities of the log of a flow."""
    values = _by_city(run, output, year)
    return NAN if values is None or (values <= 0).any() else float(np.log(values).std())


def city_growth_spread(run: Run, output: str, region: str, year: int) -> float:
    """Range between the quartiles over cities of log growth in two years."""
    now, then = _by_city(run, output, year), _by_city(run, output, year - 2)
    if now is None or then is None or (now <= 0).any() or (then <= 0).any():
        return NAN
    low, high = np.quantile(np.log(now / then), (0.25, 0.75))
    return float(high - low)


# ------------------------------------------------------------------ projects
def _accepted(run: Run, output: str, first: int, last: int) -> Array:
    """Positions of projects of above-scale firms that succeeded in months first to last."""
    book = run.projects
    kind = book["technology"] == TECHNOLOGIES.index(output)
    when = (book["accepted"] >= first) & (book["accepted"] <= last)
    return np.flatnonzero(kind & when & (book["success"] == 1) & (book["tier"] < ABOVE_SCALE))


def _in_year(run: Run, output: str, year: int) -> Array | None:
    months = run.months(year)
    return None if months is None else _accepted(run, output, months.start, months.stop - 1)


def _displaced(run: Run, places: Array) -> Array:
    """Workers displaced by machine projects, from what they cost; training is left in (5 %)."""
    book, machine = run.projects, run.machine
    listed = book["cost"][places] / book["price"][places].astype(np.float64)
    return np.maximum(listed - machine["fixed"], 0.0) / machine["scaled"]


def _mean(values: Array, weight: Array) -> float:
    return float(np.average(values, weights=weight)) if weight.sum() > 0 else NAN


def projects_finished(run: Run, output: str, region: str, year: int) -> float:
    """Projects of a technology that above-scale firms finished in a year."""
    places = _in_year(run, output, year)
    return NAN if places is None else float(run.projects["weight"][places].sum())


def project_cost(run: Run, output: str, region: str, year: int) -> float:
    """Mean price of the projects finished in a year, 10k CNY."""
    places = _in_year(run, output, year)
    if places is None:
        return NAN
    return _mean(run.projects["cost"][places], run.projects["weight"][places])


def workers_per_project(run: Run, output: str, region: str, year: int) -> float:
    """Jobs displaced by a machine project finished in a year."""
    places = _in_year(run, output, year)
    if places is None:
        return NAN
    return _mean(_displaced(run, places), run.projects["weight"][places])


def workers_displaced(run: Run, output: str, region: str, year: int) -> float:
    """Jobs displaced by the machine projects finished in a year, 10k persons."""
    places = _in_year(run, output, year)
    if places is None:
        return NAN
    return float((_displaced(run, places) * run.projects["weight"][places]).sum()) * 1e-4


def cells_in_use(run: Run, output: str, region: str, year: int) -> float:
    """Cells of the machine projects finished up to a year's end, 10k units."""
    months = run.months(year)
    if months is None:
        return NAN
    places = _accepted(run, "automation", 0, months.stop - 1)
    workers = (_displaced(run, places) * run.projects["weight"][places]).sum()
    return float(workers) / run.machine["cell"] * 1e-4


def cell_density(run: Run, output: str, region: str, year: int) -> float:
    """The same per 10,000 above-scale employees."""
    return 1e4 * _over(cells_in_use(run, "", region, year), mean(run, "employees", region, year))


# ------------------------------------------------------------------ the survey of May 2013
def _surveyed(run: Run) -> Array | None:
    """Rows of above-scale firms whose machine project was finished in the year to the survey."""
    if not {"2012-05", "2013-05"} <= set(run.snapshots):
        return None
    before, after = run.snapshots["2012-05"], run.snapshots["2013-05"]
    first, last = (month_number(text) - run.start for text in ("2012-06", "2013-05"))
    rows = np.unique(run.projects["row"][_accepted(run, "automation", first, last)])
    same = (before["uid"][rows] == after["uid"][rows]) & (before["alive"][rows] == 1)
    found: Array = rows[same & (after["alive"][rows] == 1)]
    return found


def _share(run: Run, test: Callable[[Run, Array], Array]) -> float:
    """Weighted share of the surveyed firms that pass a test, per cent."""
    rows = _surveyed(run)
    if rows is None:
        return NAN
    weight = run.snapshots["2013-05"]["weight"][rows].astype(np.float64)
    return 100.0 * _mean(test(run, rows), weight)


def _ratio(run: Run, column: str, rows: Array) -> Array:
    """A column at the survey over a year before."""
    then = run.snapshots["2012-05"][column][rows].astype(np.float64)
    found: Array = run.snapshots["2013-05"][column][rows] / np.maximum(then, 1e-9)
    return found


def staff_cut(run: Run, output: str, region: str, year: int) -> float:
    """Surveyed firms with at least a tenth fewer unskilled employees, per cent."""
    return _share(run, lambda run, rows: _ratio(run, "unskilled", rows) < 0.9)


def gain_over_10(run: Run, output: str, region: str, year: int) -> float:
    """Surveyed firms whose output per employee rose by over 10 %, per cent."""
    return _share(run, lambda run, rows: _ratio(run, "productivity", rows) > 1.1)


def gain_over_30(run: Run, output: str, region: str, year: int) -> float:
    """Surveyed firms whose output per employee rose by over 30 %, per cent."""
    return _share(run, lambda run, rows: _ratio(run, "productivity", rows) > 1.3)


def labour_motive(run: Run, output: str, region: str, year: int) -> float:
    """Surveyed firms for which the jobs displaced are worth more than all else, per cent."""

    def test(run: Run, rows: Array) -> Array:
        then, machine = run.snapshots["2012-05"], run.machine
        people = np.maximum(then["skilled"][rows] + then["unskilled"][rows], 1e-9)
        saving = run.saving[then["sector"][rows]]
        jobs = saving * machine["step"] / (1.0 - saving * then["automation"][rows])
        wage = run.results.province["wage"].to_numpy()[0] * then["wage_premium"][rows]
        energy = run.energy_share[then["sector"][rows]] * 12.0 * then["output"][rows] / people
        found: Array = jobs * wage > machine["gain"] * wage + machine["energy"] * energy
        return found

    return _share(run, test)


# ------------------------------------------------------------------ size
def size_tail(run: Run, output: str, region: str, year: int) -> float:
    """Exponent of employees of above-scale firms above 500 at a year's end (Hill 1975)."""
    firms = run.snapshots.get(f"{year}-12")
    if firms is None:
        return NAN
    people = (firms["skilled"] + firms["unskilled"]).astype(np.float64)
    rows = (firms["alive"] == 1) & (firms["tier"] < ABOVE_SCALE) & (people > 500.0)
    logs = np.log(people[rows] / 500.0)
    weight = firms["weight"][rows].astype(np.float64)
    return _over(float(weight.sum()), float((weight * logs).sum()))


ALWAYS_READ = frozenset({"employees", "exits", "firms", "investment", "wage"})
"""Outputs that readings take whatever output they are asked for."""
READINGS: dict[str, Reading] = {
    "cell_density": cell_density,
    "cells_in_use": cells_in_use,
    "city_growth_spread": city_growth_spread,
    "city_spread": city_spread,
    "current_sum": current_sum,
    "edition": edition,
    "edition_rise": edition_rise,
    "end": end,
    "exit_rate": exit_rate,
    "gain_over_10": gain_over_10,
    "gain_over_30": gain_over_30,
    "growth": growth,
    "labour_motive": labour_motive,
    "mean": mean,
    "project_cost": project_cost,
    "projects_finished": projects_finished,
    "size_tail": size_tail,
    "staff_cut": staff_cut,
    "sum": total,
    "support_share": support_share,
    "two_year_growth": two_year_growth,
    "two_year_rise": two_year_rise,
    "workers_displaced": workers_displaced,
    "workers_per_project": workers_per_project,
}
"""Every kind of reading by the name that observed_moments.csv gives it."""
