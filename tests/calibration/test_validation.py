"""The scoreboard: perfect forecasts, nominal coverage, history, equal bits, files and errors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.draws import read_fits
from calibration.evidence_studies import VALIDATION, corroboration
from calibration.evidence_tables import read_results
from calibration.hindcast import Ensemble, Forecasts, hindcast, load_forecasts
from calibration.observations import Observation, Observations, shipped
from calibration.runs import simulate
from calibration.series import cells, read
from calibration.validation import Validation, anchored, validate
from calibration.validation_rows import board_rows, forecast_rows, notes
from calibration.validation_words import WORDS
from sim.circumstances import Parameters
from sim.core.errors import InputError
from sim.results import Results
from sim.scenario import Scenario
from sim.words import circumstances

YEARS = range(2012, 2018)
SMALL = {"scale": 0.01, "vintages": (2013,), "drivers": ("frozen", "known")}


@pytest.fixture(scope="module")
def ran() -> Forecasts:
    """Two members of a small ensemble, on two processes."""
    return hindcast(replicates=2, workers=2, **SMALL)  # type: ignore[arg-type]


def table(rows: dict[tuple[str, str, int], float]) -> Observations:
    made = [Observation(*key, value) for key, value in sorted(rows.items())]
    return Observations("made", "0", tuple(made))


def toy(values: np.ndarray, vintage: int = 2013) -> Forecasts:
    """An ensemble (members, years) that says the same of every series."""
    full = np.repeat(values[:, None, :], len(cells()), axis=1)
    manifest = {
        "program": "lianghua", "command": "validate", "version": "0", "scenarios": {"toy": "0"},
        "replicates": len(values), "scale": 1.0, "seed": 1, "draws_by_vintage": {},
    }  # fmt: skip
    return Forecasts((Ensemble(vintage, "frozen", YEARS, full),), manifest)


# ------------------------------------------------------------------ runs of the model
def test_the_heading_says_which_draws_a_vintage_took(ran: Forecasts) -> None:
    assert "own, not fitted" in circumstances(ran.manifest, "en")
    fit = Parameters({1: {}, 2: {}}, 2, 2013, "0")
    drawn = hindcast(
        replicates=1, workers=1, draws=lambda year: fit if year == 2015 else Parameters(),
        **SMALL | {"vintages": (2013, 2015)},  # type: ignore[arg-type]
    )  # fmt: skip
    assert drawn.manifest["parameters"] == "posterior"
    assert drawn.manifest["draws_by_vintage"] == {"2013": 0, "2015": 2}
    said = circumstances(drawn.manifest, "en")
    assert "(2013: the scenario's own, not fitted, 2015: 2 draws)" in said
    assert circumstances(drawn.manifest, "zh").startswith("参数：各预测年可用的后验抽样")


def test_the_same_bits_for_any_workers(ran: Forecasts) -> None:
    one = hindcast(replicates=1, workers=1, **SMALL)  # type: ignore[arg-type]
    for mine, theirs in zip(one.ensembles, ran.ensembles, strict=True):
        assert (mine.vintage, mine.drivers) == (theirs.vintage, theirs.drivers)
        np.testing.assert_array_equal(mine.values[0], theirs.values[0])


def test_frozen_drivers_change_nothing_that_was_known(ran: Forecasts) -> None:
    frozen, known = ran.ensembles
    # Paths are straight from mid-year to mid-year, so that the last half year may differ.
    np.testing.assert_array_equal(frozen.values[:, :, 0], known.values[:, :, 0])
    for year in (2014, 2015):
        assert frozen.sample("value_added", "Zhejiang", year).mean() > (
            known.sample("value_added", "Zhejiang", year).mean()
        )  # demand grew less after 2013 than before


def test_a_table_made_from_the_model_is_forecast_without_error(ran: Forecasts) -> None:
    frozen = ran.ensembles[0]
    rows = {
        (series, region, year): float(np.median(frozen.sample(series, region, year)))
        for series, region in cells()
        for year in (2013, 2014, 2015)
        if len(frozen.sample(series, region, year))
    }
    board = validate(ran, table(rows)).scoreboard().set_index(["forecaster", "drivers"])
    perfect = board.loc[("model", "frozen")]
    assert perfect["outcomes"] > 2000
    assert perfect["rmse"] == pytest.approx(0, abs=1e-12)
    assert (perfect["in_50"], perfect["in_90"]) == (1.0, 1.0)
    assert perfect["skill"] > 0.5
    assert perfect["dm"] < 0
    assert perfect["dm_p"] < 0.05
    assert board.loc[("model", "known"), "crps"] > perfect["crps"]
    assert board.loc[("bass", "none"), "own"] == 0  # one year of history


def test_saved_members_score_the_same(ran: Forecasts, tmp_path: Path) -> None:
    first = validate(ran)
    first.save(tmp_path / "out", figures=False)
    again = load_forecasts(tmp_path / "out")
    assert again.manifest == ran.manifest
    pd.testing.assert_frame_equal(validate(again).points, first.points)
    with pytest.raises(InputError, match="--from"):
        load_forecasts(tmp_path)
    part = corroboration(read_results(tmp_path / "out", "validate", VALIDATION), "zh")
    title, _, rows = board_rows(first.scoreboard(), 2013, "zh")
    assert [one.rows for one in part.tables if one.title == title] == [rows]


def test_yearly_values_agree_with_the_months(ran: Forecasts) -> None:
    scenario = Scenario.load("document_2014", ['time.end="2013-12"'])
    run = simulate(scenario, 0.01, 1)
    results = run.results
    found = dict(zip(cells(), read(run, YEARS), strict=True))
    growth = months_of(results, 2013) / months_of(results, 2012) - 1
    assert found["value_added_growth", "Zhejiang"][1] == pytest.approx(100 * growth)
    months = results.province
    year = months["month"].str.startswith("2013")
    assert found["value_added", "Zhejiang"][1] == pytest.approx(months["value_added"][year].sum())
    assert found["employees", "Zhejiang"][1] == pytest.approx(months["employees"][year].mean())
    assert found["adoption_erp", "Zhejiang"][1] == months["adoption_erp"].iloc[-1]
    assert found["online_retail", "Zhejiang"][1] == pytest.approx(found["A4a", "Zhejiang"][1])
    city = results.cities[results.cities["city"] == "Ningbo"].reset_index(drop=True)
    assert found["wage_bill", "Ningbo"][1] == pytest.approx(city["wage_bill"][year].sum())
    rows = results.indices.query("level == 'total' and index == 'two_integration' and year == 2013")
    totals = rows.set_index("region")["reported"]
    assert found["two_integration.reported", "Ningbo"][1] == totals["Ningbo"]
    assert np.isnan(found["value_added", "Zhejiang"][2:]).all()


def months_of(results: Results, year: int) -> float:
    frame = results.province
    return float(frame["value_added"][frame["month"].str.startswith(str(year))].sum())


# ------------------------------------------------------------------ toys
def test_outcomes_from_the_forecast_itself_are_covered_as_often_as_said() -> None:
    random = np.random.default_rng(1)
    members = np.exp(random.normal(4.6, 0.2, size=(400, len(YEARS))))
    names = [cell for cell in cells() if cell[0] in ("employees", "wage", "output", "wage_bill")]
    draws = np.exp(random.normal(4.6, 0.2, size=(len(names), 3)))
    rows = {
        (*cell, year): float(value)
        for cell, line in zip(names, draws, strict=True)
        for year, value in zip((2013, 2014, 2015), line, strict=True)
    }
    board = validate(toy(members), table(rows)).scoreboard().set_index("forecaster")
    count = 2 * len(names)
    for key, cover in (("in_50", 0.5), ("in_90", 0.9)):
        assert abs(board.loc["model", key] - cover) < 3 * np.sqrt(cover * (1 - cover) / count)
    # The distribution itself beats a walk from one draw of it.
    assert board.loc["model", "skill"] > 0
    assert board.loc["model", "bias"] == pytest.approx(0, abs=0.2)


def test_scores_of_one_forecast_by_hand() -> None:
    members = np.tile(np.array([[90.0], [110.0]]), (1, len(YEARS)))
    rows = {("employees", "Zhejiang", 2013): 80.0, ("employees", "Zhejiang", 2014): 105.0}
    frame = validate(toy(members), table(rows)).points.set_index("forecaster")
    model, moved, plain = (frame.loc[name] for name in ("model", "model_anchored", "no_change"))
    assert model["q50"] == 100.0
    assert model["error"] == -5.0
    assert model["crps"] == pytest.approx((15 + 5) / 2 - 20 / 2)  # fair: one pair, 20 apart
    assert model["scale"] == 80.0
    # Both members stand still, so that the anchored model stays at the last observation.
    assert (moved["q05"], moved["q95"]) == (80.0, 80.0)
    assert plain["q50"] == pytest.approx(80.0)
    assert (model["in_50"], model["in_90"]) == (True, True)


def test_shares_move_by_differences_and_amounts_by_ratios() -> None:
    before, then = np.array([0.2, 0.4]), np.array([0.3, 0.6])
    assert anchored("adoption_erp", 0.5, before, then).tolist() == pytest.approx([0.6, 0.7])
    assert anchored("adoption_erp", 0.9, before, then).tolist() == pytest.approx([1.0, 1.0])
    assert anchored("employees", 0.5, before, then).tolist() == pytest.approx([0.75, 0.75])


def test_only_years_up_to_the_vintage_are_history() -> None:
    members = np.full((2, len(YEARS)), 100.0)
    rows = {("employees", "Ningbo", year): float(year) for year in range(2012, 2018)}
    frame = validate(toy(members, 2015), table(rows)).points
    assert sorted(set(frame["year"])) == [2016, 2017]
    assert set(frame["history"]) == {4}
    plain = frame[frame["forecaster"] == "no_change"]
    assert plain["q50"].tolist() == pytest.approx([2015.0, 2015.0])
    trend = frame[frame["forecaster"] == "linear_trend"]
    assert trend["q50"].tolist() == pytest.approx([2016.0, 2017.0])


def test_a_table_of_outcomes_alone_takes_the_shipped_history_if_there_is_one() -> None:
    members = np.full((2, len(YEARS)), 100.0)
    rows = {("A4a", "Zhejiang", 2016): 9000.0, ("adoption_erp", "Ningbo", 2016): 0.4}
    scored = validate(toy(members, 2015), table(rows))
    by = scored.points.groupby("series")
    assert set(by.get_group("A4a")["history"]) == {3}
    assert set(by.get_group("adoption_erp")["forecaster"]) == {"model", "model_anchored"}
    board = scored.scoreboard()
    assert set(board["outcomes"]) == {1}
    assert any("1 outcomes" in text for text in notes(scored, "en"))
    alone = validate(toy(members, 2015), table({("adoption_erp", "Ningbo", 2016): 0.4}))
    assert alone.scoreboard()["forecaster"].tolist() == ["model", "model_anchored"]
    assert alone.scoreboard()["skill"].isna().all()
    assert set(alone.scoreboard()["dm_note"]) == {"no history"}


def test_figures_that_the_model_used_are_shown_and_not_scored() -> None:
    scored = validate(toy(np.full((2, len(YEARS)), 90.0)))
    assert shipped().rows[0].series == "A1d"
    used = scored.points[scored.points["used"]]
    assert set(used["series"]) >= {"O2a", "O3"}
    assert not set(scored.unseen["series"]) & {"O2a", "O3"}
    assert scored.scoreboard()["series"].max() == len(set(scored.unseen["series"]))


def test_nothing_to_score_is_an_error() -> None:
    rows = table({("employees", "Ningbo", 2012): 1.0})
    with pytest.raises(InputError, match="no outcome to score'; allowed: a row of 2014"):
        validate(toy(np.ones((2, 6))), rows)


def test_words_are_there_in_both_languages() -> None:
    assert set(WORDS["zh"]) == set(WORDS["en"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_and_tables_in_both_languages(tmp_path: Path, lang: str) -> None:
    scored = validate(toy(np.random.default_rng(1).uniform(1, 2, (9, 6))))
    paths = scored.save(tmp_path / "out", lang)
    assert {path.name for path in paths} >= {
        "scoreboard.csv", "points.parquet", "forecasts.csv", "members.parquet", "report.html",
        "board_2013.png", "paths_2013.svg",
    }  # fmt: skip
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert page.count("data:image/png;base64,") == 2
    head = (tmp_path / "out" / "scoreboard.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert ("预测方法" in head) == (lang == "zh")
    assert len(board_rows(scored.scoreboard(), 2013, lang)[2]) == 6
    assert len(forecast_rows(scored, lang)[2]) == len({one.series for one in shipped().rows})


def test_drawn_parameters_are_used_member_by_member() -> None:
    from calibration.hindcast import _as_of

    base = Scenario.load("document_2014")
    rates = {1: {"adoption": {"reviews_per_year": 1.5}}, 2: {"adoption": {"reviews_per_year": 2.5}}}
    fit = Parameters(rates, 2, 2013)
    made = [_as_of(base, 2013, "frozen", lambda _: fit, seed) for seed in (1, 2, 3)]
    assert [one.adoption.reviews_per_year for one in made] == [1.5, 2.5, 1.5]
    assert {one.exogenous.known_until for one in made} == {2013}
    assert [one.population.seed for one in made] == [1, 2, 3]


def test_a_vintage_uses_no_fit_that_knows_what_came_after(tmp_path: Path) -> None:
    for name, year, value in (("early", 2013, 1.5), ("late", 2015, 2.5)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "fitted.toml").write_text(f"[provenance]\nlast_year = {year}\n")
        (tmp_path / name / "draws.csv").write_text(f"adoption.reviews_per_year\n{value}\n{value}\n")
    both = read_fits([tmp_path / "early", tmp_path / "late"])
    rates = {
        year: both.of(year).draws[1]["adoption"]["reviews_per_year"] for year in (2013, 2014, 2015)
    }
    assert rates == {2013: 1.5, 2014: 1.5, 2015: 2.5}
    assert read_fits([tmp_path / "late"]).of(2013).name == "central"
    assert both.of(2015).count == 2


@pytest.mark.parametrize(
    ("document", "table", "said"),
    [
        (None, "adoption.reviews_per_year\n2\n", "fitted.toml|finished calibration"),
        ("[provenance]\n", "adoption.reviews_per_year\n2\n", "last_year"),
        ("[provenance\n", "adoption.reviews_per_year\n2\n", "finished calibration"),
        ('[provenance]\nlast_year = "x"\n', "adoption.reviews_per_year\n2\n", "a year"),
        ("[provenance]\nlast_year = 2013\n", "adoption.review\n2\n", "adoption.reviews_per_year"),
        ("[provenance]\nlast_year = 2013\n", "adoption.reviews_per_year\nx\n", "line 2.*given 'x'"),
        ("[provenance]\nlast_year = 2013\n", "adoption.reviews_per_year\n", "one draw"),
    ],
)
def test_a_fit_that_cannot_be_used_is_named(
    tmp_path: Path, document: str | None, table: str, said: str
) -> None:
    if document is not None:
        (tmp_path / "fitted.toml").write_text(document)
    (tmp_path / "draws.csv").write_text(table)
    with pytest.raises(InputError, match=said):
        read_fits([tmp_path])


# ------------------------------------------------------------------ the command
def lianghua(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim.cli", *arguments], capture_output=True, text=True,
        encoding="utf-8", timeout=300, env=dict(os.environ),
    )  # fmt: skip


def test_the_command_scores_a_users_table(tmp_path: Path, ran: Forecasts) -> None:
    with_members = tmp_path / "saved"
    Validation.save(validate(ran), with_members, figures=False)
    seen = tmp_path / "seen.csv"
    seen.write_text("series,region,year,value\nadoption_erp,杭州,2014,0.35\n", encoding="utf-8-sig")
    out = tmp_path / "out"
    done = lianghua("validate", str(seen), "--from", str(with_members), "--out", str(out),
                    "--lang", "zh")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "记分板" in done.stdout
    assert (out / "report.html").is_file()
    points = pd.read_parquet(out / "points.parquet")
    assert points["region"].unique().tolist() == ["Hangzhou"]
    seen.write_text("series,region,year,value\nadoption_erp,Hangzhou,2014,35\n", encoding="utf-8")
    done = lianghua("validate", str(seen), "--out", str(tmp_path / "none"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "line 2: value; given '35'" in done.stderr
    assert not (tmp_path / "none").exists()
