"""Running scenarios: one run, or paired replicates of several with common random numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.circumstances import POSTERIOR, Parameters, origin_of, parameters_of
from sim.core.clock import month_number
from sim.core.errors import InputError
from sim.core.files import Folder
from sim.given import settings_of, several
from sim.outputs import bounds, in_table
from sim.results import Results, write_manifest, write_table
from sim.scale import USUAL_SCALE
from sim.scenario import Scenario
from sim.scenario_files import OWN_FILES, closest, matching
from sim.seeds import SeedLike, as_seed, is_whole
from sim.workers import Job, Progress, cores, run_jobs, run_to_year_ends

TWO = "two or more different ones"
"""Scenarios that can be compared."""


@dataclass
class Comparison:
    """Paired replicates of several scenarios; `baseline` is the one that differences are against.

    `province`: scenario, replicate, month, outputs; `cities`: scenario, replicate, city, month (year
    ends), outputs; `programme`: scenario, replicate, month (year ends), instrument, money.
    """

    scenarios: tuple[Scenario, ...]
    baseline: str
    replicates: int
    province: pd.DataFrame
    cities: pd.DataFrame
    programme: pd.DataFrame
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Scenario names in the order given."""
        return tuple(scenario.name for scenario in self.scenarios)

    def summary(self) -> pd.DataFrame:
        """Mean, sd and quantiles over replicates by scenario, month and output."""
        outputs = [output.name for output in in_table("province")]
        long = self.province.melt(["scenario", "replicate", "month"], outputs, "output")
        grouped = long.groupby(["scenario", "month", "output"], sort=False)["value"]
        table = grouped.agg(["mean", "std"]).rename(columns={"std": "sd"})
        for share in (0.05, 0.25, 0.5, 0.75, 0.95):
            table[f"q{round(share * 100):02d}"] = grouped.quantile(share)
        return table.reset_index()

    def differences(self, months: Sequence[str] | None = None) -> pd.DataFrame:
        """Paired difference to the baseline with a 95 % t-interval, by scenario, month, output.

        Replicate r of every scenario has the same seed, so chance that both share cancels.
        """
        chosen = list(months) if months is not None else self.year_ends()
        outputs = [output.name for output in in_table("province")]
        keys = ["replicate", "month"]
        frame = self.province[self.province["month"].isin(chosen)]
        base = frame[frame["scenario"] == self.baseline].set_index(keys)[outputs].sort_index()
        n = self.replicates
        width = half_width(n)
        rows = []
        for name in self.names:
            if name == self.baseline:
                continue
            other = frame[frame["scenario"] == name].set_index(keys)[outputs].sort_index()
            gap = (other - base).groupby(level="month", sort=False)
            mean, sd = gap.mean(), gap.std(ddof=1)
            level, start = (one.groupby(level="month", sort=False).mean() for one in (other, base))
            for month in chosen:
                for output in outputs:
                    centre, half = mean.loc[month, output], width * sd.loc[month, output]
                    before, (least, most) = start.loc[month, output], bounds(output)
                    # The level with the difference stays what a level can be.
                    ends = t_ends(centre, half, least - before, most - before)
                    rows.append(
                        (name, month, output, level.loc[month, output], before, centre, *ends)
                    )  # fmt: skip
        columns = ["scenario", "month", "output", "mean", "baseline", "difference", "low", "high"]
        return pd.DataFrame(rows, columns=columns)

    def year_ends(self) -> list[str]:
        """December of each year, and the last month."""
        months = list(dict.fromkeys(self.province["month"]))
        return [m for m in months if m.endswith("-12") or m == months[-1]]

    def save(
        self, out: Path | str, lang: str = "en", force: bool = False, figures: bool = True
    ) -> list[Path]:
        """Write tables, figures, report and manifest into a folder, whole or not at all.

        Returns the paths of what was written.
        """
        with Folder(Path(out), force) as folder:
            tables = {
                "province": self.province,
                "cities": self.cities,
                "programme": self.programme,
                "summary": self.summary(),
                "differences": self.differences(),
            }
            for name, frame in tables.items():
                write_table(frame, folder.path / name, self.manifest, lang)
            if figures:
                from sim.report import write_comparison

                write_comparison(self, folder.path, lang)
            write_manifest(self.manifest, folder.path)
        return folder.written


def t_ends(centre: Any, half: Any, least: Any = -np.inf, most: Any = np.inf) -> tuple[Any, Any]:
    """Ends of intervals, not beyond what the figures themselves can be: money is never below 0.

    All are numbers, or arrays or series of one shape (n,).
    """
    low, high = (np.minimum(np.maximum(end, least), most) for end in (centre - half, centre + half))
    return low, high


