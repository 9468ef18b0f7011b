"""What may be given as a seed, and the whole number that it stands for."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from numbers import Integral
from typing import Any, Final

import numpy as np

from sim.core.errors import InputError

LARGEST_SEED = 2**63 - 1
MADE_BELOW = 2**48
"""Seeds that are made here lie below: exact in JSON, in a data frame's floats and in a spreadsheet."""

type SeedLike = (
    int | np.integer[Any] | Sequence[int] | np.random.SeedSequence | np.random.Generator
    | np.random.BitGenerator | np.random.RandomState | None
)  # fmt: skip


class NotGiven:
    """Nothing given, which is not None."""

    def __repr__(self) -> str:
        return "1"


NOT_GIVEN: Final = NotGiven()


def as_seed(given: SeedLike, runs: int = 1, where: str = "--seed") -> int:
    """The seed of the first of `runs` runs, which have it and the whole numbers after it.

    A whole number, Python's or numpy's, is itself. None draws a fresh one from the operating
    system. A SeedSequence, or whole numbers in a row as numpy takes them for one, stands for the
    first 64-bit word that it generates, a Generator, BitGenerator or RandomState for the next number
    that is drawn from it (so it moves on, as in numpy and Mesa), both below 2**48: equal ones give
    equal seeds. Raises InputError for anything else and for numbers out of range.
    """
    allowed = f"0 to {LARGEST_SEED - runs}"
    if given is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint64)[0]) % MADE_BELOW
    if isinstance(given, np.random.RandomState):
        return int(given.randint(0, MADE_BELOW, dtype=np.int64))
    if isinstance(given, np.random.BitGenerator):
        given = np.random.Generator(given)
    if isinstance(given, np.random.Generator):
        return int(given.integers(MADE_BELOW))
    if _is_row(given):
        given = _sequence(given, where)
    if isinstance(given, np.random.SeedSequence):
        return int(given.generate_state(1, np.uint64)[0]) % MADE_BELOW
    try:
        whole = None if isinstance(given, bool) else operator.index(given)  # type: ignore[arg-type]
    except TypeError:
        whole = None
    if whole is None or not 0 <= whole <= LARGEST_SEED - runs:
        raise InputError(where, "", given, allowed if whole is not None else f"{allowed}; {_TAKEN}")
    return whole


def is_whole(given: object) -> bool:
    """Is it a whole number, Python's or numpy's?"""
    return isinstance(given, Integral) and not isinstance(given, bool)


def one_seed(seed: Any, rng: Any) -> int:
    """The seed of a run that is given as `seed` or as `rng`: 1 where neither is.

    None counts as not given where the other is, as in Mesa. Raises InputError where both are.
    """
    named = {
        name: given
        for name, given in (("seed", seed), ("rng", rng))
        if given is not NOT_GIVEN and given is not None
    }
    if len(named) > 1:
        raise InputError("Province", "seed", seed, f"no seed beside rng={rng!r}: one of the two")
    for name, given in named.items():
        return as_seed(given, where=name)
    return 1 if seed is NOT_GIVEN and rng is NOT_GIVEN else as_seed(None)


_TAKEN = "or None, numbers in a row, a SeedSequence, Generator, BitGenerator or RandomState"


def _is_row(given: object) -> bool:
    array = isinstance(given, np.ndarray) and given.ndim > 0
    return array or (isinstance(given, Sequence) and not isinstance(given, str | bytes))


def _sequence(given: Any, where: str) -> np.random.SeedSequence:
    """The SeedSequence of whole numbers in a row."""
    try:
        numbers = [operator.index(one) for one in given if not isinstance(one, bool | np.bool_)]
    except TypeError:
        numbers = []
    if not numbers or len(numbers) < len(given) or min(numbers) < 0:
        raise InputError(where, "", given, "one or more whole numbers, none below 0")
    return np.random.SeedSequence(numbers)
