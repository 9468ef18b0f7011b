"""What the seed of a run chooses besides its luck: a draw of the parameters and a population.

A run of seed s takes draw 1 + (s - 1) mod D of the D draws of a fit, and population
1 + (s - 1) mod N of the N that its scenario has runs take in turn. So runs of one seed share both
under all scenarios, and a run is the same whoever asks for it.

A fit is a folder with `fitted.toml`, whose provenance says up to which year observations were used
(`last_year`), and `draws.csv`, a parameter a column and a draw a row.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from pathlib import Path
from typing import Any

from sim.core.csv_table import CsvTable, read_csv
from sim.core.errors import InputError
from sim.scenario import Scenario, drawable
from sim.scenario_files import closest, merge, nested

CENTRAL, POSTERIOR = "central", "posterior"
VARIED = "varied"
"""What a manifest calls parameters that the design of a study sets, run by run."""
FILES = ("fitted.toml", "draws.csv")
FOLDER = "the folder of a finished calibration"
_CALIBRATION = Path(__file__).resolve().parents[1] / "calibration"
SHIPPED = (_CALIBRATION, _CALIBRATION / "vintage_2013")
"""Where fits that the package ships are; runs draw from the one with the latest observations."""


@dataclass(frozen=True)
class Parameters:
    """Where runs take their parameters from: the scenario alone, or one of the draws of a fit.

    `draws` are a scenario's changes (nested tables) by number from 1, of `count` in all; those of a
    result that is repeated are only the ones that it took. Without draws every run has the values
    of its scenario. `last_year` is that of the fit's observations, `hash` that of its draws.
    """

    draws: Mapping[int, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    count: int = 0
    last_year: int = 0
    hash: str = ""

    @property
    def name(self) -> str:
        """posterior or central."""
        return POSTERIOR if self.count else CENTRAL

    def number(self, seed: int) -> int:
        """Number of the draw that a run of this seed takes; 0 without draws."""
        return 1 + (seed - 1) % self.count if self.count else 0

    def of(self, scenario: Scenario, seed: int, populations: int | None = None) -> Scenario:
        """The scenario as a run of this seed has it: with its draw, in its own population alone.

        `populations` are taken in turn instead of the scenario's count. Raises InputError if the
        draw is not at hand.
        """
        drawn = scenario.with_draw(self._draw(seed)) if self.count else scenario
        number = population(scenario, seed, populations)
        one = {"seed": drawn.population.seed + number - 1, "count": 1}
        return drawn.model_copy(update={"population": drawn.population.model_copy(update=one)})

    def taken(self, seeds: Iterable[int]) -> Parameters:
        """The same with the draws alone that runs of these seeds take."""
        numbers = sorted({self.number(seed) for seed in seeds}) if self.count else []
        return replace(self, draws={one: self.draws[one] for one in numbers if one in self.draws})

    def in_order(self, count: int, skip: int = 0) -> list[Mapping[str, Any]]:
        """The first `count` draws after `skip` others."""
        return [self.draws[number] for number in range(skip + 1, skip + count + 1)]

    def _draw(self, seed: int) -> Mapping[str, Any]:
        number = self.number(seed)
        if number not in self.draws:
            allowed = f"seeds of draws {numbered(self.draws)}, or --parameters for others"
            raise InputError("--seed", "", f"{seed}, of draw {number}", allowed)
        return self.draws[number]


def population(scenario: Scenario, seed: int, count: int | None = None) -> int:
    """Number, from 1, of the population that a run of this seed has, of `count` or the scenario's."""
    return 1 + (seed - 1) % (count or scenario.population.count)


def parameters_of(given: str | Path | Parameters) -> Parameters:
    """What is asked for: posterior (the fit that is shipped), central, or a calibration's folder.

    Raises InputError for anything else.
    """
    if isinstance(given, Parameters):
        return given
    if not isinstance(given, str | Path):
        raise InputError("--parameters", "", given, f"{POSTERIOR}, {CENTRAL}, or {FOLDER}")
    if given == CENTRAL:
        return Parameters()
    if given != POSTERIOR:
        return read_fit(Path(given), "--parameters", f"{POSTERIOR}, {CENTRAL}, or {FOLDER}")
    found = shipped_fit()
    if not found.count:
        raise InputError("--parameters", "", POSTERIOR, f"{CENTRAL}, as no fit is shipped")
    return found


