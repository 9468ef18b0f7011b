"""A baseline outside a study's names: paired by uncertainties, and no point of the design."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from experiments import report_analysis, report_factors, report_results, runner
from experiments.analysis.contrasts import scenario_contrasts
from experiments.cases import Case, Measured
from experiments.reading import Batch
from experiments.report import write_report
from experiments.report_parts import Picture, Section
from experiments.report_tables import contrasts
from experiments.runner import run_study
from experiments.study import Study, load_study
from tests.experiments.conftest import Command
from tests.experiments.toys import ready

DOCS = Path(__file__).resolve().parents[2] / "docs" / "studies.md"
RATE, RULE = "instruments.equipment_subsidy.rate", "instruments.equipment_subsidy.allocation"
REVIEWS = "adoption.reviews_per_year"
OUTCOMES = ("targets_met", "public_money", "adoption_automation")


def documented(folder: Path) -> Path:
    """The study that docs/studies.md shows, as a file."""
    shown = re.search(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    assert shown is not None
    file = folder / "shown.toml"
    file.write_text(shown[1], encoding="utf-8")
    return file


@dataclass(frozen=True)
class Known:
    """Targets met are reviews a year, and 20 a unit of the rate where there is a programme."""

    def __call__(self, case: Case) -> Measured:
        grant = case.scenario.instruments.get("equipment_subsidy")
        rate = grant.rate if grant is not None else 0.0
        chance = np.random.default_rng(case.seed).standard_normal()
        level = case.scenario.adoption.reviews_per_year + 5.0 * chance
        found = {"targets_met": level + 20.0 * rate, "public_money": 1e6 * rate}
        return Measured(found | {"adoption_automation": 0.1 * level + rate})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Batch]:
    """The study, with three levels and six futures, of a programme whose effect is known."""
    folder = tmp_path_factory.mktemp("apart")
    settings = [
        "run.replicates=2", "run.parameters=central", "design.levels=3",
        "design.uncertainties.points=6", "outcomes.months=[]",
    ]  # fmt: skip
    study = load_study(documented(folder), settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "_warm_up", ready)
        run_study(study, folder / "batch", threads=True, work=Known())
    return study, Batch.load(folder / "batch")


def figure_of(section: Section | None, name: str) -> Figure:
    assert section is not None
    (found,) = [one for one in section.parts if isinstance(one, Picture) and one.name == name]
    return found.figure


def drawn(figure: Figure) -> list[np.ndarray]:
    """Places along x of what each visible panel shows besides its axis."""
    found = []
    for axes in figure.axes:
        if axes.get_visible():
            places = [np.asarray(line.get_xdata(), dtype=float) for line in axes.lines]
            found.append(np.concatenate([one for one in places if one.size != 2] or [np.empty(0)]))
    return found


def test_differences_are_between_the_same_uncertainties_and_replicates(
    made: tuple[Study, Batch],
) -> None:
    study, batch = made
    assert len(batch.design) == 3 * 3 * 6 + 6
    found = contrasts(batch.design, batch.runs, OUTCOMES, "no_programme").set_index("outcome")
    assert set(found["n"]) == {3 * 3 * 6 * study.replicates}
    # What reviews and chance do is the same on both sides of every pair.
    row = found.loc["targets_met"]
    assert row["difference"] == pytest.approx(20.0 * 0.15)
    assert (row["low"], row["high"]) == pytest.approx((0.0, 20.0 * 0.3))
    paired = scenario_contrasts(batch.design, batch.runs, "no_programme", ["targets_met"])
    assert paired["pairs"].tolist() == [3 * 3 * 6 * study.replicates]
    assert paired["difference"].iloc[0] == pytest.approx(20.0 * 0.15)


def test_no_axis_is_empty_and_numbers_stand_on_an_axis_of_numbers(
    made: tuple[Study, Batch],
) -> None:
    _, batch = made
    for shown in drawn(figure_of(report_results.differences(batch, "en"), "differences")):
        assert np.isfinite(shown).all()
        assert len(shown) == 1
    lines = figure_of(report_factors.grid(batch, "en"), "lines")
    for axes in (one for one in lines.axes if one.get_visible()):
        over = [line for line in axes.lines if len(line.get_xdata()) == 3]
        # A line a rule, over the rate as it is, and the baseline across.
        assert len(over) == 3
        for line in over:
            assert list(line.get_xdata()) == pytest.approx([0.0, 0.15, 0.3])
        assert any(line.get_linestyle() == "--" for line in axes.lines)
    scatter = figure_of(report_factors.scatter(batch, "en"), "scatter")
    for shown in drawn(scatter):
        assert len(shown) >= 3 * 3 * 6
        assert np.isfinite(shown).all()


def test_what_factors_do_is_judged_by_the_points_of_the_design(made: tuple[Study, Batch]) -> None:
    _, batch = made
    assert set(batch.varied["scenario"]) == {"document_2014"}
    section = report_analysis.scores(batch, "en")
    assert section is not None
    table = section.tables["scores"]
    assert "scenario" not in set(table["factor"])
    assert set(table["futures"]) == {3 * 3 * 6}
    best = table.loc[table.groupby("outcome")["importance"].idxmax()].set_index("outcome")
    assert best.loc["targets_met", "factor"] in (RATE, REVIEWS)
    assert best.loc["public_money", "factor"] == RATE
    discovered = report_analysis.discovery(batch, "en")
    assert discovered is not None
    assert any("of 54 futures" in one for one in discovered.says)


def test_a_value_left_as_it_is_stands_beside_the_numbers() -> None:
    from experiments.factor_figures import places

    at, texts = places(pd.Series([0.1, np.nan, 0.3]))
    assert texts is None
    assert list(at[[0, 2]]) == [0.1, 0.3]
    assert at[1] > 0.3


def test_the_study_of_the_manual_runs_and_is_reported(tmp_path: Path, lianghua: Command) -> None:
    file, out = documented(tmp_path), tmp_path / "batch"
    settings = [
        "run.scale=0.01", "run.replicates=1", "run.parameters=central", 'run.until="2012-06"',
        "design.levels=2", "design.uncertainties.points=2", 'outcomes.months=["2012-03"]',
    ]  # fmt: skip
    given = [part for one in settings for part in ("--set", one)]
    code, said, _ = lianghua("batch", str(file), "--out", str(out), "--quiet", "--threads", *given)
    assert (code, "14 of 14 runs" in said) == (0, True)
    batch = Batch.load(out)
    found = contrasts(batch.design, batch.runs, ("adoption_automation",), "no_programme")
    assert found["n"].tolist() == [12]
    page = write_report(out, tmp_path / "report.html", "zh")
    assert page.stat().st_size > 50_000
