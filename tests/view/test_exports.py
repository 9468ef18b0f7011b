"""Files of what a page shows."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.policies.base import Text
from sim.view import exports
from sim.view.panels.shared import csv_bytes
from sim.view.snapshot import Track
from tests.view import fakes

SNAPSHOT = fakes.snapshot("en", members=3, saved=("only_a2", "document_2014"))


def test_the_comparison_has_the_differences_of_the_page() -> None:
    made = exports.comparison_of(SNAPSHOT)
    assert made.names == ("plan", "saved_1", "saved_2", "baseline")
    assert len({one.title.en for one in made.scenarios}) == 4
    rows = made.differences(["2017-12"]).set_index(["scenario", "output"])
    assert SNAPSHOT.current is not None
    shown = SNAPSHOT.difference(SNAPSHOT.current, "adoption_automation")
    row = rows.loc[("plan", "adoption_automation")]
    for name, value in (("difference", shown.mean), ("low", shown.low), ("high", shown.high)):
        assert row[name] == pytest.approx(float(value[-1]), rel=1e-4)


def test_only_replicates_that_all_sides_have_count() -> None:
    assert SNAPSHOT.current is not None
    fewer = Track(SNAPSHOT.current.scenario, SNAPSHOT.current.members[:2])
    made = exports.comparison_of(replace(SNAPSHOT, current=fewer))
    assert made.replicates == 2
    assert set(made.province["replicate"]) == {0, 1}
    assert not made.differences(["2017-12"])["difference"].isna().any()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_is_tidy_and_opens_in_excel(lang: str) -> None:
    made = exports.csv(fakes.snapshot(lang, members=2))
    assert made.startswith(b"\xef\xbb\xbf")
    frame = pd.read_csv(io.BytesIO(made))
    assert len(frame) == 3 * 2 * len(fakes.MONTHS)
    month, label = ("月份", "(") if lang == "zh" else ("month", " (")
    assert month in frame
    assert all(label in name for name in frame.columns[4:])
    assert frame.columns.is_unique
    assert np.isfinite(frame.iloc[:, 4:].to_numpy()).all()


@pytest.mark.parametrize("title", ["=1+1", "+HYPERLINK(0)", "-cmd|' /C calc'!A0", "@SUM(1)", " =1"])
def test_a_title_is_never_run_as_a_formula(title: str) -> None:
    snapshot = fakes.snapshot("en", members=2)
    assert snapshot.current is not None
    named = Text(zh=title, en=title)
    scenario = snapshot.current.scenario.model_copy(update={"title": named})
    track = Track(scenario, snapshot.current.members)
    frame = pd.read_csv(io.BytesIO(exports.csv(replace(snapshot, current=track))))
    assert set(frame.loc[frame["scenario"] == "plan", "title"]) == {f"'{title}"}
    assert np.isfinite(frame.iloc[:, 4:].to_numpy()).all()


def test_numbers_stay_numbers_and_headers_are_texts() -> None:
    frame = pd.DataFrame({"=a": [-1.5, 2.0], "b": ["-3.2%", "@x"], "c": ["plain", None]})
    lines = csv_bytes(frame).decode("utf-8-sig").splitlines()
    assert lines == ["'=a,b,c", "-1.5,-3.2%,plain", "2.0,'@x,"]
    assert list(frame) == ["=a", "b", "c"]


@pytest.mark.parametrize(("kind", "head"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_a_figure(kind: str, head: bytes) -> None:
    assert exports.figure(SNAPSHOT, "control", kind).startswith(head)


def test_every_figure_named_can_be_drawn_into_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    made = exports.report(fakes.snapshot("zh", members=2)).decode()
    assert made.startswith("<!doctype html>")
    assert made.count("data:image/png;base64,") == len(exports.FIGURES)
    assert "from sim import Scenario, compare" in made
    assert "province.parquet" not in made


def test_the_manifest_names_the_seeds_that_are_there_though_one_is_missing() -> None:
    assert SNAPSHOT.current is not None
    members = [one for one in SNAPSHOT.current.members if one.replicate != 1]
    made = exports.comparison_of(
        replace(SNAPSHOT, current=Track(SNAPSHOT.current.scenario, members))
    )
    assert set(made.province["replicate"]) == {0, 2}
    assert list(made.manifest["draws"]) == ["1", "3"]
    assert made.manifest["populations"] == [1, 3]
    assert made.manifest["replicates"] == 2
