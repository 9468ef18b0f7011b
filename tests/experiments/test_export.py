"""A batch in other programs: CSV and workbooks for Excel, NetCDF for data tools."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr

from experiments import data_set, export, workbook
from experiments.column_labels import Label, definitions, label
from experiments.reading import Batch
from sim.core.errors import InputError
from tests.experiments.batch_folders import (
    FUNDING,
    MANIFEST,
    MONTHS,
    OUTCOMES,
    RATE,
    REVIEWS,
    STUDY,
    failed,
    made_batch,
    made_design,
    made_runs,
    series_of,
    write,
)
from tests.experiments.conftest import Command


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return Batch.load(made_batch(tmp_path_factory.mktemp("export") / "batch"))


def test_summary_is_over_the_done_replicates_of_a_point(batch: Batch) -> None:
    table = export.summary(batch).set_index(["point", "outcome"])
    assert len(table) == 4 * len(OUTCOMES)
    row = table.loc[(2, "value_added")]
    assert (row["runs"], row["failed"], row["mean"], row["sd"]) == (3, 0, 121.0, 1.0)
    # Student's t with 2 degrees of freedom: 4.303.
    assert row["high"] - row["mean"] == pytest.approx(4.30265 / np.sqrt(3), rel=1e-5)
    assert row["q50"] == 121.0
    assert row["unit"] == "100m CNY/month"
    # Run 4 is point 1's second replicate.
    row = table.loc[(1, "value_added")]
    assert (row["runs"], row["failed"], row["mean"]) == (2, 1, 111.0)


def test_a_point_without_a_done_run_stands_in_the_summary(tmp_path: Path) -> None:
    folder = made_batch(tmp_path / "batch", points=2, replicates=1, failing=1)
    table = export.summary(Batch.load(folder)).set_index(["point", "outcome"])
    assert (table.loc[(1, "value_added"), ["runs", "failed"]] == [0, 1]).all()
    assert np.isnan(table.loc[(1, "value_added"), "mean"])
    assert np.isnan(table.loc[(0, "value_added"), "low"])


def test_csv_opens_in_excel_and_reads_back(batch: Batch, tmp_path: Path) -> None:
    written = export.to_csv(batch, tmp_path / "en")
    names = {"design", "runs", "series", "cities", "summary", "about"}
    assert {path.stem for path in written} == names | {"manifest"}
    for name in ("design", "runs", "series"):
        file = tmp_path / "en" / f"{name}.csv"
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        frame = pd.read_csv(file)
        expected = batch.table(name)
        if "reason" in expected:
            expected = expected.assign(reason=expected["reason"].replace("", np.nan))
        pd.testing.assert_frame_equal(frame, expected, check_dtype=False, check_exact=True)
    export.to_csv(batch, tmp_path / "zh", "zh")
    runs = pd.read_csv(tmp_path / "zh" / "runs.csv")
    assert list(runs.columns[-2:]) == ["工业增加值(2012-03)(亿元/月)", "达成目标数(个)"]
    assert set(runs["状态"]) == {"完成", "失败"}
    assert set(pd.read_csv(tmp_path / "zh" / "cities.csv")["城市"]) == {"杭州市", "宁波市"}
    manifest = json.loads((tmp_path / "zh" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["study"] == MANIFEST["study"]


def test_csv_goes_into_an_empty_folder_or_with_force(batch: Batch, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="--force"):
        export.to_csv(batch, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    export.to_csv(batch, tmp_path, force=True)
    export.to_csv(batch, tmp_path, force=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_workbook_has_the_tables_and_says_what_they_are(batch: Batch, tmp_path: Path) -> None:
    [out] = export.to_workbook(batch, tmp_path / "batch.xlsx")
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["design", "runs", "summary", "about"]
    header, *rows = book["runs"].values
    assert header == tuple(batch.runs.columns)
    levels = [row[header.index("value_added")] for row in rows]
    assert levels == [None if np.isnan(x) else x for x in batch.runs["value_added"]]
    assert book["design"]["C5"].value is None
    about = {row[0]: row for row in book["about"].values}
    assert about["value_added"][2:6] == ("工业增加值", "value added", "亿元/月", "100m CNY/month")
    assert about["version"][-1] == MANIFEST["version"]
    assert about["study"][-1] in (MANIFEST["study"], STUDY)


def test_a_workbook_takes_texts_as_texts_and_long_numbers_whole(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "text": ["=1+1", "a\x00b", "x" * 40_000, None],
            "number": [1, 2**60, 3, 4],
            "level": [np.nan, np.inf, 1.5, -0.0],
        }
    )
    workbook.write_workbook({"all": frame}, tmp_path / "x.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "x.xlsx")["all"].iter_rows(min_row=2))
    assert [row[0].data_type for row in rows[:2]] == ["s", "s"]
    assert [row[0].value for row in rows[:2]] == ["=1+1", "a b"]
    assert [row[1].value for row in rows] == [1, str(2**60), 3, 4]
    assert [row[2].value for row in rows] == [None, "inf", 1.5, 0]


def test_more_rows_than_a_sheet_holds_are_refused(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbook.check_sheets({"runs": (1_048_575, 16_384)}, "x")
    with pytest.raises(InputError, match=r"rows of runs; given 1048576; allowed: 1048575"):
        workbook.check_sheets({"runs": (1_048_576, 1)}, "x")
    with pytest.raises(InputError, match=r"columns of runs"):
        workbook.check_sheets({"runs": (1, 16_385)}, "x")
    monkeypatch.setattr(workbook, "MOST_ROWS", 12)
    with pytest.raises(InputError, match=r"rows of runs; given 12"):
        export.to_workbook(batch, tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_netcdf_has_points_replicates_and_months(batch: Batch, tmp_path: Path) -> None:
    [out] = export.to_netcdf(batch, tmp_path / "batch.nc", "zh")
    with xr.open_dataset(out, engine="scipy") as found:
        assert dict(found.sizes) == {"point": 4, "replicate": 3, "month": 6}
        levels = failed(made_runs(4, 3), 4)["value_added"].to_numpy().reshape(4, 3)
        np.testing.assert_array_equal(found["value_added"], levels)
        assert int(found["done"].sum()) == 11
        monthly = found["monthly_value_added"]
        assert monthly.dims == ("point", "replicate", "month")
        np.testing.assert_array_equal(monthly, levels[:, :, None] + np.arange(1, 7))
        assert list(found["month"].dt.strftime("%Y-%m").values) == MONTHS
        np.testing.assert_array_equal(found[RATE], made_design(4)[RATE])
        assert list(found[FUNDING].values) == ["level_0", "level_1", "level_0", ""]
        assert found["value_added"].attrs == {"long_name": "工业增加值", "units": "亿元/月"}
        assert found[REVIEWS].attrs["long_name"] != REVIEWS
        assert json.loads(found.attrs["manifest"]) == MANIFEST
        assert found.attrs["study"] == STUDY


def test_netcdf_of_runs_alone_and_of_points_that_share_a_run(tmp_path: Path) -> None:
    folder = made_batch(tmp_path / "batch", failing=None)
    runs = made_runs(5, 3)
    twins = runs.iloc[12:].assign(run=runs["run"].iloc[:3].to_list())
    write(made_design(5), folder / "design")
    write(twins, folder / "shards" / "runs-000009")
    found = data_set.data_set(Batch.load(folder))
    np.testing.assert_array_equal(found["monthly_value_added"][4], found["monthly_value_added"][0])
    assert bool(found["monthly_value_added"].notnull().all())
    for shard in (folder / "shards").glob("series-*"):
        shard.unlink()
    [out] = export.to_netcdf(Batch.load(folder), tmp_path / "runs.nc")
    with xr.open_dataset(out, engine="scipy") as alone:
        assert dict(alone.sizes) == {"point": 5, "replicate": 3}


def test_a_variable_too_large_for_netcdf_is_refused(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_set, "LARGEST", 8 * 4 * 3 * 6 - 8)
    with pytest.raises(InputError, match="given 72; allowed: 71"):
        export.to_netcdf(batch, tmp_path / "x.nc")
    assert list(tmp_path.iterdir()) == []


def test_a_batch_before_its_first_runs_can_be_exported(tmp_path: Path) -> None:
    folder = made_batch(tmp_path / "batch")
    for shard in (folder / "shards").iterdir():
        shard.unlink()
    batch = Batch.load(folder)
    export.to_csv(batch, tmp_path / "csv")
    export.to_workbook(batch, tmp_path / "x.xlsx")
    export.to_netcdf(batch, tmp_path / "x.nc")
    assert len(pd.read_csv(tmp_path / "csv" / "runs.csv")) == 0


def test_labels_are_those_that_the_study_gave(batch: Batch) -> None:
    table = definitions(batch).set_index("column")
    assert (table["zh"] != table.index).all()
    assert list(table.loc[list(OUTCOMES), "kind"]) == ["outcome"] * 3
    assert tuple(table.loc[RATE]) == (
        "lever",
        "机器换人:补助率",
        "rate of the grant",
        "占比",
        "share",
    )
    assert tuple(table.loc[FUNDING, ["unit_zh", "unit_en"]]) == ("", "")


def test_what_the_manifest_does_not_label_is_as_declared_or_goes_by_its_name(
    tmp_path: Path,
) -> None:
    folder = made_batch(tmp_path / "batch")
    bare = {"program": "lianghua", "outcomes": ["value_added"]}
    (folder / "manifest.json").write_text(json.dumps(bare))
    table = definitions(Batch.load(folder)).set_index("column")
    assert table.loc[OUTCOMES[1], "zh"] == "工业增加值(2012-03)"
    assert label("nobody.knows", {}) == Label("nobody.knows", "nobody.knows", kind="")
    assert table.loc["value_added", "zh"] == "工业增加值"


def test_the_command_exports_each_format(batch: Batch, tmp_path: Path, lianghua: Command) -> None:
    for form, name in (("csv", "tables"), ("xlsx", "x.xlsx"), ("netcdf", "x.nc")):
        arguments = ["export", str(batch.folder), "--format", form, "--out", str(tmp_path / name)]
        code, out, errors = lianghua(*arguments)
        assert (code, errors) == (0, "")
        assert str(tmp_path / name) in out
        assert (tmp_path / name).exists()
        code, out, errors = lianghua(*arguments)
        assert (code, out) == (2, "")
        assert "--force" in errors
    code, _, errors = lianghua("export", str(batch.folder), "--format", "xlsx", "--out", "x.csv")
    assert code == 2
    assert "allowed: .xlsx" in errors


def test_series_of_runs_that_failed_are_missing_only(batch: Batch) -> None:
    assert len(batch.table("series")) == len(series_of(batch.done.assign(status="done")))
