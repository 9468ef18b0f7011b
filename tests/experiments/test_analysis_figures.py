"""Figures are drawn with labels in both languages, and every word has both."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.sensitivity import morris_design, sobol_design
from experiments.analysis import figures
from experiments.analysis.conditions import condition
from experiments.analysis.contrasts import point_contrasts
from experiments.analysis.prim import Discovery, discover
from experiments.analysis.scoring import scores
from experiments.analysis.sensitivity import morris, sobol
from experiments.analysis.summary import bands, summary
from experiments.analysis.words import KEYS, TEXT, Word, label, number, with_unit, worded
from sim.core.errors import InputError
from tests.experiments.toy_tables import design_of, runs_of

WORDS = {
    "x.growth": Word("外部需求年增速", "yearly growth of demand", "%"),
    "x.rule": Word("补助分配规则", "rule of allocation"),
    "x.price": Word("机器价格", "price of machines", "10k CNY"),
    "document": Word("2014年方案", "programme of 2014"),
}
ERP = "adoption_erp@2015-12"


def _study(unit: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    rules = np.array(["contest", "formula", "lottery"])[np.minimum((3 * unit[:, 1]).astype(int), 2)]
    design = design_of(
        {"x.growth": 10 * unit[:, 0], "x.rule": rules, "x.price": 5 + 20 * unit[:, 2]}
    )

    def outcomes(d: pd.DataFrame, r: int) -> dict[str, np.ndarray]:
        low = (d["x.growth"] < 4) & (d["x.price"] > 12) & (d["x.rule"] != "lottery")
        return {
            ERP: np.where(low, 0.1, 0.4) + 0.001 * d["x.price"],
            "targets_met": 20 + d["x.growth"] + r,
        }

    return design, runs_of(design, outcomes, 2)


@pytest.fixture(scope="module")
def found() -> Discovery:
    design, runs = _study(np.random.default_rng(2).random((400, 3)))
    fails = condition(f"{ERP} < 0.25", [ERP])
    return discover(design, runs, fails, shuffles=3, resamples=5)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_figure_is_drawn(lang: str, found: Discovery, tmp_path: Path) -> None:
    one, two = _study(morris_design(3, 10)), _study(sobol_design(3, 64))
    design, runs = _study(np.random.default_rng(3).random((60, 3)))
    series = pd.DataFrame([
        {"run": run.run, "month": f"2012-{m:02d}", "adoption_erp": 0.01 * m + 0.001 * run.point}
        for run in runs.itertuples() for m in range(1, 13)
    ])  # fmt: skip
    drawn = {
        "morris": figures.tornado(morris(*one).table, ERP, WORDS, lang),
        "sobol": figures.tornado(sobol(*two).table, ERP, WORDS, lang),
        "scores": figures.score_map(scores(design, runs, trees=20), WORDS, lang),
        "peeling": figures.peeling(found, WORDS, lang),
        "limits": figures.box_limits(found, WORDS, lang),
        "scatter": figures.box_scatter(found, WORDS, lang),
        "fan": figures.fan(bands(runs, series), "adoption_erp", WORDS, lang),
        "differences": figures.differences(
            point_contrasts(design, runs, 0, points=range(6)), "targets_met", WORDS, lang
        ),
    }
    for name, figure in drawn.items():
        assert figure is not None
        png = figures.written(figure, tmp_path, f"{name}_{lang}")
        first = png.read_bytes()
        assert len(first) > 10_000
        # Readable from the back of a room: at least 1,100 pixels across, no letter under 10 points.
        assert figure.get_figwidth() * 144 > 1100
        sizes = [
            text.get_fontsize()
            for text in figure.findobj(lambda a: hasattr(a, "get_fontsize"))
            if text.get_text()
        ]
        assert min(sizes) >= 10
        assert figures.written(figure, tmp_path, f"{name}_{lang}").read_bytes() == first


def test_figures_of_what_is_not_there_are_refused(found: Discovery) -> None:
    design, runs = _study(morris_design(3, 4))
    table = morris(design, runs).table
    with pytest.raises(InputError, match="given 'jobs'"):
        figures.tornado(table, "jobs", WORDS, "en")
    with pytest.raises(InputError, match="one scenario"):
        figures.tornado(pd.concat([table, table.assign(scenario="b")]), ERP, WORDS, "en")
    with pytest.raises(InputError, match="box; given 9"):
        figures.peeling(found, WORDS, "en", box=9)


def test_a_box_in_planners_words(found: Discovery) -> None:
    assert len(found.boxes) == 1
    english, chinese = (found.said(WORDS, lang) for lang in ("en", "zh"))
    assert "in which yearly growth of demand is below 3.9" in english[2]
    assert (
        "and rule of allocation is contest or formula and price of machines is above 1"
        in english[2]
    )
    assert " × 10k CNY; those are 100 % of all failures" in english[2]
    assert "在外部需求年增速低于3.9" in chinese[2]
    assert "且补助分配规则为contest或formula且机器价格高于1" in chinese[2]
    assert english[0].endswith(" in 2015-12 below 0.25: this happens in 18 % of 400 futures.")


def test_both_languages_have_the_same_words() -> None:
    assert set(TEXT["en"]) == set(TEXT["zh"])
    design, runs = _study(np.random.default_rng(3).random((30, 3)))
    tables = [summary(runs), scores(design, runs, trees=5), point_contrasts(design, runs, 0)]
    tables += [morris(*_study(morris_design(3, 4))).table, sobol(*_study(sobol_design(3, 8))).table]
    for table in tables:
        shown = worded(table, WORDS, "zh")
        assert len(shown) == len(table)
        left = [name for name in shown.columns if name.isascii()]
        assert left == [], left
        assert shown.columns.is_unique
    assert list(worded(tables[0], WORDS, "en").columns[:3]) == [
        "scenario",
        "outcome",
        "outcome_label",
    ]
    assert "coverage" in KEYS
    with pytest.raises(InputError, match="zh, en"):
        worded(tables[0], WORDS, "fr")


def test_labels_come_from_whoever_knows_them() -> None:
    assert label("x.growth", WORDS, "zh") == "外部需求年增速"
    assert with_unit("public_money", {}, "en") == "public money paid (10k CNY)"
    assert label(ERP, {}, "en").endswith(" in 2015-12")
    assert label("adoption_erp.mean", {}, "zh").endswith(":月均")
    # A parameter of the model has its own label.
    assert label("adoption.reviews_per_year", {}, "zh") != "adoption.reviews_per_year"
    assert label("nobody.knows", {}, "zh") == "nobody.knows"
    assert [number(x) for x in (0.12345, 12.345, 123456.7, 0.0)] == [
        "0.123",
        "12.3",
        "123,457",
        "0",
    ]
