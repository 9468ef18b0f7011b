"""Users of technologies counted in bytes of one word."""

from __future__ import annotations

import numpy as np
import pytest

from sim.processes.information import count_users


@pytest.mark.parametrize("neighbours", [0, 1, 254, 255, 256, 700])
def test_users_are_counted_past_what_a_byte_holds(neighbours: int) -> None:
    adopted = np.array([0xFF, 0x81, 0x10], dtype=np.uint8)
    others = (np.arange(neighbours + 2) % 5 % 3).astype(np.uint32)
    users = np.zeros(8)
    count_users(1, neighbours + 1, others, adopted, users)
    masks = adopted[others[1:-1]]
    expected = [int(((masks >> k) & 1).sum()) for k in range(8)]
    np.testing.assert_array_equal(users, expected)
