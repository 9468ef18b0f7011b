"""Studies: which scenarios, levers and uncertainties are run together, how often, and what is kept.

After XLRM (Lempert, Popper & Bankes 2003): uncertainties X, levers L, the model R, outcomes M.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from experiments import coalitions
from experiments.cases import Case
from experiments.changes import Start, changed
from experiments.design import SCENARIO, Block, block, crossed, frame, size
from experiments.factor_file import Bases, factors_of
from experiments.factors import Factor, told, value_of
from experiments.keeper import Keeper
from experiments.outcomes import describe, outcomes
from experiments.study_checks import check_ends, check_rows, kept_outcomes
from experiments.study_file import (
    DESIGNS,
    CoalitionsDesign,
    Design,
    Header,
    ListDesign,
    OutcomeChoice,
    RunSettings,
    ScenarioChoice,
    StudyFile,
    TableDesign,
    given,
    json_schema,
    read_study,
)
from sim import circumstances
from sim.circumstances import CENTRAL, POSTERIOR, Parameters, parameters_of
from sim.comparison import check_populations
from sim.core.clock import month_number
from sim.core.errors import InputError
from sim.policies.base import Text
from sim.scenario import Scenario
from sim.scenario_files import closest, find, matching, paths_beside

__all__ = ["MOST_RUNS", "Keeper", "Study", "load_study"]

MOST_RUNS = 100_000
"""A study of more runs is refused unless it is said to be meant."""
_KEPT_STARTS = 256
"""Scenarios with a draw that are kept at hand."""


@dataclass(frozen=True)
class Study:
    """A study, read and checked; its cases are made one by one as they are asked for.

    `where` is its file and `text` what it says, settings on top. `scenarios` are those that run, as
    they are without factors; `baseline` the one that differences are against, `baseline_apart` the
    same where it is not among those that the design is made for. `method` is the design's; `layout`
    says how its rows were made. `parameters` are those of the scenarios, or of a fit a draw a
    replicate; `search` is the table of a search for policies, as it stands.
    """

    name: str
    title: Text
    question: Text
    where: Path
    text: str
    scale: float
    replicates: int
    seed: int
    until: str | None
    check: bool
    scenarios: tuple[Scenario, ...]
    baseline: str | None
    factors: tuple[Factor, ...]
    outcomes: tuple[str, ...]
    tier: Literal["headline", "detail", "panel"]
    parameters: Parameters
    layout: Block
    search: dict[str, Any] = field(default_factory=dict)
    failure: str = ""
    baseline_apart: str | None = None
    _table: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    _starts: dict[tuple[str, int, int], Start] = field(default_factory=dict, repr=False)

    def design(self) -> pd.DataFrame:
        """The table of points: point, scenario, a column a factor (missing: as the scenario has it)."""
        return self._table.copy()

    @property
    def method(self) -> str:
        """The design's method, such as sobol or grid x latin_hypercube."""
        return self.layout.method

    @property
    def runs(self) -> int:
        """Points times replicates."""
        return len(self._table) * self.replicates

    @property
    def levers(self) -> tuple[Factor, ...]:
        """Factors that a policy sets."""
        return tuple(one for one in self.factors if one.kind == "lever")

    @property
    def uncertainties(self) -> tuple[Factor, ...]:
        """Factors that nobody sets."""
        return tuple(one for one in self.factors if one.kind == "uncertainty")

    @property
    def keeper(self) -> Keeper:
        """The work that is done with every case."""
        return Keeper(self.outcomes, self.tier)

    def scenario_at(self, row: Mapping[str, Any], replicate: int | None = None) -> Scenario:
        """The scenario of a design's row; with a replicate's draw and population if it is given."""
        values = {}
        for one in self.factors:
            value = value_of(one, row.get(one.key))
            if value is not None:
                values[one.key] = value
        name = str(row[SCENARIO])
        return changed(self._start(name, replicate), values)

    def cases(self, points: Sequence[int] | None = None) -> Iterator[Case]:
        """Cases by point, then replicate, each made when it is its turn."""
        columns = {str(name): self._table[name].tolist() for name in self._table}
        for point in range(len(self._table)) if points is None else points:
            row = {name: cells[point] for name, cells in columns.items()}
            for replicate in range(self.replicates):
                scenario = self.scenario_at(row, replicate)
                seed = self.seed + replicate
                yield Case(point, replicate, seed, self.scale, scenario, self.check)

    def coalition_of(self, row: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Members in force in a row of a design of coalitions; None where that is left open."""
        told = self.layout.settings
        members = told.get("members") or told.get("levers", {}).get("members")
        return coalitions.coalition_of(row, members or coalitions.ACTIONS)

    @cached_property
    def hash(self) -> str:
        """Hash of everything that can change a run or what is kept of it (not words or version)."""
        content = {
            "scenarios": [(one.name, one.hash) for one in self.scenarios],
            "design": self._table.to_csv(index=False),
            "run": [self.scale, self.replicates, self.seed, self.check],
            **self._circumstances(),
            "kept": [list(self.outcomes), self.tier],
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    def manifest(self) -> dict[str, Any]:
        """Where results of the study come from, but for what the program itself knows."""
        return {
            "title": self.title.model_dump(),
            "question": self.question.model_dump(),
            "scale": self.scale,
            "replicates": self.replicates,
            "seed": self.seed,
            "until": self.scenarios[0].time.end,
            "tier": self.tier,
            "baseline": self.baseline,
            "baseline_apart": self.baseline_apart,
            "scenarios": {one.name: one.hash for one in self.scenarios},
            "settings": {one.name: one.model_dump(mode="json") for one in self.scenarios},
            "method": self.method,
            "design": self.layout.settings,
            "factors": [told(one) for one in self.factors],
            "outcomes": describe(self.outcomes),
            **self._circumstances(),
            "failure": self.failure,
        }

    @staticmethod
    def json_schema() -> dict[str, Any]:
        """JSON schema of study files for editors."""
        return json_schema()

    def _circumstances(self) -> dict[str, Any]:
        """The draws and populations of the replicates."""
        seeds = range(self.seed, self.seed + self.replicates)
        return circumstances.told(self.parameters, self.scenarios[0], seeds)

    def _start(self, name: str, replicate: int | None) -> Start:
        """A scenario as a replicate starts from it."""
        scenario = next(one for one in self.scenarios if one.name == name)
        draw = number = 0
        if replicate is not None:
            seed = self.seed + replicate
            draw = self.parameters.number(seed)
            number = circumstances.population(scenario, seed)
        key = (name, draw, number)
        if key not in self._starts:
            if replicate is not None:
                scenario = self.parameters.of(scenario, self.seed + replicate)
            if len(self._starts) >= _KEPT_STARTS:
                self._starts.clear()
            self._starts[key] = Start.of(scenario)
        return self._starts[key]


# ------------------------------------------------------------------ reading
def load_study(name_or_path: str | Path, settings: Iterable[str] = (), yes: bool = False) -> Study:
    """A study by name (in experiments/studies) or path, checked whole before anything runs.

    `settings` are `path=value` of the study's own keys (run.replicates=2, design.points=10). More
    than MOST_RUNS runs are refused unless `yes`. Raises InputError for whatever cannot be used.
    """
    file = read_study(name_or_path, settings)
    header = file.checked(Header, file.table("study"), "study")
    run = file.checked(RunSettings, file.table("run"), "run")
    kept = file.checked(OutcomeChoice, file.table("outcomes"), "outcomes")
    choice = file.checked(ScenarioChoice, file.table("scenarios"), "scenarios")
    names = _names(file, choice)
    crossing = [_scenario(file, name, run, "scenarios.names") for name in names]
    outside = choice.baseline is not None and choice.baseline not in [x.name for x in crossing]
    scenarios = list(crossing)
    if outside and choice.baseline is not None:
        scenarios.append(_scenario(file, choice.baseline, run, "scenarios.baseline"))
    _check_paired(file, scenarios)
    factors, layout = _designed(file, crossing, run, len(scenarios), yes)
    last = scenarios[-1].name if outside else None
    table = frame(layout.rows, factors, [one.name for one in crossing], last)
    study = Study(
        file.path.stem, header.title, header.question, file.path, file.text, run.scale,
        run.replicates, run.seed, run.until, run.check, tuple(scenarios),
        last or choice.baseline, factors, kept_outcomes(file, kept, scenarios), kept.tier,
        _parameters(file, run), layout, file.table("search"), kept.failure, last, table,
    )  # fmt: skip
    if kept.failure:
        _check_failure(file, study, kept.failure)
    check_ends(file, study, crossing)
    check_rows(file, study)
    return study


def _check_failure(file: StudyFile, study: Study, text: str) -> None:
    """Refuse a condition that the study's outcomes do not make."""
    from experiments.analysis.conditions import condition

    better = {one.name: one.better for one in outcomes(study.outcomes) if one.better}
    try:
        condition(text, study.outcomes, better)
    except InputError as error:
        raise file.error("outcomes.failure", error.given, error.allowed) from None


def _names(file: StudyFile, choice: ScenarioChoice) -> list[str]:
    """Scenarios by name or path, patterns replaced by what they fit."""
    found: list[str] = []
    for place, name in enumerate(choice.names):
        if "*" in name or "?" in name:
            try:
                others = [*choice.names, *found]
                found += [one for one in matching(name) if one not in others]
            except InputError as error:
                raise file.error(f"scenarios.names.{place}", name, error.allowed) from None
        elif name in found:
            raise file.error(f"scenarios.names.{place}", f"{name} twice", "each scenario once")
        else:
            found.append(name)
    return found


def _scenario(file: StudyFile, name: str, run: RunSettings, key: str) -> Scenario:
    """A scenario with the study's settings, populations and last month."""
    beside = file.path.parent / name
    path = beside if name.endswith(".toml") and beside.is_file() else find(name, file.path, key)
    scenario = Scenario.load(path).check_names()
    settings = paths_beside(file.path, file.table("settings"))
    if settings:
        try:
            scenario = scenario.with_tables(settings, str(file.path)).check_names()
        except InputError as error:
            raise file.error(f"settings.{error.key}", error.given, error.allowed) from None
    if run.populations is not None:
        scenario = scenario.with_settings([f"population.count={run.populations}"])
    until = run.until
    if until is None:
        return scenario
    if month_number(until) < month_number(scenario.time.start):
        allowed = f"{scenario.time.start}, when {scenario.name} starts, or later"
        raise file.error("run.until", until, allowed)
    return scenario.with_settings([f'time.end="{until}"'])


def _check_paired(file: StudyFile, scenarios: Sequence[Scenario]) -> None:
    names = [one.name for one in scenarios]
    if len(set(names)) < len(names):
        raise file.error("scenarios.names", ", ".join(names), "scenarios of different names")
    spans = sorted({(one.time.start, one.time.end) for one in scenarios})
    if len(spans) > 1:
        shown = ", ".join(f"{start} to {end}" for start, end in spans)
        raise file.error("scenarios.names", shown, "scenarios over the same months, or run.until")
    check_populations(scenarios, file.path)


def _designs(file: StudyFile) -> dict[str, Design]:
    """The study's designs by key: `design`, and `design.uncertainties` if there is one."""
    table = file.table("design")
    parts = {"design": table}
    if "uncertainties" in table:
        parts["design.uncertainties"] = table.pop("uncertainties")
    found = {}
    for key, part in parts.items():
        if not isinstance(part, Mapping):
            raise file.error(key, given(part), "a table")
        method = part.get("method", "list")
        if method not in DESIGNS:
            raise file.error(f"{key}.method", given(method), closest(str(method), list(DESIGNS)))
        found[key] = file.checked(DESIGNS[method], part, key)
    return found


def _designed(
    file: StudyFile, crossing: Sequence[Scenario], run: RunSettings, scenarios: int, yes: bool
) -> tuple[tuple[Factor, ...], Block]:
    """Factors and the rows in which they are set."""
    designs = _designs(file)
    ranged = any(not isinstance(one, ListDesign | TableDesign) for one in designs.values())
    factors = factors_of(file, Bases.of(crossing), ranged)
    levers, uncertain = (
        tuple(one for one in factors if one.kind == kind) for kind in ("lever", "uncertainty")
    )
    first, second = designs["design"], designs.get("design.uncertainties")
    if second is None:
        if levers and uncertain and not first.joint:
            allowed = "joint = true, or a table [design.uncertainties] to be crossed with"
            raise file.error("design", "levers and uncertainties in one", allowed)
        parts = {"design": (first, factors)}
    elif first.joint or second.joint or isinstance(second, CoalitionsDesign):
        what = "coalitions" if isinstance(second, CoalitionsDesign) else "joint, and crossed"
        raise file.error(
            "design.uncertainties", what, "one design for both, or two that are crossed"
        )
    else:
        parts = {"design": (first, levers), "design.uncertainties": (second, uncertain)}
    runs = scenarios * run.replicates
    for design, its in parts.values():
        runs *= size(design, its)
    if runs > MOST_RUNS and not yes:
        raise file.error(
            "design", f"up to {runs} runs", f"{MOST_RUNS} at most unless meant (--yes)"
        )
    names = [one.name for one in crossing]
    blocks = [block(file, key, *part, run.seed, names) for key, part in parts.items()]
    if isinstance(first, CoalitionsDesign):
        factors = (coalitions.FACTOR, *factors)
    return factors, blocks[0] if len(blocks) == 1 else crossed(*blocks)


def _parameters(file: StudyFile, run: RunSettings) -> Parameters:
    """Parameters as the study says; the folder of a calibration is from the study's own."""
    named = run.parameters in (CENTRAL, POSTERIOR)
    folder = file.path.parent / run.parameters
    try:
        return parameters_of(run.parameters if named else folder)
    except InputError as error:
        said = run.parameters if named else f"{folder}: {error.given}"
        raise file.error("run.parameters", said, error.allowed) from None
