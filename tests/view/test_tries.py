"""Wrong tries of a secret: some are free, then one waits, and nothing grows without end."""

from __future__ import annotations

import pytest

from sim.view.server.client import group
from sim.view.server.tries import FORGOTTEN, FREE_TRIES, LONGEST_WAIT, REMEMBERED, Tries
from tests.view.clocks import Clock


def test_waits_grow_up_to_a_minute_and_end_with_the_right_word() -> None:
    clock = Clock()
    tries = Tries(clock)
    waits = []
    for _ in range(2000):
        clock.now += tries.wait("a")
        tries.wrong("a")
        waits.append(tries.wait("a"))
    assert waits[: FREE_TRIES + 3] == [0.0] * (FREE_TRIES - 1) + [1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == LONGEST_WAIT
    assert tries.wait("b") == 0
    tries.right("a")
    assert tries.wait("a") == 0


def test_a_quiet_hour_is_a_new_start() -> None:
    clock = Clock()
    tries = Tries(clock)
    for _ in range(50):
        tries.wrong("a")
    clock.now += FORGOTTEN + 1
    assert tries.wait("a") == 0
    tries.wrong("a")
    assert tries.wait("a") == 0


def test_what_is_remembered_is_bounded() -> None:
    tries = Tries()
    for number in range(REMEMBERED + 500):
        tries.wrong(str(number))
    assert len(tries._wrong) == REMEMBERED


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.0.0.9", "10.0.0.9"),
        ("::ffff:10.0.0.9", "10.0.0.9"),
        ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1", "fe80::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("a name", "a name"),
    ],
)
def test_one_machine_is_one_address(address: str, expected: str) -> None:
    assert group(address) == expected
