"""What may be given as a seed; None is a fresh one that the province and its manifest name."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
import pytest

from sim.comparison import compare, run
from sim.core.errors import InputError
from sim.model import Province
from sim.seeds import LARGEST_SEED, as_seed

SHORT = {"time__end": "2012-03"}
TINY: dict[str, Any] = {"scale": 0.01, **SHORT}
SEQUENCE = np.random.SeedSequence


def made(province: Province) -> list[float]:
    return list(province.run().province["value_added"])


def test_without_a_seed_it_is_one() -> None:
    assert Province("no_programme", **TINY).seed == 1
    assert Province("no_programme", rng=7, **TINY).seed == 7
    assert Province("no_programme", seed=7, rng=None, **TINY).seed == 7
    assert Province("no_programme", seed=None, rng=7, **TINY).seed == 7


@pytest.mark.parametrize("name", ["seed", "rng"])
def test_none_is_a_fresh_seed_that_repeats_the_run(name: str) -> None:
    one, other = (Province("no_programme", **{name: None}, **TINY) for _ in range(2))
    assert one.seed != other.seed
    first = one.run()
    assert first.manifest["seed"] == one.seed
    again = Province("no_programme", seed=first.manifest["seed"], **TINY)
    assert list(first.province["value_added"]) == made(again)
    assert list(first.province["value_added"]) != made(other)


@pytest.mark.parametrize(
    "make",
    [
        lambda: SEQUENCE(5), lambda: SEQUENCE(5).spawn(2)[1], lambda: np.random.default_rng(5),
        lambda: np.random.PCG64(5), lambda: np.random.RandomState(5), lambda: [5, 6],
        lambda: np.array([5, 6]), lambda: np.int64(5), lambda: np.uint8(5), lambda: np.array(5),
    ],
)  # fmt: skip
def test_what_numpy_takes_is_a_seed_and_equal_ones_are_equal_seeds(make: Any) -> None:
    seed = as_seed(make())
    assert type(seed) is int
    assert 0 <= seed <= LARGEST_SEED
    assert as_seed(make()) == seed
    assert Province("no_programme", rng=make(), **TINY).seed == seed
    assert Province("no_programme", seed=make(), **TINY).seed == seed


def test_generators_move_on_and_sequences_do_not() -> None:
    for source in (np.random.default_rng(3), np.random.RandomState(3), np.random.PCG64(3)):
        assert len({as_seed(source) for _ in range(3)}) == 3
    sequence = SEQUENCE(3)
    assert as_seed(sequence) == as_seed(sequence) != as_seed(sequence.spawn(1)[0])
    assert len({as_seed(child) for child in sequence.spawn(50)}) == 50


def test_mesas_own_generators_follow_the_seed() -> None:
    province = Province("no_programme", rng=np.random.default_rng(4), **TINY)
    twin = Province("no_programme", seed=province.seed, **TINY)
    assert province._seed == province.seed == province.scenario.rng
    assert province.random.random() == twin.random.random()
    assert province.rng.random() == twin.rng.random() == np.random.default_rng(twin.seed).random()


WRONG = [
    -1,
    "abc",
    "1",
    1.5,
    2.0,
    True,
    np.True_,
    np.nan,
    2**63,
    [],
    [1, -2],
    [1.5],
    [True],
    {1: 2},
]


@pytest.mark.parametrize("given", WRONG, ids=repr)
def test_other_seeds_are_input_errors(given: Any) -> None:
    for name in ("seed", "rng"):
        with pytest.raises(InputError, match=f"^{name}"):
            Province("no_programme", **{name: given}, **TINY)
    with pytest.raises(InputError, match=r"^--seed"):
        run("no_programme", scale=0.01, seed=given)
    with pytest.raises(InputError, match=r"^--seed"):
        compare(["document_2014", "no_programme"], scale=0.01, seed=given)


def test_seed_and_rng_together_are_an_input_error() -> None:
    with pytest.raises(InputError, match="one of the two"):
        Province("no_programme", seed=1, rng=1, **TINY)


@pytest.mark.parametrize("scale", ["x", "0.1", None, True, np.nan, 0, -0.1, 26, [0.1]], ids=repr)
def test_other_scales_are_input_errors(scale: Any) -> None:
    with pytest.raises(InputError, match=r"^scale"):
        Province("no_programme", scale=scale, **SHORT)


def batch(parameters: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return mesa.batch_run(
        Province, {"scenario": "no_programme", **TINY, **parameters}, max_steps=3,
        display_progress=False, **more,
    )  # fmt: skip


def test_batch_run_without_seeds_gives_rows_that_differ_and_say_their_seeds() -> None:
    rows = batch({}, rng=[None] * 3)
    assert len({row["value_added"] for row in rows}) == len({row["seed"] for row in rows}) == 3
    again = Province("no_programme", seed=rows[1]["seed"], **TINY)
    assert made(again)[-1] == rows[1]["value_added"]


def test_batch_run_leaves_a_sweep_of_seeds_alone() -> None:
    rows = batch({"seed": [1, 2, 3]})
    assert [row["seed"] for row in rows] == [1, 2, 3]
    expected = [made(Province("no_programme", seed=seed, **TINY))[-1] for seed in (1, 2, 3)]
    assert [row["value_added"] for row in rows] == expected
    with pytest.raises(InputError, match="one of the two"):
        batch({"seed": [1, 2]}, rng=[5])
    rows = batch({}, rng=SEQUENCE(9).spawn(2))
    assert [row["seed"] for row in rows] == [as_seed(one) for one in SEQUENCE(9).spawn(2)]


def test_compare_names_the_fresh_seed_it_drew() -> None:
    options: dict[str, Any] = {
        "scale": 0.01, "until": "2012-02", "replicates": 2, "workers": 1,
    }  # fmt: skip
    names = ["document_2014", "no_programme"]
    first = compare(names, seed=None, **options)
    again = compare(names, seed=first.manifest["seed"], **options)
    assert first.province.equals(again.province)
    assert not first.province.equals(compare(names, seed=None, **options).province)
