"""The scorecard: every target of the 2014 document in an ensemble of runs, scenarios side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.circumstances import POSTERIOR, Parameters, parameters_of
from sim.comparison import check_scenarios, origin, prepared, run_paired, with_all_notes
from sim.core.clock import month_number
from sim.core.files import Folder
from sim.core.table import Array
from sim.given import settings_of, several
from sim.indices import yearly
from sim.indices.ranking import rank_draws
from sim.indices.scorecard import Score, Series, instruments_of, score
from sim.indices.targets import Target, load_targets
from sim.outputs import BY_NAME
from sim.results import Results, write_manifest, write_table
from sim.scale import USUAL_SCALE
from sim.scenario import Scenario
from sim.seeds import SeedLike, as_seed
from sim.workers import Job, Progress, run_job
from sim.world.data import load_data

LOW, HIGH = 0.05, 0.95
"""Quantiles of the interval over replicates: 90 %."""
INDEX_COLUMNS = ("latent", "reported", "rank")
"""Columns of the yearly table of indices that a target may name."""
_Z = 1.96
"""Normal quantile of the 95 % interval of a probability."""
_NOT_COVERED = (np.nan, np.nan, None, 1.0)
"""Row of a run that does not cover a target's years."""


@dataclass
class Scorecard:
    """Scores of paired replicates of one or more scenarios.

    `runs`: scenario, replicate, target, value (in the target's unit), relative (1 at the target,
    more is better), met (missing if the run does not cover the target's years), outcome_chance
    within the replicate: 1, but where a replicate has a row for each of several possible ranks.
    `years`: scenario, replicate, target, year, value of every whole year.
    """

    scenarios: tuple[Scenario, ...]
    baseline: str
    replicates: int
    runs: pd.DataFrame
    years: pd.DataFrame
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Scenario names in the order given."""
        return tuple(one.name for one in self.scenarios)

    @property
    def targets(self) -> tuple[Target, ...]:
        """All targets, those of the headline first, each part in the document's order."""
        return tuple(sorted(load_targets().rows, key=lambda target: not target.headline))

    def summary(self) -> pd.DataFrame:
        """A row for each target and scenario.

        target, scenario, runs (that cover it), median, q05 and q95 (90 % of the outcomes of all
        replicates by their chance), relative with its q05 and q95, met (runs that meet it, an
        expected number where a run's outcome is uncertain), probability (the mean chance of a run)
        with its 95 % Wilson interval, added (paired difference of expected values to the baseline:
        median, q05, q95), published and its year, and `model`, the median of that year.
        """
        groups = dict(list(self.runs.groupby(["target", "scenario"], sort=False)))
        ends = self.years.groupby(["target", "scenario", "year"], sort=False)["value"].median()
        rows = []
        for target in self.targets:
            base = _expected(groups[(target.code, self.baseline)])
            for name in self.names:
                runs = groups[(target.code, name)]
                chance = runs["outcome_chance"].to_numpy()
                covered = runs[runs["met"].notna()]
                total = covered["replicate"].nunique()
                count = float((covered["met"].astype(float) * covered["outcome_chance"]).sum())
                published = target.last_published
                year = published.year if published else None
                rows.append(
                    {"target": target.code, "scenario": name, "runs": total}
                    | _spread(runs["value"].to_numpy(), chance, ("median", "q05", "q95"))
                    | _spread(runs["relative"].to_numpy(), chance,
                              ("relative", "relative_q05", "relative_q95"))
                    | {"met": count, "probability": count / total if total else np.nan}
                    | dict(zip(("probability_low", "probability_high"), wilson(count, total),
                               strict=True))
                    | _spread(_expected(runs) - base, np.ones(len(base)),
                              ("added", "added_q05", "added_q95"))
                    | {"published_year": year, "published": published.value if published else None,
                       "model": ends.get((target.code, name, year))}
                )  # fmt: skip
        frame = pd.DataFrame(rows)
        return frame.astype({"published_year": float, "published": float, "model": float})

    def table(self, lang: str = "en") -> pd.DataFrame:
        """The summary with every target's text, unit, value and remarks in a language."""
        by_code = {target.code: target for target in self.targets}
        frame = self.summary()
        chosen = [by_code[code] for code in frame["target"]]
        words = {
            "clause": [one.measure for one in chosen],
            "class": [one.weight_class for one in chosen],
            "indicator": [getattr(one, lang) for one in chosen],
            "unit": [one.unit_zh if lang == "zh" else one.unit for one in chosen],
            "period": [one.year for one in chosen],
            "operator": [one.operator for one in chosen],
            "goal": [np.nan if one.value is None else one.value for one in chosen],
        }
        for place, (name, column) in enumerate(words.items(), 1):
            frame.insert(place, name, column)
        frame["published_year"] = frame["published_year"].astype("Int64")
        frame["prices"] = [one.prices for one in chosen]
        frame["published_source"] = [
            one.last_published.source if one.last_published else "" for one in chosen
        ]
        frame["weak_proxy"] = [weakness(one, lang) for one in chosen]
        return frame

    def save(
        self, out: Path | str, lang: str = "en", force: bool = False, figures: bool = True
    ) -> list[Path]:
        """Write tables, figures, report and manifest into a folder, whole or not at all."""
        with Folder(Path(out), force) as folder:
            tables = {"scorecard": self.table(lang), "runs": self.runs, "years": self.years}
            for name, frame in tables.items():
                write_table(frame, folder.path / name, self.manifest, lang)
            if figures:
                from sim.report import write_scorecard

                write_scorecard(self, folder.path, lang)
            write_manifest(self.manifest, folder.path)
        return folder.written


