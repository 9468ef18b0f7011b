"""Months as whole numbers: month 0 is the first month of a run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sim.core.errors import InputError

_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")


def month_number(text: str, where: object = "date", key: str = "month") -> int:
    """Months since January of year 0 of a date written YYYY-MM."""
    number = _number(text) if isinstance(text, str) else None
    if number is None:
        raise InputError(where, key, text, "a month written YYYY-MM")
    return number


@lru_cache(maxsize=1024)
def _number(text: str) -> int | None:
    """Instruments ask every month for the same few dates."""
    match = _MONTH.match(text)
    return None if match is None else int(match[1]) * 12 + int(match[2]) - 1


@lru_cache(maxsize=1024)
def month_name(number: int) -> str:
    """The date YYYY-MM of a month number."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


@dataclass(slots=True)
class Clock:
    """Where a run stands: `month` counts from 0, `start` is the month number of month 0."""

    start: int
    end: int
    month: int = 0

    @classmethod
    def between(cls, start: str, end: str) -> Clock:
        """A clock from the first to the last month, both included."""
        first, last = month_number(start), month_number(end)
        if last < first:
            raise InputError("time", "end", end, f"a month not before {start}")
        return cls(first, last)

    @property
    def months(self) -> int:
        """Number of months in the run."""
        return self.end - self.start + 1

    @property
    def year(self) -> int:
        """Calendar year of the current month."""
        return (self.start + self.month) // 12

    @property
    def month_of_year(self) -> int:
        """1 for January ... 12 for December."""
        return (self.start + self.month) % 12 + 1

    @property
    def name(self) -> str:
        """Date of the current month, YYYY-MM."""
        return month_name(self.start + self.month)

    @property
    def finished(self) -> bool:
        """True once every month has been simulated."""
        return self.month >= self.months
