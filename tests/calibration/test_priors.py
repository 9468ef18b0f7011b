"""Priors: complete, within the model's bounds, and what a scenario takes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from calibration import priors as module
from calibration.priors import (
    Prior,
    declared,
    fixed,
    from_unit,
    load,
    overrides,
    priors,
    select,
    to_unit,
)
from sim.core.errors import InputError
from sim.scenario import Scenario
from sim.scenario_files import merge


def parameters(section: BaseModel, before: str) -> set[str]:
    """Dotted names of everything that is not a section itself."""
    found: set[str] = set()
    for key in type(section).model_fields:
        value, name = getattr(section, key), f"{before}.{key}"
        found |= parameters(value, name) if isinstance(value, BaseModel) else {name}
    return found


def test_every_parameter_has_an_entry_and_every_entry_a_parameter() -> None:
    scenario = Scenario()
    model = {
        name
        for key in Scenario.model_fields
        if type(section := getattr(scenario, key)).__module__.startswith("sim.parameters")
        for name in parameters(section, key)
    }
    assert len(model) > 100
    start = {"population.initial_adoption", "population.initial_awareness"}
    assert {one.name for one in priors()} | set(fixed()) == model | start


@pytest.mark.parametrize("one", priors(), ids=lambda one: one.name)
def test_a_prior_agrees_with_the_model(one: Prior) -> None:
    field, default, _ = declared(one.name)
    assert one.central == default
    low = next(mark.ge for mark in field.metadata if hasattr(mark, "ge"))
    high = next(mark.le for mark in field.metadata if hasattr(mark, "le"))
    assert low <= one.low <= one.central <= one.high <= high
    assert one.low < one.high
    assert all((one.unit, one.zh, one.en, one.source))


def test_both_ends_of_every_prior_make_a_scenario() -> None:
    chosen = priors()
    for end in ("low", "high"):
        row = np.array([getattr(one, end) for one in chosen])
        content = merge(Scenario.load("document_2014").model_dump(mode="json"),
                        overrides(chosen, row))  # fmt: skip
        made = Scenario.from_dict(content)
        for one in chosen:
            value: object = made
            for key in one.name.split("."):
                value = getattr(value, key)
            assert value == getattr(one, end), one.name


def test_the_cube_and_back() -> None:
    chosen = priors()
    unit = np.random.default_rng(1).random((40, len(chosen)))
    values = from_unit(chosen, unit)
    assert np.allclose(to_unit(chosen, values), unit, atol=1e-9)
    edges = from_unit(chosen, np.stack([np.zeros(len(chosen)), np.ones(len(chosen))]))
    assert np.allclose(edges[0], [one.low for one in chosen])
    assert np.allclose(edges[1], [one.high for one in chosen])


@pytest.mark.parametrize("kind", ["uniform", "triangular", "beta", "lognormal"])
def test_a_distribution_has_its_shape(kind: str) -> None:
    one = Prior("x", 1.0, 2.0, 9.0, kind, "prior", "", "1", "", "")
    unit = (np.arange(4000) + 0.5)[:, None] / 4000
    values = from_unit([one], unit)[:, 0]
    assert (np.diff(values) > 0).all()
    counts, _ = np.histogram(values, bins=np.linspace(1.0, 9.0, 33))
    if kind == "uniform":
        assert counts.min() == counts.max()
    elif kind == "lognormal":
        assert np.median(values) == pytest.approx(2.0, rel=1e-3)
        # Two standard deviations of the logarithm: a sixth of the mass lies above the first.
        above = float(np.mean(values > 2.0 * np.sqrt(9.0 / 2.0)))
        assert above == pytest.approx((0.1587 - 0.0228) / 0.9545, abs=2e-3)
    else:
        assert counts.argmax() in (3, 4)
        assert counts[-1] < counts.max() / 8


def test_selection_by_name_and_pattern() -> None:
    found = select(["productivity.trend", "information.*", "information.innovation"])
    assert found[0].name == "productivity.trend"
    assert len({one.name for one in found}) == len(found) == 9
    with pytest.raises(InputError, match=r"did you mean adoption.payback_shift"):
        select(["adoption.payback_shfit"])
    with pytest.raises(InputError, match="fixed: a switch of structure"):
        select(["mechanisms.finance"])


def test_points_that_do_not_fit_are_refused() -> None:
    two = select(["adoption.choice_sharpness", "productivity.trend"])
    with pytest.raises(InputError, match=re.escape("(n, 2)")):
        from_unit(two, np.zeros((3, 3)))
    with pytest.raises(InputError, match="0 to 1"):
        from_unit(two, np.array([[0.5, 1.5]]))
    with pytest.raises(InputError, match=r"productivity.trend.*0.04 to 0.1"):
        to_unit(two, np.array([[6.0, 0.2]]))
    with pytest.raises(InputError, match="0 to 1"):
        from_unit(two, np.array([[0.5, np.nan]]))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("central = 0.07,", "central = 0.08,", "the model's 0.07"),
        ("low = 0.04, central = 0.07", "low = -0.4, central = 0.07", "within -0.2 to 0.3"),
        ("low = 0.04, central = 0.07", "low = 0.09, central = 0.07", "low to high"),
        ('trend = { low', 'trnd = { low', "no parameter of the model"),
        ('distribution = "triangular", confidence = "derived", source = "real',
         'distribution = "normal", confidence = "derived", source = "real', "lognormal"),
        ('confidence = "derived", source = "real', 'confidence = "sure", source = "real', "recalled"),
        ("low = 0.04, central = 0.07", "least = 0.04, central = 0.07", "central, confidence"),
        ("[productivity]", "[productivity", "readable TOML"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    text = module.TABLE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "priors.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        load(path)
