"""The data tables are read strictly: one clear error for whatever is wrong with them."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from calibration.observations import shipped
from sim.core.errors import InputError
from sim.indices.targets import load_targets
from sim.world.data import DIRECTORY, load_data
from sim.world.rows import COLUMNS

Table = list[list[str]]


def change(tmp_path: Path, name: str, edit: Callable[[Table], Table]) -> Path:
    """A copy of the data with one table edited as rows of cells."""
    folder = tmp_path / "data"
    shutil.copytree(DIRECTORY, folder)
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(edit(rows))
    return folder


def read_all(folder: Path) -> None:
    """Every table of a folder."""
    load_data(folder)
    load_targets(folder)
    shipped(folder)


def with_cell(column: str, line: int, value: str) -> Callable[[Table], Table]:
    def edit(rows: Table) -> Table:
        rows[line][rows[0].index(column)] = value
        return rows

    return edit


def test_every_table_is_declared_with_its_columns() -> None:
    assert {path.stem for path in DIRECTORY.glob("*.csv")} == set(COLUMNS)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_missing_column_is_named(tmp_path: Path, name: str) -> None:
    column = COLUMNS[name].split()[-1]

    def edit(rows: Table) -> Table:
        place = rows[0].index(column)
        return [row[:place] + row[place + 1 :] for row in rows]

    folder = change(tmp_path, f"{name}.csv", edit)
    with pytest.raises(InputError, match=rf"{name}\.csv: {column}; given 'a missing column'"):
        read_all(folder)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_an_unknown_column_is_named(tmp_path: Path, name: str) -> None:
    folder = change(tmp_path, f"{name}.csv", lambda rows: [[*row, "weather"] for row in rows])
    with pytest.raises(InputError, match="weather; given 'an unknown column'"):
        read_all(folder)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_row_given_twice_is_named(tmp_path: Path, name: str) -> None:
    folder = change(tmp_path, f"{name}.csv", lambda rows: [*rows, rows[1]])
    with pytest.raises(InputError, match="each of them once"):
        read_all(folder)


@pytest.mark.parametrize(
    ("name", "edit", "message"),
    [
        ("city_sector.csv", with_cell("firms", 3, "inf"), "Hangzhou: firms; given 'inf'"),
        ("city_sector.csv", with_cell("firms", 3, "nan"), "Hangzhou: firms; given 'nan'"),
        ("city_sector.csv", with_cell("firms", 3, ""), "Hangzhou: firms; given ''"),
        ("city_sector.csv", with_cell("firms", 3, "6112"), "Hangzhou: firms; given 'a sum of"),
        ("city_sector.csv", lambda rows: rows[:50] + rows[51:], "a sum of nan"),
        ("providers.csv", with_cell("share", 1, "0.9"), "robot_integrator: share; given 'a sum"),
        (
            "providers.csv",
            lambda rows: [row for row in rows if row[0] != "cloud"],
            "cloud: share; given 'a sum of 0'",
        ),
        (
            "exogenous.csv",
            lambda rows: [row for row in rows if row[0] != "wage_growth"],
            "wage_growth; given 'no rows'",
        ),
        (
            "exogenous.csv",
            lambda rows: [row for row in rows if row[:2] != ["wage_growth", "2013"]],
            "wage_growth: date; given 'a year left out'",
        ),
        ("exogenous.csv", with_cell("date", 1, "20x0"), "date; given '20x0'"),
        ("exogenous.csv", with_cell("series", 1, "sunshine"), "series; given 'sunshine'"),
    ],
)
def test_a_wrong_figure_is_named(
    tmp_path: Path, name: str, edit: Callable[[Table], Table], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load_data(change(tmp_path, name, edit))


def test_growth_before_the_first_year_is_the_first_years() -> None:
    data = load_data()
    first = min(int(date) for date, _ in data.exogenous["wage_growth"])
    rate = dict(data.exogenous["wage_growth"])[str(first)]
    path = data.paths((first - 3) * 12, 13)["wage"]
    assert path[12] / path[0] == pytest.approx(1 + rate / 100)
    assert np.isfinite(path).all()


def test_what_came_after_the_last_known_year_leaves_no_trace(tmp_path: Path) -> None:
    def later(rows: Table) -> Table:
        return [
            [*row[:2], "44", *row[3:]] if row[1][:4].isdigit() and row[1][:4] > "2013" else row
            for row in rows
        ]

    folder = change(tmp_path, "exogenous.csv", later)
    table = folder / "index_paths.csv"
    rows = [line.split(",", 3) for line in table.read_text(encoding="utf-8").splitlines()]
    table.write_text(
        "\n".join(
            ",".join([*row[:2], "5" if row[1] > "2013" and row[1] != "year" else row[2], row[3]])
            for row in rows
        ),
        encoding="utf-8",
    )
    start, months = 2012 * 12, 72
    real, other = load_data(), load_data(folder)
    mine, theirs = real.known_until(2013), other.known_until(2013)
    for name, path in mine.paths(start, months).items():
        np.testing.assert_array_equal(path, theirs.paths(start, months)[name], err_msg=name)
        assert (path[:18] == real.paths(start, months)[name][:18]).all(), name
        assert np.isfinite(path).all()
    assert (real.paths(start, months)["wage"] != other.paths(start, months)["wage"]).any()
    # Growth stays, prices and minimum wages go on as they did, interest stands still.
    path = mine.paths(start, months)
    assert path["domestic_demand"][71] / path["domestic_demand"][59] == pytest.approx(1.097)
    assert path["lending_rate"][71] == path["lending_rate"][23]
    nominal = path["minimum_wage"] * path["consumer_price"]
    assert nominal[36] / nominal[24] == pytest.approx(1470 / 1310)
    assert path["robot_price"][42] / path["robot_price"][30] == pytest.approx(53.3 / 56.4)
    assert real.known_until(2045) is real
