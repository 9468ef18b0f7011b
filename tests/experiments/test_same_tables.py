"""One study of the real model, made in five ways, leaves the same tables to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.reading import Batch
from experiments.shards import CIRCUMSTANCES
from tests.experiments.conftest import Command

STUDY = """
study.title = {zh = "补助率", en = "rates"}
scenarios = {names = ["document_2014"], baseline = "document_2014"}
run = {scale = 0.01, until = "2012-06", replicates = 2, seed = 7}
uncertainties."adoption.reviews_per_year" = {low = 0.5, high = 4.0}
design = {method = "latin_hypercube", points = 3}
outcomes = {names = ["targets_met", "value_added", "investment.sum", "city_gap"], tier = "panel"}
"""
WAYS = {
    "processes": ["--workers", "2"],
    "threads": ["--workers", "2", "--threads"],
    "cluster": ["--workers", "2", "--cluster", "local"],
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    file = tmp_path / "rates.toml"
    file.write_text(STUDY, encoding="utf-8")
    return file


def made(lianghua: Command, study: Path, out: Path, *options: str) -> Path:
    """A batch of the study by the command line."""
    said(lianghua, study, out, "--quiet", *options)
    return out


def said(lianghua: Command, study: Path, out: Path, *options: str) -> str:
    """What the command line says on stderr while it makes a batch."""
    code, _, errors = lianghua("batch", str(study), "--out", str(out), "--yes", *options)
    assert code == 0, errors
    return errors


def tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Every table as it is read back, but for how often a run was tried and how long it took."""
    batch = Batch.load(folder)
    found = {name: batch.table(name) for name in batch.tables}
    return {
        name: one.drop(columns=list(CIRCUMSTANCES), errors="ignore") for name, one in found.items()
    }


def bits(frame: pd.DataFrame) -> dict[str, list[object]]:
    """Columns with numbers as the bits they are."""
    return {
        name: (column.to_numpy().view(np.int64) if column.dtype == np.float64 else column).tolist()
        for name, column in frame.items()
    }


@pytest.mark.filterwarnings("default")  # a warning of the cluster's own is not ours
def test_tables_of_the_model_are_the_same_whatever_makes_them(
    study: Path, tmp_path: Path, lianghua: Command
) -> None:
    wanted = tables(made(lianghua, study, tmp_path / "one", "--workers", "1"))
    assert set(wanted) == {"design", "runs", "series", "cities", "targets"}
    runs = wanted["runs"]
    assert (list(runs["status"]), len(wanted["series"])) == (["done"] * 6, 6 * 6)
    # Six different runs: tables that are alike for want of anything in them would prove nothing.
    assert runs["value_added"].nunique() == 6
    folders = {way: made(lianghua, study, tmp_path / way, *how) for way, how in WAYS.items()}
    parts = [
        made(lianghua, study, tmp_path / f"part{i}", "--shard", f"{i}/3", "--threads", "--workers", "1")
        for i in (1, 2, 3)
    ]  # fmt: skip
    assert [len(Batch.load(part).runs) for part in parts] == [2, 2, 2]
    folders["shards"] = tmp_path / "merged"
    code, _, errors = lianghua("merge", *map(str, parts), "--out", str(folders["shards"]))
    assert code == 0, errors
    for way, folder in folders.items():
        found = tables(folder)
        assert set(found) == set(wanted), way
        for name, frame in wanted.items():
            assert bits(found[name]) == bits(frame), (way, name)


def test_a_share_says_what_it_costs_itself(study: Path, tmp_path: Path, lianghua: Command) -> None:
    share = ["--shard", "2/3", "--threads", "--workers", "1"]
    errors = said(lianghua, study, tmp_path / "part", *share)
    assert "\n2 runs of about " in errors
