"""The producing side of a province: an input-output table with what firms need to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from sim.core.errors import InputError
from sim.core.table import Array

MOST_SECTORS = 256
"""Firms hold the position of their sector in one byte."""
LARGEST_OUTPUT = 1e12
"""10k CNY a month; sums over firms stay exact enough below it."""
USUAL_LABOUR = 0.2
"""Labour's share of output where a table does not say it."""
CANNOT_PAY = "firms that cannot pay them close"
_SHARE = (0.0, 1.0)
_BOUNDS = {
    "coefficients": _SHARE,
    "total_coefficients": _SHARE,
    "imported_share": _SHARE,
    "labour_share": _SHARE,
    "energy_share": _SHARE,
    "final_demand": (0.0, LARGEST_OUTPUT),
    "export_share": _SHARE,
    "service_share": _SHARE,
    "capital_output_ratio": (0.01, 100.0),
    "skilled_share": _SHARE,
    "production_worker_share": _SHARE,
    "robot_density_multiple": (0.0, 1000.0),
    "polluting": _SHARE,
    "hazardous": _SHARE,
    "equipment_maker": _SHARE,
}
"""Smallest and largest number of every array of an economy."""


@dataclass(frozen=True)
class Economy:
    """S industrial sectors; arrays of shape (S,) unless said. Money 10k CNY a month.

    `coefficients` (S, S) [input, user]: goods made in the province per unit of output;
    `total_coefficients` (S, S) the same wherever they come from; `imported_share` everything else
    bought (from outside the province and from services) per unit of output, which with labour is
    paid from output; `final_demand` of the
    base year, of which `export_share` goes abroad and `service_share` to the province's services.
    Shares lie in 0 to 1, `capital_output_ratio` in 0.01 to 100. Arrays are read-only copies of what
    is given. Raises InputError for other values.
    """

    codes: tuple[str, ...]
    names_zh: tuple[str, ...]
    names_en: tuple[str, ...]
    coefficients: Array
    total_coefficients: Array
    imported_share: Array
    labour_share: Array
    energy_share: Array
    final_demand: Array
    export_share: Array
    service_share: Array
    capital_output_ratio: Array
    skilled_share: Array
    production_worker_share: Array
    robot_density_multiple: Array
    polluting: Array
    hazardous: Array
    equipment_maker: Array

    def __post_init__(self) -> None:
        codes = _words("codes", self.codes)
        if not 0 < len(codes) <= MOST_SECTORS or len(set(codes)) != len(codes):
            given = ", ".join(codes[:20]) or "none"
            raise InputError(
                "economy", "codes", given, f"different codes of 1 to {MOST_SECTORS} sectors"
            )
        object.__setattr__(self, "codes", codes)
        for name in ("names_zh", "names_en"):
            words = _words(name, getattr(self, name))
            if len(words) != len(codes):
                raise InputError("economy", name, f"{len(words)} names", f"{len(codes)} names")
            object.__setattr__(self, name, words)
        for name in (one.name for one in fields(self) if one.name in _BOUNDS):
            array = _numbers(name, getattr(self, name), codes, *_BOUNDS[name])
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        inputs = _whole_inputs(self.coefficients, codes) + self.imported_share
        _add_up("coefficients and imported_share", inputs, codes)
        for row in np.flatnonzero(unpaid(1.0, inputs, self.labour_share))[:1]:
            parts = zip((inputs, self.labour_share), ("inputs", "labour"), strict=True)
            told = " and ".join(f"{part[row]:g} for {word}" for part, word in parts)
            raise InputError(
                "economy", "coefficients, imported_share and labour_share",
                f"{told} in sector {codes[row]}",
                f"at most 1 together: {CANNOT_PAY}",
            )  # fmt: skip
        _add_up("export_share and service_share", self.export_share + self.service_share, codes)
        output = self.output
        if not 0 < output.max() <= LARGEST_OUTPUT:
            worst = int(output.argmax())
            raise InputError(
                "economy", "final_demand", f"an output of {output[worst]:g} in sector {codes[worst]}",
                f"above 0 and up to {LARGEST_OUTPUT:g} (10k CNY a month)",
            )  # fmt: skip

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Copies and pickles of a read-only array can be written.
        for value in state.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
        self.__dict__.update(state)

    @property
    def output(self) -> Array:
        """Leontief output (I - A)^-1 f, 10k CNY a month, (S,)."""
        size = len(self.codes)
        return np.linalg.solve(np.eye(size) - self.coefficients, self.final_demand)

    @classmethod
    def from_table(
        cls,
        codes: Sequence[str],
        coefficients: Any,
        final_demand: Any,
        **optional: Any,
    ) -> Economy:
        """An economy of the user's: sector codes, local coefficients and final demand.

        Optional arrays (S,) by field name; what is not given is plain: no inputs from outside, a
        fifth of output for labour (or what inputs leave, where that is less), no exports. Final demand below 0 is net imports: of such a good
        users buy from outside what the sector's output leaves open, each the same share, so that
        outputs are those of the table; `total_coefficients` keep the table as it was given. Raises
        InputError naming field, sector and value for whatever cannot be used.
        """
        names = _words("codes", codes)
        size = len(names)
        table = _numbers("coefficients", coefficients, names, *_BOUNDS["coefficients"])
        demand = _numbers("final_demand", final_demand, names, -LARGEST_OUTPUT, LARGEST_OUTPUT)
        plain: dict[str, Any] = {
            "imported_share": np.zeros(size),
            "labour_share": np.zeros(size),
            "energy_share": np.zeros(size),
            "export_share": np.zeros(size),
            "service_share": np.zeros(size),
            "capital_output_ratio": np.full(size, 0.3),
            "skilled_share": np.full(size, 0.15),
            "production_worker_share": np.full(size, 0.75),
            "robot_density_multiple": np.ones(size),
            "polluting": np.zeros(size),
            "hazardous": np.zeros(size),
            "equipment_maker": np.zeros(size),
        }
        unknown = sorted(set(optional) - set(plain) - {"names_zh", "names_en"})
        if unknown:
            raise InputError("economy", unknown[0], None, ", ".join(sorted(plain)))
        for name in plain:
            if name in optional:
                plain[name] = _numbers(name, optional[name], names, *_BOUNDS[name])
        if "labour_share" not in optional:
            inputs = table.sum(axis=0) + plain["imported_share"]
            plain["labour_share"] = np.clip(1.0 - inputs, 0.0, USUAL_LABOUR)
        made_here = _made_here(table, demand, names)
        local = table * made_here[:, None]
        plain["imported_share"] = plain["imported_share"] + (table - local).sum(axis=0)
        return cls(
            codes=names,
            names_zh=optional.get("names_zh", names),
            names_en=optional.get("names_en", names),
            coefficients=local,
            total_coefficients=table,
            final_demand=np.maximum(demand, 0.0),
            **plain,
        )


