"""Figures and report: both languages, every glyph, nothing fetched, the same bytes twice."""

from __future__ import annotations

import html.parser
import json
from pathlib import Path

import pytest

from sim.comparison import Comparison, _expanded, compare
from sim.outputs import OUTPUTS
from sim.report import write_comparison, write_run
from sim.report.contributions import left_out
from sim.report.style import ASSETS
from sim.report.text import TEXT
from sim.results import Results

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
    from sim.comparison import run

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