def read_fit(folder: Path, option: str = "", allowed: str = FOLDER) -> Parameters:
    """One fit; raises InputError naming the file and what is wrong with it.

    `option` is what asks for the fit, and `allowed` what it takes.
    """
    document, table = (folder / name for name in FILES)
    try:
        content: Any = tomllib.loads(document.read_text(encoding="utf-8"))
        last_year = content["provenance"]["last_year"]
    except OSError as error:
        raise InputError(folder, option, str(error.strerror), allowed) from None
    except KeyError:
        raise InputError(document, "provenance.last_year", "nothing", "a year") from None
    except ValueError as error:
        raise InputError(folder, option, str(error), allowed) from None
    if type(last_year) is not int:
        raise InputError(document, "provenance.last_year", last_year, "a year")
    written = read_csv(table)
    draws = _draws(table, written)
    return Parameters(draws, len(draws), last_year, written.sha256[:16])


def _draws(path: Path, table: CsvTable) -> dict[int, dict[str, Any]]:
    """A scenario's changes for each row of a table with a column a parameter, by number from 1."""
    for name in table.columns:
        if name not in drawable():
            raise InputError(
                path, f"line {table.header_line}", name, closest(name, list(drawable()))
            )
    draws = {}
    for number, (line, cells) in enumerate(table.rows, 1):
        values = [table.number(cell) for cell in cells]
        for name, cell, value in zip(table.columns, cells, values, strict=True):
            if value is None:
                raise InputError(path, f"line {line}, column {name}", cell, "a number")
        draws[number] = _nested(table.columns, values)
    if not draws:
        raise InputError(path, "", "no rows", "one draw or more")
    return draws


def shipped() -> tuple[Path, ...]:
    """Folders of the fits that are there."""
    return tuple(one for one in SHIPPED if all((one / name).is_file() for name in FILES))


def latest(fits: Iterable[Parameters]) -> Parameters:
    """The fit to the latest observations; central values where there is no fit."""
    return max(fits, key=lambda one: one.last_year, default=Parameters())


@cache
def shipped_fit() -> Parameters:
    """The shipped fit to the latest observations; central values where none is shipped."""
    return latest(read_fit(folder) for folder in shipped())


def _nested(names: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    tables = (nested(name.split("."), value) for name, value in zip(names, row, strict=True))
    return reduce(merge, tables, {})


# ------------------------------------------------------------------ where a result comes from
def told(
    parameters: Parameters, scenario: Scenario, seeds: Sequence[int], populations: int | None = None
) -> dict[str, Any]:  # fmt: skip
    """What a manifest says of the circumstances of runs of `seeds`: enough to repeat them.

    `parameters` (central or posterior), `fit` (last_year, hash and number of draws), `draws` taken
    by number, and numbers of the `populations` (of so many in turn, or of the scenario's).
    """
    used = parameters.taken(seeds)
    fit = {"last_year": used.last_year, "hash": used.hash, "draws": used.count}
    return {
        "parameters": used.name,
        "fit": fit if used.count else None,
        "draws": {str(number): dict(values) for number, values in used.draws.items()},
        "populations": sorted({population(scenario, seed, populations) for seed in seeds}),
    }


def origin_of(
    command: str, first: Mapping[str, Any], scenario: Scenario, seeds: Sequence[int],
    scale: float, parameters: Parameters, settings: Sequence[str], populations: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What the manifest of any runs of `seeds` says, given that of the `first` run."""
    kept = ("program", "version", "versions", "data", "notes", "few_rows")
    return {
        **{key: first[key] for key in kept if key in first},
        "command": command,
        "replicates": len(seeds),
        "seed": seeds[0],
        "scale": scale,
        **told(parameters, scenario, seeds, populations),
        "set": list(settings),
    }


def as_made(where: object, made: Mapping[str, Any]) -> Parameters:
    """Parameters as the manifest of a result has them; InputError for one of an older version."""
    try:
        fit = made["fit"] or {"last_year": 0, "hash": "", "draws": 0}
        draws = {int(number): values for number, values in made["draws"].items()}
        ours = shipped_fit()
        # A result has the draws that it took; the fit that is shipped, where it is theirs, has all.
        if draws and fit["hash"] == ours.hash:
            return ours
        return Parameters(draws, fit["draws"], fit["last_year"], fit["hash"])
    except (AttributeError, KeyError, TypeError):
        allowed = "one that says which draws and populations it took: made by this version"
        raise InputError(where, "", "a result of an older version", allowed) from None


def numbered(numbers: Iterable[int]) -> str:
    """Numbers as spans: 1-8, 11."""
    spans: list[list[int]] = []
    for one in sorted(numbers):
        if spans and one == spans[-1][1] + 1:
            spans[-1][1] = one
        else:
            spans.append([one, one])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
