"""Analyses in the report of a batch: what they say of folders made from known functions."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibration.sensitivity import sobol_design
from experiments import report_analysis
from experiments.reading import Batch
from experiments.report import write_report
from tests.experiments.folders import make_folder

OUTCOMES = [
    {"name": "y", "zh": "产出", "en": "yield", "unit": "index", "better": "more"},
    {"name": "z", "zh": "差距", "en": "gap", "unit": "index", "better": "less"},
]
FACTORS = [
    {"key": key, "kind": "uncertainty", "zh": f"因素{key}", "en": f"factor {key}", "unit": ""}
    for key in ("a", "b", "c")
]
MANIFEST: dict[str, Any] = {"outcomes": OUTCOMES, "factors": FACTORS}
STUDY = '[study]\ntitle = { zh = "甲", en = "A" }\n[uncertainties]\na = { low = 0.0, high = 1.0 }\n'


def _points(values: np.ndarray) -> pd.DataFrame:
    frame = pd.DataFrame(values, columns=["a", "b", "c"])
    frame.insert(0, "scenario", "document_2014")
    frame.insert(0, "point", range(len(frame)))
    return frame


@pytest.fixture(scope="module")
def saltelli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """y hangs on a alone, z on b; nothing on c."""
    folder = tmp_path_factory.mktemp("sobol") / "batch"
    return make_folder(
        folder, STUDY, _points(sobol_design(3, 64, 1)),
        lambda row, _: {"y": row["a"], "z": row["b"] + 0.1 * row["a"]}, replicates=2,
        manifest=MANIFEST | {"method": "sobol"},
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_effects_name_the_factor_that_an_outcome_hangs_on(saltelli: Path, lang: str) -> None:
    section = report_analysis.effects(Batch.load(saltelli), lang)
    assert section is not None
    assert section.says == (
        ("yield hangs most on factor a.", "gap hangs most on factor b.")
        if lang == "en"
        else ("产出最取决于因素a。", "差距最取决于因素b。")
    )
    table = section.tables["sensitivity"].set_index(["outcome", "factor"])["total"]
    assert table["y", "a"] == pytest.approx(1.0, abs=0.05)
    assert abs(table["y", "c"]) < 0.05


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """y is low where a is below 0.3 and b above 0.5."""
    random = np.random.default_rng(2)

    def outcome(row: Any, chance: np.random.Generator) -> dict[str, float]:
        low = row["a"] < 0.3 and row["b"] > 0.5
        return {"y": (1.0 if low else 9.0) + 0.1 * chance.standard_normal(), "z": row["c"]}

    folder = tmp_path_factory.mktemp("sample") / "batch"
    return make_folder(
        folder, STUDY, _points(random.random((300, 3))), outcome, replicates=2,
        manifest=MANIFEST | {"method": "latin_hypercube", "failure": "y < 5"},
    )  # fmt: skip


def test_discovery_finds_the_box_in_which_the_study_says_it_fails(sample: Path) -> None:
    section = report_analysis.discovery(Batch.load(sample), "en")
    assert section is not None
    limits = section.tables["box_limits"].set_index("factor")
    assert set(limits.index) == {"a", "b"}
    assert limits.loc["a", "high"] == pytest.approx(0.3, abs=0.05)
    assert limits.loc["b", "low"] == pytest.approx(0.5, abs=0.05)
    assert "factor a" in section.says[-1]
    scored = report_analysis.scores(Batch.load(sample), "en")
    assert scored is not None
    table = scored.tables["scores"]
    best = table[table["outcome"] == "z"].nlargest(1, "importance")
    assert best["factor"].tolist() == ["c"]


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A1 adds 2, A2 adds 1, both together 1 more; without any y is 10."""
    rows = [
        "+".join(left) for count in range(3) for left in itertools.combinations(("A1", "A2"), count)
    ]
    design = pd.DataFrame(
        {"point": range(4), "scenario": "document_2014", "programme.without": rows}
    )

    def outcome(row: Any, chance: np.random.Generator) -> dict[str, float]:
        out = row["programme.without"]
        one, two = "A1" not in out, "A2" not in out
        return {"y": 10 + 2 * one + two + (one and two) + chance.standard_normal()}

    manifest = MANIFEST | {"outcomes": OUTCOMES[:1], "method": "coalitions", "factors": []}
    folder = tmp_path_factory.mktemp("game") / "batch"
    return make_folder(folder, STUDY, design, outcome, replicates=4, manifest=manifest)


def test_contributions_add_up_and_the_answer_names_the_largest(game: Path) -> None:
    section = report_analysis.contributions(Batch.load(game), "en")
    assert section is not None
    shares = section.tables["contributions"].set_index("action")["shapley"]
    assert shares["A1"] == pytest.approx(2.5, abs=1e-9)
    assert shares["A2"] == pytest.approx(1.5, abs=1e-9)
    assert shares["all_actions"] == pytest.approx(4.0, abs=1e-9)
    assert "yield" in section.says[0]
    assert "2.5" in section.says[0]
    assert section.tables["interactions"]["interaction"].iloc[0] == pytest.approx(1.0, abs=1e-9)


def test_the_ranking_says_how_sure_it_is(tmp_path: Path) -> None:
    design = pd.DataFrame(
        {"point": range(3), "scenario": ["document_2014", "no_programme", "only_a1"]}
    )
    level = {"document_2014": 5.0, "no_programme": 1.0, "only_a1": 1.01}

    def outcome(row: Any, chance: np.random.Generator) -> dict[str, float]:
        own = chance.standard_normal(3)[list(level).index(row["scenario"])]
        return {"y": level[row["scenario"]] + 0.5 * own}

    manifest = MANIFEST | {"outcomes": OUTCOMES[:1], "method": "list", "factors": []}
    folder = make_folder(tmp_path / "batch", STUDY, design, outcome, 8, manifest=manifest)
    section = report_analysis.ranking(Batch.load(folder), "en")
    assert section is not None
    ranked = section.tables["ranking"].set_index("option")
    assert ranked.index[0] == "document_2014"
    assert ranked.loc["document_2014", "sure"] > 0.99
    pairs = section.tables["pairs"].set_index(["a", "b"])["more"]
    settled = [place for place in pairs.index if "document_2014" in place]
    assert (pairs[settled] <= 0).all()
    assert (pairs.drop(settled) > 0).all()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_analyses_stand_on_the_page_with_figures_and_tables(game: Path, lang: str) -> None:
    page = write_report(game, game / "page.html", lang)
    text = page.read_text(encoding="utf-8")
    assert report_analysis.TEXT[lang]["attribution"] in text
    files = {path.name for path in (game / "figures").iterdir()}
    assert {"contributions.csv", "contributions.png", "interactions.svg"} <= files


def test_a_plain_comparison_has_none_of_designs_it_is_not(game: Path) -> None:
    batch = Batch.load(game)
    for build in (report_analysis.effects, report_analysis.scores, report_analysis.discovery):
        assert build(batch, "en") is None


def test_words_have_equal_keys() -> None:
    assert report_analysis.TEXT["en"].keys() == report_analysis.TEXT["zh"].keys()
