"""Worker processes of the page: urgency, sharing, cancelling, failures, death of a worker."""

from __future__ import annotations

import os
import time
from concurrent.futures import CancelledError

import pytest

from sim.core.errors import InputError
from sim.view.pool import LATER, SOON, URGENT, Pool
from tests.view.toys import toy

PATIENCE = 240
"""Seconds that any wait may take; the machine may be busy."""


@pytest.fixture
def pool():
    one = Pool(toy, workers=1, kept=3)
    yield one
    one.close()


def test_a_task_comes_back_from_another_process(pool):
    task, process = pool.submit(("echo", 1)).result(PATIENCE)
    assert task == ("echo", 1)
    assert process != os.getpid()


def test_the_most_urgent_goes_first_and_equals_in_their_order(pool, tmp_path):
    path = str(tmp_path / "order")
    blocker = pool.submit(("until", str(tmp_path / "go")))
    urgencies = {1: LATER, 2: SOON, 3: SOON, 4: URGENT}
    tickets = [
        pool.submit(("note", (path, number)), urgency) for number, urgency in urgencies.items()
    ]
    # Someone in a hurry joins the last one.
    hurried = pool.submit(("note", (path, 1)), URGENT)
    (tmp_path / "go").touch()
    for ticket in (blocker, *tickets, hurried):
        ticket.result(PATIENCE)
    assert (tmp_path / "order").read_text().split() == ["4", "1", "2", "3"]


def test_equal_tasks_run_once_and_are_kept_up_to_a_bound(pool, tmp_path):
    path = tmp_path / "order"
    both = [pool.submit(("note", (str(path), 7))) for _ in range(2)]
    assert both[0].result(PATIENCE) == both[1].result(PATIENCE)
    pool.submit(("note", (str(path), 7))).result(PATIENCE)
    assert path.read_text().split() == ["7"]
    for number in (8, 9, 10):
        pool.submit(("note", (str(path), number))).result(PATIENCE)
    assert not pool.kept(("note", (str(path), 7)))
    assert pool.kept(("note", (str(path), 10)))


def test_what_several_asked_for_while_it_waited_is_made_once(pool, tmp_path):
    path = tmp_path / "order"
    blocker = pool.submit(("until", str(tmp_path / "go")))
    tickets = [pool.submit(("note", (str(path), 7)), urgency) for urgency in (SOON, URGENT, LATER)]
    (tmp_path / "go").touch()
    for ticket in (blocker, *tickets):
        ticket.result(PATIENCE)
    pool.submit(("echo", 1)).result(PATIENCE)
    assert path.read_text().split() == ["7"]


def test_what_nobody_waits_for_is_never_begun(pool, tmp_path):
    path = tmp_path / "order"
    path.touch()
    blocker = pool.submit(("until", str(tmp_path / "go")))
    task = ("note", (str(path), 1))
    first, second = pool.submit(task), pool.submit(task, URGENT)
    other = pool.submit(("note", (str(path), 2)))
    assert first.cancel()
    assert second.cancel()
    (tmp_path / "go").touch()
    blocker.result(PATIENCE)
    other.result(PATIENCE)
    assert path.read_text().split() == ["2"]
    # It can be asked for again.
    pool.submit(task).result(PATIENCE)
    assert path.read_text().split() == ["2", "1"]


def gated(tmp_path):
    """A task that goes on until the file `gate` is there, and the places of its files."""
    begun, gate, path = (tmp_path / name for name in ("begun", "gate", "ended"))
    path.touch()
    return ("gate", (str(begun), str(gate), str(path))), begun, gate, path


def there(path):
    """Wait until a file is there."""
    until = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_nobody_waits_for_any_more_ends_at_its_next_step(pool, tmp_path):
    task, begun, _, path = gated(tmp_path)
    ticket = pool.submit(task)
    pool.submit(("echo", 0))  # another waits
    there(begun)
    assert ticket.cancel()
    # The one worker is free again, though the gate was never opened.
    assert pool.submit(("echo", 1)).result(PATIENCE)[0] == ("echo", 1)
    assert path.read_text() == ""


def test_what_is_wanted_again_while_it_is_given_up_is_made_whole(pool, tmp_path):
    task, begun, gate, path = gated(tmp_path)
    first = pool.submit(task)
    there(begun)
    assert first.cancel()
    again = pool.submit(task)
    gate.touch()
    assert again.result(PATIENCE)[0] == task
    assert path.read_text().split() == ["whole"]


def test_one_who_gives_up_takes_nothing_from_another(pool, tmp_path):
    blocker = pool.submit(("until", str(tmp_path / "go")))
    first, second = pool.submit(("echo", 1)), pool.submit(("echo", 1))
    assert first.cancel()
    (tmp_path / "go").touch()
    blocker.result(PATIENCE)
    assert second.result(PATIENCE)[0] == ("echo", 1)


def test_a_failure_is_told_to_its_own_ticket_and_is_not_kept(pool):
    bad, good = pool.submit(("fail", "luck")), pool.submit(("echo", 2))
    with pytest.raises(RuntimeError, match="no luck"):
        bad.result(PATIENCE)
    assert good.result(PATIENCE)[0] == ("echo", 2)
    assert not pool.kept(("fail", "luck"))


def test_a_killed_worker_is_replaced_and_its_task_made_again(pool, tmp_path):
    path = tmp_path / "deaths"
    assert pool.submit(("die", (str(path), 1))).result(PATIENCE)[0][0] == "die"
    assert path.read_text().split() == ["1", "1"]
    assert pool.submit(("echo", 3)).result(PATIENCE)[0] == ("echo", 3)


def test_a_task_that_always_kills_its_worker_fails_alone(pool):
    with pytest.raises(Exception, match="terminated"):
        pool.submit(("always die", 0)).result(PATIENCE)
    assert pool.submit(("echo", 4)).result(PATIENCE)[0] == ("echo", 4)


def test_a_worker_that_dies_takes_no_other_along(tmp_path):
    """What the other is at goes on, and so does the worker, with all that it has at hand."""
    pool = Pool(toy, workers=2)
    try:
        there = pool.submit(("until", str(tmp_path / "go")))
        begun = tmp_path / "go.begun"
        until = time.monotonic() + PATIENCE
        while not begun.exists() and time.monotonic() < until:
            time.sleep(0.01)
        pool.submit(("die", (str(tmp_path / "deaths"), 1))).result(PATIENCE)
        assert not there.done()
        (tmp_path / "go").touch()
        process = there.result(PATIENCE)[1]
        assert begun.read_text().split() == [str(process)]
    finally:
        pool.close()


def test_closing_cancels_what_waits():
    pool = Pool(toy, workers=1)
    pool.submit(("sleep", 5))
    waiting = pool.submit(("echo", 1))
    pool.close()
    with pytest.raises(CancelledError):
        waiting.result(PATIENCE)


def test_no_workers_is_a_mistake():
    with pytest.raises(InputError, match="--workers"):
        Pool(toy, workers=0)
