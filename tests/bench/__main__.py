"""`python -m tests.bench [--quick]`: speed and memory of the engine, side by side in one run."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from sim.comparison import compare
from sim.model import PHASES, Province
from sim.world.data import load_data
from sim.world.population import synthesise
from sim.world.synthesis import PopulationParameters
from tests.bench.memory_limit import bytes_per_firm, limit_seconds
from tests.bench.phase_table import phase_costs, print_phases
from tests.bench.plain_mesa import PlainProvince

ROWS = (2_000, 10_000, 40_000, 200_000, 1_000_000)
ALL_ROWS = 49_561
"""Rows at scale 1."""


def month_times(rows: int, months: int) -> tuple[Province, list[float]]:
    """A province of about `rows` rows and the seconds of each month after the first."""
    province = Province("document_2014", scale=rows / ALL_ROWS, parameters="central")
    for _ in range(26):
        if province.clock.month < 2 or rows <= 40_000:
            province.step()
    times = []
    for _ in range(months):
        began = perf_counter()
        province.step()
        times.append(perf_counter() - began)
    return province, times


def plain_ratio(rows: int, months: int) -> tuple[float, float]:
    """Median seconds of a month of the plain Mesa twin, and how often the engine does it meanwhile.

    Both run the months from May 2014 on, when the four core instruments are in force.
    """
    province = Province("core_programme", scale=rows / ALL_ROWS, parameters="central")
    while province.clock.month < 28:
        province.step()
    twin = PlainProvince(province)
    plain, engine = [], []
    for _ in range(months):
        began = perf_counter()
        twin.step()
        plain.append(perf_counter() - began)
        for _ in range(3):
            province_step = province.branch()
            began = perf_counter()
            province_step.step()
            engine.append(perf_counter() - began)
        province.step()
    return float(np.median(plain)), float(np.median(plain) / np.median(engine))


def face_overhead(rows: int) -> float:
    """Province.step() over calling the phases alone, both after a warm-up."""
    province, stepped = month_times(rows, 12)
    bare = []
    for _ in range(12):
        began = perf_counter()
        for phase in PHASES:
            phase.function(province.context, **province._views[phase.name])
        bare.append(perf_counter() - began)
        province.clock.month += 1
    return float(np.median(stepped) / np.median(bare))


def seconds_of(*command: str) -> float:
    """Best of three of a whole process."""
    best = np.inf
    for _ in range(3):
        began = perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        best = min(best, perf_counter() - began)
    return float(best)


def ensemble_efficiency(replicates: int) -> float:
    """Runs a second with two workers over twice those with one."""
    settings: dict[str, Any] = {"scale": 0.2, "replicates": replicates}
    times = []
    for workers in (1, 2):
        began = perf_counter()
        compare(["document_2014", "no_programme"], workers=workers, **settings)
        times.append(perf_counter() - began)
    return times[0] / times[1] / 2


def main() -> None:
    """Measure, print and write out/bench.json."""
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="up to 40,000 rows")
    chosen = parser.parse_args()
    sizes = [rows for rows in ROWS if rows <= (40_000 if chosen.quick else 1_000_000)]
    found: dict[str, Any] = {"months": {}}
    phases: dict[int, dict[str, tuple[float, float]]] = {}
    print(f"{'rows':>10} {'month ms':>9} {'median':>9} {'limit ms':>9} {'ratio':>6} {'B/firm':>7}")
    for rows in sizes:
        province, times = month_times(rows, 12 if rows > 100_000 else 40)
        least, middle = 1e3 * min(times), 1e3 * float(np.median(times))
        limit = 1e3 * limit_seconds(province)
        real = province.tables["firms"].rows
        bytes_each = bytes_per_firm(province)
        found["months"][real] = {"min_ms": least, "median_ms": middle, "limit_ms": limit,
                                 "bytes_per_firm": bytes_each}  # fmt: skip
        print(
            f"{real:10,} {least:9.2f} {middle:9.2f} {limit:9.2f} {middle / limit:6.2f} "
            f"{bytes_each:7.0f}"
        )
        phases[real] = phase_costs(province, 4)
    found["phases"] = phases
    print_phases(phases)
    print(f"{'rows':>10} {'plain Mesa ms':>14} {'times slower':>13}  (goal >= 500 at 40,000)")
    for rows, months in ((2_000, 4), (40_000, 3)):
        seconds, ratio = plain_ratio(rows, months)
        found[f"plain_{rows}"] = {"month_ms": 1e3 * seconds, "ratio": ratio}
        print(f"{rows:10,} {1e3 * seconds:14,.0f} {ratio:13,.0f}")
    counts = np.array([n for n in found["months"] if n >= 9_000], dtype=float)
    medians = np.array([found["months"][int(n)]["median_ms"] for n in counts])
    found["exponent"] = float(np.polyfit(np.log(counts), np.log(medians), 1)[0])
    print(f"growth of a month's cost with rows: exponent {found['exponent']:.2f} (goal <= 1.05)")
    last = list(found["months"].values())[-1]
    speed = list(found["months"])[-1] / last["median_ms"] / 1e3
    found["million_firm_months_a_second"] = speed
    print(f"firm-months a second: {speed:.1f} million, each with eight technologies")
    scale = sizes[-1] / ALL_ROWS
    began = perf_counter()
    synthesise(load_data(), scale, 1, PopulationParameters())
    made = perf_counter() - began
    found["generation_years"] = made / (12 * last["median_ms"] / 1e3)
    print(
        f"population and links of {sizes[-1]:,} rows: {made:.2f} s, "
        f"{found['generation_years']:.1f} x a simulated year (goal <= 5)"
    )
    found["face"] = face_overhead(40_000)
    print(f"Province.step() over bare phases: {found['face']:.3f} (goal <= 1.05)")
    found["import_s"] = seconds_of(sys.executable, "-c", "import sim")
    found["empty_s"] = seconds_of(sys.executable, "-c", "")
    found["help_s"] = seconds_of(sys.executable, "-m", "sim.cli", "--help")
    print(
        f"import sim {found['import_s']:.2f} s (goal <= 0.4), help {found['help_s']:.2f} s "
        f"(goal <= 0.5), bare interpreter {found['empty_s']:.2f} s"
    )
    found["ensemble"] = ensemble_efficiency(4 if chosen.quick else 48)
    print(f"efficiency of two worker processes: {found['ensemble']:.0%} (goal >= 93 %)")
    found["resident_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"largest resident memory: {found['resident_mb']:,.0f} MB")
    out = Path("out")
    out.mkdir(exist_ok=True)
    (out / "bench.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
