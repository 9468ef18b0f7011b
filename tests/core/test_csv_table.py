"""One reader of CSV: whatever Excel or an office writes is the same table, and it is said what."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.csv_table import read_csv
from sim.core.errors import InputError

PLAIN = "city,value,note\n杭州,0.35,a\n宁波,1234.5,\n"
SEMICOLONS = PLAIN.replace(",", ";").replace(".", ",")
MARK = "\ufeff"


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "given.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (PLAIN, ""),
        (PLAIN.replace("\n", "\r\n"), ""),
        (PLAIN.replace("\n", "\r"), ""),
        (MARK + PLAIN, ""),
        (2 * MARK + PLAIN, "UTF-8 with several byte order marks"),
        (PLAIN.encode("gbk"), "GB 18030"),
        (PLAIN.encode("gb18030"), "GB 18030"),
        (PLAIN.encode("utf-16"), "UTF-16"),
        (PLAIN.encode("utf-16-le"), "UTF-16"),
        ((MARK + PLAIN).encode("utf-16-be"), "UTF-16"),
        (PLAIN.replace(",", "\t").encode("utf-16"), "UTF-16, tabs"),
        (PLAIN.replace(",", ";"), "semicolons"),
        (PLAIN.replace(",", "|"), "bars"),
        (SEMICOLONS, "semicolons, decimal commas"),
        (SEMICOLONS.replace("1234,5", "1.234,5"), "semicolons, decimal commas"),
        ("sep=;\n" + SEMICOLONS, "semicolons, decimal commas"),
        (MARK + '"sep=;"\r\n' + PLAIN.replace(",", ";"), "semicolons"),
        ("sep=,\n" + PLAIN, ""),
        ("SEP=\t\n" + PLAIN.replace(",", "\t"), "tabs"),
        (PLAIN.replace("1234.5", '"1,234.5"'), ""),
        (PLAIN.replace("\n", ",,\n"), ""),
        (PLAIN + ",,\n,,\n\n", "2 empty rows at the end left out"),
        ("\n\n" + PLAIN, ""),
        (PLAIN.replace("city", " city ").replace("杭州", "\u3000杭州 "), ""),
    ],
)
def test_the_same_table_however_it_is_written(
    tmp_path: Path, content: str | bytes, seen: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, content)
    table = read_csv(path)
    assert table.columns == ("city", "value", "note")
    assert [row["city"] for _, row in table.records()] == ["杭州", "宁波"]
    assert [table.number(row["value"]) for _, row in table.records()] == [0.35, 1234.5]
    assert [row["note"] for _, row in table.records()] == ["a", ""]
    assert table.seen == seen
    said = capsys.readouterr().err
    assert said == (f"lianghua: {path}: read as {seen}\n" if seen else "")


def test_a_header_with_one_separator_more_often_in_its_names(tmp_path: Path) -> None:
    table = read_csv(written(tmp_path, '"value, in yuan";"city, or county"\n1,5;a\n2,5;b\n'))
    assert table.columns == ("value, in yuan", "city, or county")
    assert table.number(table.rows[0][1][0]) == 1.5


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    table = read_csv(written(tmp_path, 'sep=,\n\na,b\n"1\n2",3\n,\n4,5\n'))
    assert table.header_line == 3
    assert [line for line, _ in table.rows] == [4, 6, 7]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0), ("-2.5e-3", -0.0025), (".5", 0.5), ("+7.", 7.0), ("1,234", 1234.0),
        ("12,34", None), ("nan", None), ("inf", None), ("1e999", None), ("1_000", None),
        ("", None), ("0x10", None), ("much", None), ("--1", None),
    ],
)  # fmt: skip
def test_what_is_a_number(tmp_path: Path, text: str, value: float | None) -> None:
    table = read_csv(written(tmp_path, f'a,b\n"{text}",x\n'))
    assert table.number(table.rows[0][1][0]) == value


@pytest.mark.parametrize(
    ("content", "key", "said"),
    [
        ("", "", "nothing"),
        ("\n,,\n", "", "nothing"),
        ("a,b\n1,2,3\n", "line 2", "3 cells"),
        ("value\n1,5\n", "line 2", "2 cells"),
        ("a,b\n1,2\n1\n", "line 3", "1 cells"),
        ("a,a\n1,2\n", "line 1, column a", "a twice"),
        ('a,b\n"1,2\n', "line 2", "CSV"),
        ("sep=x\naxb\n", "line 1", "sep=x"),
        (b"PK\x03\x04rest", "", "Save As"),
        (b"\xd0\xcf\x11\xe0rest", "", "Save As"),
        (b"a,b\n\xff\xff\xff\n", "", "bytes that are no text"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "", "bytes that are no text"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, content: str | bytes, key: str, said: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError) as caught:
        read_csv(path)
    assert (caught.value.where, caught.value.key) == (str(path), key)
    assert said in str(caught.value)
    assert "allowed: " in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "key", "said"),
    [
        ("a;b\n1,5;x\n2.5;y\n", "line 2", "2.5"),
        ("a;b\n1,500;x\n2,750;y\n", "line 2", "1500 or 1.500: the comma may be either"),
        ("a;b\n7.610;x\n", "line 2", "7610 or 7.610: the point may be either; 7.6100 would be"),
        ("a\tb\n3\tx\n-7.610\ty\n", "line 3", "-7610 or -7.610: the point may be either"),
    ],
)
def test_a_mark_that_may_be_either_is_no_number(
    tmp_path: Path, content: str, key: str, said: str
) -> None:
    table = read_csv(written(tmp_path, content))
    with pytest.raises(InputError) as caught:
        [table.number(cells[0]) for _, cells in table.rows]
    assert caught.value.key == key
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("other", "value"),
    [("0,41", 7610.0), ("1.234.567", 7610.0), ("0.410", 7.61), ("7.6100", 7.61), ("2.5", 7.61)],
)
def test_another_number_says_what_the_points_of_a_table_are(
    tmp_path: Path, other: str, value: float
) -> None:
    table = read_csv(written(tmp_path, f"a;b\n7.610;{other}\n"))
    assert table.number("7.610") == value


def test_a_name_with_a_point_needs_no_answer(tmp_path: Path) -> None:
    table = read_csv(written(tmp_path, "firm;employees\n7.610;1200\n"))
    assert table.number("1200") == 1200.0


def test_a_file_that_is_not_there_a_folder_and_a_name_that_is_none(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path, tmp_path / "a\0b"):
        with pytest.raises(InputError, match="CSV file that can be read"):
            read_csv(path)


def test_without_a_stderr_the_table_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr", None)
    assert read_csv(written(tmp_path, SEMICOLONS)).decimal_comma
    assert capsys.readouterr().out == ""
