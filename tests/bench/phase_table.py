"""What each phase of a month costs, in nanoseconds a firm, on a province that runs anyway."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from sim.model import Province

REST = "policies, records"
"""What a step does outside its phases."""


def phase_costs(province: Province, months: int) -> dict[str, tuple[float, float]]:
    """Nanoseconds a firm-month by phase over the next months: least and median."""
    rows = province.tables["firms"].rows
    taken: dict[str, list[float]] = {name: [] for name in (*province.seconds, REST)}
    for _ in range(months):
        before, began = dict(province.seconds), perf_counter()
        province.step()
        whole = perf_counter() - began
        spent = {name: province.seconds[name] - before[name] for name in before}
        for name, seconds in spent.items():
            taken[name].append(seconds)
        taken[REST].append(whole - sum(spent.values()))
    return {
        name: (1e9 * min(seconds) / rows, 1e9 * float(np.median(seconds)) / rows)
        for name, seconds in taken.items()
    }


def print_phases(costs: dict[int, dict[str, tuple[float, float]]]) -> None:
    """One line a phase, one pair of columns (least, median) for each number of rows."""
    names = next(iter(costs.values()))
    print(f"{'ns a firm-month':>18}" + "".join(f"{rows:>12,} median" for rows in costs))
    for name in names:
        pairs = (found[name] for found in costs.values())
        print(f"{name:>18}" + "".join(f"{least:12.1f} {middle:6.1f}" for least, middle in pairs))
