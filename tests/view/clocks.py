"""A clock for tests."""

from __future__ import annotations


class Clock:
    """Seconds that pass when a test has them pass."""

    def __init__(self) -> None:
        self.now = 1_400_000_000.0

    def __call__(self) -> float:
        return self.now
