"""The phase diagram: what forces move, where regions lie, and that the model has all three."""

import numpy as np
import pytest

from calibration.forces import FORCES, chosen, diagram, grid, pushed, region
from calibration.structures import STRUCTURES, structured
from sim.core.errors import InputError
from sim.scenario import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.load("document_2014")


def test_forces_move_their_parameters_and_nothing_else(scenario: Scenario) -> None:
    still = {name: force.neutral for name, force in FORCES.items()}
    assert pushed(scenario, still).hash == scenario.hash
    for name, force in FORCES.items():
        assert force.low < force.neutral < force.high
        for strength in (force.low, force.high):
            changes = pushed(scenario, {name: strength}).diff(scenario)
            assert set(changes) == set(force.keys)
            for new, old in changes.values():
                goal = old * strength if force.does == "times" else old + strength
                assert new == pytest.approx(goal)


def test_the_grid_holds_the_scenario_as_it_is() -> None:
    points = grid(("contagion", "payback"), 9)
    assert points.shape == (81, 2)
    assert [1.0, 0.0] in points.tolist()
    assert [1.0, 1.0] in grid(("contagion", "subsidy"), 9).tolist()
    with pytest.raises(InputError, match="2 at least"):
        grid(("contagion", "payback"), 1)


@pytest.mark.parametrize("names", [("contagion",), ("contagion", "contagion"), ("luck", "payback")])
def test_two_different_forces_are_asked_for(names: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="contagion, payback, subsidy"):
        chosen(names)


def test_regions_of_a_logistic_curve() -> None:
    def share(year: float, speed: float, middle: float) -> float:
        return 1.0 / (1.0 + np.exp(-speed * (year - middle)))

    # Six years, parted after the fourth: long before, in the midst of, and past the inflection.
    found = [
        region(*(share(year, 1.0, middle) for year in (0.0, 4.0, 6.0)), 4.0, 2.0)
        for middle in (12.0, 5.0, 2.0)
    ]
    assert found == ["stagnation", "diffusion", "saturation"]
    assert region(0.5, 0.4, 0.3, 4.0, 2.0) == "stagnation"


def test_the_diagram_has_a_row_a_point_and_output() -> None:
    points = grid(("contagion", "payback"), 2)
    shares = {"y": np.array([[0.1] * 4, [0.2, 0.2, 0.3, 0.1], [0.3, 0.21, 0.5, 0.1]])}
    table = diagram(("contagion", "payback"), points, shares, (4.0, 2.0))
    assert table["region"].tolist() == ["diffusion", "saturation", "diffusion", "stagnation"]
    np.testing.assert_array_equal(table[["contagion", "payback"]], points)


def test_each_structure_flips_one_switch(scenario: Scenario) -> None:
    for name in STRUCTURES:
        changes = structured(scenario, name).diff(scenario)
        assert len(changes) == (name != "as_it_is")
        assert all(key.startswith("mechanisms.") for key in changes)
    hashes = {structured(scenario, name).hash for name in STRUCTURES}
    assert len(hashes) == len(STRUCTURES)
