"""SQL on a batch: answers are those of the frames, and nothing but the batch can be read."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from experiments import query
from experiments.reading import Batch
from experiments.workbook import MOST_ROWS
from sim.core.errors import InputError
from sim.results import read_manifest
from tests.experiments.batch_folders import MANIFEST, OUTCOMES, RATE, made_batch, made_runs, write
from tests.experiments.conftest import Command

MEANS = "SELECT point, avg(value_added) AS level FROM runs WHERE status = 'done' GROUP BY point ORDER BY point"


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return Batch.load(made_batch(tmp_path_factory.mktemp("query") / "batch"))


def refused(batch: Batch, sql: str) -> str:
    with pytest.raises(InputError) as refusal:
        query.ask(batch, sql, 10)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_answers_are_those_of_the_frames(batch: Batch) -> None:
    found = query.ask(batch, MEANS, 10)
    assert found.columns == ("point", "level")
    expected = batch.done.groupby("point")["value_added"].mean()
    assert dict(found.rows) == pytest.approx(expected.to_dict())


def test_tables_join_by_point_and_run(batch: Batch) -> None:
    sql = (
        f'SELECT design."{RATE}" AS rate, max(series.value_added) AS top FROM series '
        "JOIN runs USING (run) JOIN design USING (point) WHERE point = 0 GROUP BY ALL"
    )
    assert query.ask(batch, sql, 10).rows == [(0.1, 100.0 + 2 + 6)]
    cities = query.ask(batch, "SELECT DISTINCT city FROM cities ORDER BY 1", 10)
    assert cities.rows == [("Hangzhou",), ("Ningbo",)]
    plan = query.ask(batch, "EXPLAIN SELECT 1", 5)
    assert len(plan.rows) == 1
    pivot = query.ask(batch, "PIVOT runs ON status USING count(*)", 1)
    assert {"done", "failed"} <= set(pivot.columns)


def test_details_of_a_run_made_twice_are_not_doubled(tmp_path: Path) -> None:
    folder = made_batch(tmp_path / "batch")
    runs = made_runs(4, 3).iloc[:2]
    write(runs[["run"]].assign(month="2012-01", value_added=0.0), folder / "shards" / "series-9")
    write(runs, folder / "shards" / "runs-9")
    found = query.ask(Batch.load(folder), "SELECT count(*), min(value_added) FROM series", 1)
    assert found.rows == [(11 * 6, 101.0)]


def test_a_limit_tells_that_there_are_more_rows(batch: Batch) -> None:
    for limit, rows, more in ((5, 5, True), (12, 12, False), (99, 12, False)):
        found = query.ask(batch, "SELECT run FROM runs", limit)
        assert (len(found.rows), found.more) == (rows, more)
    with pytest.raises(InputError, match="--limit; given 0; allowed: 1 or more"):
        query.ask(batch, MEANS, 0)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY runs TO '{out}'",
        "COPY (SELECT 1) TO '{out}' (FORMAT parquet)",
        "EXPORT DATABASE '{out}'",
        "ATTACH '{out}'",
        "CREATE TABLE other AS SELECT 1",
        "INSERT INTO runs SELECT * FROM runs",
        "DROP VIEW runs",
        "DELETE FROM runs",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "PRAGMA enable_profiling",
        "SELECT 1; COPY runs TO '{out}'",
        "EXPLAIN ANALYZE COPY runs TO '{out}'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_parquet('{shard}')",
        "SELECT getenv('HOME')",
        "SELECT * FROM os",
        "",
        "-- nothing",
    ],
)
def test_nothing_is_written_and_nothing_else_is_read(
    batch: Batch, tmp_path: Path, sql: str
) -> None:
    out = tmp_path / "stolen"
    shard = next((batch.folder / "shards").glob("runs-*"))
    refused(batch, sql.format(out=out, shard=shard))
    assert list(tmp_path.iterdir()) == []
    assert query.ask(batch, "SELECT count(*) FROM runs", 1).rows == [(12,)]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM serie", "did you mean series?"),
        ("SELECT value_add FROM runs", "did you mean value_added"),
        ("SELECT r.replicat FROM runs r", "did you mean replicate"),
        ("SELECT targets_met FROM series", "targets_met"),
        (f"SELECT {RATE} FROM design", f'quotation marks around it: "{RATE}"'),
        ("SELECT value_added@2012-03 FROM runs", '"value_added@2012-03"'),
        ("SELECT run FROM runs GROUP BY point", "GROUP BY"),
        ("SELECT value_added + run FROM runs", "No function matches"),
        ("SELECT CAST(run AS INT) FROM runs", "Could not convert"),
    ],
)
def test_an_error_names_what_is_wrong_and_what_is_closest(
    batch: Batch, sql: str, said: str
) -> None:
    assert said in refused(batch, sql)


def test_files_hold_the_whole_answer_and_open_in_excel(batch: Batch, tmp_path: Path) -> None:
    sql = f'SELECT run, sum(replicate) AS n, any_value("{OUTCOMES[1]}") AS "{OUTCOMES[1]}" FROM runs GROUP BY run ORDER BY run'
    made = {ending: tmp_path / f"answer{ending}" for ending in query.ENDINGS}
    for out in made.values():
        assert query.save(batch, sql, out, lang="zh") == 12
    csv = made[".csv"].read_bytes()
    assert csv.startswith(b"\xef\xbb\xbf")
    header, first, *_ = csv.decode("utf-8-sig").splitlines()
    assert header == "运行,n,工业增加值(2012-03)(亿元/月)"
    assert first == "0000-0,0,50.0"
    frame = pd.read_parquet(made[".parquet"])
    assert list(frame.columns) == ["run", "n", OUTCOMES[1]]
    assert frame[OUTCOMES[1]].isna().sum() == 1
    assert read_manifest(made[".parquet"]) == MANIFEST | {"query": sql}
    rows = list(openpyxl.load_workbook(made[".xlsx"])["answer"].values)
    assert rows[1] == ("0000-0", 0, 50)
    assert len(rows) == 13


def test_a_limit_holds_for_a_file_too(batch: Batch, tmp_path: Path) -> None:
    for ending in query.ENDINGS:
        assert query.save(batch, "FROM runs", tmp_path / f"few{ending}", limit=3) == 3
        assert query.save(batch, "FROM runs WHERE point < 0", tmp_path / f"no{ending}") == 0
    assert len(pd.read_csv(tmp_path / "no.csv")) == 0
    assert list(pd.read_csv(tmp_path / "no.csv").columns) == list(batch.runs.columns)


def test_a_file_is_written_whole_or_not_at_all(batch: Batch, tmp_path: Path) -> None:
    out = tmp_path / "answer.csv"
    # The error comes after the first parts of the answer.
    late = "SELECT CAST(CASE WHEN range < 900000 THEN '1' ELSE 'x' END AS INT) AS n FROM range(1000000)"
    with pytest.raises(InputError, match="Could not convert"):
        query.save(batch, late, out)
    with pytest.raises(InputError, match=rf"rows of answer.*{MOST_ROWS - 1}"):
        query.save(batch, "SELECT * FROM range(1048576)", out.with_suffix(".xlsx"))
    assert list(tmp_path.iterdir()) == []
    out.write_text("mine")
    with pytest.raises(InputError, match="--force"):
        query.save(batch, MEANS, out)
    assert out.read_text() == "mine"
    query.save(batch, MEANS, out, force=True)
    assert out.read_text(encoding="utf-8-sig").startswith("point,level\n0,101.0\n")
    for bad in ("answer.txt", "answer"):
        with pytest.raises(InputError, match=r"\.csv, \.parquet, \.xlsx"):
            query.save(batch, MEANS, tmp_path / bad)
    with pytest.raises(InputError, match="can be written"):
        query.save(batch, MEANS, out / "below.csv")


def test_columns_are_listed_with_labels_in_both_languages(batch: Batch) -> None:
    columns = query.columns_of(batch).set_index(["table", "column"])
    assert columns.loc[("runs", "value_added"), "zh"] == "工业增加值"
    assert columns.loc[("runs", "value_added"), "unit_zh"] == "亿元/月"
    assert columns.loc[("runs", OUTCOMES[1]), "en"] == "value added in 2012-03"
    assert columns.loc[("design", "adoption.reviews_per_year"), "unit_en"] != ""
    assert columns.loc[("cities", "wage"), "type"] == "DOUBLE"
    assert set(columns.index.get_level_values("table")) == set(batch.tables)


def test_the_command_answers(batch: Batch, lianghua: Command) -> None:
    folder = str(batch.folder)
    sql = "SELECT reason, status FROM runs ORDER BY 1 DESC"
    code, out, _ = lianghua("query", folder, sql, "--limit", "2")
    assert code == 0
    assert "ValueError: [bold] no" in out
    assert "more rows" in out
    code, out, _ = lianghua("query", folder, "--tables")
    assert code == 0
    for text in ("工业增加值", "value added", f'"{RATE}"', "亿元/月"):
        assert text in out


def test_the_command_ends_with_2_and_one_line_on_a_mistake(
    batch: Batch, tmp_path: Path, lianghua: Command
) -> None:
    folder = str(batch.folder)
    for arguments in (
        ["query", folder, "SELECT * FROM read_csv('/etc/passwd')"],
        ["query", folder, f"COPY runs TO '{tmp_path / 'x'}'"],
        ["query", folder, f"ATTACH '{tmp_path / 'x'}'"],
        ["query", folder],
        ["query", folder, "SELECT 1", "--tables"],
        ["query", folder, "--tables", "--out", str(tmp_path / "x.csv")],
        ["query", str(tmp_path), "SELECT 1"],
    ):
        code, out, errors = lianghua(*arguments)
        assert (code, out) == (2, ""), arguments
        assert len(errors.splitlines()) == 1
        assert "root:" not in errors
    assert list(tmp_path.iterdir()) == []
