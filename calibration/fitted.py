"""The model itself calibrated: what is run, where it comes from, tables, fitted.toml, draws.csv."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibration import posterior, recovery
from calibration.calibrate import Fitted, Goal, Plan, Report, calibrate
from calibration.evaluation import PointJob, Setting, run_point
from calibration.evidence_parts import unit
from calibration.priors import Prior, from_unit, overrides, select
from calibration.store import FILE, Store
from calibration.targets import Target
from sim.circumstances import read_fit
from sim.core.errors import InputError
from sim.core.files import Folder
from sim.indices.targets import LAST_OUTCOME
from sim.report.failures import failed_runs
from sim.results import write_manifest, write_table
from sim.scenario import Scenario
from sim.scenario_files import toml

Array = npt.NDArray[np.float64]
INFORMED = (
    "accounts.cash_target", "accounts.entry_rate", "accounts.exit_rate", "finance.rollover",
    "accounts.depreciation", "production.inventory_months", "productivity.shock",
    "population.initial_adoption", "production.inventory_adjustment",
    "adoption.reviews_per_year", "technology_factors.networking.cost", "adoption.payback_shift",
    "accounts.payout", "population.initial_awareness", "production.overtime",
    "technology_factors.automation.cost", "productivity.trend",
)  # fmt: skip
"""What the targets can say something of: those that the screening of all parameters (Morris) leaves
with less than 0.86 of their prior's spread, the most informed first."""
DECISIVE = (
    "technology_factors.erp.cost", "adoption.capability_exponent", "technology_factors.automation.step",
)  # fmt: skip
"""Of the others the three that move the headline outputs most: the targets say little of them, but
forecasts hang on them, so that what is not known of them belongs into the draws."""
PARAMETERS = INFORMED + DECISIVE
"""What is fitted; all other parameters stay at their central values."""
POPULATIONS = 8
"""Populations that runs take turns with: their chance is in the fit, and few are to be made."""
KEPT_DRAWS = 500
HERE = Path(__file__).resolve().parent
INSTALLED = ("fitted.toml", "draws.csv")


@dataclass(frozen=True)
class ModelRun:
    """One run of the model at a point of the unit cube of `priors`, read for its moments."""

    base: Scenario
    priors: tuple[Prior, ...]
    setting: Setting

    @property
    def scenario(self) -> Scenario:
        return self.base

    @property
    def scale(self) -> float:
        return self.setting.scale

    def __call__(self, point: Array, seed: int) -> Array:
        changes = overrides(self.priors, from_unit(self.priors, point[None])[0])
        population = self.setting.first_seed + seed % POPULATIONS
        found = run_point(
            PointJob(self.base, self.scale, seed, population, changes, self.setting.last_year)
        )
        if isinstance(found, str):
            raise RuntimeError(found)
        return found


