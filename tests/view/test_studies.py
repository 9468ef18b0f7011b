"""Finished studies on a page: read by position, broken ones told in one message."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from sim.core.errors import InputError
from sim.view import studies
from sim.view.settings import RESULTS
from sim.view.study_charts import headline, interval_option, rows_of
from tests.experiments.batch_folders import made_batch
from tests.experiments.folders import scenario_study


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = made_batch(tmp_path / "study")
    monkeypatch.setenv(RESULTS, str(made))
    return made


def test_a_study_is_read_by_position(folder: Path) -> None:
    assert studies.names() == ["study"]
    for lang in ("zh", "en"):
        found = studies.read(0, lang)
        assert (found.points, found.replicates, found.done, found.failed) == (4, 3, 11, 1)
        assert found.outcomes[0] == "value_added"
        assert found.baseline == "no_programme"
    with pytest.raises(InputError):
        studies.read(1, "zh")
    with pytest.raises(InputError):
        studies.read(-1, "zh")


def test_a_study_says_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RESULTS, str(scenario_study(tmp_path / "s", replicates=2)))
    zh, en = studies.read(0, "zh"), studies.read(0, "en")
    assert (zh.title, en.title) == ("资金与次序", "Money and order")
    assert zh.scenarios["funding_half"] == "资金减半"
    assert zh.measures["adoption_automation"].unit == "%"


def test_without_folders_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(RESULTS, raising=False)
    assert studies.names() == []


def test_folders_of_one_name_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RESULTS, os.pathsep.join(["/a/study", "/b/study"]))
    assert studies.names() == ["study", "study (2)"]


def test_levels_and_differences_are_drawn(folder: Path) -> None:
    found = studies.read(0, "en")
    levels = rows_of(found, "value_added", False)
    assert len(levels) == 2
    option = interval_option(levels, "unit", False, found.baseline)
    assert len(option["series"][1]["data"]) == 2
    assert option["yAxis"]["data"] == list(levels["title"])
    gaps = rows_of(found, "value_added", True)
    assert list(gaps["scenario"]) == ["document_2014"]
    drawn = interval_option(gaps, "unit", True, found.baseline)
    assert drawn["xAxis"]["min"] <= 0 <= drawn["xAxis"]["max"]
    assert drawn["series"][1]["markLine"]["data"] == [{"xAxis": 0}]
    assert headline(gaps, "A").startswith("A: ")
    runs = found.levels.set_index(["scenario", "outcome"]).loc[("document_2014", "value_added")]
    assert runs["low"] <= runs["mean"] <= runs["high"]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("manifest.json", b"{"),
        ("manifest.json", b"[]"),
        ("manifest.json", b'{"program": "lianghua"}'),
        ("design.parquet", b"PAR1 no"),
        ("shards", None),
        ("", None),
    ],
)
def test_a_broken_folder_gives_one_message(folder: Path, file: str, content: bytes | None) -> None:
    if content is not None:
        (folder / file).write_bytes(content)
    elif file:
        for shard in (folder / file).glob("runs-*.parquet"):
            shard.write_bytes(b"broken")
    else:
        (folder / "design.parquet").unlink()
    if content == b'{"program": "lianghua"}':  # a manifest that says little is enough
        assert np.isfinite(studies.read(0, "zh").levels["mean"]).all()
        return
    with pytest.raises(InputError) as found:
        studies.read(0, "zh")
    assert str(folder.parent) not in str(found.value)
    assert "\n" not in str(found.value)
