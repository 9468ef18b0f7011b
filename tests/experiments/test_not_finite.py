"""A run without a number where there must be one is a failed run, and what it costs is told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from experiments import report_analysis, runner
from experiments.cases import Case, Measured
from experiments.reading import Batch
from experiments.report import write_report
from experiments.runner import run_study
from experiments.search_measures import figures
from experiments.study import load_study
from sim.comparison import run
from tests.experiments.toys import ready

STUDY = """
[study]
title = { zh = "指数", en = "Indices" }
[run]
scale = 0.02
replicates = 1
parameters = "central"
[scenarios]
names = ["document_2014"]
[uncertainties]
"adoption.reviews_per_year" = { low = 1.0, high = 4.0 }
"adoption.payback_shift" = { low = -0.5, high = 0.5 }
[design]
method = "sobol"
base = 16
[outcomes]
names = ["adoption_erp", "targets_met"]
"""


@dataclass(frozen=True)
class Poisoned:
    """ERP is no number where reviews are most frequent; no target is covered by any run."""

    def __call__(self, case: Case) -> Measured:
        reviews = case.scenario.adoption.reviews_per_year
        level = np.nan if reviews > 3.7 else 0.1 * reviews
        return Measured({"adoption_erp": level, "targets_met": np.nan})


def test_a_sobol_study_counts_them_as_failed_and_says_what_was_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_warm_up", ready)
    file = tmp_path / "indices.toml"
    file.write_text(STUDY, encoding="utf-8")
    study, out = load_study(file), tmp_path / "batch"
    summary = run_study(study, out, threads=True, work=Poisoned())
    batch = Batch.load(out)
    sick = int((batch.design["adoption.reviews_per_year"] > 3.7).sum())
    assert 0 < sick < 16
    assert (summary.done, summary.failed) == (64 - sick, sick)
    assert set(batch.runs.loc[batch.runs["status"] == "failed", "reason"]) == {
        "ArithmeticError: not finite: adoption_erp = nan"
    }
    # A target that no run covers may be missing of a sound one.
    assert batch.runs["targets_met"].isna().all()
    section = report_analysis.effects(batch, "en")
    assert section is not None
    (said,) = [one for one in section.parts if isinstance(one, str) and "Left out" in one]
    found = re.search(
        r"(\d+) of 16 blocks of the design and 0 of 1 replicates, because (\d+)", said
    )
    assert found is not None
    assert (0 < int(found[1]) < 16, int(found[2])) == (True, sick)
    page = write_report(out, tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"{64 - sick} of 64 runs are done, {sick} failed" in page
    assert "not finite: adoption_erp = nan" in page


def test_what_may_be_missing_is_declared() -> None:
    from experiments.outcomes import check_finite

    check_finite({"targets_met": np.nan, "target.A2c": np.nan, "city_gap": np.nan, "own": np.nan})
    for name, value in (("adoption_erp", np.nan), ("paid.training", np.nan), ("city_gap", np.inf)):
        with pytest.raises(ArithmeticError, match=f"not finite: {name} = {value}"):
            check_finite({name: value, "targets_met": 3.0})


def test_figures_of_a_search_are_finite_or_none() -> None:
    results = run("no_programme", scale=0.01, until="2012-01")
    assert np.isfinite(figures(results)).all()
    results.province.loc[0, "employees"] = np.nan
    with pytest.raises(ArithmeticError, match="not finite: employees"):
        figures(results)
