"""Batch folders made by hand: a design, outcomes as a function of a point, and what a run leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.results import write_manifest, write_table

MONTHS = [f"{year}-{month:02d}" for year in (2012, 2013, 2014) for month in range(1, 13)]
MANIFEST = {
    "program": "lianghua", "version": "0.1.0", "command": "batch", "study": "toy",
    "study_hash": "0" * 16, "seed": 7, "scale": 0.02,
    "versions": {"numpy": "2"}, "data": {"sectors.csv": "ab" * 32, "cities.csv": "cd" * 32},
}  # fmt: skip
Outcomes = Callable[[Mapping[str, Any], np.random.Generator], dict[str, float]]
"""(a row of the design, chance of a replicate) -> outcomes by name."""


def make_folder(
    folder: Path,
    study: str,
    design: pd.DataFrame,
    outcomes: Outcomes,
    replicates: int = 6,
    failed: Mapping[tuple[int, int], str] | None = None,
    missing: Sequence[tuple[int, int]] = (),
    series: Callable[[Mapping[str, Any], np.random.Generator], dict[str, np.ndarray]] | None = None,
    targets: Mapping[str, float] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Path:
    """A batch folder: `failed` maps (point, replicate) to a reason, `missing` are not yet made.

    Replicates have common random numbers: the generator of a replicate is the same at all points.
    `series` gives monthly outputs (MONTHS,), `targets` chances by target.
    """
    failed = dict(failed or {})
    rows: list[dict[str, Any]] = []
    details: dict[str, list[pd.DataFrame]] = {"series": [], "targets": []}
    for row in design.to_dict("records"):
        for replicate in range(replicates):
            place = (int(row["point"]), replicate)
            if place in missing:
                continue
            run = hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()[:16]
            run = f"{run}-{replicate}"
            base = {
                "run": run, "point": place[0], "scenario": row["scenario"], "replicate": replicate,
                "seed": 7 + replicate, "status": "failed" if place in failed else "done",
                "reason": failed.get(place, ""), "attempts": 1, "seconds": 0.5,
            }  # fmt: skip
            found = outcomes(row, np.random.default_rng(replicate))
            if place in failed:
                rows.append(base | dict.fromkeys(found, np.nan))
                continue
            rows.append(base | found)
            if series is not None:
                table = {
                    "run": run,
                    "month": MONTHS,
                    **series(row, np.random.default_rng(replicate)),
                }
                details["series"].append(pd.DataFrame(table))
            if targets is not None:
                table = pd.DataFrame({"target": list(targets), "met": list(targets.values())})
                table.insert(0, "run", run)
                details["targets"].append(table.assign(value=1.0, relative=1.0))
    made = {
        **MANIFEST,
        "replicates": replicates,
        "runs": len(design) * replicates,
        **(manifest or {}),
    }
    (folder / "shards").mkdir(parents=True)
    (folder / "study.toml").write_text(study, encoding="utf-8")
    write_table(design, folder / "design", made, "en", ("parquet",))
    for name, frames in details.items():
        if frames:
            frame = pd.concat(frames, ignore_index=True)
            write_table(frame, folder / "shards" / f"{name}-000000", made, "en", ("parquet",))
    if rows:
        write_table(pd.DataFrame(rows), folder / "shards" / "runs-000000", made, "en", ("parquet",))
    write_manifest(made, folder)
    return folder


# ------------------------------------------------------------------ studies whose answer is known
HEAD = """
[study]
title = {{ zh = "{zh}", en = "{en}" }}
question = {{ zh = "补助多少、由谁先行,结果有何不同?", en = "How much support, and who first?" }}

[run]
scale = 0.02
replicates = {replicates}
seed = 7
until = "2014-12"

