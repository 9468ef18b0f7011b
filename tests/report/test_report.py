"""Figures and report: both languages, every glyph, nothing fetched, the same bytes twice."""

from __future__ import annotations

import dataclasses
import html.parser
import json
import re
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from sim.additionality import ledger
from sim.allocation_rules import laboratory
from sim.comparison import Comparison, _expanded, compare, run
from sim.outputs import OUTPUTS
from sim.report import figures, style, write_comparison, write_run
from sim.report.contributions import left_out
from sim.report.style import ASSETS
from sim.report.text import TEXT
from sim.results import Results
from sim.words import UNITS

WORDS = {"scale": 0.01, "until": "2015-12", "settings": ['title.zh="<b>两化</b> & 深度融合"']}


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(["document_2014", "no_programme"], replicates=3, workers=1, **WORDS)


def test_catalogues_have_the_same_keys() -> None:
    assert set(TEXT["zh"]) == set(TEXT["en"])
    assert all(text for words in TEXT.values() for text in words.values())
    names = [output.name for output in OUTPUTS]
    assert len(set(names)) == len(names)
    assert all(output.zh and output.en and output.unit for output in OUTPUTS)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_report_is_one_file_with_everything_inside(
    comparison: Comparison, tmp_path: Path, lang: str
) -> None:
    # A glyph that the carried font lacks would be a warning, and warnings are errors here.
    write_comparison(comparison, tmp_path, lang)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    assert "<b>两化" not in page
    figures = sorted(path.stem for path in (tmp_path / "figures").glob("*.png"))
    assert figures == [
        "adoption", "barriers", "cities", "control", "headline", "jobs", "money", "prices",
        "product",
    ]  # fmt: skip
    assert page.count("data:image/png;base64,") == len(figures)
    assert page.count('<img alt="') == len(figures)
    parser = html.parser.HTMLParser()
    parser.feed(page)
    assert ("zh-CN" if lang == "zh" else 'lang="en"') in page
    assert f"<pre>lianghua compare province.parquet --lang {lang} --out repeat</pre>" in page


