"""The EMA Workbench runs our studies and analyses our batches."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments import ema
from experiments.cases import Case, Measured
from experiments.reading import Batch
from sim.core.errors import InputError
from sim.scenario import Scenario
from tests.experiments.batch_folders import (
    FUNDING,
    MANIFEST,
    MONTHS,
    RATE,
    REVIEWS,
    made_batch,
    made_design,
    made_runs,
    write,
)


@dataclass(frozen=True)
class ToyFactor:
    key: str
    kind: str
    values: tuple[Any, ...] | None = None
    low: float | None = None
    high: float | None = None
    form: str = "number"


@dataclass(frozen=True)
class ToyWork:
    """Outcomes that tell what ran; nothing of the model is run."""

    outcomes: tuple[str, ...] = ("level@2012-03", "cost")

    def __call__(self, case: Case) -> Measured:
        told = json.loads(case.scenario.title.en)
        level = told.get(REVIEWS, 0.0) + 10.0 * (told["scenario"] == "no_programme")
        cost = len(str(told.get("instruments.grant.tiers", "")))
        return Measured({"level@2012-03": level + case.seed, "cost": float(cost)})


@dataclass(frozen=True)
class ToyStudy:
    factors: tuple[ToyFactor, ...]
    scenarios: tuple[Scenario, ...]
    outcomes: tuple[str, ...] = ToyWork.outcomes
    name: str = "toy study"
    scale: float = 0.01
    seed: int = 100
    check: bool = False
    keeper: ToyWork = ToyWork()

    def scenario_at(self, row: Mapping[str, Any], replicate: int | None = None) -> Scenario:
        text = json.dumps(dict(row))
        return Scenario.from_dict({"title": {"zh": "", "en": text}}, str(row["scenario"]))

    def manifest(self) -> dict[str, Any]:
        return {"outcomes": [{"name": "cost", "better": "less"}, {"name": "level@2012-03"}]}


STUDY = ToyStudy(
    (
        ToyFactor("instruments.grant.tiers", "lever", values=(["small"], ["small", "micro"])),
        ToyFactor("programme.delay", "lever", low=0.0, high=3.0, form="whole"),
        ToyFactor(REVIEWS, "uncertainty", low=1.0, high=4.0),
    ),
    (Scenario(name="document_2014"), Scenario(name="no_programme")),
)


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return Batch.load(made_batch(tmp_path_factory.mktemp("ema") / "batch", points=9))


def test_a_run_is_the_mean_of_replicates_with_the_studys_seeds() -> None:
    runs = ema.Runs(STUDY, 3)
    found = runs(**{REVIEWS: 2.0, "programme.delay": 1, ema.BASE: "no_programme"})
    assert found == {"level@2012-03": 2.0 + 10.0 + 101.0, "cost": 0.0}
    assert pickle.loads(pickle.dumps(runs))(**{REVIEWS: 2.0}) == {
        "level@2012-03": 2.0 + 101.0,
        "cost": 0.0,
    }


def test_the_model_has_levers_uncertainties_and_outcomes() -> None:
    model = ema.ema_model(STUDY)
    workbench = ema.workbench()
    assert [one.name for one in model.uncertainties] == ["adoption__reviews_per_year"]
    grant, delay, base = model.levers
    assert (grant.name, base.name) == ("instruments__grant__tiers", "base_scenario")
    assert isinstance(delay, workbench.IntegerParameter)
    assert (delay.lower_bound, delay.upper_bound) == (0, 3)
    assert {one.name: one.kind for one in model.outcomes} == {"level_at_2012_03": 0, "cost": -1}
    with pytest.raises(InputError, match="replicates"):
        ema.ema_model(STUDY, replicates=0)
    with pytest.raises(InputError, match=r"programme\.delay; given 'no range'"):
        ema.ema_model(ToyStudy((ToyFactor("programme.delay", "lever"),), STUDY.scenarios))


def test_the_workbench_performs_experiments() -> None:
    model = ema.ema_model(STUDY, replicates=2)
    found, outcomes = ema.workbench().perform_experiments(model, scenarios=3, policies=4)
    assert len(found) == 12
    level = found["adoption__reviews_per_year"] + 100.5
    level += 10.0 * (found["base_scenario"].astype(str) == "no_programme")
    np.testing.assert_allclose(outcomes["level_at_2012_03"], level)
    tiers = found["instruments__grant__tiers"].astype(str)
    assert set(tiers) == {"small", "small+micro"}
    np.testing.assert_array_equal(outcomes["cost"], tiers.str.len())


def test_a_batch_is_experiments_and_outcomes(batch: Batch) -> None:
    found, outcomes = ema.to_ema(batch)
    # The last point leaves its factors as they are.
    assert len(found) == 8
    np.testing.assert_array_equal(found[ema.identifier(RATE)], made_design(9)[RATE][:8])
    assert isinstance(found[ema.identifier(FUNDING)].dtype, pd.CategoricalDtype)
    assert set(ema.OWN) <= set(found.columns)
    # Run 4, the second replicate of point 1, failed.
    expected = [101.0, 111.0, *(101.0 + 10.0 * point for point in range(2, 8))]
    np.testing.assert_allclose(outcomes["value_added"], expected)
    assert set(outcomes) == {"value_added", "value_added_at_2012_03", "targets_met"}
    runs, by_run = ema.to_ema(batch, each=True)
    assert len(runs) == 8 * 3 - 1 == len(by_run["value_added"])
    assert found["scenario"].nunique() == 8


def test_series_are_arrays_by_month(batch: Batch) -> None:
    _, outcomes = ema.to_ema(batch, series=["value_added"])
    monthly = outcomes["monthly_value_added"]
    assert monthly.shape == (8, len(MONTHS))
    np.testing.assert_allclose(monthly - outcomes["value_added"][:, None], [list(range(1, 7))] * 8)
    with pytest.raises(InputError, match="did you mean value_added"):
        ema.to_ema(batch, series=["value_add"])


def test_a_batch_without_a_whole_point_is_refused(tmp_path: Path) -> None:
    folder = made_batch(tmp_path / "batch", points=1, replicates=1, failing=None)
    with pytest.raises(InputError, match="sets every factor"):
        ema.to_ema(Batch.load(folder))


def test_points_of_several_scenarios_have_them_as_a_lever(tmp_path: Path) -> None:
    folder = made_batch(tmp_path / "batch", points=4)
    design = made_design(5).iloc[:4].assign(scenario=["a", "b", "a", "b"])
    write(design, folder / "design")
    runs = made_runs(4, 3)
    write(
        runs.assign(scenario=design["scenario"].repeat(3).to_list()), folder / "shards" / "runs-9"
    )
    found, _ = ema.to_ema(Batch.load(folder))
    assert list(found["base_scenario"]) == ["a", "b", "a", "b"]
    assert found["policy"].nunique() == 4


def test_prim_finds_where_an_outcome_is_high(tmp_path: Path) -> None:
    """Value added grows with the point and so with the rate: the box is rates above a limit."""
    folder = made_batch(tmp_path / "batch", points=81, replicates=1, failing=None)
    found, outcomes = ema.to_ema(Batch.load(folder))
    ema.workbench()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench.analysis import prim

        factors = found.drop(columns=[*ema.OWN])
        search = prim.Prim(factors, outcomes["value_added"] > 700.0)
        box = search.find_box()
    name = ema.identifier(RATE)
    limits = box.box_lims[-1][name]
    high = found.loc[outcomes["value_added"] > 700.0, name].min()
    assert limits.iloc[0] == pytest.approx(high, abs=0.02)
    assert box.density == 1.0


def test_without_the_workbench_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ema_workbench", None)
    with pytest.raises(InputError, match="not installed"):
        ema.ema_model(STUDY)


def test_importing_the_adapter_does_not_import_the_workbench() -> None:
    code = "import experiments.ema, sys; sys.exit('ema_workbench' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_names_are_those_of_the_manifest() -> None:
    assert [ema.identifier(one["key"]).isidentifier() for one in MANIFEST["factors"]] == [True] * 3
    assert ema.identifier("exogenous.demand_shocks.0.factor").isidentifier()
    assert ema.identifier("value_added@2015-12") == "value_added_at_2015_12"
