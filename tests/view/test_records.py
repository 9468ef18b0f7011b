"""Records of workshops: whole or not at all, for their owner alone, and the key of the cookies."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sim.view.server import records as records_module
from sim.view.server.records import KEY, LOCK, Records

LONGEST_WRITE = 3600.0


def test_a_folder_is_made_once_there_is_something_to_keep(tmp_path: Path) -> None:
    records = Records(tmp_path / "kept")
    assert records.read() == {}
    assert not (tmp_path / "kept").exists()
    path = records.write("ABCDEF", '{"a": 1}')
    assert records.read() == {"ABCDEF": b'{"a": 1}'}
    assert {stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent / KEY)} == {0o600}
    records.write("ABCDEF", "2")
    assert records.read() == {"ABCDEF": b"2"}
    records.remove("ABCDEF")
    records.remove("ABCDEF")
    assert records.read() == {}


def test_the_next_server_has_the_same_key_once_something_was_kept(tmp_path: Path) -> None:
    first = Records(tmp_path)
    assert Records(tmp_path).key != first.key
    first.write("ABCDEF", "1")
    assert Records(tmp_path).key == first.key
    (tmp_path / KEY).write_bytes(b"short")
    second = Records(tmp_path)
    assert second.key != first.key
    second.write("ABCDEF", "2")  # what is no key is replaced
    assert Records(tmp_path).key == second.key


@pytest.mark.parametrize("name", ["", "../x", "a", "A/B", "KEY.x"])
def test_a_name_is_a_code(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no code"):
        Records(tmp_path).write(name, "1")


def test_what_cannot_be_written_leaves_the_record_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Records(tmp_path)
    records.write("ABCDEF", "before")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "disk full")))
    with pytest.raises(OSError, match="disk full"):
        records.write("ABCDEF", "after")
    assert records.read() == {"ABCDEF": b"before"}
    assert sorted(one.name for one in tmp_path.iterdir()) == ["ABCDEF.json", KEY, LOCK]


def test_a_writer_that_is_killed_leaves_a_whole_record(tmp_path: Path) -> None:
    code = (
        "import sys, itertools; from pathlib import Path; from sim.view.server.records import Records;"
        "r = Records(Path(sys.argv[1]));"
        "[r.write('ABCDEF', str(n % 10) * 200_000) for n in itertools.count()]"
    )
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
        while not (tmp_path / "ABCDEF.json").exists():
            time.sleep(0.01)
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        process.wait()
        kept = Records(tmp_path).read()["ABCDEF"]
        assert len(kept) == 200_000
        assert len(set(kept)) == 1


def test_a_folder_is_one_servers_while_it_lives(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from sim.view.server.records import Records;"
        "r = Records(Path(sys.argv[1])); r.write('ABCDEF', '1'); print('there', flush=True);"
        "sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    assert other.stdin is not None
    other.stdout.readline()
    records = Records(tmp_path)
    with pytest.raises(BlockingIOError, match="another server"):
        records.claim()
    with pytest.raises(BlockingIOError):
        records.write("ABCDEF", "2")
    assert records.read() == {"ABCDEF": b"1"}
    other.kill()
    other.communicate()
    records.write("ABCDEF", "2")
    assert records.read() == {"ABCDEF": b"2"}


def test_what_a_killed_server_had_not_finished_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Records(tmp_path).write("ABCDEF", "1")
    left = [tmp_path / f".{name}-0123456789ab" for name in ("ABCDEF.json", KEY)]
    mine = tmp_path / ".notes-0123456789ab"
    for one in (*left, mine):
        one.write_text("words")
    records = Records(tmp_path)
    records.claim()
    assert not [one for one in left if one.exists()]
    assert mine.exists()
    assert records.read() == {"ABCDEF": b"1"}
    # Without a lock it may be another server's that is writing just now.
    monkeypatch.setattr(fcntl, "lockf", _failing(errno.ENOLCK))
    for age, one in zip((0, 2 * records_module.LONGEST_WRITE), left, strict=True):
        one.write_text("words")
        os.utime(one, (time.time() - age,) * 2)
    Records(tmp_path).claim()
    assert [one.exists() for one in left] == [True, False]


def _failing(number: int) -> Any:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP])
def test_a_folder_that_cannot_be_locked_is_used_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    monkeypatch.setattr(fcntl, "lockf", _failing(number))
    records = Records(tmp_path)
    for content in ("1", "2"):
        records.write("ABCDEF", content)
    assert records.read() == {"ABCDEF": b"2"}
    assert len(caplog.records) == 1
    assert os.strerror(number) in caplog.text
    monkeypatch.setattr(fcntl, "lockf", _failing(errno.EACCES))
    with pytest.raises(BlockingIOError, match="another server"):
        Records(tmp_path).claim()


def test_the_folder_itself_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fsync, folders = os.fsync, []

    def seen(number: int) -> None:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            folders.append(sorted(one.name for one in tmp_path.iterdir()))
        fsync(number)

    monkeypatch.setattr(os, "fsync", seen)
    records = Records(tmp_path)
    records.write("ABCDEF", "1")
    assert folders[-1] == ["ABCDEF.json", KEY, LOCK]
    records.remove("ABCDEF")
    assert folders[-1] == [KEY, LOCK]


def test_a_pipe_is_no_record(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "AAAAAA.json")
    assert Records(tmp_path).read() == {}


def test_a_record_that_cannot_be_read_hides_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    records = Records(tmp_path)
    records.write("ABCDEF", "1")
    (tmp_path / "AAAAAA.json").mkdir()
    assert records.read() == {"ABCDEF": b"1"}
    assert "AAAAAA" in caplog.text


def test_a_server_leaves_the_records_of_one_that_had_the_folder_first(tmp_path: Path) -> None:
    late = Records(tmp_path)  # begun while there was nothing yet
    first = Records(tmp_path)
    first.write("ABCDEF", "1")
    with pytest.raises(BlockingIOError, match="key"):
        late.write("GHJKLM", "2")
    assert Records(tmp_path).key == first.key
    assert Records(tmp_path).read() == {"ABCDEF": b"1"}
