"""The additionality ledger: what each instrument's money did, against twin runs without it.

`sim.attribution` says how a payment is classed. Every instrument is switched off alone, all else
equal; `programme` is the twin without any. Classes of instruments switched off one by one do not add
up to those of the programme: what one of them added, another may have added in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim import terms
from sim.attribution import CLASSES, FEN, attribute, technologies_of
from sim.circumstances import POSTERIOR, Parameters, parameters_of
from sim.comparison import check_counts, half_width, prepared, t_ends
from sim.core.clock import month_number
from sim.core.files import Folder
from sim.core.table import Array
from sim.given import settings_of, several
from sim.results import write_manifest, write_table
from sim.scale import USUAL_SCALE
from sim.scenario import Scenario
from sim.seeds import SeedLike, as_seed
from sim.twins import FOLLOW, Record, Variant, chosen, extended, origin, play, running, without
from sim.workers import Progress, run_jobs
from sim.world.data import load_data
from sim.world.tables import TIERS

PROGRAMME = "programme"
"""Name of the twin without any instrument."""
BATCH = 6
"""Twins in one job, which share the run with all instruments and the months before them."""
TABLE = ("money", "low", "high", "share", "share_low", "share_high", "months")
"""Columns of a ledger's table after its keys and the class."""
EFFECTS = tuple(terms.EFFECTS)
"""More users of the technologies named (real firms), productivity (per cent), jobs (persons)."""
BALANCES = ("only_here", "only_twin", "sooner", "later")


@dataclass(frozen=True)
class TwinJob:
    """One replicate with a batch of twins; `off` names the instruments each of them lacks."""

    scenario: Scenario
    replicate: int
    seed: int
    scale: float
    last: int
    off: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass
