"""Cities that few rows stand for are marked wherever their figures are shown."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from sim import Province, city_story, compare
from sim.audit import audit
from sim.report.figures import comparison_figures
from sim.report.html import comparison_page
from sim.scale import FEW_ROWS
from sim.words import few_rows_note


@pytest.mark.parametrize("scale", [0.02, 0.1])
def test_the_rows_told_of_are_those_of_the_population(scale: float) -> None:
    province = Province("no_programme", scale=scale)
    firms = province.tables["firms"]
    rows = np.bincount(firms.city[firms.tier < 2], minlength=11)
    counted = dict(zip(province.labels.cities, rows.tolist(), strict=True))
    expected = {name: count for name, count in counted.items() if count < FEW_ROWS}
    assert province.results().manifest["few_rows"] == expected
    assert "Zhoushan" in expected


def test_rows_of_own_data_are_its_own_and_old_results_tell_of_none() -> None:
    graph = nx.empty_graph(120, create_using=nx.DiGraph)
    graph.graph.update(sector="TEX", city="Ningbo")
    graph.nodes[0]["city"] = "Hangzhou"
    province = Province("no_programme", supply_graph=graph)
    assert province.results().manifest["few_rows"] == {"Hangzhou": 1}
    assert few_rows_note({}, "en") == few_rows_note({"Zhoushan": 4}, "zh", "Hangzhou") == ""


def test_reports_stories_and_audits_say_it(tmp_path: Path) -> None:
    comparison = compare(
        ["core_programme", "no_programme"], replicates=1, scale=0.02, workers=1, until="2012-12"
    )
    rows = comparison.manifest["few_rows"]["Zhoushan"]
    for lang, words in (("en", f"Zhoushan {rows}"), ("zh", f"舟山市{rows}家")):
        figures = comparison_figures(comparison, tmp_path, lang, ["cities"])
        assert words in comparison_page(comparison, figures, lang)
    del comparison.manifest["few_rows"]
    assert "<p></p>" not in comparison_page(comparison, figures, lang)
    told = city_story("no_programme", "Zhoushan", scale=0.02, until="2012-12")
    assert f"Zhoushan {rows}" in told.text("en")
    assert f"舟山市{rows}家" in told.text("zh")
    trail = audit("no_programme", year=2012, city="Zhoushan", scale=0.02)
    assert f"Zhoushan {rows}" in trail.text("en")
    whole = audit("no_programme", year=2012, scale=0.02)
    assert "Few rows" not in whole.text("en")