[outcomes]
names = ["adoption_automation", "labour_productivity", "public_money", "targets_met"]
tier = "detail"
"""


def head(zh: str, en: str, replicates: int = 6) -> str:
    """The first tables of a study file."""
    return HEAD.format(zh=zh, en=en, replicates=replicates)


def measured(strength: float, chance: float) -> dict[str, float]:
    """Outcomes that rise with a strength, with chance on top; people employed do not depend on it."""
    return {
        "adoption_automation": 0.20 + 0.05 * strength + 0.004 * chance,
        "labour_productivity": 21.0 + 0.8 * strength + 0.1 * chance,
        "public_money": 120_000.0 * max(strength, 0.0),
        "targets_met": 9.0 + 4.0 * strength + 0.5 * chance,
        "employees": 715.0 + 2.0 * chance,
    }


SCENARIOS = {
    "document_2014": 1.0, "funding_half": 0.6, "funding_double": 1.5, "leasing_first": 1.1,
    "training_first": 0.9, "early_start": 1.2, "no_ranking": 1.0, "no_programme": 0.0,
}  # fmt: skip
RATE = "instruments.equipment_subsidy.rate"
FUNDING = "programme.funding"
REVIEWS = "adoption.reviews_per_year"
PEERS = "information.cluster_peers"


def scenario_study(folder: Path, replicates: int = 6, **more: Any) -> Path:
    """Eight shipped scenarios against no programme, with monthly series and targets."""
    design = pd.DataFrame({"point": range(len(SCENARIOS)), "scenario": list(SCENARIOS)})
    names = ", ".join(f'"{name}"' for name in SCENARIOS)
    text = head("资金与次序", "Money and order", replicates)
    text += f'\n[scenarios]\nnames = [{names}]\nbaseline = "no_programme"\n'

    def outcomes(row: Mapping[str, Any], rng: np.random.Generator) -> dict[str, float]:
        shared = rng.normal()
        own = np.random.default_rng(int(row["point"]) + 100 * int(1e6 * abs(shared))).normal()
        return measured(SCENARIOS[row["scenario"]], shared + 0.3 * own)

    def series(row: Mapping[str, Any], rng: np.random.Generator) -> dict[str, np.ndarray]:
        time = np.linspace(0.0, 1.0, len(MONTHS))
        walk = np.cumsum(rng.normal(size=len(MONTHS))) / 40.0
        end = measured(SCENARIOS[row["scenario"]], 0.0)
        return {
            "adoption_automation": 0.2 + (end["adoption_automation"] - 0.2) * time + 0.01 * walk,
            "labour_productivity": 20.0 + (end["labour_productivity"] - 20.0) * time + walk,
            "employees": 715.0 + 10.0 * walk,
        }

    chances = {f"T{number:02d}": number / 50 for number in range(1, 20)}
    return make_folder(
        folder, text, design, outcomes, replicates, series=series, targets=chances, **more
    )


def grid_study(folder: Path, replicates: int = 4, **more: Any) -> Path:
    """Rate of machine grants by money of the programme, every combination."""
    rates, money = (0.05, 0.1, 0.15, 0.2, 0.3), (0.5, 1.0, 2.0, 4.0)
    cells = [(rate, times) for rate in rates for times in money]
    design = pd.DataFrame(cells, columns=[RATE, FUNDING])
    design.insert(0, "point", range(len(cells)))
    design.insert(1, "scenario", "document_2014")
    text = head("补助率与资金", "Rate and money", replicates)
    text += f'\n[levers."{RATE}"]\nvalues = {list(rates)}\ntitle = {{ zh = "机器换人补助率", en = "rate of machine grants" }}\n'
    text += f'[levers."{FUNDING}"]\nvalues = {list(money)}\n\n[design]\nmethod = "grid"\n'

    def outcomes(row: Mapping[str, Any], rng: np.random.Generator) -> dict[str, float]:
        chance = rng.normal()
        found = measured(4.0 * row[RATE] * np.sqrt(row[FUNDING]), chance)
        return found | {"employees": found["employees"] - 3.0 * row[RATE] * (2.0 - chance)}

    return make_folder(folder, text, design, outcomes, replicates, **more)


def line_study(folder: Path, replicates: int = 5, **more: Any) -> Path:
    """Money of the programme alone, in two scenarios."""
    money = (0.0, 0.5, 1.0, 2.0, 4.0)
    cells = [(name, times) for name in ("leasing_first", "document_2014") for times in money]
    design = pd.DataFrame(cells, columns=["scenario", FUNDING])
    design.insert(0, "point", range(len(cells)))
    text = head("资金倍数", "More money", replicates)
    text += f'\n[levers."{FUNDING}"]\nvalues = {list(money)}\n[design]\nmethod = "grid"\n'

    def outcomes(row: Mapping[str, Any], rng: np.random.Generator) -> dict[str, float]:
        start = 0.4 if row["scenario"] == "leasing_first" else 0.2
        return measured(start + 0.6 * np.sqrt(row[FUNDING]), rng.normal())

    return make_folder(folder, text, design, outcomes, replicates, **more)


EFFECTS = {RATE: 6.0, FUNDING: 0.5, REVIEWS: 0.15, PEERS: -1.0, "programme.delay": -0.02}
STARTS = {RATE: 0.1, FUNDING: 1.0, REVIEWS: 2.0, PEERS: 0.19, "programme.delay": 0.0}


def one_at_a_time_study(folder: Path, replicates: int = 5, **more: Any) -> Path:
    """Five factors, each at two ends alone; a value that is missing is left as the scenario has it."""
    ends = {
        RATE: (0.0, 0.3), FUNDING: (0.5, 2.0), REVIEWS: (1.0, 4.0), PEERS: (0.05, 0.5),
        "programme.delay": (12.0, 24.0),
    }  # fmt: skip
    cells: list[dict[str, Any]] = [{}]
    cells += [{key: value} for key, pair in ends.items() for value in pair]
    design = pd.DataFrame(cells, columns=list(ends), dtype=float)
    design.insert(0, "point", range(len(cells)))
    design.insert(1, "scenario", "document_2014")
    text = head("哪个因素影响最大", "What matters most", replicates)
    for kind, keys in (
        ("levers", (RATE, FUNDING, "programme.delay")),
        ("uncertainties", (REVIEWS, PEERS)),
    ):
        for key in keys:
            text += f'\n[{kind}."{key}"]\nlow = {ends[key][0]}\nhigh = {ends[key][1]}\n'
    text += '\n[design]\nmethod = "one_at_a_time"\n'

    def outcomes(row: Mapping[str, Any], rng: np.random.Generator) -> dict[str, float]:
        known = {key: row[key] if row[key] == row[key] else STARTS[key] for key in ends}
        total = sum(EFFECTS[key] * (known[key] - STARTS[key]) for key in ends)
        shared = rng.normal()
        own = np.random.default_rng(int(row["point"]) + int(1e6 * abs(shared))).normal()
        return measured(1.0 + total, shared + own)

    return make_folder(folder, text, design, outcomes, replicates, **more)


def sample_study(folder: Path, points: int = 60, replicates: int = 2, **more: Any) -> Path:
    """A Latin hypercube over eight factors, of which three act."""
    others = ("information.marketing", "finance.collateral", "labour.wage_bargaining")
    keys = (RATE, FUNDING, REVIEWS, PEERS, *others, "allocation")
    rng = np.random.default_rng(3)
    cube = np.stack([(rng.permutation(points) + rng.random(points)) / points for _ in keys], axis=1)
    design = pd.DataFrame(cube, columns=list(keys))
    design[FUNDING] *= 4.0
    design[REVIEWS] = 1.0 + 3.0 * design[REVIEWS]
    design["allocation"] = np.where(design["allocation"] < 0.5, "lottery", "contest")
    design.insert(0, "point", range(points))
    design.insert(1, "scenario", "document_2014")
    text = head("抽样", "A sample", replicates)
    for key in keys:
        kind = "levers" if key in (RATE, FUNDING, "allocation") else "uncertainties"
        text += f'\n[{kind}."{key}"]\nlow = 0.0\nhigh = 1.0\n'
    text += f'\n[design]\nmethod = "latin_hypercube"\npoints = {points}\njoint = true\n'

    def outcomes(row: Mapping[str, Any], rng: np.random.Generator) -> dict[str, float]:
        strength = 2.0 * row[RATE] + 0.3 * row[FUNDING] - 0.2 * row[REVIEWS]
        return measured(strength, rng.normal())

    return make_folder(folder, text, design, outcomes, replicates, **more)


STUDIES = {
    "scenarios": scenario_study, "grid": grid_study, "line": line_study,
    "one_at_a_time": one_at_a_time_study, "sample": sample_study,
}  # fmt: skip
