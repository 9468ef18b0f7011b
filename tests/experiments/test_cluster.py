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
    """One worker is killed, one case kills whoever takes it, one sleeps for ever."""
    pytest.importorskip("distributed")
    monkeypatch.setattr(runner, "_warm_up", ready)
    monkeypatch.setattr(runner, "GRACE", 0.3)
    study, counted = ToyStudy(20, 3), tmp_path / "counted"
    counted.mkdir()
    work = Toy(counted, once=(2,), seconds=0.01)
    summary = run_study(study, tmp_path / "one", work=work, workers=2, cluster="local")
    assert (summary.done, summary.failed) == (60, 0)
    run_study(study, tmp_path / "two", work=Toy(), threads=True)
    runs = whole(tmp_path / "one", study)
    pd.testing.assert_frame_equal(same(runs), same(read_table(tmp_path / "two")))
    assert (runs["attempts"] == [1 + (point == 2) for point in runs["point"]]).all()
    assert begun(counted)[2, 0] == 2


@pytest.mark.filterwarnings("default")
def test_cluster_ends_what_kills_or_takes_too_long(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(runner, "_warm_up", ready)
    monkeypatch.setattr(runner, "GRACE", 0.3)
    study = ToyStudy(8, 1)
    work = Toy(killers=(3,), hangers=(5,))
    run_study(study, tmp_path, work=work, workers=2, cluster="local", timeout=2.0)
    runs = whole(tmp_path, study)
    failed = runs[runs["status"] == "failed"].set_index("point")["reason"].to_dict()
    assert failed == {3: "its worker died twice", 5: "it took longer than 2 s"}


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
