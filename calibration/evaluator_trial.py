"""Evaluators on trial: what each finds in synthetic firm panels, against the true effects in them.

Every replicate is a province of its own (firms and luck) with its twin. Each evaluator sees what
statistics would show; its estimate is linear in the outcome, so its error splits exactly:

    estimate - truth = (what it finds on outcomes without the instrument)        selection
                     + (what it finds on the true effects, less the truth)       interference

Interference is what the instrument does to the firms compared with: by prices and waits, neighbours
and customers, and by hoping for an award.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.evaluator_designs import METHODS, OUTCOMES, designs, sample
from calibration.evaluator_words import GROUPS, in_words
from calibration.panel import Panel, check_instrument, twin_panel
from sim.circumstances import POSTERIOR, Parameters, parameters_of
from sim.comparison import check_counts, half_width, prepared
from sim.core.errors import InputError
from sim.core.files import Folder
from sim.given import settings_of
from sim.results import write_manifest, write_table
from sim.scenario import Scenario
from sim.seeds import SeedLike, as_seed
from sim.twins import origin
from sim.workers import Progress, run_jobs

LEVELS = (0.90, 0.95)
ESTIMATES = [
    "method", "outcome", "replicate", "estimate", "error", "low_90", "high_90", "low_95", "high_95",
    "n", "treated", "truth", "selection", "interference", "reason",
]  # fmt: skip
SUMMARY = [
    "method", "outcome", "replicates", "n", "treated", "truth", "estimate", "bias", "bias_low",
    "bias_high", "rmse", "spread", "error", "cover_90", "cover_95", "cover_low", "cover_high",
    "claims", "selection", "interference", "verdict",
]  # fmt: skip


@dataclass(frozen=True)
class TrialJob:
    """One replicate."""

    scenario: Scenario
    instrument: str
    replicate: int
    seed: int
    scale: float


@dataclass
class Trial:
    """What evaluators found.

    `estimates`: a row for each method, outcome and replicate (`ESTIMATES`; `reason` says why there
    is no estimate). `effects`: mean true effect by replicate, group (`GROUPS`) and outcome,
    with the number of firms. Effects are in technologies a firm and in log points.
    """

    scenario: Scenario
    instrument: str
    replicates: int
    estimates: pd.DataFrame
    effects: pd.DataFrame
    manifest: dict[str, Any] = field(default_factory=dict)

    def table(self) -> pd.DataFrame:
        """A row for each method and outcome (`SUMMARY`), over the replicates that have an estimate.

        `bias` is the mean of estimate less truth with a 95 % t-interval, `spread` its standard
        deviation beside the mean standard `error`; `cover_90` and `cover_95` the shares of intervals
        that hold the truth of their replicate, the latter with a 95 % Wilson interval; `claims` the
        share of replicates whose 95 % interval leaves out zero. `verdict` is too_high or too_low
        where the bias is beyond chance, else no_bias; none of a single replicate or without any.
        """
        rows = []
        for method in METHODS:
            for outcome in OUTCOMES:
                mine = self.estimates[
                    (self.estimates["method"] == method) & (self.estimates["outcome"] == outcome)
                ]
                rows.append({"method": method, "outcome": outcome} | summarised(mine))
        return pd.DataFrame(rows, columns=SUMMARY)

    def reactions(self) -> pd.DataFrame:
        """Mean true effect by group and outcome, with a 95 % t-interval over replicates."""
        rows = []
        for group in GROUPS:
            for outcome in OUTCOMES:
                mine = self.effects[
                    (self.effects["group"] == group) & (self.effects["outcome"] == outcome)
                ]
                known = mine[mine["firms"] > 0]
                mean, half = _mean(known["effect"])
                firms = float(mine["firms"].mean())
                rows.append((group, outcome, firms, mean, mean - half, mean + half))
        return pd.DataFrame(rows, columns=["group", "outcome", "firms", "effect", "low", "high"])

    def save(self, out: Path | str, lang: str = "en", force: bool = False) -> list[Path]:
        """Write tables, figure, report and manifest into a folder, whole or not at all."""
        from calibration.evaluator_page import write

        with Folder(Path(out), force) as folder:
            tables = {
                "evaluators": self.table(), "estimates": self.estimates,
                "reactions": self.reactions(), "effects": self.effects,
            }  # fmt: skip
            for name, frame in tables.items():
                write_table(frame, folder.path / name, self.manifest, lang, ("parquet",))
                shown = in_words(frame, lang)
                write_table(shown, folder.path / name, self.manifest, "en", ("csv",))
            write(self, folder.path, lang)
            write_manifest(self.manifest, folder.path)
        return folder.written


def trial(
    scenario: Scenario | str | Path,
    instrument: str,
    *,
    scale: float = 0.05,
    replicates: int = 20,
    seed: SeedLike = 1,
    workers: int | None = None,
    until: str | None = None,
    settings: Iterable[str] = (),
    parameters: str | Path | Parameters = POSTERIOR,
    progress: Progress | None = None,
) -> Trial:
    """Put every evaluator on trial over replicates; the same for any number of workers.

    Replicate r has seed `seed + r`, and a population of its own: standard errors claim to say what
    other firms would have shown. `parameters` as in `sim.comparison.compare`. Raises InputError as
    `calibration.panel.panel`.
    """
    pairs, drawn = settings_of(settings), parameters_of(parameters)
    counted = prepared(scenario, pairs, until)
    seed = as_seed(seed)
    count = check_counts("evaluators", replicates, seed, workers)
    check_instrument(counted, instrument)
    jobs = [
        TrialJob(
            drawn.of(counted, seed + replicate, replicates), instrument, replicate,
            seed + replicate, scale,
        )
        for replicate in range(replicates)
    ]  # fmt: skip
    parts = run_jobs(jobs, count, _replicate, progress)
    estimates = pd.DataFrame([row for part in parts for row in part[0]], columns=ESTIMATES)
    effects = pd.DataFrame([row for part in parts for row in part[1]])
    manifest = origin("evaluators", counted, replicates, seed, scale, 0, drawn, pairs, replicates)
    manifest |= {"instrument": instrument}
    return Trial(counted, instrument, replicates, estimates, effects, manifest)


def _replicate(job: TrialJob) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Estimates and mean true effects of one replicate."""
    made = twin_panel(job.scenario, job.instrument, job.seed, job.scale, {})
    key = {"replicate": job.replicate}
    return [row | key for row in judge(made)], [row | key for row in _effects(made)]


