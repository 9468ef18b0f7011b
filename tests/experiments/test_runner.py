"""A batch makes every run once, whatever becomes of runs, workers, the parent and the disk."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from experiments import runner
from experiments.chunks import make_chunk
from experiments.executors import AnyExecutor, Threads
from experiments.folder import Share
from experiments.runner import run_cases, run_study
from experiments.store import BatchStore, read_table
from sim.core.errors import InputError
from tests.experiments.toys import Toy, ToyStudy, begun, ready, same, whole


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch):
    """Toys have no kernels."""
    monkeypatch.setattr(runner, "_warm_up", ready)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The runs as they are whatever makes them, by hand."""
    study, work = ToyStudy(), Toy()
    rows = []
    for case in study.cases():
        found = work(case).outcomes
        rows.append({"run": case.run, "point": case.point, "scenario": case.scenario.name,
                     "replicate": case.replicate, "seed": case.seed, "status": "done", "reason": "",
                     **found})  # fmt: skip
    return pd.DataFrame(rows)


class Forgetful(AnyExecutor):
    """One worker whose first answer to a call is lost, so that the call is made again: a cluster does
    so when it loses a worker that had done its work."""

    def submit(self, function, *arguments):
        if function is make_chunk:
            super().submit(function, *arguments).result()
        return super().submit(function, *arguments)


def test_a_chunk_whose_answer_is_lost_is_not_made_twice(tmp_path):
    study, counted = ToyStudy(7, 2), tmp_path / "counted"
    counted.mkdir()
    work = Toy(counted, raisers=(3,))
    with (
        ThreadPoolExecutor(1) as executor,
        BatchStore(tmp_path / "one", runner.origin_of(study)) as store,
    ):
        # Every run is a part of its own: whoever stores all of them in one would store them twice.
        summary = run_cases(
            study.cases(), work, store, Forgetful(executor, 1), chunk_runs=5, chunk_seconds=0.0
        )
    assert (summary.done, summary.failed) == (12, 2)
    whole(tmp_path / "one", study)
    assert set(begun(counted).values()) == {1}


@pytest.mark.parametrize(
    "options",
    [{"workers": 1}, {"workers": 2}, {"workers": 2, "threads": True}],
    ids=["one process", "two processes", "two threads"],
)
def test_results_are_the_same_whatever_makes_them(tmp_path, reference, options):
    study = ToyStudy()
    told = []
    summary = run_study(
        study, tmp_path, work=Toy(), progress=lambda *counts: told.append(counts), **options
    )
    assert (summary.done, summary.failed, summary.known) == (60, 0, 0)
    assert told[0] == (0, 60, 0)
    assert told[-1] == (60, 60, 0)
    pd.testing.assert_frame_equal(same(whole(tmp_path, study)), reference, check_dtype=False)
    assert (read_table(tmp_path)["attempts"] == 1).all()
    assert (tmp_path / "study.toml").read_text(encoding="utf-8") == study.text
    assert list((tmp_path / "working").iterdir()) == []


def test_any_executor_will_do(tmp_path, reference):
    study = ToyStudy()
    origin = runner.origin_of(study)
    with ThreadPoolExecutor(3) as executor, BatchStore(tmp_path, origin) as store:
        summary = run_cases(study.cases(), Toy(), store, AnyExecutor(executor, 3))
    assert summary.done == 60
    pd.testing.assert_frame_equal(same(whole(tmp_path, study)), reference, check_dtype=False)


def test_failed_run_is_recorded_and_stops_nothing(tmp_path):
    study = ToyStudy()
    summary = run_study(study, tmp_path, work=Toy(raisers=(3, 7)), threads=True)
    assert (summary.done, summary.failed) == (54, 6)
    assert summary.reasons[0] == "point 3, replicate 0: ValueError: no level at point 3"
    runs = whole(tmp_path, study)
    failed = runs[runs["status"] == "failed"]
    assert set(failed["point"]) == {3, 7}
    assert set(failed["reason"]) == {f"ValueError: no level at point {point}" for point in (3, 7)}
    assert failed["level"].isna().all()
    # What raises would raise again.
    assert (failed["attempts"] == 1).all()


def test_dead_worker_loses_nothing_and_a_poisoned_case_fails(tmp_path):
    study, counted = ToyStudy(20, 1), tmp_path / "counted"
    counted.mkdir()
    work = Toy(counted, once=(2,), killers=(9,))
    summary = run_study(study, tmp_path / "out", work=work, workers=2)
    runs = whole(tmp_path / "out", study)
    poisoned = runs["point"] == 9
    assert set(runs[poisoned]["status"]) == {"failed"}
    assert set(runs[poisoned]["reason"]) == {"its worker died twice"}
    assert (runs[~poisoned]["status"] == "done").all()
    assert (runs[runs["point"] == 2]["attempts"] == 2).all()
    assert (summary.done, summary.failed, summary.deaths) == (19, 1, 3)
    assert begun(counted)[9, 0] == begun(counted)[2, 0] == 2


