"""What a page shows as files: a table, a figure, a report. Made when asked for, from the snapshot."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.circumstances import POSTERIOR, parameters_of
from sim.comparison import Comparison, origin
from sim.outputs import in_table
from sim.policies.base import Text
from sim.view.copying import script
from sim.view.snapshot import Snapshot, Track
from sim.words import for_spreadsheets, unit_of
from sim.world.data import load_data

if TYPE_CHECKING:
    from sim.report.figures import Made

FIGURES = (
    "headline", "adoption", "control", "jobs", "product", "barriers", "cities", "money", "prices",
)  # fmt: skip
"""Figures of the report, by the name of their function."""
_DRAWING = threading.Lock()
"""matplotlib's settings belong to the whole process."""


def sides(snapshot: Snapshot) -> list[tuple[str, str, Track]]:
    """Name, title and runs of all that is compared, the baseline last; names and titles differ."""
    assert snapshot.baseline is not None
    lang = snapshot.choice.lang
    found: list[tuple[str, str, Track]] = []
    titles: set[str] = set()
    places = [("plan" if one is snapshot.current else "saved", one) for one in snapshot.compared]
    for name, track in [*places, ("baseline", snapshot.baseline)]:
        count = sum(one[0].startswith(name) for one in found)
        title, more = track.title(lang), 2
        while title in titles:
            title, more = f"{track.title(lang)} ({more})", more + 1
        titles.add(title)
        found.append((f"{name}_{count + 1}" if name == "saved" else name, title, track))
    return found


def comparison_of(snapshot: Snapshot) -> Comparison:
    """A snapshot as `lianghua compare` gives it, of the replicates that all sides have."""
    from sim.initial import program_version, versions
    from sim.view.runs import SCALE, SEED

    shown = sides(snapshot)
    common = [
        one
        for one in shown[-1][2].replicates
        if all(one in side.replicates for _, _, side in shown)
    ]
    scenarios = tuple(
        track.scenario.model_copy(update={"name": name, "title": Text(zh=title, en=title)})
        for name, title, track in shown
    )
    frames = {
        table: pd.concat([make(name, track, common) for name, _, track in shown], ignore_index=True)
        for table, make in (("province", _province), ("cities", _cities), ("programme", _programme))
    }
    first = {
        "program": "lianghua", "version": program_version(), "versions": versions(),
        "data": dict(load_data().checksums), "few_rows": dict(snapshot.few_rows),
    }  # fmt: skip
    seeds = [SEED + replicate for replicate in common]
    manifest = origin("compare", scenarios, first, seeds, SCALE, parameters_of(POSTERIOR))
    return Comparison(
        scenarios, "baseline", len(common), manifest=manifest | {"baseline": "baseline"}, **frames
    )


def _province(name: str, track: Track, replicates: Sequence[int]) -> pd.DataFrame:
    parts = []
    for one in _members(track, replicates):
        columns: dict[str, Any] = {
            "scenario": name,
            "replicate": one.replicate,
            "month": one.months,
        }
        parts.append(pd.DataFrame({**columns, **one.province}))
    return pd.concat(parts, ignore_index=True)


def _cities(name: str, track: Track, replicates: Sequence[int]) -> pd.DataFrame:
    codes = list(load_data().cities["name_en"])
    parts = []
    for one in _members(track, replicates):
        ends = _year_ends(one.months)
        columns: dict[str, Any] = {
            "scenario": name, "replicate": one.replicate,
            "month": np.repeat([one.months[end] for end in ends], len(codes)),
            "city": np.tile(codes, len(ends)),
        }  # fmt: skip
        columns |= {output: values[ends].ravel() for output, values in one.cities.items()}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _programme(name: str, track: Track, replicates: Sequence[int]) -> pd.DataFrame:
    parts = []
    for one in _members(track, replicates):
        ends, count = _year_ends(one.months), len(one.instruments)
        columns: dict[str, Any] = {
            "scenario": name, "replicate": one.replicate,
            "month": np.repeat([one.months[end] for end in ends], count),
            "instrument": np.tile(np.array(one.instruments, dtype=object), len(ends)),
        }  # fmt: skip
        columns |= {key: values[ends].ravel() for key, values in one.programme.items()}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _members(track: Track, replicates: Sequence[int]) -> list[Any]:
    return [one for one in track.members if one.replicate in set(replicates)]


def _year_ends(months: Sequence[str]) -> list[int]:
    return [
        place
        for place, month in enumerate(months)
        if month.endswith("-12") or place == len(months) - 1
    ]


def csv(snapshot: Snapshot) -> bytes:
    """Every run's series, a row a scenario, replicate and month, with labels; opens in Excel."""
    lang = snapshot.choice.lang
    comparison = comparison_of(snapshot)
    titles = {one.name: getattr(one.title, lang) for one in comparison.scenarios}
    frame = comparison.province.copy()
    frame.insert(1, "title", frame["scenario"].map(titles))
    brackets = "{}({})" if lang == "zh" else "{} ({})"
    labels = {
        one.name: brackets.format(getattr(one, lang), unit_of(one.name, lang))
        for one in in_table("province")
    }
    keys = {"scenario": "情景", "title": "名称", "replicate": "重复", "month": "月份"}
    frame = frame.rename(columns=labels | (keys if lang == "zh" else {}))
    return for_spreadsheets(frame).to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def figure(snapshot: Snapshot, name: str, kind: str) -> bytes:
    """A figure of the report as png or svg."""
    with tempfile.TemporaryDirectory() as folder:
        made = _drawn(comparison_of(snapshot), Path(folder), snapshot.choice.lang, (name,))
        return made[0].png.with_suffix(f".{kind}").read_bytes()


def report(snapshot: Snapshot) -> bytes:
    """The report as one HTML file with its figures inside and the code that repeats it."""
    from sim.report.html import comparison_page
    from sim.view.runs import SCALE, SEED

    comparison, lang = comparison_of(snapshot), snapshot.choice.lang
    code = script(snapshot.choice, scale=SCALE, replicates=comparison.replicates, seed=SEED)
    with tempfile.TemporaryDirectory() as folder:
        made = _drawn(comparison, Path(folder), lang, FIGURES)
        return comparison_page(comparison, made, lang, code).encode("utf-8")


def _drawn(
    comparison: Comparison, folder: Path, lang: str, names: Sequence[str]
) -> list[Made]:  # fmt: skip
    from sim.report.figures import comparison_figures

    with _DRAWING:
        return comparison_figures(comparison, folder, lang, names)
