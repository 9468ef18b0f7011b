"""Factors on technologies: 1 is the data, and each moves what it says."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.errors import InputError
from sim.initial import technology_numbers
from sim.model import Province
from sim.parameters import TechnologyFactors
from sim.scenario import Scenario
from sim.world.data import load_data
from sim.world.tables import AUTOMATION, ECOMMERCE, ERP


def factors(**settings: dict[str, float]) -> TechnologyFactors:
    return Scenario.from_dict({"technology_factors": settings}).technology_factors


def test_factors_of_one_leave_the_data_alone() -> None:
    data = load_data()
    plain = technology_numbers(data, TechnologyFactors())
    assert np.array_equal(plain.gain, data.technologies.productivity_gain)
    assert np.array_equal(plain.fixed_cost, data.technologies.fixed_cost_10k)
    assert np.array_equal(plain.step, data.technologies.step)


def test_each_factor_moves_its_own_technology() -> None:
    data = load_data()
    plain = technology_numbers(data, TechnologyFactors())
    made = technology_numbers(
        data, factors(automation={"cost": 2.0, "step": 3.0}, ecommerce={"gain": 0.5})
    )
    assert made.scaled_cost[AUTOMATION] == 2.0 * plain.scaled_cost[AUTOMATION]
    assert made.fixed_cost[AUTOMATION] == 2.0 * plain.fixed_cost[AUTOMATION]
    assert made.step[AUTOMATION] == pytest.approx(0.3)
    assert made.sales_gain[ECOMMERCE] == 0.5 * plain.sales_gain[ECOMMERCE]
    assert made.gain[ECOMMERCE] == 0.5 * plain.gain[ECOMMERCE]
    for values, before in zip(made, plain, strict=True):
        assert np.array_equal(values[ERP], before[ERP])
    assert data.technologies.step[AUTOMATION] == 0.1
    assert technology_numbers(data, factors(automation={"step": 8.0})).step[AUTOMATION] == 0.8


def test_dearer_machines_are_bought_less() -> None:
    def bought(cost: float) -> int:
        province = Province(
            "document_2014", scale=0.02, parameters="central", time__end="2012-12",
            technology_factors__automation__cost=cost,
        )  # fmt: skip
        province.run()
        return int((province.context.projects.technology == AUTOMATION).sum())

    assert bought(0.4) > 2 * bought(3.0)


def test_factors_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match=r"technology_factors.erp.step"):
        factors(erp={"step": 2.0})
    with pytest.raises(InputError, match=r"0.01 to 100"):
        factors(cloud={"cost": 0.0})
    with pytest.raises(InputError, match="did you mean automation"):
        factors(automaton={"cost": 1.0})
