"""The allocation-rule laboratory: the same budget handed out by each rule, against no such budget.

Only the rule of one instrument differs between the runs, on common random numbers: who applies, who
wins, how concentrated the awards are, and what the money did (`sim.attribution`), including what
cities add to the awards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim import terms
from sim.additionality import city_names, spread
from sim.attribution import ACCELERATED, CLASSES, FEN, attribute, technologies_of
from sim.circumstances import POSTERIOR, Parameters, parameters_of
from sim.comparison import check_counts, half_width, prepared, t_ends
from sim.core.clock import month_number
from sim.core.errors import InputError
from sim.core.files import Folder
from sim.core.table import Array
from sim.given import settings_of, several
from sim.results import write_manifest, write_table
from sim.scale import USUAL_SCALE
from sim.scenario import Scenario
from sim.scenario_files import closest
from sim.seeds import SeedLike, as_seed
from sim.timetable import timetable, voted
from sim.twins import FOLLOW, Record, Variant, extended, origin, play, without
from sim.workers import Progress, run_jobs
from sim.world.tables import TIERS

RULES, QUINTILES = tuple(terms.RULES), tuple(terms.QUINTILES)
MEASURES, GROUPS = tuple(terms.MEASURES), tuple(terms.GROUPS)
OF_A_WHOLE = ("gini", "top_decile", *(f"share_{code}" for code in terms.CLASSES))
"""Measures from 0 to 1."""


@dataclass(frozen=True)
class RuleJob:
    """One replicate of every rule and of the run without the instrument."""

    scenario: Scenario
    instrument: str
    rules: tuple[tuple[str, str, float | None], ...]
    replicate: int
    seed: int
    scale: float
    last: int


NOISE = "numbers from 0 (standard deviations), or inf"
"""What a jury's errors may be."""


@dataclass
class Laboratory:
    """What each rule does with the same money.

    `measures`: rule, replicate and `MEASURES`: money in 10k CNY; applications and awards in number
    (of real firms); `gini` and `top_decile` (share of the best-served tenth) over all who applied;
    `effective_cities` is 1 over the sum of squared shares of money; shares of the money paid;
    effects as in a ledger. `winners`: rule, replicate, group (tier, quintile, city), member,
    eligible and awarded firms (real), money granted.
    """

    scenario: Scenario
    instrument: str
    replicates: int
    measures: pd.DataFrame
    winners: pd.DataFrame
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def rules(self) -> list[str]:
        """Rules in the order given."""
        return list(dict.fromkeys(self.measures["rule"]))

    def table(self) -> pd.DataFrame:
        """Mean over replicates with a 95 % t-interval, by rule and measure."""
        rows = []
        for rule, frame in self.measures.groupby("rule", sort=False):
            values = frame[list(MEASURES)].to_numpy(dtype=np.float64).T
            half = half_width(self.replicates) * spread(values)
            for name, mean, wide in zip(MEASURES, values.mean(axis=1), half, strict=True):
                # Effects may be negative; money, numbers and shares cannot.
                least = -np.inf if name in terms.EFFECTS else 0.0
                most = 1.0 if name in OF_A_WHOLE else np.inf
                rows.append((rule, name, mean, *t_ends(mean, wide, least, most)))
        return pd.DataFrame(rows, columns=["rule", "measure", "mean", "low", "high"])

    def who_wins(self) -> pd.DataFrame:
        """Share of money and chance of an award by rule, group and member, means of replicates."""
        sums = self.winners.groupby(["rule", "group", "member"], sort=False)
        frame = sums[["eligible", "awarded", "money"]].mean().reset_index()
        whole = frame.groupby(["rule", "group"], sort=False)["money"].transform("sum")
        frame["share"] = frame["money"] / np.maximum(whole, 1e-12)
        frame["chance"] = frame["awarded"] / np.maximum(frame["eligible"], 1e-12)
        return frame

    def save(self, out: Path | str, lang: str = "en", force: bool = False) -> list[Path]:
        """Write tables, figure, report and manifest into a folder, whole or not at all."""
        from sim.report import write_laboratory

        with Folder(Path(out), force) as folder:
            tables = {
                "laboratory": self.table(),
                "who_wins": self.who_wins(),
                "measures": self.measures,
                "winners": self.winners,
            }
            for name, frame in tables.items():
                write_table(frame, folder.path / name, self.manifest, lang)
            write_laboratory(self, folder.path, lang)
            write_manifest(self.manifest, folder.path)
        return folder.written


