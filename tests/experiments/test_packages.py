"""The search on the model itself, small and short, from the command line to the report."""

import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from calibration.store import FILE
from experiments.packages import inquire
from experiments.search import SearchSettings
from experiments.search_measures import BY_NAME, FIGURES, MEASURES, measures
from experiments.search_store import futures
from experiments.search_words import ROLES, TEXT, role_name
from sim.cli.optimise import optimise_command
from sim.core.errors import InputError
from sim.scenario import Scenario

STUDY = """
[search]
objectives = ["additional_users_per_money", "employees"]
futures = 2
check = 2
population = 4
draws = "prior"
parameters = ["finance.*", "information.*"]
[search.rules]
equipment_subsidy.rate = { low = 0.05, high = 0.3 }
"""
RUNS = 2 + 5 * 2 + 4 * 2
app = typer.Typer()
app.command()(optimise_command)


def call(*arguments):
    """The command in this process; raises what it raises."""
    return CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    path = tmp_path_factory.mktemp("study") / "search.toml"
    path.write_text(STUDY, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(study):
    """A folder of results, in Chinese."""
    out = study.parent / "out"
    said = call(
        study, "--budget", RUNS, "--scale", 0.01, "--until", "2014-12", "--workers", 1, "--out",
        out, "--lang", "zh", "--quiet",
    )  # fmt: skip
    return out, said


def stored(folder):
    with closing(sqlite3.connect(folder / FILE)) as base:
        return base.execute("SELECT point, seed, moments FROM evaluations").fetchall()


def test_folder_holds_everything(made):
    out, said = made
    names = {path.name for path in out.iterdir()}
    tables = ("packages", "robustness", "money", "check", "trace", "rules", "evaluations")
    assert {f"{name}.parquet" for name in tables} <= names
    assert {"report.html", "manifest.json", FILE, "package_balanced.toml"} <= names
    assert len(list((out / "figures").glob("*.png"))) == 4
    text = (out / "report.html").read_text(encoding="utf-8")
    assert "样本外检验" in text
    assert "文件原方案" in text
    assert said.exit_code == 0
    assert "样本外检验" in said.stdout
    assert 12 <= len(stored(out)) <= RUNS


def test_document_is_the_first_package(made):
    packages = pd.read_parquet(made[0] / "packages.parquet")
    first = packages.iloc[0]
    assert len(packages) == 4
    assert (first.filter(like="multiple_") == 1).all()
    assert first["equipment_subsidy.rate"] == 0.12
    assert packages["front"].any()


def test_packages_are_scenarios_of_the_same_money(made):
    """Those that are written can be run, and their provincial budgets sum up to the document's."""
    document = Scenario.load("document_2014")
    money = pd.read_parquet(made[0] / "money.parquet")
    for role in ("balanced", "employees", "additional_users_per_money"):
        package = Scenario.load(made[0] / f"package_{role}.toml")
        for year in ("2014", "2015", "2016", "2017"):
            sums = [
                sum(round(o.budget.get(year, 0) * 1e6) for o in one.instruments.values())
                for one in (package, document)
            ]
            assert sums[0] == sums[1]
        mine = money[money["role"] == role]
        assert mine["difference"].sum() == pytest.approx(0, abs=1e-5)


def test_check_is_paired_in_fresh_futures(made):
    """The check's figures are those of the store under the fresh seeds, differences by future."""
    check = pd.read_parquet(made[0] / "check.parquet")
    runs = pd.read_parquet(made[0] / "evaluations.parquet")
    fresh = runs[(runs["seed"] > 1_000_000) & (runs.iloc[:, 2] >= 0)]
    assert set(fresh["stage"]) == {"check"}
    assert fresh["seed"].nunique() == 2
    rows = check[check["measure"] == "employees"]
    packages = pd.read_parquet(made[0] / "packages.parquet")
    for row in rows.itertuples():
        assert row.difference == pytest.approx(row.package - row.document)
        own = packages[packages["role"].str.split().map(lambda roles, r=row.role: r in roles)]
        assert row.searched == pytest.approx(
            own["employees"].iloc[0] - packages["employees"].iloc[0]
        )
    assert set(check["verdict"]) <= {"better", "worse", "more", "less", "not distinguishable"}
    assert check[check["stated"]].groupby("role").size().to_dict() == {
        "additional_users_per_money": 1, "employees": 1, "balanced": 2,
    }  # fmt: skip


def test_resume_repeats_without_a_run(made, tmp_path):
    """A copy in which some runs are missing is completed to the same tables, bit for bit."""
    out = tmp_path / "copy"
    shutil.copytree(made[0], out)
    before = stored(out)
    with closing(sqlite3.connect(out / FILE)) as base, base:
        base.execute("DELETE FROM evaluations WHERE rowid IN (3, 9)")
    call("--resume", "--out", out, "--workers", 1, "--lang", "zh", "--quiet")
    assert sorted(stored(out)) == sorted(before)
    for name in ("packages", "check", "robustness", "money", "trace"):
        same = (out / f"{name}.csv").read_bytes() == (made[0] / f"{name}.csv").read_bytes()
        assert same, name


def test_a_search_goes_on_with_another_budget(made, tmp_path):
    """The generations before stay as they were, and nothing is run twice."""
    out = tmp_path / "copy"
    shutil.copytree(made[0], out)
    before = set(stored(out))
    call("--resume", "--out", out, "--budget", RUNS + 4 * 2, "--workers", 1, "--quiet")
    assert before < set(stored(out))
    longer, shorter = (pd.read_parquet(one / "packages.parquet") for one in (out, made[0]))
    assert len(longer) == 8
    told = ["front", "role", "role_label"]
    pd.testing.assert_frame_equal(longer[:4].drop(columns=told), shorter.drop(columns=told))
    with pytest.raises(InputError, match="--budget"):
        call("--resume", "--out", out, "--budget", 19, "--quiet")


def test_mistakes_are_named_before_anything_runs(study, made, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(InputError, match=r"--budget; given 19; allowed: 20"):
        call(study, "--budget", 19, "--out", out)
    with pytest.raises(InputError, match="not empty"):
        call(study, "--budget", RUNS, "--out", made[0])
    with pytest.raises(InputError, match="no search there"):
        call("--resume", "--out", out)
    with pytest.raises(InputError, match="scale"):
        call("--resume", "--out", made[0], "--scale", 0.05)
    bad = tmp_path / "bad.toml"
    bad.write_text('[search]\nkept = ["robots"]\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"search\.kept; given 'robots'"):
        call(bad, "--out", out)
    with pytest.raises(InputError, match="document_2014"):
        call("document_2104", "--out", out)
    assert not out.exists()


def test_no_programme_has_nothing_to_split():
    settings = SearchSettings(scenario="no_programme")
    with pytest.raises(InputError, match=r"search\.groups; given '0 with money"):
        inquire("no_programme", 4000, settings=settings)


def test_a_programme_that_is_revised_on_the_way_cannot_be_split():
    revision = 'revisions=[{from="2015-06", set={"programme.funding"=2}}]'
    settings = SearchSettings(scenario="document_2014")
    with pytest.raises(
        InputError, match=r"search\.scenario; given 'document_2014, revised in 2015-06'"
    ):
        inquire("document_2014", 4000, settings=settings, pairs=[revision])


# ------------------------------------------------------------------ measures and futures
def test_measures_by_hand():
    """A run of 500 and 300 more users and investment than its twin for 200 x 10k CNY."""
    run, twin = np.zeros(len(FIGURES)), np.zeros(len(FIGURES))
    for name, mine, other in (
        ("users", 1500, 1000), ("invested", 900, 600), ("public_money", 200, 0),
        ("employees", 610, 615), ("city_gap", 0.2, 0.3),
    ):  # fmt: skip
        run[FIGURES.index(name)], twin[FIGURES.index(name)] = mine, other
    found = dict(zip([one.name for one in MEASURES], measures(run, twin), strict=True))
    assert found["additional_users"] == 500
    # 200 x 10k CNY are 2m CNY.
    assert found["additional_users_per_money"] == 250
    assert found["additional_investment_per_money"] == 1.5
    assert found["employees"] == 610
    nothing = measures(twin, twin)
    assert np.isnan(nothing[list(BY_NAME).index("additional_users_per_money")])


def test_futures_are_paired_and_fresh():
    one = futures(5, 1, "prior", ["finance.*"])
    same = futures(5, 1, "prior", ["finance.*"])
    fresh = futures(5, 1_000_001, "prior", ["finance.*"])
    assert one == same
    assert one.hash == same.hash != fresh.hash
    assert not set(one.seeds) & set(fresh.seeds)
    assert all("collateral" in one.draws[seed]["finance"] for seed in one.seeds)
    # A Latin hypercube: one draw in each fifth of the prior.
    values = [one.draws[seed]["finance"]["collateral"] for seed in one.seeds]
    assert len(set(values)) == 5
    assert futures(3, 1, "central").draws == {}


def test_every_word_has_both_languages():
    assert set(TEXT["zh"]) == set(TEXT["en"])
    for one in MEASURES:
        for lang in ("zh", "en"):
            assert role_name(one.name, lang)
    assert all(len(pair) == 2 for pair in ROLES.values())
