"""What a study is checked for before anything runs: outcomes, ends of ranges, every point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.design import SCENARIO
from experiments.outcomes import at_months, months_of, needs_until, outcome
from experiments.study_file import OutcomeChoice, StudyFile
from sim.core.clock import month_number
from sim.core.errors import InputError
from sim.scenario import Scenario
from sim.scenario_files import closest

if TYPE_CHECKING:
    from experiments.study import Study

TABLE_OF = {"lever": "levers", "uncertainty": "uncertainties"}


def kept_outcomes(
    file: StudyFile, kept: OutcomeChoice, scenarios: Sequence[Scenario]
) -> tuple[str, ...]:
    """Names of outcomes, each known and within the run."""
    start, end = scenarios[0].time.start, scenarios[0].time.end
    instruments = list(dict.fromkeys(name for one in scenarios for name in one.instruments))
    for place, name in enumerate(kept.names):
        key = f"outcomes.names.{place}"
        outcome(name, file.path, key)
        if name.startswith("paid.") and name.removeprefix("paid.") not in instruments:
            raise file.error(key, name, closest(name, [f"paid.{one}" for one in instruments]))
        needed = needs_until(name)
        if needed is not None and needed > end:
            raise file.error(key, name, f"a run until {needed} or later; this one ends {end}")
    for place, month in enumerate(kept.months):
        month_number(month, file.path, f"outcomes.months.{place}")
    for month in (*months_of(kept.names), *kept.months):
        if not start <= month <= end:
            raise file.error("outcomes", month, f"a month from {start} to {end}")
    return tuple(at_months(kept.names, kept.months))


def check_ends(file: StudyFile, study: Study, crossing: Sequence[Scenario]) -> None:
    """Every end of every factor's range is a scenario that can run."""
    for scenario in crossing:
        for one in study.factors:
            for place, end in enumerate(one.ends):
                try:
                    study.scenario_at({SCENARIO: scenario.name, one.key: end})
                except InputError as error:
                    names = ("low", "high") if one.values is None else range(len(one.ends))
                    part = "" if one.values is None else "values."
                    key = f"{TABLE_OF[one.kind]}.{one.key}.{part}{names[place]}"
                    raise _told(file, key, error, scenario.name) from None


def check_rows(file: StudyFile, study: Study) -> None:
    """Every point is a scenario that can run."""
    for row in study.design().to_dict("records"):
        try:
            study.scenario_at({str(key): cell for key, cell in row.items()})
        except InputError as error:
            given = f"point {row['point']}, {error.key}: {error.given}"
            told = InputError("", "", given, error.allowed)
            raise _told(file, "design", told, str(row[SCENARIO])) from None


def _told(file: StudyFile, key: str, error: InputError, scenario: str) -> InputError:
    allowed = f"what scenario {scenario} takes" if error.allowed is None else error.allowed
    return file.error(key, error.given, f"{allowed} (scenario {scenario})")
