"""Targets of the page's runs: chances, bands, what a plan adds, and rows that explain themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.comparison import run
from sim.indices.targets import LAST_OUTCOME, load_targets
from sim.scoring import scores as scored
from sim.scoring import wilson
from sim.view import scores
from sim.view.panels import scorecard as panel
from sim.view.snapshot import Snapshot, Track
from sim.view.targets import targets_of
from tests.view.fakes import snapshot

CODES = [one.code for one in load_targets().rows]


def shot(plan: list[dict[str, tuple[float, float, float]]], lang: str = "en") -> Snapshot:
    """Runs of a plan with these targets, against runs that meet none."""
    made = snapshot(lang)

    def track(old: Track, targets: list[dict[str, tuple[float, float, float]]]) -> Track:
        members = (
            replace(old.members[0], replicate=r, targets=one) for r, one in enumerate(targets)
        )
        return replace(old, members=tuple(members))

    assert made.current is not None
    assert made.baseline is not None
    base = [dict.fromkeys(CODES, (0.5, 0.5, 0.0)) for _ in plan]
    return replace(made, current=track(made.current, plan), baseline=track(made.baseline, base))


def runs(met: int, count: int = 6) -> list[dict[str, tuple[float, float, float]]]:
    """`met` of `count` runs meet target A2b (3,000) and none any other."""
    values = [(3000.0 + 10 * r, 1.0 + r / 300, float(r < met)) for r in range(count)]
    return [dict.fromkeys(CODES, (0.5, 0.5, 0.0)) | {"A2b": one} for one in values]


def test_a_chance_is_the_share_of_runs_with_its_interval() -> None:
    row = next(one for one in scores.rows(shot(runs(4))) if one.target.code == "A2b")
    assert row.plan.chance == pytest.approx(4 / 6)
    assert (row.plan.least, row.plan.most) == wilson(4, 6)
    assert row.added == pytest.approx(4 / 6)
    assert row.plan.value.median == 3025.0
    assert row.plan.value.low < 3025.0 < row.plan.value.high


def test_few_runs_have_no_band_and_runs_that_end_early_no_chance() -> None:
    assert np.isnan(scores.rows(shot(runs(1, 2)))[0].plan.value.low)
    none = [dict.fromkeys(CODES, (np.nan, np.nan, np.nan))] * 3
    row = scores.rows(shot(none))[0]
    assert row.plan.runs == 0
    assert panel.with_band(row.plan, row, "en") == panel.chance_html(row.plan, "#000000") == "–"
    assert scores.number_met(shot(none).current).median == 0.0  # type: ignore[arg-type]


def test_what_the_plan_adds_is_named_and_counted() -> None:
    made = shot(runs(8, 8))
    assert [one.code for one in scores.gained(scores.rows(made))] == ["A2b"]
    assert scores.lost(scores.rows(made)) == []
    more = scores.more_met(made)
    assert (more.median, more.low, more.high) == (1.0, 1.0, 1.0)
    assert "A2b" in panel.sentences(made)[1]
    assert "no target" in panel.sentences(shot(runs(2, 8)))[1]
    assert "6 of 8 pairs" in panel.sentences(shot(runs(6)))[1]
    assert np.isnan(scores.more_met(shot(runs(6))).low)


@pytest.mark.parametrize("sort", ["chance", "added", "distance"])
def test_rows_are_sorted_by_what_is_asked(sort: str) -> None:
    found = scores.rows(shot(runs(6)), sort=sort)
    assert found[0].target.code == "A2b"
    assert len(found) == 49


def test_parts_are_those_of_the_document() -> None:
    made = shot(runs(1))
    assert sum(len(scores.rows(made, part)) for part in scores.parts()) == 49
    assert {one.target.measure for one in scores.rows(made, "A2")} == {"A2"}
    assert all(one.target.headline for one in scores.rows(made, "headline"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_row_explains_itself_and_no_outcome_is_later_than_2015(lang: str) -> None:
    found = scores.rows(shot(runs(3), lang))
    html = panel.table_html(found, lang, grouped=True)
    assert html.count("<details") == 49
    assert html.count('class="part"') == len(scores.parts())
    for row in found:
        said = dict(panel.explained(row, lang))
        assert len(said) >= 3
        assert all(said.values())
        year = panel.published(row, lang).partition(":")[0]
        assert not year or int(year) <= LAST_OUTCOME
        assert bool(scores.weak(row.target, lang)) == panel.label(row, lang).endswith("*")
    assert len(panel.frame(found, lang)) == 49
    assert "programme" not in html
    assert "indices." not in html


def test_dots_of_plan_and_baseline_stand_on_the_bar_between_them() -> None:
    found = [one for one in scores.rows(shot(runs(3))) if one.target.code == "A2b"]
    start, length, base, plan = panel.chances_option(found, "en")["series"]
    assert start["data"] == [0.0]
    assert length["data"][0]["value"] == 50.0
    assert base["data"] == [0.0]
    assert plan["data"] == [50.0]
    far = replace(found[0].plan.relative, median=7.0)
    far_row = replace(found[0], plan=replace(found[0].plan, relative=far))
    series = panel.distances_option([far_row], "en")["series"]
    assert series[3]["data"] == [panel.FURTHEST]
    assert series[1]["markLine"]["data"] == [{"xAxis": 1.0}]


def test_a_run_is_scored_as_the_scorecard_scores_it() -> None:
    results = run("document_2014", scale=0.01, until="2014-12")
    results.sectors = results.sectors.iloc[:0]  # not needed
    results.tiers = results.tiers.iloc[:0]
    found = targets_of(results)
    assert list(found) == CODES
    for code, one in scored(results).items():
        np.testing.assert_equal(found[code], (one.value, one.relative, one.probability))
    assert {code for code, one in found.items() if not np.isnan(one[0])} == {"A7a"}
