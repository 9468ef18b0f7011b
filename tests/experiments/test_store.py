"""What is made is kept, whatever ends the batch, and is not made again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from experiments import folder as folders
from experiments import runner, store
from experiments.folder import Share
from experiments.merge import merge
from experiments.runner import origin_of, run_study
from experiments.shards import StorageError
from experiments.store import BatchStore, read_table
from sim.core.errors import InputError
from sim.results import read_manifest
from tests.experiments.toys import Toy, ToyStudy, begun, ready, same, whole

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch):
    """Toys have no kernels."""
    monkeypatch.setattr(runner, "_warm_up", ready)


def threads(study, out, **options):
    """In threads: nothing to start."""
    return run_study(study, out, **{"threads": True, "work": Toy(), **options})


def start(arguments, **options):
    """`lianghua` with a toy study in a process of its own."""
    asked = json.dumps({"arguments": [str(one) for one in arguments], **options})
    return subprocess.Popen(
        [sys.executable, "-m", "tests.experiments.toys", asked],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def await_(condition, process, seconds=90.0):
    """Wait for something to become true while a process is at work."""
    until = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)


def shards(out, table="runs"):
    return sorted((out / "shards").glob(f"{table}-*.parquet"))


def alive(pid):
    """Is it a process that has not ended?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def workers_of(counted):
    return {int(name.split("-")[2]) for name in os.listdir(counted)}


def test_parent_killed_and_resumed(tmp_path):
    """kill -9 in the middle: workers end, what is stored stays and is not made again."""
    out, counted = tmp_path / "out", tmp_path / "counted"
    counted.mkdir()
    killed = start(
        ["batch", "toy", "--out", out, "--workers", 2], study=(60, 4),
        work={"counted": str(counted), "seconds": 0.02},
    )  # fmt: skip
    await_(lambda: len(workers_of(counted)) == 2 and len(shards(out)) > 3, killed)
    killed.kill()
    killed.communicate(timeout=60)
    until = time.monotonic() + 10.0
    while any(map(alive, workers_of(counted))):
        assert time.monotonic() < until
        time.sleep(0.05)
    kept = {tuple(row) for row in read_table(out)[["point", "replicate"]].to_numpy().tolist()}
    assert 4 <= len(kept) < 240
    study = ToyStudy(60, 4)
    summary = threads(study, out, work=Toy(counted), resume=True)
    assert (summary.known, summary.done) == (len(kept), 240 - len(kept))
    whole(out, study)
    often = begun(counted)
    assert {often[row] for row in kept} == {1}
    assert max(often.values()) <= 2
    again = threads(study, out, work=Toy(counted), resume=True)
    assert (again.made, again.known) == (0, 240)


def test_workers_killed_or_ended_and_batch_interrupted(tmp_path):
    """A worker is killed, one is asked to end, then Ctrl-C: all that was made is stored."""
    out, counted = tmp_path / "out", tmp_path / "counted"
    counted.mkdir()
    batch = start(
        ["batch", "toy", "--out", out, "--workers", 2], study=(400, 1),
        work={"counted": str(counted), "seconds": 0.05},
    )  # fmt: skip
    for count, number in ((2, signal.SIGKILL), (3, signal.SIGTERM)):
        await_(lambda count=count: len(workers_of(counted)) >= count, batch)
        newest = max(os.listdir(counted), key=lambda name: int(name.split("-")[3]))
        os.kill(int(newest.split("-")[2]), number)
    await_(lambda: len(workers_of(counted)) >= 4, batch)
    time.sleep(0.3)
    batch.send_signal(signal.SIGINT)
    _, errors = batch.communicate(timeout=60)
    assert batch.returncode == 130
    runs = read_table(out)
    assert "of 400 runs are stored, --resume goes on\nlianghua: interrupted\n" in errors
    assert "\nit costs nothing\n" in errors
    assert (runs["status"] == "done").all()
    assert not runs.duplicated(["point", "replicate"]).any()
    # At most what two workers were at when they were interrupted, and what died with the first.
    assert len(runs) >= len(os.listdir(counted)) - 2 - 30
    assert runs["attempts"].max() <= 2
    assert threads(ToyStudy(400, 1), out, resume=True).ready == 400
    whole(out, ToyStudy(400, 1))