def _made_here(table: Array, demand: Array, codes: tuple[str, ...]) -> Array:
    """Share of each good's use as an input that its own sector makes, (S,): 1 but for net imports."""
    if not len(codes):
        return np.ones(0)
    _whole_inputs(table, codes)
    output = np.linalg.solve(np.eye(len(codes)) - table, demand)
    # What rounding leaves below 0 is 0.
    short = np.flatnonzero(output < -1e-9 * np.abs(output).max())
    if len(short):
        worst = int(short[output[short].argmin()])
        raise InputError(
            "economy", "final_demand",
            f"{demand[worst]:g} for sector {codes[worst]}, whose output would be {output[worst]:g}",
            "net imports of no more than users buy of a good, so that every output is 0 or more",
        )  # fmt: skip
    return np.where(demand < 0, part_made_here(table, np.maximum(output, 0.0)), 1.0)


def unpaid(output: Any, inputs: Any, wages: Any) -> Any:
    """Does output (n,) pay for less than its inputs and wages, by more than rounding?"""
    return inputs + wages > output * (1.0 + 1e-9)


def part_made_here(coefficients: Array, output: Array) -> Array:
    """Part of each good that its users can buy of its own sector, at this output of all, (S,)."""
    needed = coefficients @ output
    short = needed > output
    part: Array = np.where(short, output / np.where(short, needed, 1.0), 1.0)
    return part


def _whole_inputs(table: Array, codes: tuple[str, ...]) -> Array:
    """What each sector buys here per unit of its output, (S,); production needs less than 1."""
    whole: Array = table.sum(axis=0)
    if whole.max() >= 1:
        worst = int(whole.argmax())
        raise InputError(
            "economy", "coefficients", f"a sum of {whole[worst]:g} for user {codes[worst]}",
            "columns that add to less than 1",
        )  # fmt: skip
    return whole


def _add_up(name: str, whole: Array, codes: tuple[str, ...]) -> None:
    """Refuse parts of one whole that add to more than it."""
    worst = int(whole.argmax())
    if whole[worst] > 1.0 + 1e-9:
        given = f"a sum of {whole[worst]:g} for sector {codes[worst]}"
        raise InputError("economy", name, given, "at most 1 together")


def _words(name: str, value: Any) -> tuple[str, ...]:
    """Words in a row, none of them empty."""
    try:
        words = tuple(str(one) for one in value)
    except TypeError:
        raise InputError("economy", name, type(value).__name__, "a list of words") from None
    if not all(word.strip() and word.isprintable() for word in words):
        raise InputError("economy", name, "an empty or unprintable word", "words of one line")
    return words


def _numbers(name: str, value: Any, codes: tuple[str, ...], low: float, high: float) -> Array:
    """An array (S,), of coefficients (S, S), of numbers within bounds."""
    size = len(codes)
    shape = (size, size) if name.endswith("coefficients") else (size,)
    try:
        if np.ma.is_masked(np.ma.asarray(value)):
            raise InputError("economy", name, "masked entries", f"finite numbers of shape {shape}")
        given = np.asarray(value)
        array = given.astype(np.float64) if given.dtype.kind in "biufO" else None
    except (TypeError, ValueError, OverflowError):
        array = None
    if array is None:
        raise InputError(
            "economy", name, type(value).__name__, f"finite numbers of shape {shape}"
        ) from None
    if array.shape != shape:
        raise InputError("economy", name, f"shape {array.shape}", f"shape {shape}")
    wrong = np.argwhere(~((array >= low) & (array <= high)))
    if len(wrong):
        place = tuple(wrong[0])
        where = " for user ".join(codes[one] for one in place)
        what = "input" if len(place) == 2 else "sector"
        given_here = f"{array[place]:g} for {what} {where}"
        raise InputError("economy", name, given_here, f"numbers from {low:g} to {high:g}")
    return array
