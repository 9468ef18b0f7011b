"""Shapley shares: games whose shares are known, sampling, missing coalitions, rounding."""

from itertools import permutations as every_order

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.analysis import shapley
from sim.core.errors import InputError


def game(players, value) -> np.ndarray:
    """Values (1, 2^n) of a function of the list of who is in."""
    inside = shapley.members(np.arange(2**players), players)
    return np.array([[float(value(np.flatnonzero(row).tolist())) for row in inside]])


def brute(values: np.ndarray) -> np.ndarray:
    """Mean over all orders, by definition."""
    players = shapley.players_of(values)
    total = np.zeros(players)
    orders = list(every_order(range(players)))
    for order in orders:
        mask = 0
        for player in order:
            total[player] += values[0, mask | 1 << player] - values[0, mask]
            mask |= 1 << player
    return total / len(orders)


def test_an_additive_game_gives_everyone_their_own() -> None:
    own = np.array([3.0, -1.0, 0.5, 0.0])
    values = game(4, lambda who: 1e6 + own[who].sum())
    np.testing.assert_allclose(shapley.shares(values)[0], own, atol=1e-9)
    np.testing.assert_allclose(shapley.first_in(values)[0], own, atol=1e-9)
    np.testing.assert_allclose(shapley.last_in(values)[0], own, atol=1e-9)
    np.testing.assert_allclose(shapley.interactions(values)[0], 0.0, atol=1e-9)


def test_the_gloves_game() -> None:
    # Player 0 has a left glove, 1 and 2 a right one each; only a pair has a value.
    values = game(3, lambda who: 0 in who and len(who) > 1)
    np.testing.assert_allclose(shapley.shares(values)[0], [4 / 6, 1 / 6, 1 / 6], atol=1e-9)
    np.testing.assert_allclose(shapley.first_in(values)[0], 0.0, atol=1e-9)
    np.testing.assert_allclose(shapley.last_in(values)[0], [1.0, 0.0, 0.0], atol=1e-9)
    # A left and a right glove need each other; two right ones stand in for each other.
    found = dict(zip(shapley.pair_places(3), shapley.interactions(values)[0], strict=True))
    assert found[0, 1] == pytest.approx(0.5, abs=1e-9)
    assert found[0, 2] == pytest.approx(0.5, abs=1e-9)
    assert found[1, 2] == pytest.approx(-0.5, abs=1e-9)


def test_a_product_of_two_is_shared_equally_and_is_all_synergy() -> None:
    values = game(3, lambda who: 6.0 * (0 in who) * (1 in who) + 2.0 * (2 in who))
    np.testing.assert_allclose(shapley.shares(values)[0], [3.0, 3.0, 2.0], atol=1e-9)
    np.testing.assert_allclose(shapley.interactions(values)[0], [6.0, 0.0, 0.0], atol=1e-9)


