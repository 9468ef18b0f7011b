"""A batch's folder is read as its frames, whatever state its writer left it in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made_batch(tmp_path / "batch")


def test_frames_are_those_of_the_study(folder: Path) -> None:
    batch = Batch.load(folder)
    assert (batch.study_text, batch.manifest) == (STUDY, MANIFEST)
    pd.testing.assert_frame_equal(batch.design, made_design(4))
    assert batch.factors == (RATE, FUNDING, REVIEWS)
    assert batch.outcomes == OUTCOMES
    pd.testing.assert_frame_equal(batch.runs, failed(made_runs(4, 3), 4))
    assert batch.tables == ("design", "runs", "series", "cities")


def test_done_runs_carry_the_factors_of_their_points(folder: Path) -> None:
    done = Batch.load(folder).done
    assert len(done) == 11
    assert "0001-1" not in set(done["run"])
    design = made_design(4).set_index("point")
    for key in (RATE, REVIEWS):
        np.testing.assert_array_equal(done[key], design.loc[done["point"], key])
    assert list(done.columns[:5]) == ["run", "point", "scenario", "replicate", "seed"]
    assert tuple(done.columns[5:]) == (RATE, FUNDING, REVIEWS, *OUTCOMES)


def test_a_table_is_read_only_when_asked_for(folder: Path) -> None:
    for shard in (folder / "shards").glob("cities-*"):
        shard.write_bytes(b"PAR1 broken")
    batch = Batch.load(folder)
    assert len(batch.table("series")) == 11 * len(MONTHS)
    with pytest.raises(InputError, match=r"cities-000000\.parquet"):
        batch.table("cities")


def test_series_stand_in_the_order_of_runs_and_months(folder: Path) -> None:
    batch = Batch.load(folder)
    series = batch.table("series")
    pd.testing.assert_frame_equal(series, series_of(batch.runs), check_dtype=False)


def test_a_run_in_two_shards_counts_once(folder: Path) -> None:
    """A run that failed and was made again is done; its details are not doubled."""
    again = made_runs(4, 3).iloc[3:6]
    write(series_of(again), folder / "shards" / "series-000009")
    write(again, folder / "shards" / "runs-000009")
    batch = Batch.load(folder)
    runs = made_runs(4, 3)
    pd.testing.assert_frame_equal(batch.runs, runs)
    pd.testing.assert_frame_equal(batch.table("series"), series_of(runs), check_dtype=False)


def test_details_of_a_chunk_whose_runs_were_not_written_are_left_out(folder: Path) -> None:
    """The writer was killed between the details of a chunk and its runs."""
    other = made_runs(6, 3).iloc[12:]
    write(series_of(other), folder / "shards" / "series-000009")
    (folder / "shards" / ".runs-000009.parquet.part").write_bytes(b"half")
    batch = Batch.load(folder)
    assert set(batch.table("series")["run"]) == set(batch.done["run"])


def test_two_points_with_one_scenario_keep_both_rows(tmp_path: Path) -> None:
    folder = made_batch(tmp_path / "batch", failing=None)
    runs = made_runs(5, 3)
    twins = runs.iloc[12:].assign(run=runs["run"].iloc[:3].to_list())
    write(made_design(5), folder / "design")
    write(twins, folder / "shards" / "runs-000009")
    batch = Batch.load(folder)
    assert len(batch.runs) == 15
    assert len(batch.table("series")) == 12 * len(MONTHS)


def test_columns_that_some_shards_lack_or_hold_as_whole_numbers_fit_together(folder: Path) -> None:
    shards = sorted((folder / "shards").glob("series-*.parquet"))
    frame = pd.read_parquet(shards[0])
    frame["employees"] = 1
    write(frame.assign(exports=2.0), shards[0].with_suffix(""))
    series = Batch.load(folder).table("series")
    assert series["employees"].dtype == float
    assert series["exports"].notna().sum() == len(frame)
    assert len(series) == 11 * len(MONTHS)


def test_before_the_first_shard_there_are_no_runs(folder: Path) -> None:
    for shard in (folder / "shards").iterdir():
        shard.unlink()
    batch = Batch.load(folder)
    assert len(batch.runs) == 0
    assert len(batch.done) == 0
    assert batch.tables == ("design", "runs")
    with pytest.raises(InputError, match=r"given 'series'.*allowed: design, runs"):
        batch.table("series")


@pytest.mark.parametrize("name", ["design.parquet", "shards/runs-000001.parquet"])
@pytest.mark.parametrize("how", ["cut", "text", "foreign"])
def test_a_damaged_or_foreign_file_is_named(folder: Path, name: str, how: str) -> None:
    file = folder / name
    if how == "cut":
        file.write_bytes(file.read_bytes()[:-200])
    elif how == "text":
        file.write_text("point,scenario\n")
    else:
        pd.DataFrame({"point": [0]}).to_parquet(file)
    with pytest.raises(InputError) as refusal:
        _ = Batch.load(folder).done
    assert str(file) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_file_cut_in_the_middle_is_named(folder: Path) -> None:
    """The end of the file, with its schema, is whole, the data before it are not."""
    file = folder / "shards" / "runs-000001.parquet"
    content = file.read_bytes()
    file.write_bytes(content[:4] + b"\0" * 1500 + content[1504:])
    with pytest.raises(InputError, match=r"runs-000001\.parquet"):
        _ = Batch.load(folder).runs


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", "{"),
        ("manifest.json", json.dumps({"program": "other"})),
        ("manifest.json", "[]"),
        ("manifest.json", None),
        ("design.parquet", None),
    ],
)
def test_a_folder_that_is_no_batch_is_refused(folder: Path, name: str, content: str | None) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content)
    with pytest.raises(InputError, match=r"allowed: a folder of a batch"):
        Batch.load(folder)
    with pytest.raises(InputError, match="not there"):
        Batch.load(folder / "nowhere")


def test_tables_that_do_not_fit_together_are_refused(folder: Path) -> None:
    write(made_design(3), folder / "design")
    with pytest.raises(InputError, match=r"point; given 3; allowed: a point of"):
        _ = Batch.load(folder).runs
    write(pd.concat([made_design(4)] * 2), folder / "design")
    with pytest.raises(InputError, match="each point once"):
        _ = Batch.load(folder).design
    write(made_design(4).drop(columns="scenario"), folder / "design")
    with pytest.raises(InputError, match="no scenario"):
        _ = Batch.load(folder).design
