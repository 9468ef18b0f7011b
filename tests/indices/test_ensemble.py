"""The scorecard of an ensemble: counts, intervals, both languages, files, any number of workers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.comparison import run
from sim.core.errors import InputError
from sim.indices.scorecard import score
from sim.indices.targets import load_targets
from sim.report.score_rows import SCORE_WORDS, lines, notes
from sim.scenario import Scenario
from sim.scoring import Scorecard, _series, orphans, scorecard, scores, wilson
from sim.terminal import scorecard_tables
from sim.words import drawn_parameters, intervals_over

NAMES = ("document_2014", "no_programme")


def made(short: bool = False) -> Scorecard:
    """Two scenarios, four replicates: values grow by a tenth of the goal a replicate."""
    scenarios = tuple(Scenario.load(name) for name in NAMES)
    runs: list[tuple[Any, ...]] = []
    years: list[tuple[Any, ...]] = []
    for place, name in enumerate(NAMES):
        for replicate in range(4):
            for target in load_targets().rows:
                goal = 0.0 if target.value is None else target.value
                relative = 0.9 + 0.1 * replicate - 0.5 * place
                value = (goal or 1.0) * (relative - (target.value is None))
                met = relative > 0.999
                if short:
                    value, relative, met = np.nan, np.nan, None
                key = (name, replicate, target.code)
                runs.append((*key, value, relative, met, 1.0))
                years += [(*key, year, value * year / 2017) for year in (2013, 2015)]
    manifest = {
        "program": "lianghua", "version": "0", "command": "scorecard", "scale": 0.01, "seed": 1,
        "scenarios": {one.name: one.hash for one in scenarios},
        "settings": {one.name: one.model_dump(mode="json") for one in scenarios},
    }  # fmt: skip
    columns = ["scenario", "replicate", "target"]
    frame = pd.DataFrame(runs, columns=[*columns, "value", "relative", "met", "outcome_chance"])
    frame["met"] = frame["met"].astype("boolean")
    return Scorecard(
        scenarios, "no_programme", 4, frame,
        pd.DataFrame(years, columns=[*columns, "year", "value"]), manifest,
    )  # fmt: skip


PROGRAMME = {name: one.kind for name, one in Scenario.load(NAMES[0]).instruments.items()}


def test_no_orphan_either_way() -> None:
    rows = load_targets().rows
    assert orphans(rows, PROGRAMME) == []
    assert orphans(rows, {})[0] == "A1g: no management_pilot:design_centres_province* in programme"
    for code, changes, message in (
        ("A1a", {"outputs": ("smart_produce",)}, "no smart_produce in province"),
        ("A1a", {"table": "cities"}, "no smart_products in cities"),
        ("O3", {"outputs": ("two_integration.place",)}, "no two_integration.place in indices"),
        ("O3", {"outputs": ("integration.rank",)}, "no integration.rank in indices"),
    ):
        lost = replace(load_targets()[code], **changes)  # type: ignore[arg-type]
        assert orphans([lost], PROGRAMME) == [f"{code}: {message}"]


def test_totals_of_the_indices_come_from_the_yearly_editions() -> None:
    results = run("document_2014", scale=0.01, until="2013-12")
    frame = results.indices
    years = frame[(frame["level"] == "total") & (frame["region"] == "Zhejiang")]
    wanted = years[years["index"] == "two_integration"].set_index("year")["latent"].to_dict()
    assert list(wanted) == [2012, 2013]
    assert scores(results)["O2a"].years == wanted
    assert scores(results)["O2a"].outcomes == ()
    ranked = replace(load_targets()["O3"], years=(2012, 2013))
    found = score(ranked, _series(results))
    assert len(found.outcomes) > 2
    assert sum(one.chance for one in found.outcomes) == pytest.approx(1.0)


def test_counts_intervals_and_differences() -> None:
    rows = made().summary().set_index(["target", "scenario"])
    assert len(rows) == 49 * 2
    row = rows.loc[("A4a", "document_2014")]
    assert (row["met"], row["runs"], row["probability"]) == (3, 4, 0.75)
    assert row["median"] == pytest.approx(12000 * 1.05)
    assert row["q05"] == pytest.approx(12000 * np.quantile([0.9, 1.0, 1.1, 1.2], 0.05))
    assert row["added"] == pytest.approx(6000)
    assert row["added_q05"] == pytest.approx(6000)
    assert (row["published_year"], row["published"]) == (2015, 7610)
    assert row["model"] == pytest.approx(12000 * 1.05 * 2015 / 2017)
    assert rows.loc[("A4a", "no_programme"), "met"] == 0
    assert pd.isna(rows.loc[("A5a", "document_2014"), "published"])


def with_ranks() -> Scorecard:
    """Ranks of 1 to 3 or worse with chances: 0.5 and 0.92 of meeting, without a programme 0.1."""
    card = made()
    chances = {
        ("document_2014", 0): {2: 0.5, 4: 0.5}, ("document_2014", 1): {1: 0.2, 3: 0.72, 9: 0.08},
        ("no_programme", 0): {3: 0.1, 5: 0.9}, ("no_programme", 1): {3: 0.1, 5: 0.9},
    }  # fmt: skip
    rows = [
        (*key, "O3", float(rank), 1.0 - (rank - 3) / 3, rank <= 3, chance)
        for key, ranks in chances.items()
        for rank, chance in ranks.items()
    ]
    others = card.runs[card.runs["target"] != "O3"]
    ranks = pd.DataFrame(rows, columns=others.columns).astype({"met": "boolean"})
    return replace(card, runs=pd.concat([others, ranks], ignore_index=True))


def test_chances_of_a_rank_are_mixed_over_replicates() -> None:
    card = with_ranks()
    row = card.summary().set_index(["target", "scenario"]).loc[("O3", "document_2014")]
    assert (row["met"], row["runs"]) == (pytest.approx(1.42), 2)
    assert row["probability"] == pytest.approx(0.71)
    # The mixture: 1 with 0.1, 2 with 0.25, 3 with 0.36, 4 with 0.25, 9 with 0.04.
    assert (row["median"], row["q05"], row["q95"]) == (3, 1, 4)
    assert (row["relative"], row["relative_q05"]) == (1.0, pytest.approx(2 / 3))
    assert row["added"] == pytest.approx(np.mean([3.0 - 4.8, 3.08 - 4.8]))
    for lang in ("zh", "en"):
        line = next(one for one in lines(card, lang) if one.target.code == "O3")
        assert line.results["document_2014"][1] == "1.42/2"
        assert line.results["no_programme"][1] == "0.2/2"


def test_interval_of_a_probability() -> None:
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
    low, high = wilson(500, 1000)
    assert (low + high) / 2 == pytest.approx(0.5)
    assert np.isnan(wilson(0, 0)).all()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_lines_on_the_terminal_and_in_the_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    card = made()
    scorecard_tables(card, lang)
    shown = capsys.readouterr().out
    # A glyph that the carried font lacks would be a warning, and warnings are errors here.
    card.save(tmp_path / "out", lang)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    said = lines(card, lang)
    assert [line.target.headline for line in said] == sorted(
        (one.headline for one in load_targets().rows), reverse=True
    )
    for line in said:
        assert line.target.code in shown
        assert line.results["document_2014"] == (line.results["document_2014"][0], "3/4")
    assert "3/4" in shown
    assert "3/4" in page
    assert notes(card, lang)[-1] in page
    assert intervals_over(drawn_parameters(card.manifest), lang) in page
    assert "http" not in page
    assert page.count("data:image/png;base64,") == 2
    head = (tmp_path / "out" / "scorecard.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(head) == 1 + 49 * 2
    assert ("目标" in head[0]) is (lang == "zh")
    for name in ("scorecard", "runs", "years"):
        assert len(pd.read_parquet(tmp_path / "out" / f"{name}.parquet"))
    assert all(set(SCORE_WORDS[lang]) == set(words) for words in SCORE_WORDS.values())


def test_targets_out_of_reach_of_a_short_run_are_said_to_be(tmp_path: Path) -> None:
    card = made(short=True)
    row = card.summary().set_index(["target", "scenario"]).loc[("A4a", "document_2014")]
    assert row["runs"] == 0
    assert np.isnan(row["probability"])
    assert lines(card, "en")[0].results["document_2014"] == ("not covered", "-")
    card.save(tmp_path / "short")


def test_the_same_for_one_and_two_workers(tmp_path: Path) -> None:
    cards = [
        scorecard(NAMES, scale=0.01, replicates=2, until="2014-12", workers=workers)
        for workers in (1, 2)
    ]
    for name in ("runs", "years"):
        pd.testing.assert_frame_equal(*(getattr(card, name) for card in cards))
    one = cards[0]
    assert one.runs["met"].notna().sum() > 0
    assert one.baseline == "no_programme"
    assert set(one.manifest["data"]) >= {"targets.csv", "target_outcomes.csv", "cities.csv"}
    assert one.manifest["settings"]["no_programme"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"replicates": 0}, "--replicates"),
        ({"workers": 0}, "--workers"),
        ({"baseline": "x"}, "--baseline"),
        ({"until": "2011-12"}, "--until"),
    ],
)
def test_a_mistake_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        scorecard(["no_programme"], **changes)
    with pytest.raises(InputError, match="scenarios"):
        scorecard([])