def test_memory_error_is_tried_again(tmp_path):
    class Short(Toy):
        def __call__(self, case):
            found = super().__call__(case)
            if case.point == 1 and begun(self.counted)[case.point, case.replicate] == 1:
                raise MemoryError("just now")
            if case.point == 2:
                raise MemoryError("always")
            return found

    counted = tmp_path / "counted"
    counted.mkdir()
    run_study(ToyStudy(4, 1), tmp_path / "out", work=Short(counted), threads=True)
    runs = read_table(tmp_path / "out")
    assert list(runs["attempts"]) == [1, 2, 2, 1]
    assert list(runs["reason"]) == ["", "", "MemoryError: always", ""]


@pytest.mark.parametrize("kind", ["hangers", "deaf"])
def test_run_over_its_time_fails_in_a_process(tmp_path, kind, monkeypatch):
    """One ends itself by its alarm, the other is ended with its worker."""
    monkeypatch.setattr(runner, "GRACE", 0.3)
    study, counted = ToyStudy(6, 1), tmp_path / "counted"
    counted.mkdir()
    began = time.monotonic()
    work = Toy(counted, **{kind: (2,)})
    run_study(study, tmp_path / "out", work=work, workers=2, timeout=1.0)
    assert time.monotonic() - began < 30.0
    runs = whole(tmp_path / "out", study)
    assert list(runs["status"]) == ["done", "done", "failed", "done", "done", "done"]
    assert runs["reason"][2] == "it took longer than 1 s"
    assert begun(counted)[2, 0] == 1


def test_run_over_its_time_fails_in_a_thread_when_it_ends(tmp_path):
    study = ToyStudy(2, 1)
    run_study(study, tmp_path, work=Toy(seconds=0.3), threads=True, timeout=0.1)
    assert set(read_table(tmp_path)["reason"]) == {"it took longer than 0.1 s"}


def test_one_scenario_at_two_points_is_run_once_and_stands_twice(tmp_path):
    counted = tmp_path / "counted"
    counted.mkdir()
    study = ToyStudy(4, 2, levels=(0.0, 5.0, 0.0, 7.0))
    summary = run_study(study, tmp_path / "out", work=Toy(counted), workers=2, threads=True)
    assert (summary.done, summary.copied, summary.ready) == (6, 2, 8)
    runs = read_table(tmp_path / "out")
    assert list(runs["level"]) == [0.0, 0.0, 5.0, 5.0, 0.0, 0.0, 7.0, 7.0]
    assert list(runs["scenario"][4:6]) == ["toy_2", "toy_2"]
    assert runs["run"][4] == runs["run"][0]
    assert sum(begun(counted).values()) == 6
    # Of a run one copy of the detail.
    assert set(read_table(tmp_path / "out", "series").groupby("run").size()) == {3}
    assert run_study(study, tmp_path / "out", work=Toy(), resume=True).made == 0


def test_shares_make_the_whole_together(tmp_path, reference):
    """In one folder: the first begins it, the others join, and each makes its own only."""
    for points, replicates in ((40, 2), (2, 9)):
        study, out = ToyStudy(points, replicates), tmp_path / str(points)
        for index in (2, 1, 3):
            share = Share(index, 3)
            summary = run_study(study, out, work=Toy(), threads=True, share=share)
            assert summary.failed == 0
            assert abs(summary.done - study.runs / 3) <= replicates
        whole(out, study)
        if points == 40:
            # Points of others are not even drawn.
            assert len(study.drawn) == 40
    with pytest.raises(InputError, match="a batch begun"):
        run_study(study, out, work=Toy(), threads=True, share=Share(1, 3))
    with pytest.raises(InputError, match="i/3, as it was begun"):
        run_study(study, out, work=Toy(), threads=True, share=Share(1, 4), resume=True)
    assert run_study(study, out, work=Toy(), threads=True, resume=True).made == 0


def test_memory_of_the_parent_is_flat(tmp_path):
    """Resident memory at run 2,000 is at most 1.2 times that at run 100."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("no /proc here")
    study, sizes = ToyStudy(2000, 1), {}

    def note(done, total, failed):
        sizes[done] = int(statm.read_text().split()[1])

    run_study(study, tmp_path, work=Toy(series=False), threads=True, workers=2, progress=note)
    early = next(size for done, size in sorted(sizes.items()) if done >= 100)
    assert sizes[2000] <= 1.2 * early


def test_wrong_limits(tmp_path):
    for option in ({"timeout": 0.0}, {"retries": -1}, {"workers": 0}):
        with pytest.raises(InputError):
            run_study(ToyStudy(), tmp_path / "out", work=Toy(), **option)
    for text in ("0/3", "4/3", "2", "a/b"):
        with pytest.raises(InputError, match="--shard"):
            Share.read(text)
    assert Share.read("2/3") == Share(2, 3)
    assert Threads(1).end(None) is False