@dataclass
class Calibration:
    """A calibration of the model and its tables; `manifest` says where it comes from."""

    priors: tuple[Prior, ...]
    targets: tuple[Target, ...]
    fitted: Fitted
    evaluations: pd.DataFrame
    manifest: dict[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """Dotted keys of the parameters."""
        return tuple(one.name for one in self.priors)

    def draws(self) -> pd.DataFrame:
        """Posterior draws, a parameter a column, four significant digits."""
        values = from_unit(self.priors, self.fitted.draws.unit[:KEPT_DRAWS])
        rounded = [[float(f"{value:.4g}") for value in row] for row in values]
        return pd.DataFrame(rounded, columns=list(self.names))

    def intervals(self) -> pd.DataFrame:
        """Fitted value, median, 50 and 90 % intervals of each parameter, and of its prior."""
        even = (np.arange(1000) + 0.5) / 1000
        prior = from_unit(self.priors, np.tile(even[:, None], (1, len(self.priors))))
        values = from_unit(self.priors, self.fitted.draws.unit)
        frame = posterior.intervals(values, prior, self.names)
        frame.insert(1, "fitted", from_unit(self.priors, self.fitted.point[None])[0])
        frame.insert(2, "central", [one.central for one in self.priors])
        return frame

    def fit(self) -> pd.DataFrame:
        """Observed and fitted by target; `gap` in tolerances, `within` if it is at most 1.

        low_90 and high_90 hold 90 % of runs at posterior draws; `r2` is the emulator's share of
        variance explained at points left out; `counted` says whether the target counted, `misfit`
        by what factor the posterior widened the deviations of its series.
        """
        fitted = self.fitted
        low, high = np.nanquantile(_some(fitted.predicted), (0.05, 0.95), axis=0)
        explained, missed = np.full((2, len(self.targets)), np.nan)
        explained[fitted.usable] = fitted.final.r2
        missed[fitted.usable] = fitted.draws.misfit
        rows = []
        for place, one in enumerate(self.targets):
            gap = (fitted.moments[place] - one.value) / one.tolerance
            rows.append(
                {"target": one.name, "year": one.year, "target_unit": one.unit, "observed": one.value,
                 "tolerance": one.tolerance, "weight": one.weight, "fitted": fitted.moments[place],
                 "low_90": low[place], "high_90": high[place], "gap": gap,
                 "within": bool(abs(gap) <= 1.0), "r2": explained[place],
                 "misfit": missed[place], "counted": bool(fitted.usable[place])}
            )  # fmt: skip
        return pd.DataFrame(rows)

    def trace(self) -> pd.DataFrame:
        """Best distance after each point of the search."""
        best = self.fitted.trace
        return pd.DataFrame({"point": np.arange(len(best)), "distance": best})

    def document(self) -> dict[str, Any]:
        """What fitted.toml holds."""
        draws = self.fitted.draws
        found = {
            "distance": round(self.fitted.distance, 4),
            "chosen": self.fitted.chosen,
            "effective_draws": round(draws.effective, 1),
        }
        kept = {key: value for key, value in self.manifest.items() if key not in _BULKY}
        return {
            "provenance": kept | found,
            "parameters": _rows(self.intervals(), "parameter"),
            "targets": _rows(self.fit(), "target"),
        }

    def labels(self, lang: str) -> dict[str, str]:
        """Names of parameters and targets in a language."""
        found = {one.name: getattr(one, lang) for one in self.priors}
        return found | {one.name: getattr(one, lang) for one in self.targets}

    def lost(self, lang: str) -> str:
        """What is said of runs that failed; empty where none did."""
        return failed_runs(
            self.evaluations["failure"].dropna().tolist(), len(self.evaluations), lang
        )  # fmt: skip

    def tables(self) -> dict[str, pd.DataFrame]:
        """fit, intervals and trace; recovery and coverage if that was tested."""
        found = {"fit": self.fit(), "intervals": self.intervals(), "trace": self.trace()}
        if self.fitted.recovered is not None:
            found["recovery"] = self.fitted.recovered
            found["coverage"] = recovery.coverage(self.fitted.recovered)
        return found

    def quantiles(self) -> dict[str, Array]:
        """On quantiles of the prior, by parameter: ends of 90 and 50 % with the median between, fitted value."""
        found = np.quantile(self.fitted.draws.unit, recovery.SHARES, axis=0).T
        return {
            name: np.append(row, place)
            for name, row, place in zip(self.names, found, self.fitted.point, strict=True)
        }

    def save(self, out: Path, lang: str = "en") -> list[Path]:
        """Write tables, fitted.toml, figures, report and manifest; evaluations.sqlite stays."""
        from sim.report.calibration import write

        tables = self.tables()
        with Folder(out, force=True) as folder:
            for name, frame in {**tables, "evaluations": self.evaluations}.items():
                write_table(frame, folder.path / name, self.manifest, lang)
            (folder.path / "fitted.toml").write_text(toml(self.document()), encoding="utf-8")
            self.draws().to_csv(folder.path / "draws.csv", index=False, lineterminator="\n")
            units = [unit(one, lang) for one in tables["fit"]["target_unit"]]
            tables["fit"] = tables["fit"].assign(target_unit=units)
            write(
                tables, self.quantiles(), self.labels(lang), self.manifest, folder.path, lang,
                self.lost(lang),
            )  # fmt: skip
            write_manifest(self.manifest, folder.path)
        return folder.written


_BULKY = {"settings", "versions", "data", "program"}


def calibrate_model(
    folder: Path,
    setting: Setting,
    plan: Plan,
    parameters: Sequence[str] = PARAMETERS,
    workers: int = 1,
    resume: bool = False,
    report: Report | None = None,
) -> Calibration:
    """Calibrate the model with every evaluation stored in `folder`; the first seed is the plan's."""
    priors, targets = tuple(select(parameters)), tuple(setting.targets)
    base = setting.base()
    observed = np.array([one.value for one in targets])
    _, series = np.unique([one.series for one in targets], return_inverse=True)
    goal = Goal(setting.names, observed, np.array([deviation(one) for one in targets]), series)
    simulate = ModelRun(base, priors, setting)
    plan.check(len(priors))
    names = [one.name for one in priors]
    known = provenance(base, priors, targets, setting, plan)
    with Store(folder, known, resume) as store:
        fitted = calibrate(simulate, names, goal, plan, store, workers, report)
        evaluations = store.table(names, goal.names)
    evaluations[names] = from_unit(priors, evaluations[names].to_numpy())
    return Calibration(priors, targets, fitted, evaluations, manifest(base, known))


def provenance(
    base: Scenario, priors: Sequence[Prior], targets: Sequence[Target], setting: Setting, plan: Plan
) -> dict[str, Any]:
    """What evaluations depend on, and what a resumed calibration must share."""
    from sim import __version__
    from sim.source import source_hash
    from sim.world.data import load_data

    return {
        "version": __version__,
        "code": source_hash(),
        "scenario": setting.scenario,
        "scenario_hash": base.hash,
        "data_hash": _hash(dict(load_data().checksums)),
        "priors_hash": _hash([asdict(one) for one in priors]),
        "targets_hash": _hash([asdict(one) for one in targets]),
        "parameters": [one.name for one in priors],
        "scale": setting.scale,
        "last_year": setting.last_year,
        "budget": plan.budget,
        "replicates": plan.replicates,
        "method": plan.method,
        "seed": plan.seed,
    }


def manifest(base: Scenario, known: dict[str, Any]) -> dict[str, Any]:
    """Where the results come from."""
    from sim.initial import versions
    from sim.world.data import load_data

    return {
        "program": "lianghua",
        "command": "calibrate",
        **known,
        "settings": base.model_dump(mode="json"),
        "versions": versions(),
        "data": dict(load_data().checksums),
    }


def install(out: Path) -> list[Path]:
    """Put the fit of a folder where the package reads it, whole or not at all.

    A fit to data up to 2015 is the one that is used; one to fewer years is for hindcasts as of then.
    """
    missing = [name for name in INSTALLED if not (out / name).is_file()]
    if missing:
        raise InputError(out, "--install", f"no {missing[0]}", "a finished calibration")
    last_year = read_fit(out).last_year
    folder = HERE if last_year >= LAST_OUTCOME else HERE / f"vintage_{last_year}"
    folder.mkdir(exist_ok=True)
    written = []
    for name in INSTALLED:
        fresh = folder / f".{name}"
        shutil.copyfile(out / name, fresh)
        fresh.replace(folder / name)
        written.append(folder / name)
    return written


def discard(folder: Path) -> None:
    """Forget the evaluations of a folder."""
    for suffix in ("", "-wal", "-shm"):
        (folder / f"{FILE}{suffix}").unlink(missing_ok=True)


def deviation(one: Target) -> float:
    """Standard deviation that a target counts with: a weight of w is worth w observations."""
    return one.tolerance / float(np.sqrt(one.weight)) if one.weight > 0 else np.inf


def _some(values: Array) -> Array:
    """The same with 0 runs replaced by one that says nothing."""
    empty = ~np.isfinite(values).any(axis=0)
    return np.where(empty, 0.0, values)


def _rows(frame: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    """Rows by their key, figures to six digits; what is not a number is left out."""
    found = {}
    for row in frame.to_dict("records"):
        name = str(row.pop(key))
        found[name] = {str(k): _plain(v) for k, v in row.items() if v == v}
    return found


def _plain(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _hash(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