class Ledger:
    """Money by class, and what it cost.

    `lines`: without (the twin), replicate, instrument (whose money), tier, city, year, paid and the
    five classes in fen, `months` of acceleration weighted by fen. `effects`: without, replicate,
    money (10k CNY) and the differences of `EFFECTS`. `balances`: value of projects (10k CNY) of
    firms without money for one, only here, only in the twin, sooner, later.
    """

    scenario: Scenario
    replicates: int
    lines: pd.DataFrame
    effects: pd.DataFrame
    balances: pd.DataFrame
    manifest: dict[str, Any] = field(default_factory=dict)

    def table(self, keys: Sequence[str] = ("without", "instrument")) -> pd.DataFrame:
        """Money by class (10k CNY, mean over replicates) with 95 % t-intervals, by `keys`.

        Columns: keys, class, money, low, high; share of what was paid, share_low, share_high (of a
        ratio of means); months of acceleration.
        """
        keys, n = list(keys), self.replicates
        values = ("paid", *CLASSES, "months")
        if self.lines.empty:
            return pd.DataFrame(columns=[*keys, "class", *TABLE])
        sums = self.lines.groupby([*keys, "replicate"], sort=False)[list(values)].sum()
        whole = sums.unstack("replicate", fill_value=0).astype(np.float64) / FEN
        whole = whole.sort_index(key=lambda column: column.map(self._rank(column.name)))
        by_class = {name: whole[name].to_numpy().reshape(-1, n) for name in values}
        paid = by_class["paid"]
        scale = np.maximum(paid.mean(axis=1), 1e-12)
        sooner = np.maximum(by_class["accelerated"].mean(axis=1), 1e-12)
        frames = []
        for name in values[:-1]:
            money = by_class[name]
            mean, share = money.mean(axis=1), money.mean(axis=1) / scale
            half = half_width(n) * spread(money)
            # A ratio of means: how far replicates are off it (Cochran 1977, section 6.3).
            wide = half_width(n) * spread(money - share[:, None] * paid) / scale
            frame = whole.index.to_frame(index=False)
            frame["class"] = name
            frame["money"], frame["share"] = mean, share
            frame["low"], frame["high"] = t_ends(mean, half, 0.0)
            frame["share_low"], frame["share_high"] = t_ends(share, wide, 0.0, 1.0)
            months = by_class["months"].mean(axis=1) / sooner
            frame["months"] = months if name == "accelerated" else np.nan
            frames.append(frame)
        table = pd.concat(frames)
        return table.sort_index(kind="stable").reset_index(drop=True)

    def _rank(self, key: Any) -> dict[Any, int]:
        """Order of a key's values in tables; whose money it is comes before what cities add."""
        data = self.lines
        if key == "instrument":
            own = data.loc[data["without"] == data["instrument"], "instrument"]
            known = [*own, *data["instrument"]]
        else:
            fixed = {"tier": [*TIERS, "none"], "city": [*city_names(), "none"]}
            known = fixed.get(key) or (sorted(data[key]) if key == "year" else list(data[key]))
        return {value: place for place, value in enumerate(dict.fromkeys(known))}

    def costs(self) -> pd.DataFrame:
        """Difference to the twin with a 95 % t-interval, and money for each unit of it, 10k CNY.

        `cost` and its bounds are given where the difference is above zero beyond chance; `verdict`
        is `more`, `less` or `not distinguishable` from zero.
        """
        rows = []
        for name, frame in self.effects.groupby("without", sort=False):
            money = float(frame["money"].mean())
            for effect in EFFECTS:
                centre = float(frame[effect].mean())
                half = half_width(self.replicates) * float(frame[effect].std(ddof=1))
                # Replicates that agree to the last firm tell nothing about chance.
                half = half if half > 0 else np.nan
                low, high = centre - half, centre + half
                verdict = "more" if low > 0 else "less" if high < 0 else "not distinguishable"
                cost = [money / d if low > 0 else np.nan for d in (centre, high, low)]
                rows.append((name, effect, money, centre, low, high, verdict, *cost))
        columns = ["without", "effect", "money", "difference", "low", "high", "verdict", "cost",
                   "cost_low", "cost_high"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def save(self, out: Path | str, lang: str = "en", force: bool = False) -> list[Path]:
        """Write tables, figure, report and manifest into a folder, whole or not at all."""
        from sim.report import write_ledger

        with Folder(Path(out), force) as folder:
            tables = {
                "ledger": self.table(),
                "ledger_tiers": self.table(("without", "tier")),
                "ledger_cities": self.table(("without", "city")),
                "ledger_years": self.table(("without", "year")),
                "lines": self.lines,
                "costs": self.costs(),
                "balances": self.balances,
            }
            for name, frame in tables.items():
                write_table(frame, folder.path / name, self.manifest, lang)
            write_ledger(self, folder.path, lang)
            write_manifest(self.manifest, folder.path)
        return folder.written


def ledger(
    scenario: Scenario | str | Path,
    instruments: Sequence[str] = (),
    *,
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
    each: bool = True,
) -> Ledger:
    """Class all money paid by `until` against twins without each instrument, and without any.

    `instruments` names some of them; then the whole programme is left out. `each` false leaves out
    the twins without a single one, which are most of the work: the programme's money is then
    classed by instrument against the twin without any. Twins go on for `follow`
    months after `until`. Replicate r has seed `seed + r` in all runs; the result is the same for any
    number of workers. `parameters`, `supply_graph` and `economy` as in `compare`. `progress` is
    called with the number of twins done and in all.
    """
    pairs, drawn = settings_of(settings), parameters_of(parameters)
    counted = prepared(scenario, pairs, until, supply_graph=supply_graph, economy=economy)
    seed = as_seed(seed)
    workers_used = check_counts("ledger", replicates, seed, workers)
    whole = extended("ledger", counted, follow)
    instruments = several("--instrument", "", instruments, "names of instruments")
    names = chosen(counted, instruments, "--instrument") or running(counted)
    single = names if each or instruments else ()
    off: list[tuple[str, tuple[str, ...]]] = [(name, (name,)) for name in single]
    if not instruments:
        off.append((PROGRAMME, running(counted)))
    last = month_number(counted.time.end) - month_number(counted.time.start)
    jobs = [
        TwinJob(
            drawn.of(whole, seed + replicate),
            replicate,
            seed + replicate,
            scale,
            last,
            tuple(off[first : first + BATCH]),
        )
        for replicate in range(replicates)
        for first in range(0, len(off), BATCH)
        if names
    ]
    total = replicates * len(off)

    def tell(done: int, of: int) -> None:
        if progress is not None and of:
            progress(done * total // of, total)

    parts = run_jobs(jobs, workers_used, _batch, tell) if jobs else []
    manifest = origin("ledger", counted, replicates, seed, scale, follow, drawn, pairs)
    manifest["instruments"] = list(instruments)
    return Ledger(counted, replicates, *_gather(parts), manifest=manifest)


def spread(values: Array) -> Array:
    """Standard deviation over replicates (n, replicates) -> (n,), unknown of a single one."""
    if values.shape[1] < 2:
        return np.full(len(values), np.nan)
    found: Array = values.std(axis=1, ddof=1)
    return found


def city_names() -> list[str]:
    """English names of the cities, in their order."""
    return [str(name) for name in load_data().cities["name_en"]]


def _batch(job: TwinJob) -> tuple[list[dict[str, Any]], ...]:
    """Lines, effects and balances of one job."""
    lines: list[dict[str, Any]] = []
    effects: list[dict[str, Any]] = []
    balances: list[dict[str, Any]] = []
    variants = [Variant("", {}), *(without(job.scenario, off, name) for name, off in job.off)]
    base: Record | None = None
    for name, record in play(job.scenario, variants, job.seed, job.scale, job.last):
        if base is None:
            base = record
            continue
        off = {one: job.scenario.instruments[one] for one in dict(job.off)[name]}
        key = {"without": name, "replicate": job.replicate}
        found, effect, balance = _compared(base, record, off, job.last)
        lines += [key | line for line in found]
        effects.append(key | effect)
        balances.append(key | balance)
    return lines, effects, balances


def _compared(
    base: Record, twin: Record, off: dict[str, Any], last: int
) -> tuple[list[dict[str, Any]], dict[str, float], dict[str, float]]:
    """Lines by instrument, tier, city and year; effects; balance of projects."""
    made, split, months, balance = attribute(base, twin, off, last)
    cities = city_names()
    year = (made.month + base.start) // 12
    keys = np.stack([made.instrument, made.tier, made.city, year], axis=1)
    groups, which = np.unique(keys, axis=0, return_inverse=True)
    sums = np.zeros((len(groups), len(CLASSES)), dtype=np.int64)
    np.add.at(sums, which.ravel(), split)
    weighted = np.bincount(which.ravel(), weights=months * split[:, 1], minlength=len(groups))
    lines = [
        {
            "instrument": base.instruments[instrument],
            "tier": TIERS[tier] if tier >= 0 else "none",
            "city": cities[city] if city >= 0 else "none",
            "year": int(when),
            "paid": int(row.sum()),
            **dict(zip(CLASSES, row.tolist(), strict=True)),
            "months": float(month),
        }
        for (instrument, tier, city, when), row, month in zip(groups, sums, weighted, strict=True)
    ]
    named = sorted({k for one in off.values() for k in technologies_of(one, base.provider_kind)})
    effect = {
        "money": float(made.fen.sum()) / FEN,
        "adopters": float((base.adopters - twin.adopters)[named].sum()),
        "productivity": 100.0 * (base.productivity / twin.productivity - 1.0),
        "jobs": base.jobs - twin.jobs,
    }
    return lines, effect, {name: getattr(balance, name) for name in BALANCES}


def _gather(
    parts: Sequence[tuple[list[dict[str, Any]], ...]],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Frames of all jobs, ordered by twin and replicate."""
    columns = (
        ["without", "replicate", "instrument", "tier", "city", "year", "paid", *CLASSES, "months"],
        ["without", "replicate", "money", *EFFECTS],
        ["without", "replicate", *BALANCES],
    )
    names = list(dict.fromkeys(row["without"] for part in parts for row in part[1]))
    frames = []
    for place, header in enumerate(columns):
        rows = [row for part in parts for row in part[place]]
        rows.sort(key=lambda row: (names.index(row["without"]), row["replicate"]))
        frames.append(pd.DataFrame(rows, columns=header))
    return frames[0], frames[1], frames[2]
