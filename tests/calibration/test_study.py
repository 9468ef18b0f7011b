"""The study of the real model, small: tables, both languages, the command, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration import ensemble
from calibration.ensemble import HEADLINE, Ensemble
from calibration.evidence_studies import SENSITIVITY, analysis
from calibration.evidence_tables import read_results
from calibration.plan import Plan, planned
from calibration.runs import Run
from calibration.study import Study, study
from calibration.study_rows import largest_rows, part_rows
from calibration.study_terminal import show
from calibration.variance import PARTS
from sim.cli import main
from sim.core.errors import InputError
from sim.scenario import Scenario

KEYS = ("adoption.payback_shift", "adoption.reviews_per_year", "information.innovation")
SMALL = {
    "methods": ("morris", "sobol", "phase", "variance"), "parameters": KEYS, "scale": 0.01,
    "budget": 40, "replicates": 1, "seed": 1, "workers": 1, "until": "2012-03", "settings": (),
    "against": None, "most": 2, "pair": ("contagion", "payback"), "cells": 2, "draws": "prior",
}  # fmt: skip


def _plan(**changes: object) -> Plan:
    return planned("document_2014", **(SMALL | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made() -> Study:
    seen: list[tuple[int, int]] = []
    found = study(_plan(), lambda done, total: seen.append((done, total)))
    assert seen[0][0] == 0
    assert seen[-1] == (_plan().runs(), _plan().runs())
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    return found


def test_replicates_are_paired_and_have_populations_of_their_own() -> None:
    base = Scenario.load("document_2014", ['time.end="2012-01"'])
    # Complete mixing is off: what would drive it touches nothing.
    scenarios = [base, base.with_settings(["information.bass_imitation=0.9"])]
    one, other = Ensemble(0.01, 2, 1, 1, ("2012-01",)).run(scenarios)
    np.testing.assert_array_equal(one, other)
    assert (one[0] != one[1]).all()


def test_tables_of_the_model(made: Study) -> None:
    effects = made.tables["morris"].set_index(["output", "parameter"])
    # A longer payback makes machines spread; one replicate says nothing of chance.
    assert effects.loc[("adoption_automation", "adoption.payback_shift"), "mu"] > 0
    assert effects["chance"].isna().all()
    assert set(made.tables["sobol"]["parameter"]) <= set(KEYS)
    assert made.tables["sobol"]["parameter"].nunique() == 2
    assert made.tables["identification"]["parameter"].tolist() == list(KEYS)
    assert made.tables["identification"]["spread_left"].between(0, 1).all()
    sums = made.tables["variance"].groupby("output")["share"].sum(min_count=1)
    assert set(HEADLINE) == set(sums.index)
    np.testing.assert_allclose(sums, 1.0, rtol=1e-6)
    base = made.tables["structures"].query("structure == 'as_it_is'")
    assert (base["difference"] == 0).all()
    phase = made.tables["phase"].query("output == 'adoption_automation'")
    ends = phase.set_index("payback")["end"]
    assert ends.loc[6.0].min() > ends.loc[-2.0].max()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_files_and_report(made: Study, tmp_path: Path, lang: str) -> None:
    out = tmp_path / "out"
    made.save(out, lang)
    for name, frame in made.tables.items():
        assert len(pd.read_parquet(out / f"{name}.parquet")) == len(frame)
        assert (out / f"{name}.csv").read_text(encoding="utf-8-sig").count("\n") == len(frame) + 1
    figures = {path.name for path in (out / "figures").iterdir()}
    assert {"morris.png", "sobol.svg", "phase.png", "variance.svg"} <= figures
    page = (out / "report.html").read_text(encoding="utf-8")
    assert 'src="http' not in page
    assert all(pair[lang == "en"] in page for pair in PARTS.values())
    assert ("回收期偏移" if lang == "zh" else "longest payback") in page
    assert "--parameter adoption.payback_shift" in page
    part = analysis(read_results(out, "sensitivity", SENSITIVITY), lang)
    shown = [one.rows for one in part.tables]
    assert part_rows(made.tables["variance"], lang) in shown
    assert largest_rows(made.tables["morris"], "share", lang) in shown


def test_the_split_takes_draws_of_a_fit(tmp_path: Path) -> None:
    """Two draws in which nothing differs leave nothing to parameters; more runs than draws do not."""
    fit = tmp_path / "fit"
    fit.mkdir()
    (fit / "fitted.toml").write_text("[provenance]\nlast_year = 2015\n", encoding="utf-8")
    (fit / "draws.csv").write_text("adoption.payback_shift\n1.0\n1.0\n", encoding="utf-8")
    plan = _plan(methods=("variance",), draws=str(fit), budget=400, replicates=1)
    assert plan.draws == 2
    frame = study(plan).tables["variance"].set_index(["output", "part"])["share"]
    parts = frame.unstack().loc[list(HEADLINE), ["parameters", "chance"]]
    assert (parts["parameters"].abs() < 1e-9).all()
    (fit / "draws.csv").write_text("adoption.payback_shift\n1.0\n", encoding="utf-8")
    with pytest.raises(InputError, match="--draws"):
        _plan(methods=("variance",), draws=str(fit))


@pytest.mark.parametrize("how", ["raises", "not finite"])
def test_failed_runs_cost_their_part_of_the_design_and_are_told(
    monkeypatch: pytest.MonkeyPatch, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made, second = ensemble.simulate, iter([False, True])

    def simulate(*given: object) -> Run:
        run = made(*given)  # type: ignore[arg-type]
        sick = next(second, False)
        if sick and how == "raises":
            raise FloatingPointError("employees in cities at 2012-02")
        if sick:
            run.results.province.loc[len(run.results.province) - 1, "adoption_erp"] = np.nan
        return run

    monkeypatch.setattr(ensemble, "simulate", simulate)
    # Nothing that is begun is in use before the third month, and what never moves has no effects.
    found = study(_plan(methods=("morris",), budget=24, until="2012-04"))
    reason = {
        "raises": "FloatingPointError: employees in cities at 2012-02",
        "not finite": "ArithmeticError: not finite: adoption_erp@2012-04",
    }[how]
    assert found.lost.reasons == [reason]
    assert found.lost.left_out == {"morris": (1, 6, 0, 1)}
    assert "adoption_erp" in set(found.tables["morris"]["output"])
    assert found.manifest["failures"] == {reason: 1}
    show(found, "en")
    said = " ".join(capsys.readouterr().out.split())
    assert f"1 of 24 runs failed and are in no figure: {reason} (1)" in said
    assert "left out for that in morris: 1 of 6 parts of the design, 0 of 1 replicates" in said


def test_where_every_run_fails_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def simulate(*given: object) -> Run:
        raise ValueError("nothing works")

    monkeypatch.setattr(ensemble, "simulate", simulate)
    with pytest.raises(RuntimeError, match="every run fails: ValueError: nothing works"):
        study(_plan(methods=("phase",), until="2012-03"))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = [text for key in KEYS[:2] for text in ("--parameter", key)]
    command = [
        "sensitivity", "--method", "morris", *chosen, "--budget", "12", "--replicates", "2",
        "--scale", "0.01", "--until", "2012-02", "--workers", "1", "--quiet", "--against",
        "no_programme", "--seed", "20", "--out", str(tmp_path / "out"),
    ]  # fmt: skip
    with pytest.raises(SystemExit) as end:
        main(command)
    assert end.value.code == 0
    said = capsys.readouterr()
    assert "morris.csv" in said.out
    assert said.err == ""
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameter_names"] == list(KEYS[:2])
    assert manifest["populations"] == [20, 21]
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "parameters: set by the design of the study; populations 20-21" in page
    assert set(manifest["scenarios"]) == {"document_2014", "no_programme"}


def test_the_command_refuses_on_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as end:
        main(["sensitivity", "--method", "luck", "--out", str(out)])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "--method; given 'luck'; allowed: morris, sobol, phase, variance, all" in said
    assert not out.exists()


def test_the_same_bits_for_any_number_of_workers() -> None:
    plans = [_plan(methods=("morris",), budget=8, until="2012-01", workers=n) for n in (1, 2)]
    one, two = (study(plan).tables["morris"] for plan in plans)
    pd.testing.assert_frame_equal(one, two, check_exact=True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"methods": ("luck",)}, "morris, sobol, phase, variance, all"),
        ({"budget": 7}, "--budget; given 7; allowed: 8 or more runs for morris"),
        ({"budget": 39, "methods": ("variance",)}, "40 or more runs for variance"),
        ({"most": 0}, "--most; given 0"),
        ({"seed": 0}, "--seed; given 0"),
        ({"seed": 2**31}, "--seed; given 2147483648"),
        ({"pair": ("payback",)}, "--forces; given 'payback'"),
        ({"cells": 1}, "--cells; given 1"),
        ({"parameters": ("adoption.luck",)}, "adoption.luck"),
        ({"until": "2011-01"}, "--until"),
        (
            {"until": "2012-02", "methods": ("phase",)},
            "--until; given '2012-02'; allowed: 3 months",
        ),
        ({"workers": 0}, "--workers"),
        ({"against": "nowhere"}, "nowhere"),
    ],
)
def test_what_is_refused_before_any_run(changes: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        _plan(**changes)
