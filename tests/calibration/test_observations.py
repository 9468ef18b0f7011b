"""Tables of observations: what is accepted, and the one error that each mistake gets."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from calibration.observations import read_observations, shipped
from calibration.series import catalogue, regions
from sim.core.errors import InputError
from sim.indices.targets import LAST_OUTCOME, load_targets
from sim.world.data import DIRECTORY

GOOD = "series,region,year,value\nadoption_erp,Hangzhou,2014,0.35\n"


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "seen.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_table_is_read_in_order_with_units_and_sources(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "year,series,value,region,unit,source\n"
        "2015,online_retail,7610,Zhejiang,100m CNY,office\n"
        "2014,online_retail,5641.6,浙江省,亿元,\n"
        "2014,adoption_erp,.35,杭州,,\n",
    )
    rows = read_observations(path).rows
    assert [(one.series, one.region, one.year, one.value) for one in rows] == [
        ("adoption_erp", "Hangzhou", 2014, 0.35),
        ("online_retail", "Zhejiang", 2014, 5641.6),
        ("online_retail", "Zhejiang", 2015, 7610.0),
    ]
    assert rows[2].source == "office"


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("gb18030"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode("utf-16"),
        lambda text: ("\ufeff\ufeff" + text).encode(),
        lambda text: b"sep=;\n" + text.replace(",", ";").replace(".", ",").encode("gbk"),
        lambda text: (text.replace("\n", ",,\n") + ",,,,,\n,,,,,\n").encode(),
        lambda text: text.replace("0.35", '"0.35"').replace("2014", "2014.0").encode(),
        lambda text: text.replace("series,region", "Series,Region").encode(),
    ],
    ids=[
        "mark",
        "utf-16",
        "gb18030",
        "crlf",
        "semicolons",
        "tabs",
        "two marks",
        "sep",
        "blanks",
        "quotes",
        "capitals",
    ],
)
def test_what_excel_writes_is_the_same_table(tmp_path: Path, encode: object) -> None:
    text = GOOD.replace("Hangzhou", "杭州市")
    rows = read_observations(written(tmp_path, encode(text))).rows  # type: ignore[operator]
    plain = read_observations(written(tmp_path, GOOD)).rows
    assert rows == plain


def test_thousands_may_be_separated(tmp_path: Path) -> None:
    text = 'series,region,year,value\nA4a,Zhejiang,2015,"7,610.5"\n'
    assert read_observations(written(tmp_path, text)).rows[0].value == 7610.5


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("adoption_erpp,Hangzhou,2014,0.3", ["line 2: series", "'adoption_erpp'", "adoption_erp"]),
        (",Hangzhou,2014,0.3", ["line 2: series", "''", "a series"]),
        ("adoption_erp,Hangzou,2014,0.3", ["line 2: region", "'Hangzou'", "mean Hangzhou"]),
        ("adoption_erp,Shanghai,2014,0.3", ["line 2: region", "Zhejiang, Hangzhou", "Lishui"]),
        ("barrier_unaware,Hangzhou,2014,0.3", ["line 2: region", "Zhejiang only"]),
        ("effort,Zhejiang,2014,0.3", ["line 2: region", "11 cities"]),
        ("adoption_erp,Hangzhou,2014-05,0.3", ["line 2: year", "2014-05", "2000 to 2017"]),
        ("adoption_erp,Hangzhou,1999,0.3", ["line 2: year", "1999"]),
        ("adoption_erp,Hangzhou,2018,0.3", ["line 2: year", "2018"]),
        ("adoption_erp,Hangzhou,,0.3", ["line 2: year", "''"]),
        ("adoption_erp,Hangzhou,2014,35", ["line 2: value", "'35'", "0 to 1", "45 % is 0.45"]),
        ("adoption_erp,Hangzhou,2014,35 %", ["line 2: value", "35 %"]),
        ("adoption_erp,Hangzhou,2014,nan", ["line 2: value", "nan", "a number"]),
        ("adoption_erp,Hangzhou,2014,inf", ["line 2: value", "inf"]),
        ("online_retail,Zhejiang,2014,1e999", ["line 2: value", "1e999"]),
        ("online_retail,Zhejiang,2014,-3", ["line 2: value", "from 0"]),
        ("online_retail,Zhejiang,2014,1_000", ["line 2: value"]),
        ('online_retail,Zhejiang,2014,"1,0"', ["line 2: value", "1,0"]),
        ("adoption_erp,Hangzhou,2014,", ["line 2: value", "''"]),
        ("two_integration.rank,Hangzhou,2014,0", ["line 2: value", "from 1"]),
        ("adoption_erp,Hangzhou,2014,0.3,,more", ["line 2", "6 cells", "4"]),
        (
            "adoption_erp,Hangzhou,2014,0.3\nadoption_erp,杭州,2014,0.4",
            ["line 3", "adoption_erp, Hangzhou, 2014 again", "line 2"],
        ),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, line: str, said: list[str]) -> None:
    path = written(tmp_path, f"series,region,year,value\n{line}\n")
    with pytest.raises(InputError) as error:
        read_observations(path)
    for text in [str(path), *said]:
        assert text in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "nothing"),
        ("\n\n,,\n", "nothing"),
        ("series,region,year,value\n", "no rows"),
        ("series,region,year\nadoption_erp,Hangzhou,2014\n", "no column value"),
        (GOOD.replace("value", "value,price"), "column price"),
        (GOOD.replace("value", "value,value"), "value twice"),
        ("series,region,year,value,unit\nonline_retail,Zhejiang,2014,5,%\n", "100m CNY"),
        ("series,region,year,value,confidence\nA4a,Zhejiang,2014,5,sure\n", "official_table"),
        ('series,region,year,value\n"A4a,Zhejiang,2014,5\n', "CSV"),
        (b"PK\x03\x04rest of a workbook", "Save As"),
        (b"\xff\xfe\x00", "bytes that are no text"),
        (b"\x00\x01\x02,\x81", "bytes that are no text"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, content: str | bytes, said: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError, match=r"seen\.csv") as error:
        read_observations(path)
    assert said in str(error.value)


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="CSV file that can be read"):
            read_observations(path)


def test_no_outcome_after_the_last_year_is_shipped() -> None:
    rows = shipped().rows
    assert len(rows) > 30
    assert max(one.year for one in rows) <= LAST_OUTCOME
    assert all(one.source for one in rows)
    published = [one for target in load_targets().rows for one in target.published]
    assert max(one.year for one in published) <= LAST_OUTCOME


def test_a_shipped_figure_stands_once_and_what_the_model_used_is_marked() -> None:
    rows = shipped().rows
    keys = [(one.series, one.region, one.year) for one in rows]
    assert len(set(keys)) == len(keys)
    used = {(one.series, one.year) for one in rows if one.used and one.year > 2013}
    assert used == {
        ("O2a", 2014), ("O3", 2014), ("two_integration_application_edition", 2014),
        ("two_integration_infrastructure_edition", 2014),
    }  # fmt: skip


def test_every_series_has_units_in_both_languages_and_a_reading() -> None:
    found = catalogue()
    assert {"employees", "adoption_erp", "A4a", "two_integration.reported"} <= set(found)
    for one in found.values():
        assert one.within_year in ("end", "mean", "sum")
        assert one.unit
        assert one.zh
        assert one.bounds[0] < one.bounds[1]
        assert set(one.regions) <= set(regions().values())
    # An output and the target it answers are one series under two names.
    assert found["online_retail"].within_year == found["A4a"].within_year == "sum"
    assert found["online_retail"].prices == found["A4a"].prices == "consumer"


def test_a_later_outcome_or_one_given_twice_cannot_be_shipped(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(DIRECTORY, folder)
    path = folder / "observations.csv"
    text = path.read_text(encoding="utf-8")
    for line in ("employees,Zhejiang,2016,1,10k persons,me,recalled,\n",
                 "A4a,Zhejiang,2014,1,100m CNY,me,recalled,\n"):  # fmt: skip
        path.write_text(text + line, encoding="utf-8")
        with pytest.raises(InputError, match="up to 2015") as error:
            shipped(folder)
        assert ", ".join(line.split(",")[:3]) in str(error.value)