def half_width(n: int) -> float:
    """Half width of a 95 % t-interval over the standard deviation of n runs; one run has none."""
    return float(stdtrit(n - 1, 0.975)) / float(np.sqrt(n)) if n > 1 else np.nan


def run(
    scenario: Scenario | str | Path,
    *,
    scale: float = USUAL_SCALE,
    seed: SeedLike = 1,
    until: str | None = None,
    settings: Iterable[str] = (),
    check: bool = False,
    parameters: str | Path | Parameters = POSTERIOR,
    supply_graph: Any = None,
    economy: Any = None,
    progress: Progress | None = None,
) -> Results:
    """Run one scenario and return its results; `until` is the last month (YYYY-MM).

    It is the first replicate of `compare` from that seed: `parameters` are as there. `seed` is
    anything that `sim.seeds.as_seed` takes, None for a fresh one; the manifest has it.
    `supply_graph` and `economy` are of the user's, objects or paths of files, as in `Province`.
    """
    from sim.model import Province

    pairs, seed = settings_of(settings), as_seed(seed)
    chosen = prepared(scenario, pairs, until, supply_graph=supply_graph, economy=economy)
    province = Province(chosen, scale=scale, seed=seed, check=check, parameters=parameters)
    total = province.clock.months
    results = province.run(None if progress is None else lambda clock: progress(clock.month, total))
    results.manifest["set"] = list(pairs)
    return results


