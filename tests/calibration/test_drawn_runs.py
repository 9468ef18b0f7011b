"""Paired runs with a draw of parameters for each replicate."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from sim.additionality import ledger
from sim.allocation_rules import laboratory
from sim.comparison import compare
from sim.scenario import Scenario

VALUES = {"adoption.choice_sharpness": (3.0, 9.0), "productivity.trend": (0.05, 0.08)}
DRAWS = {
    "1": {"adoption": {"choice_sharpness": 3.0}, "productivity": {"trend": 0.05}},
    "2": {"adoption": {"choice_sharpness": 9.0}, "productivity": {"trend": 0.08}},
}
SMALL = {"scale": 0.01, "until": "2013-06", "replicates": 4}


@pytest.fixture(scope="module")
def fit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A calibration of two draws."""
    folder = tmp_path_factory.mktemp("fit")
    (folder / "fitted.toml").write_text("[provenance]\nlast_year = 2015\n")
    pd.DataFrame(VALUES).to_csv(folder / "draws.csv", index=False)
    return folder


def test_a_draw_leaves_alone_what_a_scenario_sets_itself() -> None:
    plain = Scenario.load("no_programme")
    own = Scenario.load("no_programme", ["adoption.choice_sharpness=5"])
    assert plain.with_draw(DRAWS["1"]).adoption.choice_sharpness == 3.0
    drawn = own.with_draw(DRAWS["1"])
    assert drawn.adoption.choice_sharpness == 5.0
    assert drawn.productivity.trend == 0.05
    factor = {"technology_factors": {"erp": {"cost": 0.5}}}
    assert plain.with_draw(factor).technology_factors.erp.cost == 0.5
    assert plain.with_draw({}).hash == plain.hash


def test_replicates_take_the_draws_in_turn_whatever_the_workers(fit: Path) -> None:
    names = ["document_2014", "no_programme"]
    one, two = (
        compare(names, parameters=fit, settings=["population.count=1"], workers=count, **SMALL)
        for count in (1, 2)
    )
    pd.testing.assert_frame_equal(one.province, two.province)
    assert one.manifest["draws"] == DRAWS
    last = one.province[one.province["month"] == "2013-06"]
    made = last[last["scenario"] == "no_programme"].set_index("replicate")["labour_productivity"]
    # A trend of 8 % against 5 % shows within eighteen months, whatever the seed.
    assert made[[1, 3]].min() > made[[0, 2]].max()
    settings = [
        "productivity.trend=0.08", "adoption.choice_sharpness=9", "population.count=1",
    ]  # fmt: skip
    single = compare(names, settings=settings, parameters="central", **SMALL)
    keys = ["scenario", "replicate", "month"]
    there, here = (x.province.set_index(keys)["employees"] for x in (single, one))
    pd.testing.assert_series_equal(there.xs(3, level=1), here.xs(3, level=1))


def cli(*words: str, where: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim.cli", *words], capture_output=True, text=True, cwd=where
    )


def test_the_command_takes_a_fit_and_repeats_with_its_draws(tmp_path: Path) -> None:
    fit = tmp_path / "fit"
    fit.mkdir()
    (fit / "fitted.toml").write_text("[provenance]\nlast_year = 2015\n")
    (fit / "draws.csv").write_text("adoption.choice_sharpness\n3.0\n9.0\n")
    options = ("--scale", "0.01", "--until", "2012-06", "--quiet")
    first = cli("compare", "document_2014", "no_programme", "--replicates", "2", *options,
                "--parameters", "fit", "--out", "one", where=tmp_path)  # fmt: skip
    assert first.returncode == 0, first.stderr
    page = (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    assert "a draw of its own from the posterior" in page
    again = cli("compare", "one/province.parquet", "--out", "two", "--quiet", where=tmp_path)
    assert again.returncode == 0, again.stderr
    tables = [pd.read_parquet(tmp_path / out / "province.parquet") for out in ("one", "two")]
    pd.testing.assert_frame_equal(*tables)


@pytest.mark.parametrize(("given", "says"), [("nowhere", "a finished calibration")])
def test_a_folder_without_a_fit_is_refused(tmp_path: Path, given: str, says: str) -> None:
    done = cli("compare", "document_2014", "no_programme", "--parameters", given, where=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_ledger_and_laboratory_take_the_draws_too(tmp_path: Path, fit: Path) -> None:
    """Replicate r is the run of draw r: with its values as settings the same money comes out."""
    options = {"scale": 0.02, "until": "2015-12", "follow": 0, "workers": 1}
    names = ["equipment_subsidy"]
    found = ledger("document_2014", names, parameters=fit, replicates=2, **options)
    assert found.manifest["draws"] == DRAWS
    settings = ["productivity.trend=0.08", "adoption.choice_sharpness=9"]
    central = {"settings": settings, "parameters": "central", "replicates": 2}
    plain = ledger("document_2014", names, **central, **options)
    keys = ["replicate", "instrument", "tier", "city", "year"]
    sums = [one.lines.groupby(keys)["paid"].sum().xs(1, level=0) for one in (found, plain)]
    pd.testing.assert_series_equal(*sums)
    rules = {"rules": ("formula", "contest"), **options}
    trial = laboratory("document_2014", names[0], parameters=fit, replicates=2, **rules)
    fixed = laboratory("document_2014", names[0], **central, **rules)
    measures = [
        one.measures.query("replicate == 1").reset_index(drop=True) for one in (trial, fixed)
    ]
    pd.testing.assert_frame_equal(*measures)
    found.save(tmp_path / "ledger")
    again = cli("ledger", "ledger/ledger.parquet", "--until", "2015-12", "--out", "again", "--quiet",
                where=tmp_path)  # fmt: skip
    assert again.returncode == 0, again.stderr
    tables = [pd.read_parquet(tmp_path / name / "ledger.parquet") for name in ("ledger", "again")]
    pd.testing.assert_frame_equal(*tables)
