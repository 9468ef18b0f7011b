"""What a function takes in a row, where one alone may be given as well."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from os import PathLike
from typing import Any

from pydantic import BaseModel

from sim.core.errors import InputError


def several(where: object, key: str, given: Any, allowed: str) -> tuple[Any, ...]:
    """What is given in a row; a text, path, number or scenario alone is a row of one.

    Raises InputError for what is neither.
    """
    if isinstance(given, str | bytes | PathLike | Real | BaseModel):
        return (given,)
    if not isinstance(given, Iterable):
        raise InputError(where, key, repr(given) if given is None else given, allowed)
    return tuple(given)


def settings_of(given: Any) -> tuple[Any, ...]:
    """Settings on top of a scenario, one or several; InputError for what is neither."""
    return several("settings", "", given, "texts such as adoption.reviews_per_year=1")