def test_unanimity_of_three_interacts_in_every_pair() -> None:
    # Grabisch & Roubens 1999: of the unanimity game of T a pair in T has 1 / (|T| - 1).
    values = game(4, lambda who: {0, 1, 2} <= set(who))
    found = dict(zip(shapley.pair_places(4), shapley.interactions(values)[0], strict=True))
    for pair, value in found.items():
        assert value == pytest.approx(0.5 * (3 not in pair), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_shares_are_the_mean_over_all_orders_and_add_up(players: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(1e3, 10.0, (1, 2**players))
    found = shapley.shares(values)[0]
    np.testing.assert_allclose(found, brute(values), atol=1e-9)
    assert found.sum() == pytest.approx(values[0, -1] - values[0, 0], abs=1e-9)


def test_shares_of_ten_add_up_in_every_replicate() -> None:
    values = np.random.default_rng(1).normal(1e4, 1.0, (5, 1024))
    whole = values[:, -1] - values[:, 0]
    np.testing.assert_allclose(shapley.shares(values).sum(axis=1), whole, atol=1e-9)


def test_replicates_pair_so_that_common_luck_cancels() -> None:
    random = np.random.default_rng(2)
    luck = random.normal(0.0, 100.0, (20, 1))
    values = game(3, lambda who: float(len(who))) + luck + random.normal(0.0, 0.1, (20, 8))
    found = shapley.exact(values)
    assert (found.high - found.low < 0.3).all()
    assert ((found.low < 1.0) & (found.high > 1.0)).sum() >= 2
    assert found.replicates == 20


def test_intervals_over_replicates_cover_as_often_as_they_say() -> None:
    random = np.random.default_rng(3)
    truth = game(3, lambda who: float(len(who)) ** 2)
    inside = 0
    for _ in range(400):
        found = shapley.exact(truth + random.normal(0.0, 1.0, (4, 8)))
        inside += ((found.low < 3.0) & (found.high > 3.0)).sum()
    assert inside / 1200 == pytest.approx(0.95, abs=0.025)


def test_luck_alone_seldom_makes_a_pair() -> None:
    random = np.random.default_rng(12)
    named = alone = 0
    for _ in range(400):
        found = shapley.over_replicates(shapley.interactions(random.normal(size=(4, 16))))
        named += shapley.told_from_zero(found, 0.0).any()
        alone += ((found.low > 0) | (found.high < 0)).any()
    # One interval of six excludes zero in every fourth study; a pair is named in one of twenty.
    assert alone > 60
    assert named == pytest.approx(20, abs=15)
    real = shapley.over_replicates(random.normal([0.0, 5.0, -5.0], 0.5, (6, 3)))
    np.testing.assert_array_equal(shapley.told_from_zero(real, 0.0), [False, True, True])
    still = shapley.over_replicates(np.tile([1e-13, 2.0], (3, 1)))
    np.testing.assert_array_equal(shapley.told_from_zero(still, 1e-9), [False, True])
    assert not shapley.told_from_zero(shapley.over_replicates(np.ones((1, 2))), 0.0).any()


def test_a_single_replicate_has_no_interval() -> None:
    found = shapley.exact(game(2, len))
    np.testing.assert_allclose(found.mean, 1.0)
    assert np.isnan([found.low, found.high]).all()


def test_a_replicate_with_a_missing_coalition_is_dropped() -> None:
    values = np.repeat(game(3, len), 4, axis=0)
    values[:, -1] += np.arange(4.0)
    values[3, 5] = np.nan
    found = shapley.exact(values)
    assert (found.replicates, found.dropped) == (3, 1)
    np.testing.assert_allclose(found.mean.sum(), 3.0 + 1.0)
    values[:, 2] = np.nan
    with pytest.raises(InputError, match="0 of 4 replicates"):
        shapley.exact(values)


@pytest.mark.parametrize("count", [1, 3, 6, 2**17])
def test_anything_but_all_coalitions_is_refused(count: int) -> None:
    with pytest.raises(InputError, match="allowed"):
        shapley.shares(np.ones((1, count)))


def test_orders_come_in_pairs_and_do_not_depend_on_how_many() -> None:
    few, many = shapley.orders(6, 10), shapley.orders(6, 40)
    np.testing.assert_array_equal(few, many[:10])
    np.testing.assert_array_equal(few[0::2], few[1::2, ::-1])
    assert (np.sort(many, axis=1) == np.arange(6)).all()
    assert (shapley.orders(6, 10, seed=2) != few).any()
    for count in (0, 3):
        with pytest.raises(InputError, match="even"):
            shapley.orders(6, count)


def sample(values: np.ndarray, orders: np.ndarray) -> shapley.Estimate:
    masks = shapley.needed(orders)
    return shapley.sampled(values[:, masks], masks, orders)


def test_all_orders_give_the_exact_shares() -> None:
    values = np.random.default_rng(4).normal(size=(3, 16))
    half = [order for order in every_order(range(4)) if order[0] < order[-1]]
    orders = np.array([one for order in half for one in (order, order[::-1])])
    np.testing.assert_allclose(sample(values, orders).mean, shapley.exact(values).mean, atol=1e-12)


def test_sampled_shares_add_up_and_need_few_coalitions() -> None:
    values = np.random.default_rng(5).normal(1e4, 1.0, (4, 1024))
    orders = shapley.orders(10, 20)
    assert len(shapley.needed(orders)) < 200
    found = sample(values, orders)
    assert found.mean.sum() == pytest.approx((values[:, -1] - values[:, 0]).mean(), abs=1e-9)


def test_sampled_shares_are_unbiased_and_within_their_intervals() -> None:
    """Fresh luck and fresh orders every time; the truth is known."""
    truth = game(
        5, lambda who: float(sum(i + 1 for i in who)) ** 1.5 + 9.0 * (0 in who and 4 in who)
    )
    target = shapley.shares(truth)[0]
    random = np.random.default_rng(6)
    means, inside = [], 0
    for seed in range(300):
        noise = random.normal(0.0, 1.0, (5, 1)) + random.normal(0.0, 1.0, (5, 32))
        found = sample(truth + noise, shapley.orders(5, 12, seed))
        means.append(found.mean)
        inside += ((found.low <= target) & (target <= found.high)).sum()
        assert (found.chance > 0).all()
    error = np.std(means, axis=0) / np.sqrt(len(means))
    np.testing.assert_array_less(np.abs(np.mean(means, axis=0) - target), 4.0 * error)
    assert 0.92 <= inside / 1500 <= 0.99


def test_reversed_orders_take_out_what_pairs_do_to_each_other() -> None:
    # With effects of pairs at most, an order and its reverse together give the exact shares.
    own, together = np.array([1.0, 2.0, 3.0, 4.0]), {(0, 1): 5.0, (1, 3): -2.0}
    values = game(
        4, lambda who: own[who].sum() + sum(v for p, v in together.items() if set(p) <= set(who))
    )
    found = sample(values, shapley.orders(4, 2))
    np.testing.assert_allclose(found.mean, shapley.shares(values)[0], atol=1e-9)


def test_sampling_drops_replicates_and_refuses_orders_without_their_coalitions() -> None:
    values = np.random.default_rng(7).normal(size=(4, 64))
    orders = shapley.orders(6, 4)
    masks = shapley.needed(orders)
    chosen = values[:, masks]
    grown = int(shapley.grown(orders)[0, 3])
    chosen[1, masks == grown] = np.nan
    assert shapley.sampled(chosen, masks, orders).dropped == 1
    keep = masks != grown
    with pytest.raises(InputError, match="not there"):
        shapley.sampled(values[:, masks[keep]], masks[keep], orders)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12), st.integers(-2, 3))
def test_rounded_parts_add_up_as_printed(parts: list[float], digits: int) -> None:
    found = shapley.rounded(np.array(parts), digits)
    unit = 10.0**-digits
    assert abs(found - parts).max() <= unit * (1 + 1e-6)
    assert (
        round(found.sum() / unit) == round(sum(parts) / unit)
        or abs(sum(parts) / unit % 1 - 0.5) < 1e-4
    )


def test_weights_are_those_of_the_definition() -> None:
    values = np.eye(8)
    # Of coalition {0, 1} of three: 1! 1! / 3! for its members, minus 2! 0! / 3! for player 2.
    np.testing.assert_allclose(
        values[0b011] @ shapley._share_weights(3), [1 / 6, 1 / 6, -1 / 3], atol=1e-12
    )