def test_broken_and_unfinished_files_are_made_again(tmp_path):
    study = ToyStudy(120, 1)
    threads(study, tmp_path)
    runs, series = shards(tmp_path), shards(tmp_path, "series")
    assert len(runs) >= 4
    before = read_table(tmp_path)
    for path in (runs[0], series[1]):
        path.write_bytes(path.read_bytes()[:-200])
    middle = bytearray(runs[2].read_bytes())
    middle[40:60] = bytes(20)
    runs[2].write_bytes(middle)
    # Killed between two tables, and in the middle of a file.
    runs[3].unlink()
    (tmp_path / "shards" / f".{runs[0].name}-0a1b2c3d").write_bytes(b"PAR1")
    counted = tmp_path / "counted"
    counted.mkdir()
    summary = run_study(study, tmp_path, threads=True, work=Toy(counted), resume=True)
    assert len(summary.broken) == 3
    assert all(path.name.endswith(".broken") and path.exists() for path in summary.broken)
    assert 0 < summary.done == len(os.listdir(counted)) < 120
    after = whole(tmp_path, study)
    pd.testing.assert_frame_equal(same(after), same(before))
    assert not list((tmp_path / "shards").glob(".*"))


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 200 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)], capture_output=True
    ) if os.path.exists("/bin/mount") else None  # fmt: skip
    if made is None or made.returncode:
        pytest.skip("no small disk can be made here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_full_disk_is_one_line_and_resumes(tmp_path, small_disk):
    """What was stored before the disk was full stays; with space the rest is made."""
    out = small_disk / "out"
    batch = start(["batch", "toy", "--out", out, "--workers", 1], study=(4000, 1))
    said, errors = batch.communicate(timeout=120)
    assert batch.returncode == 2
    assert said == ""
    assert errors.splitlines()[-1].startswith(f"lianghua: {out}")
    assert "No space left on device" in errors.splitlines()[-1]
    assert "Traceback" not in errors
    kept = len(read_table(out))
    assert 0 < kept < 4000
    subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)
    summary = threads(ToyStudy(4000, 1), out, resume=True)
    assert (summary.known, summary.done, summary.broken) == (kept, 4000 - kept, [])


def test_full_disk_in_a_thread(tmp_path, monkeypatch):
    """The same where no small disk can be made: a write that has no space."""
    written = []

    def sync(handle):
        written.append(handle)
        if len(written) > 25:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("experiments.shards.os.fsync", sync)
    with pytest.raises(StorageError, match="No space left on device"):
        threads(ToyStudy(), tmp_path)
    monkeypatch.undo()
    kept = len(read_table(tmp_path))
    assert 0 < kept < 60
    assert not list((tmp_path / "shards").glob(".*"))
    monkeypatch.setattr(runner, "_warm_up", ready)
    assert threads(ToyStudy(), tmp_path, resume=True).done == 60 - kept


