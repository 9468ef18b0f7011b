"""Finished batch studies that the server was started with: `--results FOLDER`, by position."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.core.errors import InputError
from sim.view.settings import RESULTS

LARGEST = 2 * 1024**3
"""Bytes of shards of runs that a page reads."""


@dataclass(frozen=True, eq=False)
class Study:
    """A study as a page shows it, read whole.

    `levels` has scenario, outcome, n, mean, low, high (95 % interval over replicates where a
    scenario has one point, 5 to 95 % of points' means where it has several); `contrasts` is that of
    the study's report; `measures` are label, unit and factor by outcome. Values are as stored.
    """

    title: str
    question: str
    scenarios: dict[str, str]
    baseline: str | None
    outcomes: tuple[str, ...]
    measures: dict[str, Any]
    levels: pd.DataFrame
    contrasts: pd.DataFrame
    points: int
    replicates: int
    done: int
    failed: int
    expected: int
    scale: float | None


def folders() -> tuple[Path, ...]:
    """Folders named when the server was started; a page never names one."""
    return tuple(Path(one) for one in os.environ.get(RESULTS, "").split(os.pathsep) if one)


def names() -> list[str]:
    """What the folders are called on a page: their last part, told apart by number."""
    found: list[str] = []
    for place, folder in enumerate(folders(), 1):
        found.append(folder.name if folder.name not in found else f"{folder.name} ({place})")
    return found


def read(place: int, lang: str) -> Study:
    """The study at a position; raises InputError with one clear message, without the server's paths."""
    known = folders()
    if not 0 <= place < len(known):
        raise InputError("results", "", place, f"0 to {len(known) - 1}" if known else "none")
    name = names()[place]
    try:
        return study(known[place], lang)
    except InputError as error:
        hidden = str(known[place].resolve())
        where = error.where.replace(hidden, name).replace(str(known[place]), name)
        raise InputError(where, error.key, error.given, error.allowed) from None
    # A broken file can break its reader anywhere.
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise InputError(name, "", type(error).__name__, "a folder of a batch") from None


def study(folder: Path, lang: str) -> Study:
    """The study in a folder."""
    from experiments.reading import Batch
    from experiments.report_facts import Facts
    from experiments.report_tables import contrasts

    batch = Batch.load(folder)
    size = sum(shard.stat().st_size for shard in batch.shards("runs"))
    if size > LARGEST:
        raise InputError(folder, "", f"{size / 1e9:.1f} GB", f"at most {LARGEST / 1e9:.1f} GB")
    facts = Facts(batch, lang)
    outcomes = facts.outcomes
    compared = facts.baseline is not None and len(facts.done) > 0
    gaps = contrasts(batch.design, batch.runs, outcomes, str(facts.baseline)) if compared else None
    runs = batch.runs
    return Study(
        facts.title, facts.text("question"), dict(facts.titles), facts.baseline, outcomes,
        {name: facts.measure(name) for name in outcomes}, _levels(runs, outcomes),
        pd.DataFrame(columns=["scenario", "outcome"]) if gaps is None else gaps,
        len(batch.design), facts.replicates, int((runs["status"] == "done").sum()),
        int((runs["status"] != "done").sum()), len(batch.design) * max(1, facts.replicates),
        facts.scale,
    )  # fmt: skip


def _levels(runs: pd.DataFrame, outcomes: tuple[str, ...]) -> pd.DataFrame:
    """Outcomes by scenario with their interval."""
    from experiments.report_tables import REACH, half_widths

    done = runs[runs["status"] == "done"]
    rows = []
    for (scenario, part), outcome in (
        (pair, name) for pair in done.groupby("scenario", sort=False) for name in outcomes
    ):
        values = part[outcome].dropna()
        if values.empty:
            continue
        if part["point"].nunique() > 1:
            low, high = values.groupby(part["point"]).mean().quantile(list(REACH))
        else:
            half = float(values.std(ddof=1) * half_widths(np.array([len(values)]))[0])
            low, high = values.mean() - half, values.mean() + half
        rows.append((scenario, outcome, len(values), values.mean(), low, high))
    return pd.DataFrame(rows, columns=["scenario", "outcome", "n", "mean", "low", "high"])
