"""A Dask cluster of real processes makes what threads make, whatever becomes of its workers."""

import builtins

import pandas as pd
import pytest

from experiments import runner
from experiments.executors import crew
from experiments.runner import run_study
from experiments.store import read_table
from sim.core.errors import InputError
from tests.experiments.toys import Toy, ToyStudy, begun, ready, same, whole


@pytest.mark.filterwarnings("default")  # a warning of the cluster's own is not ours
def test_cluster_of_two_processes(tmp_path, monkeypatch):
    """One worker is killed, one case kills whoever takes it, and one sleeps for ever."""
    monkeypatch.setattr(runner, "_warm_up", ready)
    monkeypatch.setattr(runner, "GRACE", 0.3)
    study, counted = ToyStudy(20, 1), tmp_path / "counted"
    counted.mkdir()
    work = Toy(counted, once=(2,), killers=(9,), hangers=(14,), seconds=0.01)
    summary = run_study(study, tmp_path / "one", work=work, workers=2, cluster="local", timeout=3.0)
    assert (summary.done, summary.failed) == (18, 2)
    runs = whole(tmp_path / "one", study)
    failed = runs[runs["status"] == "failed"].set_index("point")["reason"].to_dict()
    assert failed == {9: "its worker died twice", 14: "it took longer than 3 s"}
    assert runs["attempts"][2] == 2
    often = begun(counted)
    assert (often[2, 0], often[9, 0], often[14, 0]) == (2, 2, 1)
    run_study(study, tmp_path / "two", work=Toy(), threads=True)
    other = read_table(tmp_path / "two")
    done = (runs["status"] == "done").to_numpy()
    pd.testing.assert_frame_equal(same(runs[done]), same(other[done]))


def test_cluster_that_is_not_there(monkeypatch):
    with pytest.raises(InputError, match="one of them"):
        crew(2, threads=True, cluster="local")
    with pytest.raises(InputError, match=r"--cluster; given 'here'; allowed: local, or tcp://"):
        crew(2, cluster="here")
    found = builtins.__import__

    def without(name, *rest):
        if name == "distributed":
            raise ImportError(name)
        return found(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match="an installation with dask"):
        crew(2, cluster="local")