def laboratory(
    scenario: Scenario | str | Path,
    instrument: str,
    *,
    rules: Sequence[str] = RULES,
    noise: Sequence[float] = (),
    scale: float = USUAL_SCALE,
    replicates: int = 5,
    seed: SeedLike = 1,
    workers: int | None = None,
    until: str | None = None,
    follow: int = FOLLOW,
    settings: Iterable[str] = (),
    parameters: str | Path | Parameters = POSTERIOR,
    supply_graph: Any = None,
    economy: Any = None,
    progress: Progress | None = None,
) -> Laboratory:
    """Run a project grant by each rule; `noise` repeats the contest with these errors of the jury.

    The other options are those of `sim.additionality.ledger`.
    """
    pairs, drawn = settings_of(settings), parameters_of(parameters)
    counted = prepared(scenario, pairs, until, supply_graph=supply_graph, economy=economy)
    seed = as_seed(seed)
    count = check_counts("laboratory", replicates, seed, workers)
    whole = extended("laboratory", counted, follow)
    _check_grant(counted, instrument)
    last = month_number(counted.time.end) - month_number(counted.time.start)
    rules = several("--rules", "", rules, ", ".join(RULES))
    noise = several("--noise", "", noise, NOISE)
    variants = _variants(rules, noise)
    jobs = [
        RuleJob(
            drawn.of(whole, seed + replicate),
            instrument,
            variants,
            replicate,
            seed + replicate,
            scale,
            last,
        )
        for replicate in range(replicates)
    ]
    parts = run_jobs(jobs, count, _replicate, progress)
    order = [name for name, _, _ in variants]
    frames = []
    for place in range(2):
        rows = [row for part in parts for row in part[place]]
        rows.sort(key=lambda row: (order.index(row["rule"]), row["replicate"]))
        frames.append(pd.DataFrame(rows))
    manifest = origin("laboratory", counted, replicates, seed, scale, follow, drawn, pairs) | {
        "instrument": instrument,
        "rules": list(rules),
        # An endless error is a word: JSON has no number for it.
        "noise": [value if np.isfinite(value) else str(value) for value in noise],
    }
    return Laboratory(counted, instrument, replicates, frames[0], frames[1], manifest)


def _check_grant(scenario: Scenario, instrument: str) -> None:
    """Refuse what is no project grant of the scenario."""
    grants = [n for n, p in scenario.instruments.items() if p.kind == "project_grant"]
    if not isinstance(instrument, str) or instrument not in grants:
        allowed = (
            closest(instrument, grants) if grants else "none: the scenario has no project grant"
        )
        policy = scenario.instruments.get(instrument) if isinstance(instrument, str) else None
        given = instrument if policy is None else f"{instrument} ({policy.kind})"
        raise InputError("--instrument", "", given, allowed)


def _variants(
    rules: Sequence[str], noise: Sequence[float]
) -> tuple[tuple[str, str, float | None], ...]:
    """Name, allocation rule and noise (None: the instrument's own) of each run."""
    for name in rules:
        if name not in RULES:
            raise InputError("--rules", "", name, closest(name, RULES))
    if not rules:
        raise InputError("--rules", "", "none", ", ".join(RULES))
    for value in noise:
        if not isinstance(value, Real) or not value >= 0:
            raise InputError("--noise", "", value, NOISE)
    if noise and "contest" not in rules:
        raise InputError("--noise", "", "no contest", "a contest among the rules")
    made: list[tuple[str, str, float | None]] = []
    for rule in dict.fromkeys(rules):
        if rule == "contest" and noise:
            made += [(f"contest {value:g}", rule, float(value)) for value in dict.fromkeys(noise)]
        else:
            made.append((rule, rule, None))
    return tuple(made)


