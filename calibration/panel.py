"""A panel of firms by year as statistics would show it, and beside it what nobody can see: the truth.

The truth is the same firm in the same year of the twin run without the instrument (`sim.twins`).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.panel_columns import APPLICATIONS, NOTES, PANEL, codebook
from sim.circumstances import POSTERIOR, Parameters, parameters_of
from sim.comparison import prepared
from sim.core.clock import month_name, month_number
from sim.core.errors import InputError
from sim.core.files import Folder
from sim.core.table import Array
from sim.given import settings_of
from sim.model import Province
from sim.policies.project_grant import ProjectGrant
from sim.processes.awards import REFUSED
from sim.processes.grants import award_key, judged
from sim.results import write_manifest, write_table
from sim.scenario import Scenario
from sim.scenario_files import closest
from sim.seeds import SeedLike, as_seed
from sim.twins import Variant, branches, chosen, origin, running, without
from sim.workers import Progress
from sim.world.tables import OWNERSHIPS, TECHNOLOGIES, TIERS

MEASURED = ("employees", "output", "output_per_employee", "capital", "automation")


@dataclass
class Panel:
    """Firms by year (`frame`, columns `PANEL`) and applications (columns `APPLICATIONS`).

    Rows of `frame` are ordered by firm and year, those of `applications` by decision and firm.
    """

    scenario: Scenario
    instrument: str
    frame: pd.DataFrame
    applications: pd.DataFrame
    manifest: dict[str, Any] = field(default_factory=dict)

    def save(self, out: Path | str, lang: str = "en", force: bool = False) -> list[Path]:
        """Write panel, applications, codebook and manifest into a folder, whole or not at all."""
        with Folder(Path(out), force) as folder:
            tables = {
                "panel": self.frame, "applications": self.applications, "codebook": codebook(),
            }  # fmt: skip
            for name, frame in tables.items():
                # Headers are codes in both languages, so that programs read either.
                write_table(frame, folder.path / name, self.manifest, "en")
            text = "".join(f"{note}\n\n" for note in NOTES[lang])
            (folder.path / f"codebook_{lang}.md").write_text(text + listed(lang), encoding="utf-8")
            write_manifest(self.manifest, folder.path)
        return folder.written


def panel(
    scenario: Scenario | str | Path,
    instrument: str,
    *,
    scale: float = 0.05,
    seed: SeedLike = 1,
    until: str | None = None,
    settings: Iterable[str] = (),
    parameters: str | Path | Parameters = POSTERIOR,
    progress: Progress | None = None,
) -> Panel:
    """Firms by year with and without a project grant; `parameters` as in `sim.comparison.run`.

    Years that a run does not cover to December are left out. Raises InputError unless the
    instrument is a project grant that runs, with a whole year before it and a December after.
    """
    pairs, drawn = settings_of(settings), parameters_of(parameters)
    counted = prepared(scenario, pairs, until)
    seed = as_seed(seed)
    check_instrument(counted, instrument)
    manifest = origin("panel", counted, 1, seed, scale, 0, drawn, pairs)
    manifest |= {"instrument": instrument}
    return twin_panel(drawn.of(counted, seed), instrument, seed, scale, manifest, progress)


def check_instrument(scenario: Scenario, name: str) -> None:
    """Refuse an instrument of which there is no panel."""
    chosen(scenario, [name], "--instrument")
    policy = scenario.instruments[name]
    if not isinstance(policy, ProjectGrant):
        grants = [n for n, p in scenario.instruments.items() if isinstance(p, ProjectGrant)]
        allowed = closest(name, grants) if grants else "none: the scenario has no project grant"
        raise InputError("--instrument", "", f"{name} ({policy.kind})", allowed)
    if name not in running(scenario):
        raise InputError("--instrument", "", f"{name}, which never runs", "one that is in force")
    begins = scenario.programme.applied(scenario.instruments)[name].start
    first, last = month_number(scenario.time.start), month_number(scenario.time.end)
    if -(-first // 12) * 12 + 12 > month_number(begins) // 12 * 12:
        raise InputError("time", "start", scenario.time.start,
                         f"a whole year before that of {begins}, when {name} begins")  # fmt: skip
    if (last + 1) // 12 <= month_number(begins) // 12:
        raise InputError("time", "end", scenario.time.end,
                         f"December of {begins[:4]} or later")  # fmt: skip


def twin_panel(
    scenario: Scenario, instrument: str, seed: int, scale: float, manifest: dict[str, Any],
    progress: Progress | None = None,
) -> Panel:  # fmt: skip
    """The panel of a checked scenario, as its seed has it, and an instrument."""
    policy = scenario.instruments[instrument]
    assert isinstance(policy, ProjectGrant)
    variants = [Variant("", {instrument: policy}), without(scenario, [instrument], "without")]
    census = Census(policy)
    months = 2 * (month_number(scenario.time.end) - month_number(scenario.time.start) + 1)
    seen: list[pd.DataFrame] = []
    applications = pd.DataFrame()
    for variant, province in branches(scenario, variants, seed, scale, census.note):
        mine = copy.deepcopy(census)
        while not province.clock.finished:
            province.step()
            mine.note(province)
            if progress is not None:
                progress(province.clock.month + len(seen) * months // 2, months)
        seen.append(mine.frame(province))
        if not variant.name:
            applications = _applications(province, instrument, policy)
    here, twin = seen
    return Panel(scenario, instrument, _beside(here, twin, applications), applications, manifest)


class Census:
    """What statistics ask of every firm of a province: flows by month, stocks in December."""

    def __init__(self, policy: ProjectGrant) -> None:
        self.policy = policy
        self.years: list[dict[str, Array]] = []
        self._firm = np.empty(0, dtype=np.uint32)
        self._months = self._staff = self._output = np.empty(0)

    def note(self, province: Province) -> None:
        """Add the month that has just been simulated."""
        firms, clock = province.tables["firms"], province.clock
        year, month = divmod(clock.start + clock.month - 1, 12)
        if month == 0 or len(self._firm) == 0:
            self._firm = np.array(firms.uid)
            self._months, self._staff, self._output = np.zeros((3, len(self._firm)))
        new = firms.uid != self._firm
        for sums in (self._months, self._staff, self._output):
            sums[new] = 0.0
        self._firm[new] = firms.uid[new]
        alive = np.asarray(firms.alive == 1)
        self._months += alive
        self._staff += np.where(alive, firms.skilled + firms.unskilled, 0.0)
        self._output += np.where(alive, firms.output, 0.0)
        if month == 11 and clock.month >= 12:
            self.years.append(self._year(province, year, np.flatnonzero(alive)))

    def _year(self, province: Province, year: int, rows: Array) -> dict[str, Array]:
        firms = province.tables["firms"]
        months, adopted = self._months[rows], np.asarray(firms.adopted[rows])
        employees, output = self._staff[rows] / months, 12.0 * self._output[rows] / months
        supported = [TECHNOLOGIES.index(code) for code in self.policy.technologies]
        uses = [(adopted >> k) & 1 for k in range(len(TECHNOLOGIES))]
        return {
            "firm": firms.uid[rows], "year": np.full(len(rows), year), "city": firms.city[rows],
            "sector": firms.sector[rows], "tier": firms.tier[rows],
            "ownership": firms.ownership[rows],
            "founded": (firms.founded[rows].astype(np.int64) + province.clock.start) // 12,
            "weight": firms.weight[rows].astype(np.float64),
            "eligible": self.policy.eligibility(province.codes).rows(firms)[rows].astype(np.int64),
            "employees": employees, "output": output,
            "output_per_employee": output / np.maximum(employees, 1e-12),
            "capital": firms.capital[rows].astype(np.float64),
            "automation": firms.automation[rows].astype(np.float64),
            **{f"uses_{code}": uses[k].astype(np.int64) for k, code in enumerate(TECHNOLOGIES)},
            "adopted": np.sum([uses[k] for k in supported], axis=0, dtype=np.int64),
        }  # fmt: skip

    def frame(self, province: Province) -> pd.DataFrame:
        """Every firm and year, with names in place of positions."""
        parts = {name: np.concatenate([one[name] for one in self.years]) for name in self.years[0]}
        labels = {
            "city": province.labels.cities, "sector": province.labels.sectors, "tier": TIERS,
            "ownership": OWNERSHIPS,
        }  # fmt: skip
        for name, names in labels.items():
            parts[name] = np.array(names, dtype=object)[parts[name]]
        return pd.DataFrame(parts)


def _applications(province: Province, instrument: str, policy: ProjectGrant) -> pd.DataFrame:
    """Applications that were decided, with what the jury said and where the money ran out."""
    book = province.context.awards.columns()
    index = list(province.context.public).index(instrument)
    # An applicant that closed before the decision took no part in it.
    decided = (book["promised"] > 0) | (book["status"] == REFUSED)
    mine = np.flatnonzero((book["instrument"] == index) & (book["city_match"] == 0) & decided)
    parts = []
    for due in np.unique(book["decision_month"][mine]):
        ones = mine[book["decision_month"][mine] == due]
        firm, true = book["uid"][ones], book["score"][ones]
        key = award_key(province.seed, instrument, int(due))
        score, won = judged(key, firm, true, policy.contest_noise), book["promised"][ones] > 0
        cut_off = np.nan
        if policy.allocation == "contest" and won.any() and not won.all():
            cut_off = 0.5 * (score[won].min() + score[~won].max())
        spread = float(score.std())
        months = [month_name(int(m) + province.clock.start) for m in book["month"][ones]]
        parts.append(
            {
                "firm": firm, "decided": np.full(len(ones), month_name(int(due) + province.clock.start)),
                "applied": np.array(months), "asked": book["asked"][ones],
                "technology": np.array(TECHNOLOGIES)[book["technology"][ones]],
                "score": score, "cut_off": np.full(len(ones), cut_off),
                "distance": (score - cut_off) / spread if spread > 0 else np.full(len(ones), np.nan),
                "won": won.astype(np.int64), "award": book["promised"][ones], "true_score": true,
            }
        )  # fmt: skip
    names = [one.name for one in APPLICATIONS]
    if not parts:
        return pd.DataFrame(columns=names)
    whole = pd.DataFrame({name: np.concatenate([one[name] for one in parts]) for name in names})
    return whole.sort_values(["decided", "firm"], kind="stable").reset_index(drop=True)


def _beside(here: pd.DataFrame, twin: pd.DataFrame, applications: pd.DataFrame) -> pd.DataFrame:
    """The panel: what was seen, what each firm had to do with the grant, and the truth."""
    whole = here.merge(twin, on=["firm", "year"], how="outer", suffixes=("", "_twin"))
    mine, theirs = whole["weight"].notna(), whole["weight_twin"].notna()
    for name in ("city", "sector", "tier", "ownership", "founded", "weight"):
        whole[name] = whole[name].where(mine, whole[f"{name}_twin"])
    whole["in_operation"] = mine.astype(np.int64)
    whole["counterfactual_in_operation"] = theirs.astype(np.int64)
    for name in ("adopted", "employees", "output"):
        whole[f"counterfactual_{name}"] = whole[f"{name}_twin"]
    whole["effect_adopted"] = whole["adopted"] - whole["adopted_twin"]
    for name in ("employees", "output_per_employee"):
        both, other = (whole[column].where(whole[column] > 0) for column in (name, f"{name}_twin"))
        whole[f"effect_{name}"] = np.log(both) - np.log(other)
    counts = ["founded", "eligible", "adopted", "counterfactual_adopted", "effect_adopted",
              *(f"uses_{code}" for code in TECHNOLOGIES)]  # fmt: skip
    whole[counts] = whole[counts].astype("Int64")
    whole = _with_grant(whole, applications)
    return whole[[one.name for one in PANEL]].reset_index(drop=True)


def _with_grant(whole: pd.DataFrame, applications: pd.DataFrame) -> pd.DataFrame:
    """Add what each firm had to do with the grant by year."""
    handed_in = applications["applied"].str[:4].astype(np.int64).rename("year")
    decided = applications["decided"].str[:4].astype(np.int64).rename("year")
    applied = applications.groupby(["firm", handed_in]).size().rename("applied")
    by_year = applications.groupby(["firm", decided])
    files = by_year[["score", "cut_off"]].first().join(by_year["award"].sum())
    won = applications["won"] == 1
    since = decided[won].groupby(applications.loc[won, "firm"]).min().rename("treated_since")
    whole = whole.join(applied, on=["firm", "year"]).join(files, on=["firm", "year"])
    whole = whole.join(since, on="firm").sort_values(["firm", "year"], kind="stable")
    whole["applied"] = whole["applied"].fillna(0).astype(np.int64)
    whole["award"] = whole["award"].fillna(0.0)
    whole["treated_since"] = whole["treated_since"].astype("Int64")
    return whole


def listed(lang: str) -> str:
    """The codebook as tables of Markdown."""
    book, zh = codebook(), lang == "zh"
    end = "_zh" if zh else ""
    head = ("列", "类别", "单位", "含义") if zh else ("column", "kind", "unit", "meaning")
    parts = []
    for table, rows in book.groupby("table", sort=False):
        parts.append(f"## {table}\n\n| {' | '.join(head)} |\n|---|---|---|---|\n")
        parts += [
            f"| `{name}` | {kind} | {unit} | {label} |\n"
            for name, kind, unit, label in zip(
                rows["column"], rows[f"kind{end}"], rows[f"unit{end}"], rows[f"label{end}"],
                strict=True,
            )
        ]  # fmt: skip
        parts.append("\n")
    return "".join(parts)
