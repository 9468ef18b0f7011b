"""The search on the model: from a scenario and settings to packages, their tables and a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.store import Store
from experiments import robust
from experiments.optimise import DOCUMENT, Found, Report, Task, optimise
from experiments.search import Plan, SearchSettings, read_settings
from experiments.search_measures import BY_NAME, FIGURES, MEASURES, MONEY_SHOWN, measures
from experiments.search_store import APART, WHAT, Futures, PackageRun, futures
from experiments.search_words import labelled, role_name
from experiments.split import Split, groups_of, movable, rule_of
from experiments.study_file import STUDIES, read_study, read_toml
from sim.comparison import check_populations, prepared
from sim.core.errors import InputError
from sim.core.files import Folder
from sim.report.failures import failed_runs
from sim.results import write_manifest, write_table
from sim.scenario import Scenario
from sim.scenario_files import find
from sim.seeds import SeedLike, as_seed

_NAMES = [one.name for one in MEASURES]


@dataclass(frozen=True)
class Inquiry:
    """Everything a search on the model is: what can be spent otherwise, in which futures, how long."""

    settings: SearchSettings
    split: Split
    twin: Scenario
    searched: Futures
    fresh: Futures
    plan: Plan
    scale: float
    seed: int
    source: str
    pairs: tuple[str, ...]

    @cached_property
    def task(self) -> Task:
        """The search without a word of the model."""
        chosen = self.settings
        draws = {**self.searched.draws, **self.fresh.draws}
        return Task(
            PackageRun(self.split, self.twin, draws, self.scale), self.split.origin, measures,
            chosen.objectives, tuple(chosen.places), chosen.better,
            np.array([chosen.thresholds.get(name, np.nan) for name in chosen.objectives]),
            chosen.summary, self.searched.seeds, self.fresh.seeds, self.plan, chosen.method,
            self.seed,
        )  # fmt: skip

    @property
    def provenance(self) -> dict[str, Any]:
        """What the evaluations depend on, and what a resumed search must share."""
        from sim import __version__
        from sim.source import source_hash
        from sim.world.data import load_data

        return {
            "version": __version__,
            "code": source_hash(),
            "source": self.source,
            "set": list(self.pairs),
            "scenario": self.split.scenario.name,
            "scenario_hash": self.split.scenario.hash,
            "twin": self.twin.name,
            "twin_hash": self.twin.hash,
            "until": self.split.scenario.time.end,
            "search": self.settings.model_dump(mode="json"),
            "groups": {one.name: list(one.instruments) for one in self.split.groups},
            "draws": self.searched.kind,
            "futures_hash": self.searched.hash,
            "fresh_hash": self.fresh.hash,
            "data": dict(load_data().checksums),
            "budget": self.plan.budget,
            "scale": self.scale,
            "seed": self.seed,
        }

    @property
    def manifest(self) -> dict[str, Any]:
        """Where the results come from."""
        from sim.initial import versions

        return {
            "program": "lianghua",
            "command": "optimise",
            **self.provenance,
            "settings": self.split.scenario.model_dump(mode="json"),
            "versions": versions(),
        }


def read(name: str) -> tuple[SearchSettings, str]:
    """Settings and where they stand, of a study's name or file or of a scenario's.

    A TOML file with a `[search]` table is a study; a scenario is searched with the settings' defaults.
    """
    path = STUDIES / f"{name}.toml" if (STUDIES / f"{name}.toml").is_file() else find(name)
    if "search" in read_toml(path)[1]:
        return read_settings(path, read_study(path).table("search")), str(path)
    return SearchSettings(scenario=name), str(path)


def inquire(
    source: str,
    budget: int,
    *,
    settings: SearchSettings | None = None,
    scale: float = 0.02,
    seed: SeedLike = 1,
    until: str | None = None,
    pairs: Sequence[str] = (),
) -> Inquiry:
    """Make ready a search, refusing what cannot be searched; `pairs` are path=value settings.

    `source` is a study or a scenario, see `read`; `settings` are used instead of a study's.
    """
    seed = as_seed(seed, 2 * APART)
    if settings is None:
        settings, where = read(source)
    else:
        where = source
    plan = Plan.of(settings, budget)
    base, twin = prepared(settings.scenario, pairs, until), prepared(settings.against, pairs, until)
    check_populations([base, twin], where)
    if base.revisions:
        given = ", ".join(one.month for one in base.revisions)
        raise InputError(where, "search.scenario", f"{base.name}, revised in {given}",
                         "a scenario without revisions: packages split money from the start")  # fmt: skip
    names = movable(base, settings.kept)
    unknown = [name for name in settings.kept or () if name not in base.instruments]
    if unknown:
        raise InputError(where, "search.kept", unknown[0], ", ".join(base.instruments))
    groups = groups_of(where, base, names, settings.groups)
    if len(groups) < 2:
        raise InputError(where, "search.groups", f"{len(groups)} with money of the province's", "2")
    rules = tuple(rule_of(where, base, key, given) for key, given in settings.rules.items())
    split = Split(base, groups, rules, settings.floor, settings.cap)
    searched = futures(settings.futures, seed, settings.draws, settings.parameters)
    fresh = futures(
        settings.check, seed + APART, settings.draws, settings.parameters, settings.futures
    )
    return Inquiry(settings, split, twin, searched, fresh, plan, scale, seed, source, tuple(pairs))


@dataclass(frozen=True)
class Optimised:
    """A finished search on the model, and its tables."""

    inquiry: Inquiry
    found: Found
    evaluations: pd.DataFrame

    def lost(self, lang: str) -> str:
        """What is said of runs that failed; empty where none did."""
        return failed_runs(
            self.evaluations["failure"].dropna().tolist(), len(self.evaluations), lang
        )  # fmt: skip

    @property
    def roles(self) -> list[str]:
        """Roles of the packages that stand out, in the order of `Found.chosen`."""
        return [one.role for one in self.found.chosen]

    def scenarios(self) -> dict[str, Scenario]:
        """The package of every role as a scenario that can be run."""
        split, points = self.inquiry.split, self.found.explored.points
        found = {}
        for one in self.found.chosen:
            scenario = split.scenario_at(points[one.row], f"package_{one.role}")
            said = {
                lang: f"{getattr(scenario.title, lang)}: {role_name(one.role, lang)}"
                for lang in ("zh", "en")
            }
            title = scenario.title.model_copy(update=said)
            found[one.role] = scenario.model_copy(update={"title": title})
        return found

    def packages(self) -> pd.DataFrame:
        """A row a package: generation, front, roles, multiple by group, rules, objectives."""
        found, split = self.found, self.inquiry.split
        points = found.explored.points
        roles = [
            " ".join(one.role for one in found.chosen if one.row == row)
            for row in range(len(points))
        ]
        frame = pd.DataFrame(
            {
                "package": np.arange(len(points)),
                "generation": found.explored.generation,
                "front": found.front,
                "role": roles,
            }
        )
        money = np.array([split.money(point)["multiple"] for point in points])
        columns = {f"multiple_{one.name}": money[:, k] for k, one in enumerate(split.groups)}
        rules = pd.DataFrame([split.rules_at(point) for point in points], index=frame.index)
        values = dict(zip(self.inquiry.settings.objectives, found.explored.values.T, strict=True))
        return pd.concat([frame, pd.DataFrame(columns), rules, pd.DataFrame(values)], axis=1)

    def robustness(self) -> pd.DataFrame:
        """Summaries over the search's futures by package of the front (and the document's split).

        package, role, measure, mean, worst, mean_regret and largest_regret against the best of all
        packages in each future, satisficing, all_met.
        """
        found, task = self.found, self.inquiry.task
        rows = np.unique([0, *np.flatnonzero(found.front).tolist()])
        values = found.searched.measures[..., list(task.places)]
        best = np.nanmax(values * task.better, axis=0) * task.better
        said = robust.summary(values[rows], found.searched.thresholds, task.better)
        lost = robust.regret(values[rows], task.better, best)
        said |= {"mean_regret": lost.mean(axis=1), "largest_regret": lost.max(axis=1)}
        roles = self.packages()["role"].to_numpy()
        return pd.DataFrame(
            [
                {"package": int(row), "role": roles[row] or (DOCUMENT if row == 0 else ""),
                 "measure": name}
                | {key: one[k] if one.ndim == 1 else one[k, place] for key, one in said.items()}
                for k, row in enumerate(rows)
                for place, name in enumerate(task.names)
            ]
        )  # fmt: skip

    def money(self) -> pd.DataFrame:
        """How each role differs from the document's split: a row a role and group."""
        split, points = self.inquiry.split, self.found.explored.points
        frames = []
        for one in self.found.chosen:
            frame = split.money(points[one.row])
            frame.insert(0, "role", one.role)
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    def rules(self) -> pd.DataFrame:
        """A row a role and rule: the document's value and the package's, as text."""
        split, points = self.inquiry.split, self.found.explored.points
        rows = [
            (one.role, rule.key, str(rule.document), str(value))
            for one in self.found.chosen
            for rule, value in zip(
                split.rules, split.rules_at(points[one.row]).values(), strict=True
            )
        ]
        return pd.DataFrame(rows, columns=["role", "rule", "document", "package"])

    def check(self) -> pd.DataFrame:
        """Each role against the document's split, paired by future: in the search, and in fresh ones.

        role, measure, stated (it was chosen for this), document and package (means in fresh
        futures), searched (difference in the search's futures), difference, low, high (95 %
        t-interval in fresh ones), verdict.
        """
        task, found = self.inquiry.task, self.found
        names = [*task.names, *(name for name in MONEY_SHOWN if name not in task.names)]
        searched, checked = self._judged(found.searched), self._judged(found.checked)
        rows = []
        for place, one in enumerate(found.chosen, 1):
            for k, name in enumerate(names):
                good = np.isfinite(checked[place, :, k])
                here, there = checked[place, good, k : k + 1], checked[0, good, k : k + 1]
                mean, low, high = (float(x[0]) for x in robust.paired(here, there))
                before = float(np.mean(searched[one.row, :, k] - searched[0, :, k]))
                said = robust.verdict(low, high, BY_NAME[name].better)
                if name not in task.names:
                    # Of one budget, paying less is neither better nor worse.
                    said = {"better": "less", "worse": "more"}.get(said, said)
                rows.append(
                    {"role": one.role, "measure": name, "stated": name in one.stated,
                     "document": there.mean(), "package": here.mean(), "searched": before,
                     "difference": mean, "low": low, "high": high,
                     "verdict": said}
                )  # fmt: skip
        return pd.DataFrame(rows)

    def _judged(self, sample: Any) -> Any:
        """Objectives and money in each future, (n, F, k + money)."""
        task = self.inquiry.task
        shown = [_NAMES.index(name) for name in MONEY_SHOWN if name not in task.names]
        objectives = task.objectives(sample.measures, sample.thresholds)
        return np.concatenate([objectives, sample.measures[..., shown]], axis=2)

    def trace(self) -> pd.DataFrame:
        """Hypervolume after each generation."""
        volume = self.found.trace
        return pd.DataFrame({"generation": np.arange(len(volume)), "hypervolume": volume})

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by name."""
        made = {
            "packages": self.packages(), "robustness": self.robustness(), "money": self.money(),
            "check": self.check(), "trace": self.trace(),
        }  # fmt: skip
        return made | ({"rules": self.rules()} if self.inquiry.split.rules else {})

    def save(self, out: Path, lang: str = "en") -> list[Path]:
        """Write tables, packages as scenarios, figures, report and manifest; the store stays."""
        from experiments.search_page import write_page

        manifest, tables = self.inquiry.manifest, self.tables()
        with Folder(out, force=True) as folder:
            for name, frame in tables.items():
                shown = labelled(frame, self.inquiry.split.groups, lang)
                write_table(shown, folder.path / name, manifest, lang)
            write_table(self.evaluations, folder.path / "evaluations", manifest, lang, ("parquet",))
            for role, scenario in self.scenarios().items():
                file = folder.path / f"package_{role}.toml"
                file.write_text(scenario.to_toml(), encoding="utf-8")
            write_page(self, tables, folder.path, lang)
            write_manifest(manifest, folder.path)
        return folder.written


def optimise_model(
    folder: Path,
    inquiry: Inquiry,
    workers: int = 1,
    resume: bool = False,
    report: Report | None = None,
) -> Optimised:
    """Search with every evaluation stored in `folder`; one that is resumed may have another budget."""
    with Store(folder, inquiry.provenance, resume, WHAT, free=("budget",)) as store:
        found = optimise(inquiry.task, store, workers, report)
        evaluations = store.table(inquiry.split.names, FIGURES)
    return Optimised(inquiry, found, evaluations)
