"""Studies and batches for the EMA Workbench (exploratory modelling and analysis; optional).

Kwakkel (2017), The Exploratory Modeling Workbench, Environmental Modelling & Software 96, 239-250.
The workbench takes names of Python only, so a key of a scenario is `adoption__reviews_per_year`
there and an outcome `value_added_at_2015_12`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.cases import Case, Work
from experiments.outcomes import check_finite
from experiments.reading import Batch
from sim.core.errors import InputError
from sim.scenario import Scenario
from sim.scenario_files import closest

if TYPE_CHECKING:
    import ema_workbench

Array = npt.NDArray[np.float64]
SCENARIO, BASE = "scenario", "base_scenario"
"""A design's column of scenarios, and the lever that it is here: the workbench has its own
`scenario`, a set of values of the uncertainties."""
OWN = (SCENARIO, "policy", "model")
"""Columns of experiments that are no factors; the workbench's analyses leave them out themselves or
are told to."""


class Ranged(Protocol):
    """What is asked of a study's factor."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def values(self) -> tuple[Any, ...] | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...


class Studied(Protocol):
    """What is asked of a study (`experiments.study.Study`)."""

    @property
    def name(self) -> str: ...
    @property
    def scale(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def check(self) -> bool: ...
    @property
    def scenarios(self) -> tuple[Scenario, ...]: ...
    @property
    def factors(self) -> Sequence[Ranged]: ...
    @property
    def outcomes(self) -> tuple[str, ...]: ...
    @property
    def keeper(self) -> Work: ...
    def scenario_at(self, row: Mapping[str, Any], replicate: int | None = None) -> Scenario: ...
    def manifest(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Runs:
    """A study as a function of its factors by key; it can be sent to another process."""

    study: Studied
    replicates: int

    def __call__(self, **values: Any) -> dict[str, float]:
        """Means of the outcomes over the replicates, which share seeds and draws with the study's."""
        # The workbench gives numbers of numpy, which a scenario does not take.
        plain = {key: one.item() if hasattr(one, "item") else one for key, one in values.items()}
        row = {SCENARIO: plain.pop(BASE, self.study.scenarios[0].name), **plain}
        found = [self._outcomes(row, replicate) for replicate in range(self.replicates)]
        return {name: float(np.mean([one[name] for one in found])) for name in self.study.outcomes}

    def _outcomes(self, row: Mapping[str, Any], replicate: int) -> dict[str, float]:
        study = self.study
        scenario = study.scenario_at(row, replicate)
        seed = study.seed + replicate
        case = Case(0, replicate, seed, study.scale, scenario, study.check)
        found = study.keeper(case).outcomes
        check_finite(found)
        return found


def workbench() -> Any:
    """The package, imported without its remarks; InputError if it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import ema_workbench
    except ImportError:
        given = "not installed"
        raise InputError("ema_workbench", "", given, "pip install 'lianghua[ema]'") from None
    return ema_workbench


def identifier(name: str) -> str:
    """A key or an outcome as a name of Python: `a.b` is a__b, `a@2015-12` is a_at_2015_12."""
    return name.replace(".", "__").replace("@", "_at_").replace("-", "_").replace(" ", "_")


def ema_model(study: Studied, replicates: int = 1) -> ema_workbench.Model:
    """A study as a model of the workbench, with its levers, uncertainties and outcomes.

    Ranges are sampled evenly, whatever the prior; a study of several scenarios has the lever
    `base_scenario`. An outcome is to be maximised or minimised if more or less of it is better.
    """
    if replicates < 1:
        raise InputError("ema_model", "replicates", replicates, "1 or more")
    ema = workbench()
    model = ema.Model(_model_name(study.name), function=Runs(study, replicates))
    levers = [_parameter(ema, one) for one in study.factors if one.kind == "lever"]
    if len(study.scenarios) > 1:
        levers.append(ema.CategoricalParameter(BASE, [one.name for one in study.scenarios]))
    model.levers = levers
    model.uncertainties = [_parameter(ema, one) for one in study.factors if one.kind != "lever"]
    better = {one["name"]: one.get("better") for one in study.manifest().get("outcomes", ())}
    outcome = ema.ScalarOutcome
    kinds = {"more": outcome.MAXIMIZE, "less": outcome.MINIMIZE}
    model.outcomes = [
        outcome(
            identifier(name), kinds.get(str(better.get(name)), outcome.INFO), variable_name=name
        )
        for name in study.outcomes
    ]
    return model


def to_ema(
    batch: Batch, each: bool = False, series: Sequence[str] = ()
) -> tuple[pd.DataFrame, dict[str, Array]]:
    """A batch's experiments and outcomes as `perform_experiments` gives them, for its analyses.

    A row is a point, with means over its done replicates, or with `each` a done run. Points that
    leave a factor as the scenario has it have no place in the sampled space and are left out.
    Outcomes are arrays (rows,), and outputs named in `series` are `monthly_NAME` (rows, months).
    """
    done = batch.done.dropna(subset=list(batch.factors))
    if done.empty:
        allowed = "a done run of a point that sets every factor"
        raise InputError(batch.folder, "runs", f"none of {len(batch.runs)}", allowed)
    keys = ["run"] if each else ["point"]
    if each:
        # Points of one scenario share a run.
        keys.append("point")
    first = done.groupby(keys, sort=False).first().reset_index()
    values = done.groupby(keys, sort=False)[list(batch.outcomes)].mean()
    outcomes = {
        identifier(name): values[name].to_numpy(dtype=np.float64) for name in batch.outcomes
    }
    for name in series:
        outcomes[f"monthly_{identifier(name)}"] = _monthly(batch, done, keys, name)
    return _experiments(batch, first), outcomes


def _experiments(batch: Batch, rows: pd.DataFrame) -> pd.DataFrame:
    """Factors by name of Python (words as categories), and the columns that the workbench adds."""
    frame = pd.DataFrame(index=range(len(rows)))
    for key in batch.factors:
        column = rows[key]
        if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
            column = column.astype("category")
        frame[identifier(key)] = column.to_numpy() if column.dtype != "category" else column.array
    if rows["scenario"].nunique() > 1:
        frame[BASE] = rows["scenario"].astype("category").array
    kinds = {one["key"]: one["kind"] for one in batch.manifest.get("factors", ())}
    levers = [key for key in batch.factors if kinds.get(key) == "lever"]
    others = [key for key in batch.factors if key not in levers]
    frame[SCENARIO] = rows.groupby(others, sort=False).ngroup().to_numpy() if others else 0
    frame["policy"] = rows.groupby(["scenario", *levers], sort=False).ngroup().to_numpy()
    frame["model"] = _model_name(str(batch.manifest.get("study", "lianghua")))
    return frame


def _monthly(batch: Batch, done: pd.DataFrame, keys: Sequence[str], name: str) -> Array:
    """An output's series (rows, months), means over the runs of a row."""
    table = batch.table("series")
    if name not in table or name in ("run", "month"):
        outputs = [one for one in table.columns if one not in ("run", "month")]
        raise InputError(batch.folder, "series", name, closest(name, outputs))
    months = table.pivot(index="run", columns="month", values=name)
    by_run = months.reindex(done["run"]).set_axis(done.index)
    grouped = by_run.groupby([done[key] for key in keys], sort=False)
    return grouped.mean().to_numpy(dtype=np.float64)


def _parameter(ema: Any, factor: Ranged) -> Any:
    """A factor as the workbench has it, named in Python and set by its key."""
    name = identifier(factor.key)
    if factor.values is not None:
        # As they stand in a design: a list as text.
        cells = [
            "+".join(map(str, one)) if isinstance(one, list | tuple) else one
            for one in factor.values
        ]
        return ema.CategoricalParameter(name, cells, variable_name=factor.key)
    if factor.low is None or factor.high is None:
        raise InputError("ema_model", factor.key, "no range", "low and high, or values")
    whole = getattr(factor, "form", "number") == "whole"
    kind: Callable[..., Any] = ema.IntegerParameter if whole else ema.RealParameter
    low, high = (int(end) if whole else float(end) for end in (factor.low, factor.high))
    return kind(name, low, high, variable_name=factor.key)


def _model_name(name: str) -> str:
    plain = "".join(one if one.isalnum() else "_" for one in name)
    return plain if plain.isidentifier() else f"study_{plain}"