def test_the_same_bytes_twice(comparison: Comparison, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_comparison(comparison, tmp_path / name, "zh") if (
            tmp_path / name
        ).mkdir() is None else None
    for path in sorted((tmp_path / "one").rglob("*")):
        if path.is_file():
            other = tmp_path / "two" / path.relative_to(tmp_path / "one")
            assert path.read_bytes() == other.read_bytes(), path.name


def test_one_run_and_its_round_trip(tmp_path: Path) -> None:
    results = run("document_2014", scale=0.01, until="2014-12")
    folder = tmp_path / "saved"
    paths = results.save(folder)
    assert {path.name for path in paths} >= {"province.parquet", "cities.csv", "manifest.json"}
    again = Results.load(folder)
    for name, frame in results.frames.items():
        assert frame.equals(again.frames[name]), name
    assert again.manifest == results.manifest
    write_run(results, tmp_path, "en")
    assert (tmp_path / "report.html").exists()


def test_map_holds_the_eleven_cities() -> None:
    from sim.world.data import load_data

    shapes = json.loads((ASSETS / "zhejiang_cities.geojson").read_text(encoding="utf-8"))
    names = {feature["properties"]["name_en"] for feature in shapes["features"]}
    assert names == set(load_data().cities["name_en"])


def test_differences_are_paired(comparison: Comparison) -> None:
    frame = comparison.province
    last = frame["month"].iloc[-1]
    ends = frame[frame["month"] == last].pivot(
        index="replicate", columns="scenario", values="employees"
    )
    gap = ends["document_2014"] - ends["no_programme"]
    row = comparison.differences([last]).set_index("output").loc["employees"]
    assert row["difference"] == pytest.approx(gap.mean())
    from scipy import stats

    low, high = stats.t.interval(0.95, 2, gap.mean(), stats.sem(gap))
    assert row["low"] == pytest.approx(low)
    assert row["high"] == pytest.approx(high)


@pytest.fixture(scope="module")
def parts() -> dict[str, Comparison]:
    words = {"scale": 0.01, "until": "2014-06", "replicates": 2, "workers": 1}
    return {
        "few": compare(["without_a7", "without_s2", "no_programme", "document_2014"], **words),
        "many": compare(["without_a*", "document_2014"], **words),
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_actions_left_out_make_a_figure_of_contributions(
    parts: dict[str, Comparison], tmp_path: Path, lang: str
) -> None:
    many = parts["many"]
    assert many.names == (*(f"without_a{number}" for number in range(1, 11)), "document_2014")
    assert many.baseline == "document_2014"
    (tmp_path / "many").mkdir()
    write_comparison(many, tmp_path / "many", lang)
    figures = {path.stem for path in (tmp_path / "many" / "figures").glob("*.svg")}
    assert figures == {"contributions"}


def test_what_was_left_out_contributed_the_difference(
    parts: dict[str, Comparison], tmp_path: Path
) -> None:
    few = parts["few"]
    assert left_out(few) == ("without_a7", "without_s2")
    gaps = few.differences(["2014-06"]).set_index(["scenario", "output"])["difference"]
    assert gaps["without_a7", "public_spending"] < 0  # less money without it
    write_comparison(few, tmp_path, "en")
    figures = {path.stem for path in (tmp_path / "figures").glob("*.svg")}
    assert {"adoption", "contributions"} <= figures


def test_patterns_leave_out_what_is_named_elsewhere() -> None:
    assert _expanded(["funding_*", "funding_half"])[-1] == "funding_half"
    assert _expanded(["funding_*", "funding_half"]).count("funding_half") == 1
    assert _expanded(["a", "a"]) == ["a", "a"]


ENGLISH_UNITS = [unit for unit in UNITS if re.search(r"[a-z]{3}|CNY", unit)]
"""Units that have English words in them."""


def cells(page: str) -> list[str]:
    """Text of every cell of a page's tables."""
    return [
        re.sub(r"<[^>]+>", "", one) for one in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", page, re.S)
    ]


def assert_chinese(page: str) -> None:
    """No English unit, no raw share below a share's heading."""
    found = cells(page)
    assert found
    for cell in found:
        assert not any(
            re.search(rf"(?<![\w]){re.escape(one)}(?![\w])", cell) for one in ENGLISH_UNITS
        )
    for table in re.findall(r"<table.*?</table>", page, re.S):
        rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in table.split("<tr")]
        rows = [row for row in rows if row]
        for place, head in enumerate(rows[0]):
            if "占比" in head or "占企业比重" in head or "份额" in head:
                assert all("%" in row[place] or row[place] == "-" for row in rows[1:]), head


def test_a_chinese_page_of_a_comparison_is_chinese(comparison: Comparison, tmp_path: Path) -> None:
    write_comparison(comparison, tmp_path, "zh")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert_chinese(page)
    row = next(one for one in page.split("<tr>") if one.startswith("<td>机器换人应用率</td>"))
    assert row.count("个百分点") == 3
    assert row.count(" %") == 2


def test_a_chinese_page_of_a_run_is_chinese(tmp_path: Path) -> None:
    write_run(run("document_2014", scale=0.01, until="2012-03"), tmp_path, "zh")
    assert_chinese((tmp_path / "report.html").read_text(encoding="utf-8"))


def test_chinese_pages_of_ledger_and_laboratory_are_chinese(tmp_path: Path) -> None:
    few: dict[str, Any] = {
        "scale": 0.01, "until": "2015-03", "replicates": 2, "follow": 0, "workers": 1,
    }  # fmt: skip
    for name, made in (
        ("ledger", ledger("document_2014", ["equipment_subsidy"], **few)),
        ("laboratory", laboratory("document_2014", "equipment_subsidy", rules=["formula"], **few)),
    ):
        made.save(tmp_path / name, "zh")
        page = (tmp_path / name / "report.html").read_text(encoding="utf-8")
        assert_chinese(page)
        assert "%" in "".join(cells(page))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Figure]:
    """Figures by name as they are written."""
    found: dict[str, Figure] = {}

    def save(figure: Figure, folder: Path, name: str) -> Path:
        found[name] = figure
        return style.save(figure, folder, name)

    monkeypatch.setattr(figures, "save", save)
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_figure_says_what_its_own_lines_and_bands_are(
    comparison: Comparison, drawn: dict[str, Figure], tmp_path: Path, lang: str
) -> None:
    write_comparison(comparison, tmp_path, lang)
    bands, interval = TEXT[lang]["band"], TEXT[lang]["t_interval"]
    for name, figure in drawn.items():
        said = " ".join(text.get_text() for text in figure.texts)
        assert (bands in said) == (name in ("adoption", "control", "jobs", "product", "prices")), (
            name
        )
        assert (interval in said) == (name in ("headline", "cities")), name


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_money_has_a_legend_of_a_handful_beside_its_bars(
    comparison: Comparison, drawn: dict[str, Figure], tmp_path: Path, lang: str
) -> None:
    write_comparison(comparison, tmp_path, lang)
    figure = drawn["money"]
    legend = figure.legends[0]
    labels = [text.get_text() for text in legend.get_texts()]
    assert 3 <= len(labels) <= 8
    assert len(set(labels)) == len(labels)
    box = legend.get_window_extent()
    assert not box.overlaps(figure.axes[0].get_window_extent())
    assert box.x1 <= figure.bbox.x1
    # What is not shown by itself is in the last part: bars add up to what was paid.
    frame = comparison.programme
    last = frame[frame["month"] == frame["month"].max()]
    paid = last[last["scenario"] == "document_2014"].groupby("replicate")["paid"].sum().mean()
    ends = [bar.get_y() + bar.get_height() for bar in figure.axes[0].patches]
    assert max(ends) == pytest.approx(1e-4 * paid)


def test_intervals_end_where_a_figure_does(comparison: Comparison) -> None:
    """Money paid cannot be negative, a share cannot be above one; effects can."""
    last = comparison.province["month"].iloc[-1]
    frame = comparison.province.copy()
    mine = (frame["scenario"] == "document_2014") & (frame["month"] == last)
    frame.loc[mine, "public_spending"] = [0.1, 9.0, 0.2]
    frame.loc[mine, "adoption_erp"] = [0.2, 0.99, 0.99]
    frame.loc[mine, "profit"] = [-900.0, 900.0, 0.0]
    rows = dataclasses.replace(comparison, province=frame).differences([last]).set_index("output")
    level = rows["baseline"]
    assert (rows["low"] + level)["public_spending"] == 0.0
    assert (rows["high"] + level)["public_spending"] > rows["mean"]["public_spending"]
    assert (rows["high"] + level)["adoption_erp"] == pytest.approx(1.0)
    assert (rows["low"] + level)["profit"] < 0.0