def compare(
    scenarios: Sequence[Scenario | str | Path],
    *,
    scale: float = USUAL_SCALE,
    replicates: int = 10,
    seed: SeedLike = 1,
    workers: int | None = None,
    until: str | None = None,
    settings: Iterable[str] = (),
    baseline: str | None = None,
    check: bool = False,
    parameters: str | Path | Parameters = POSTERIOR,
    supply_graph: Any = None,
    economy: Any = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run every scenario `replicates` times on common random numbers, on all cores by default.

    A name with * or ? stands for every shipped scenario that it fits, such as without_a*.
    Replicate r has seed `seed + r` in every scenario, and with it one of eight populations and, where
    `parameters` are posterior or the folder of a calibration, a draw of a fit (`sim.circumstances`),
    so that intervals hold what is not known of either; with central parameters are those of the
    scenarios. `seed` is anything that `sim.seeds.as_seed` takes, None for a fresh one. The baseline
    is the last scenario unless named. `supply_graph` and `economy` of the user's, as in `Province`,
    stand in every scenario. The result is the same for any number of workers. `progress` is called
    with the number of runs done and in all.
    """
    pairs, drawn, seed = settings_of(settings), parameters_of(parameters), as_seed(seed)
    chosen = tuple(
        prepared(one, pairs, until, supply_graph=supply_graph, economy=economy)
        for one in _expanded(several("compare", "scenarios", scenarios, TWO))
    )
    if len(chosen) < 2:
        raise InputError("compare", "scenarios", ", ".join(one.name for one in chosen), TWO)
    base = check_scenarios("compare", chosen, baseline)
    runs = run_paired(
        "compare", chosen, run_to_year_ends, scale=scale, replicates=replicates, seed=seed,
        workers=workers, check=check, progress=progress, parameters=drawn,
    )  # fmt: skip
    frames: dict[str, pd.DataFrame] = {}
    for name in ("province", "cities", "programme"):
        parts = []
        for job, results in runs:
            frame = getattr(results, name).copy()
            frame.insert(0, "scenario", job.scenario.name)
            frame.insert(1, "replicate", job.replicate)
            parts.append(frame)
        frames[name] = pd.concat(parts, ignore_index=True)
    seeds = range(seed, seed + replicates)
    first = with_all_notes([results.manifest for _, results in runs])
    manifest = origin("compare", chosen, first, seeds, scale, drawn, pairs)
    return Comparison(chosen, base, replicates, manifest=manifest | {"baseline": base}, **frames)


def check_scenarios(command: str, scenarios: Sequence[Scenario], baseline: str | None) -> str:
    """Refuse what cannot run side by side; the baseline: the last one unless one is named."""
    names = [one.name for one in scenarios]
    if not names or len(set(names)) != len(names):
        raise InputError(command, "scenarios", ", ".join(names), "different ones")
    spans = {(one.time.start, one.time.end) for one in scenarios}
    if len(spans) > 1:
        raise InputError(command, "time", sorted(spans), "scenarios over the same months")
    check_populations(scenarios)
    if baseline is not None and baseline not in names:
        near = closest(baseline, names) if isinstance(baseline, str) else ", ".join(names)
        raise InputError(command, "--baseline", baseline, near)
    return baseline or names[-1]


def check_populations(scenarios: Sequence[Scenario], where: object = "scenarios") -> None:
    """Refuse scenarios whose runs of one seed would not share a population; InputError names them."""
    for key in ("seed", "count"):
        given = {one.name: getattr(one.population, key) for one in scenarios}
        if len(set(given.values())) > 1:
            told = ", ".join(f"{value} in {name}" for name, value in given.items())
            allowed = "the same in all scenarios: runs of one seed share a population"
            raise InputError(where, f"population.{key}", told, allowed)


def run_paired[R](
    command: str, scenarios: Sequence[Scenario], work: Callable[[Job], R], *, scale: float,
    replicates: int, seed: int, workers: int | None, check: bool, progress: Progress | None,
    parameters: Parameters,
) -> list[tuple[Job, R]]:  # fmt: skip
    """What `work` keeps of every scenario's `replicates`, ordered by scenario and replicate.

    Replicate r has seed `seed + r`, and the parameters and population of it, in all scenarios.
    """
    count = check_counts(command, replicates, seed, workers)
    names = [one.name for one in scenarios]
    jobs = [
        Job(parameters.of(one, seed + replicate), replicate, seed + replicate, scale, check)
        for replicate in range(replicates)
        for one in scenarios
    ]
    found = list(zip(jobs, run_jobs(jobs, count, work, progress), strict=True))
    return sorted(found, key=lambda pair: (names.index(pair[0].scenario.name), pair[0].replicate))


def _expanded(scenarios: Sequence[Scenario | str | Path]) -> list[Scenario | str | Path]:
    """Each pattern replaced by the shipped scenarios it fits and that are not named elsewhere."""
    found: list[Scenario | str | Path] = []
    for one in scenarios:
        if isinstance(one, str) and ("*" in one or "?" in one):
            others = [*scenarios, *found]
            found += [name for name in matching(one) if name not in others]
        else:
            found.append(one)
    return found


def prepared(
    scenario: Scenario | str | Path, settings: Iterable[str], until: str | None, *,
    supply_graph: Any = None, economy: Any = None,
) -> Scenario:  # fmt: skip
    """A scenario with settings on top, data of the user's and its last month replaced."""
    pairs = settings_of(settings)
    if isinstance(scenario, Scenario):
        chosen = scenario.with_settings(pairs) if pairs else scenario
    elif isinstance(scenario, str | Path):
        chosen = Scenario.load(scenario, pairs)
    else:
        allowed = "a Scenario, or the name or path of one"
        raise InputError("scenario", "", scenario, allowed)
    chosen = chosen.with_own(economy=economy, supply_graph=supply_graph)
    if until is None:
        return chosen
    if month_number(until, "--until", "") < month_number(chosen.time.start):
        allowed = f"{chosen.time.start}, when {chosen.name} starts, or later"
        raise InputError("--until", "", until, allowed)
    return chosen.with_settings([f'time.end="{until}"'])


def check_counts(verb: str, replicates: int, seed: int, workers: int | None) -> int:
    """Refuse what cannot be run; returns the number of worker processes."""
    if not is_whole(replicates) or not 1 <= replicates <= 100_000:
        raise InputError(verb, "--replicates", replicates, "1 to 100000")
    as_seed(seed, replicates)
    count = workers if workers is not None else cores()
    if not is_whole(count) or count < 1:
        raise InputError(verb, "--workers", workers, "1 or more")
    return count


def origin(
    command: str, scenarios: Sequence[Scenario], first: dict[str, Any], seeds: Sequence[int],
    scale: float, parameters: Parameters, settings: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Manifest of paired runs with `seeds`, given that of the `first` run.

    `settings` stand on all scenarios.
    """
    notes = [*first.get("notes", ()), *_other_data(scenarios)]
    return {
        **origin_of(command, first, scenarios[0], seeds, scale, parameters, settings),
        "scenarios": {one.name: one.hash for one in scenarios},
        "settings": {one.name: one.model_dump(mode="json") for one in scenarios},
        **({"notes": notes} if notes else {}),
    }


def with_all_notes(manifests: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The first of manifests with the notes of all, each once."""
    notes = dict.fromkeys(note for one in manifests for note in one.get("notes", ()))
    return manifests[0] | ({"notes": list(notes)} if notes else {})


def _other_data(scenarios: Sequence[Scenario]) -> list[str]:
    """A note where scenarios do not all stand on the same economy and supply graph."""
    stand = [[getattr(one, key) and getattr(one, key).sha256 for key in OWN_FILES]
             for one in scenarios]  # fmt: skip
    if all(data == stand[0] for data in stand):
        return []
    return [
        "the scenarios stand on different economies or supply graphs: differences are those of the"
        " data too; --set economy=FILE or supply_graph=FILE gives all of them the same"
    ]