@dataclass(frozen=True)
class _Kept:
    """What a run leaves behind: its scores and where they come from."""

    scores: dict[str, Score]
    manifest: dict[str, Any]


def scorecard(
    scenarios: Sequence[Scenario | str | Path],
    *,
    scale: float = USUAL_SCALE,
    replicates: int = 10,
    seed: SeedLike = 1,
    workers: int | None = None,
    until: str | None = None,
    settings: Iterable[str] = (),
    baseline: str | None = None,
    check: bool = False,
    parameters: str | Path | Parameters = POSTERIOR,
    supply_graph: Any = None,
    economy: Any = None,
    progress: Progress | None = None,
) -> Scorecard:
    """Score every target in `replicates` runs of each scenario, on common random numbers.

    Replicate r has seed `seed + r` in every scenario. The baseline, which `added` is against, is
    the last scenario unless named. The result is the same for any number of workers. `parameters`,
    `supply_graph` and `economy` as in `compare`.
    """
    pairs, drawn, seed = settings_of(settings), parameters_of(parameters), as_seed(seed)
    chosen = tuple(
        prepared(one, pairs, until, supply_graph=supply_graph, economy=economy)
        for one in several("scorecard", "scenarios", scenarios, "one or more scenarios")
    )
    base = check_scenarios("scorecard", chosen, baseline)
    kept = run_paired(
        "scorecard", chosen, _scored, scale=scale, replicates=replicates, seed=seed,
        workers=workers, check=check, progress=progress, parameters=drawn,
    )  # fmt: skip
    runs, years = [], []
    for job, run in kept:
        key = (job.scenario.name, job.replicate)
        for code, one in run.scores.items():
            runs += [(*key, code, *outcome) for outcome in one.outcomes or (_NOT_COVERED,)]
            years += [(*key, code, year, value) for year, value in one.years.items()]
    seeds = range(seed, seed + replicates)
    first = with_all_notes([run.manifest for _, run in kept])
    manifest = origin("scorecard", chosen, first, seeds, scale, drawn, pairs)
    manifest |= {"baseline": base, "data": manifest["data"] | load_targets().checksums}
    columns = ["scenario", "replicate", "target"]
    frame = pd.DataFrame(runs, columns=[*columns, "value", "relative", "met", "outcome_chance"])
    frame["met"] = frame["met"].astype("boolean")
    return Scorecard(
        chosen, base, replicates, frame, pd.DataFrame(years, columns=[*columns, "year", "value"]),
        manifest,
    )  # fmt: skip


def scores(results: Results) -> dict[str, Score]:
    """The score of every target in one run, by code."""
    series = _series(results)
    return {target.code: score(target, series) for target in load_targets().rows}


def weakness(target: Target, lang: str) -> str:
    """What is weak about the figure that stands for a target: its binding, then its outputs."""
    said = [target.proxy_zh if lang == "zh" else target.proxy_en]
    said += [
        getattr(BY_NAME[output], f"note_{lang}") for output in target.outputs if output in BY_NAME
    ]
    return (";" if lang == "zh" else "; ").join(text for text in said if text)