def test_wrong_folders(tmp_path, monkeypatch):
    study, out = ToyStudy(2, 1), tmp_path / "out"
    with pytest.raises(InputError, match="no batch there"):
        threads(study, out, resume=True)
    threads(study, out)
    with pytest.raises(InputError, match="a batch begun"):
        threads(study, out)
    with pytest.raises(InputError, match=r"study_hash; given '\w+ now, \w+ where it was begun'"):
        threads(ToyStudy(3, 1), out, resume=True)
    with (
        BatchStore(out, origin_of(study), resume=True),
        pytest.raises(InputError, match="at work there"),
    ):
        threads(study, out, resume=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        threads(study, tmp_path / "other")
    monkeypatch.setattr("sim.initial.program_version", lambda: "9.9")
    with pytest.raises(InputError, match=r"version; given '9\.9 now"):
        threads(study, out, resume=True)
    assert os.listdir(tmp_path / "other") == ["notes.txt"]


def test_shares_have_a_folder_together_but_each_alone(tmp_path):
    study = ToyStudy(4, 1)
    with (
        BatchStore(tmp_path, origin_of(study), share=Share(1, 2)),
        BatchStore(tmp_path, origin_of(study), share=Share(2, 2)),
    ):
        with pytest.raises(InputError, match="at work there"):
            BatchStore(tmp_path, origin_of(study), True, Share(2, 2))
        with pytest.raises(InputError, match="at work there"):
            BatchStore(tmp_path, origin_of(study), True)
    assert threads(study, tmp_path, resume=True).done == 4


def test_workers_of_a_killed_parent_are_waited_for(tmp_path, monkeypatch):
    """A cluster's worker may outlive its parent: it is asked to stop, and waited for."""
    from experiments.journal import Journal

    study = ToyStudy(2, 1)
    threads(study, tmp_path)
    journal = Journal(tmp_path / "working" / "1of1.00000000.000001.journal")
    monkeypatch.setattr(store, "PATIENCE", 0.2)
    with pytest.raises(InputError, match="workers of an earlier batch"):
        threads(study, tmp_path, resume=True)
    assert (tmp_path / "working" / "1of1.00000000.stop").exists()
    journal.close(remove=False)
    threads(study, tmp_path, resume=True)
    assert list((tmp_path / "working").iterdir()) == []


def test_every_shard_says_where_it_comes_from(tmp_path):
    study = ToyStudy(2, 1)
    threads(study, tmp_path)
    for path in [*shards(tmp_path), *shards(tmp_path, "series"), tmp_path / "design.parquet"]:
        manifest = read_manifest(path)
        assert manifest["study_hash"] == study.hash
        assert manifest["data"]["sectors.csv"]
        assert manifest["version"]
    assert folders.read_batch_manifest(tmp_path)["runs"] == 2
    with BatchStore(tmp_path, origin_of(study), True) as opened:
        assert opened.done() == {case.run for case in study.cases()}


def test_folders_of_several_machines_make_one(tmp_path):
    """Shares in folders of their own, one twice, one with a failure: merged, as if made at once."""
    study = ToyStudy(40, 2)
    threads(study, tmp_path / "whole")
    for index, work in ((1, Toy()), (2, Toy(raisers=(4, 7))), (3, Toy())):
        threads(study, tmp_path / str(index), share=Share(index, 3), work=work)
    parts = [tmp_path / str(index) for index in (1, 2, 3)]
    found = merge([parts[0], parts[2]], tmp_path / "two")
    assert (found.total, found.runs, found.repeated) == (80, 54, 0)
    assert len(found.missing) == 26
    assert found.missing[:2] == [(1, 0), (1, 1)]
    # Point 4 and 7 failed on one machine only.
    found = merge([*parts, tmp_path / "whole"], tmp_path / "all")
    assert (found.runs, found.failed, found.repeated, found.missing) == (80, 0, 80, [])
    runs = whole(tmp_path / "all", study)
    pd.testing.assert_frame_equal(same(runs), same(read_table(tmp_path / "whole")))
    # What is merged is a batch again, and can be gone on with.
    assert threads(study, tmp_path / "two", resume=True).done == 26
    whole(tmp_path / "two", study)


def test_folders_that_do_not_belong_together(tmp_path):
    class Other(Toy):
        def __call__(self, case):
            found = super().__call__(case)
            found.outcomes["noise"] += 1e-12 * (case.point == 1)
            return found

    study = ToyStudy(4, 1)
    threads(study, tmp_path / "one")
    threads(study, tmp_path / "other", work=Other())
    threads(ToyStudy(5, 1), tmp_path / "five")
    parts = [tmp_path / "one", tmp_path / "other"]
    with pytest.raises(InputError, match="point 1, replicate 0; given 'other outcomes than in"):
        merge(parts, tmp_path / "out")
    with pytest.raises(InputError, match="study_hash"):
        merge([tmp_path / "one", tmp_path / "five"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="a batch begun"):
        merge(parts[:1], tmp_path / "five")
    with pytest.raises(InputError, match="no batch there"):
        merge([tmp_path], tmp_path / "out")