def _replicate(job: RuleJob) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Measures and winners of every rule in one replicate."""
    policy: Any = job.scenario.instruments[job.instrument]
    variants = [without(job.scenario, [job.instrument], "")]
    for name, rule, noise in job.rules:
        update: dict[str, Any] = {"allocation": rule}
        if noise is not None:
            update["contest_noise"] = noise
        variants.append(Variant(name, {job.instrument: policy.model_copy(update=update)}))
    measures, winners = [], []
    twin: Record | None = None
    for name, record in play(job.scenario, variants, job.seed, job.scale, job.last):
        if twin is None:
            twin = record
            continue
        key = {"rule": name, "replicate": job.replicate}
        measures.append(key | _measures(job, policy, record, twin))
        winners += [key | row for row in _winners(job, record)]
    return measures, winners


def _applications(job: RuleJob, record: Record) -> dict[str, Array]:
    """Applications decided by the last month counted."""
    book, index = record.awards, record.instruments.index(job.instrument)
    mine = (book["instrument"] == index) & (book["decision_month"] <= job.last)
    return {name: column[mine] for name, column in book.items()}


def _measures(job: RuleJob, policy: Any, record: Record, twin: Record) -> dict[str, float]:
    made, split, months, _ = attribute(record, twin, {job.instrument: policy}, job.last)
    book = _applications(job, record)
    granted = book["promised"] * book["weight"]
    firms, which = np.unique(book["uid"], return_inverse=True)
    money = np.bincount(which, weights=granted, minlength=len(firms))
    weight = np.zeros(len(firms))
    weight[which] = book["weight"]
    by_city = np.bincount(record.city[book["row"]], weights=granted)
    budgets = voted(timetable(job.scenario), job.instrument, record.start, job.last + 1)
    paid = float(made.fen.sum())
    whole = max(paid, 1.0)
    named = list(technologies_of(policy, record.provider_kind))
    accelerated = float(split[:, ACCELERATED].sum())
    return {
        "budget": sum(budget for _, budget in budgets),
        "granted": float(granted.sum()),
        "paid": paid / FEN,
        "applications": float(book["weight"].sum()),
        "awards": float(book["weight"][granted > 0].sum()),
        "application_cost": record.application_cost
        * policy.paperwork
        * float(book["weight"].sum()),
        "gini": gini(money / np.maximum(weight, 1e-12), weight),
        "top_decile": top_share(money / np.maximum(weight, 1e-12), weight, 0.1),
        "effective_cities": effective_number(by_city),
        **{f"share_{n}": float(split[:, c].sum()) / whole for c, n in enumerate(CLASSES)},
        "months": float((months * split[:, ACCELERATED]).sum()) / max(accelerated, 1.0),
        "adopters": float((record.adopters - twin.adopters)[named].sum()),
        "productivity": 100.0 * (record.productivity / twin.productivity - 1.0),
        "jobs": record.jobs - twin.jobs,
    }


def gini(values: Array, weight: Array) -> float:
    """Gini coefficient of `values` (n,) over units of `weight`; 0 where there is nothing."""
    order = np.argsort(values, kind="stable")
    values, weight = values[order], weight[order]
    reached = np.cumsum(values * weight)
    if len(values) == 0 or reached[-1] <= 0:
        return 0.0
    before = reached - values * weight
    return 1.0 - float((weight * (reached + before)).sum() / (weight.sum() * reached[-1]))


def top_share(values: Array, weight: Array, share: float) -> float:
    """Share of the sum that the `share` of units with the largest values have."""
    order = np.argsort(-values, kind="stable")
    money = values[order] * weight[order]
    total = float(money.sum())
    if total <= 0:
        return 0.0
    units = np.r_[0.0, np.cumsum(weight[order])] / weight.sum()
    return float(np.interp(share, units, np.r_[0.0, np.cumsum(money)])) / total


def effective_number(amounts: Array) -> float:
    """1 over the sum of squared shares: as many equal parts would be as concentrated."""
    total = float(amounts.sum())
    return 1.0 / float(((amounts / total) ** 2).sum()) if total > 0 else 0.0


def _winners(job: RuleJob, record: Record) -> list[dict[str, Any]]:
    """Eligible and awarded firms and money granted, by tier, size quintile and city."""
    book = _applications(job, record)
    won = book["promised"] > 0
    rows = book["row"][won]
    money = (book["promised"] * book["weight"])[won]
    eligible, weight = record.eligible[job.instrument], record.weight
    places = np.flatnonzero(eligible)
    order = places[np.argsort(record.employees[places], kind="stable")]
    reached = np.cumsum(weight[order]) - 0.5 * weight[order]
    quintile = np.full(len(weight), -1)
    quintile[order] = np.minimum((5.0 * reached / weight[order].sum()).astype(np.int64), 4)
    cities = city_names()
    first = np.unique(book["uid"][won], return_index=True)[1]
    groups = {"tier": (record.tier, TIERS), "quintile": (quintile, QUINTILES),
              "city": (record.city, cities)}  # fmt: skip
    found = []
    for group in GROUPS:
        code, members = groups[group]
        for place, member in enumerate(members):
            mine = code[rows] == place
            found.append(
                {
                    "group": group,
                    "member": member,
                    "eligible": float(weight[eligible & (code == place)].sum()),
                    "awarded": float(weight[rows[first]][code[rows[first]] == place].sum()),
                    "money": float(money[mine].sum()),
                }
            )
    return found