def orphans(targets: Iterable[Target], instruments: Mapping[str, str]) -> list[str]:
    """What is bound to nothing: outputs that do not exist, instruments that are not there.

    `instruments` gives the kind of each instrument of the programme by name.
    """
    found = []
    for target in targets:
        for output in target.outputs:
            if target.table == "programme":
                there = bool(instruments_of(output, instruments))
            elif target.table == "indices":
                index, _, column = output.partition(".")
                there = index in yearly.INDICES and column in INDEX_COLUMNS
            else:
                there = output in BY_NAME and target.table in BY_NAME[output].where
            if not there:
                found.append(f"{target.code}: no {output} in {target.table}")
    return found


def wilson(met: float, runs: int) -> tuple[float, float]:
    """95 % interval of a probability after `met` of `runs` (Wilson 1927); NaN without runs."""
    if runs == 0:
        return np.nan, np.nan
    share, square = met / runs, _Z * _Z
    centre = (share + square / (2 * runs)) / (1 + square / runs)
    half = _Z * np.sqrt(share * (1 - share) / runs + square / (4 * runs * runs))
    half /= 1 + square / runs
    return max(0.0, centre - half), min(1.0, centre + half)


def _scored(job: Job) -> _Kept:
    results = run_job(job)
    return _Kept(scores(results), results.manifest)


def _series(results: Results) -> Series:
    """A run's frames as arrays by `table.name`, only what the targets ask for."""
    months = [str(month) for month in results.province["month"]]
    values: dict[str, Array] = {}
    for target in load_targets().rows:
        for output in target.outputs:
            if target.table in ("province", "cities") and output in results.province:
                values[f"province.{output}"] = results.province[output].to_numpy()
            if target.table == "cities" and output in results.cities:
                column = results.cities[output].to_numpy()
                values[f"cities.{output}"] = column.reshape(len(months), -1)
    reached = results.programme["beneficiaries"].to_numpy().reshape(len(months), -1)
    for place, name in enumerate(results.programme["instrument"][: reached.shape[1]]):
        values[f"programme.{name}"] = reached[:, place]
    instruments = results.manifest["settings"]["instruments"]
    known = results.manifest["settings"]["exogenous"]["known_until"]
    paths = load_data().known_until(known).paths(month_number(months[0]), len(months))
    return Series(
        months, values, _editions(results.indices),
        kinds={name: table["kind"] for name, table in instruments.items()},
        consumer_prices=paths["consumer_price"],
    )  # fmt: skip


def _editions(frame: pd.DataFrame) -> dict[str, dict[int, float | Array]]:
    """The province's totals by data year, as `indices.index.column`; ranks in draws."""
    whole = frame[(frame["level"] == "total") & (frame["region"] == yearly.PROVINCE)]
    rows = whole.to_dict("records")
    found: dict[str, dict[int, float | Array]] = {}
    for row in rows:
        for column in INDEX_COLUMNS:
            name = f"indices.{row['index']}.{column}"
            found.setdefault(name, {})[row["year"]] = row[column]
    ranked = [row for row in rows if row["index"] == "two_integration"]
    totals = {row["edition"]: row["reported"] for row in ranked}
    draws = rank_draws(totals, load_data().indices.published)
    found["indices.two_integration.rank"] = {row["year"]: draws[row["edition"]] for row in ranked}
    return found


def _expected(runs: pd.DataFrame) -> Array:
    """Expected value of each replicate, (replicates,)."""
    weighted = (runs["value"] * runs["outcome_chance"]).groupby(runs["replicate"])
    found: Array = weighted.sum(min_count=1).to_numpy()
    return found


def _spread(values: Array, chance: Array, names: tuple[str, str, str]) -> dict[str, float]:
    """Median and interval of the runs that cover a target, over replicates and their chances."""
    known = ~np.isnan(values)
    if not known.any():
        return dict.fromkeys(names, np.nan)
    shares = (0.5, LOW, HIGH)
    if (chance == 1.0).all():
        spread = np.quantile(values[known], shares)
    else:
        # Between two ranks there is none: a quantile of the mixture is one of its outcomes.
        spread = np.quantile(values[known], shares, weights=chance[known], method="inverted_cdf")
    return dict(zip(names, map(float, spread), strict=True))