def judge(panel: Panel) -> list[dict[str, Any]]:
    """What every method says of every outcome of a panel, the truth, and where the error is from."""
    rows: list[dict[str, Any]] = []
    for method, make in designs(panel):
        for outcome in OUTCOMES:
            row: dict[str, Any] = {"method": method, "outcome": outcome, "n": 0, "treated": 0}
            row |= dict.fromkeys(ESTIMATES[3:9] + ESTIMATES[11:14], np.nan)
            try:
                design = make()
                observed, effect = design.observed[outcome], design.effect[outcome]
                found = design.estimate(observed)
                truth = design.truth[outcome]
                row |= {
                    "estimate": found.value, "error": found.error, "n": found.n,
                    "treated": found.treated, "truth": truth,
                    "selection": design.estimate(observed - effect).value,
                    "interference": design.estimate(effect).value - truth, "reason": "",
                }  # fmt: skip
                for level in LEVELS:
                    low, high = found.interval(level)
                    row |= {f"low_{level * 100:.0f}": low, f"high_{level * 100:.0f}": high}
            except InputError as error:
                row["reason"] = str(error)
            rows.append(row)
    return rows


def _effects(panel: Panel) -> list[dict[str, Any]]:
    """Mean true effect by group of firms, in the year of the first decision or in the last year."""
    rows = sample(panel)
    decided = panel.applications.groupby("firm")["decided"].min().str[:4].astype(np.int64)
    first = rows["firm"].map(decided)
    awarded, refused = rows["since"] > 0, (rows["since"] == 0) & rows["applicant"]
    last = rows["year"] == rows["year"].max()
    members = {
        "awarded_at_once": awarded & (rows["year"] == rows["since"]),
        "awarded": awarded & last,
        "refused_at_once": refused & (rows["year"] == first),
        "refused": refused & last,
        "never_applied": last & ~awarded & ~refused,
    }
    return [
        {
            "group": group, "outcome": outcome, "firms": int(members[group].sum()),
            "effect": float(rows.loc[members[group], f"effect_{outcome}"].mean())
            if members[group].any() else np.nan,
        }
        for group in GROUPS
        for outcome in OUTCOMES
    ]  # fmt: skip


def summarised(rows: pd.DataFrame) -> dict[str, Any]:
    """The figures of `SUMMARY` of one method and outcome, from its rows of `ESTIMATES`."""
    known = rows[rows["estimate"].notna() & rows["truth"].notna()]
    n = len(known)
    found: dict[str, Any] = {"replicates": n, "verdict": "none"}
    if n == 0:
        return found
    off = known["estimate"] - known["truth"]
    bias, half = _mean(off)
    for level in (90, 95):
        within = (known[f"low_{level}"] <= known["truth"]) & (
            known["truth"] <= known[f"high_{level}"]
        )
        found[f"cover_{level}"] = float(within.mean())
    low, high = wilson(found["cover_95"], n)
    found |= {name: float(known[name].mean()) for name in
              ("n", "treated", "truth", "estimate", "error", "selection", "interference")}  # fmt: skip
    claims = (known["low_95"] > 0) | (known["high_95"] < 0)
    found |= {
        "bias": bias, "bias_low": bias - half, "bias_high": bias + half,
        "rmse": float(np.sqrt((off**2).mean())), "claims": float(claims.mean()),
        "spread": float(off.std(ddof=1)) if n > 1 else np.nan, "cover_low": low, "cover_high": high,
    }  # fmt: skip
    if n > 1:
        found["verdict"] = (
            "too_high" if bias > half else "too_low" if bias < -half else "no_bias"
        )  # fmt: skip
    return found


def wilson(share: float, n: int) -> tuple[float, float]:
    """95 % interval of a share of n (Wilson 1927)."""
    z2 = 1.959963984540054**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return centre - float(half), centre + float(half)


def _mean(values: Sequence[float] | pd.Series[float]) -> tuple[float, float]:
    """Mean, and half its 95 % t-interval (nan of one)."""
    data = np.asarray(values, dtype=np.float64)
    if len(data) == 0:
        return np.nan, np.nan
    if len(data) == 1:
        return float(data[0]), np.nan
    return float(data.mean()), half_width(len(data)) * float(data.std(ddof=1))
