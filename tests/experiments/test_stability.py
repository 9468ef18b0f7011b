"""How sure rankings are: closed forms, and simulation of what is promised."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.analysis import decisions, stability
from experiments.analysis.labels import outcome_label
from sim.core.errors import InputError


def standard(count: int, mean: float, sd: float, seed: int = 1) -> np.ndarray:
    """A sample of exactly this mean and standard deviation."""
    drawn = np.random.default_rng(seed).standard_normal(count)
    return mean + sd * (drawn - drawn.mean()) / drawn.std(ddof=1)


def pair(gap: np.ndarray) -> np.ndarray:
    """Two options with common luck and a paired difference."""
    luck = np.random.default_rng(9).normal(0.0, 100.0, len(gap))
    return np.stack([luck + gap, luck], axis=1)


def test_the_chance_to_win_is_the_posterior_of_jeffreys() -> None:
    gap = np.array([1.0, 2.0, 1.0, -1.0, 0.0, 3.0])
    found = stability.beats(pair(gap))
    # Four wins and a tie of six.
    posterior = stats.beta(5.0, 2.0)
    assert found.mean[0, 1] == pytest.approx(5.0 / 7.0)
    assert found.low[0, 1] == pytest.approx(posterior.ppf(0.025))
    assert found.high[0, 1] == pytest.approx(posterior.ppf(0.975))
    np.testing.assert_allclose(found.mean + found.mean.T, 1.0)
    np.testing.assert_allclose(found.low[0, 1], 1.0 - found.high[1, 0])


def test_sure_of_the_mean_is_the_t_test_and_luck_in_common_cancels() -> None:
    gap = standard(8, 0.5, 1.0)
    p = stats.ttest_1samp(gap, 0.0, alternative="greater").pvalue
    assert stability.surely_better(gap) == pytest.approx(1.0 - p)
    drawn = stability.surely_first(pair(gap), draws=40_000)
    np.testing.assert_allclose(drawn, [1.0 - p, p], atol=0.01)
    for mean, sure in ((1.0, 1.0), (0.0, 0.5), (-1.0, 0.0)):
        assert stability.surely_better(np.full(4, mean)) == sure


def test_the_normal_predictive_is_calibrated() -> None:
    """The chance told of exceeding what then comes is uniform, whatever mean and spread."""
    random = np.random.default_rng(3)
    samples, came = random.normal(0.7, 2.0, (4, 5000)), random.normal(0.7, 2.0, 5000)
    told = stability.beats_if_normal(samples - came)
    assert stats.kstest(told, "uniform").pvalue > 0.01
    # What is known of the mean is narrower than what is foretold of one replicate.
    assert stats.kstest(stability.surely_better(samples - came), "uniform").pvalue < 1e-6
    assert stats.kstest(stability.surely_better(samples - 0.7), "uniform").pvalue > 0.01


def test_best_and_first_places_are_shared_by_ties_and_add_up() -> None:
    values = np.array([[3.0, 2.0, 2.0, 0.0], [3.0, 3.0, 1.0, 0.0], [0.0, 5.0, 4.0, 4.0]])
    best, two = stability.among_first(values, 1), stability.among_first(values, 2)
    # Dirichlet with 1/2 for each of four: (times + 1/2) / (3 + 2).
    np.testing.assert_allclose(best.mean, (np.array([1.5, 1.5, 0.0, 0.0]) + 0.5) / 5.0)
    np.testing.assert_allclose(two.mean, (np.array([2.0, 2.5, 1.0, 0.5]) + 0.5) / 4.0)
    assert best.mean.sum() == pytest.approx(1.0)
    assert (best.low < best.mean).all()
    place = stability.expected_place(values)
    np.testing.assert_allclose(
        place.mean, [(1 + 1.5 + 4) / 3, (2.5 + 1.5 + 1) / 3, 8 / 3, 10.5 / 3]
    )
    assert ((place.low >= 1.0) & (place.high <= 4.0)).all()
    for k in (0, 4):
        with pytest.raises(InputError, match="1 to 3"):
            stability.among_first(values, k)


def test_the_place_of_a_mean_is_known_when_differences_are_large() -> None:
    random = np.random.default_rng(5)
    values = np.array([5.0, 1.0, 1.01, -5.0]) + random.normal(0.0, 0.3, (12, 4))
    found = stability.place_of_mean(values)
    assert (found.low[0], found.high[0]) == (1.0, 1.0)
    assert (found.low[3], found.high[3]) == (4.0, 4.0)
    assert (found.low[1], found.high[1]) == (2.0, 3.0)
    np.testing.assert_array_equal(found.mean, stability.place_of_mean(values, seed=2).mean)


def test_replicates_for_a_sign_are_those_of_the_t_test() -> None:
    more = stability.more_for_sign(0.2, 1.0, 10)
    total = 10 + int(more)

    def sure(n: int) -> float:
        return float(stats.t.cdf(0.2 * np.sqrt(n), n - 1))

    assert sure(total) >= 0.95 > sure(total - 1)
    # About (1.645 / 0.2)^2, and the sign does not matter.
    assert total == pytest.approx((1.645 / 0.2) ** 2, abs=3)
    assert stability.more_for_sign(-0.2, 1.0, 10) == more
    assert stability.more_for_sign(0.2, 1.0, 10, power=0.8) > more


@pytest.mark.parametrize(
    ("mean", "sd", "count", "more"),
    [
        (1.0, 1.0, 30, 0.0), (1.0, 0.0, 2, 0.0), (0.0, 1.0, 50, np.inf), (0.0, 0.0, 5, np.inf),
        (1e-6, 1.0, 5, np.inf),
    ],
)  # fmt: skip
def test_settled_and_never(mean: float, sd: float, count: int, more: float) -> None:
    assert stability.more_for_sign(mean, sd, count) == more
    assert (more == 0.0) == (decisions.verdict(more)["verdict"] == "settled")
    assert (more == np.inf) == (decisions.verdict(more)["verdict"] == "never")


@pytest.mark.parametrize(("mean", "count"), [(0.5, 4), (0.25, 10), (0.15, 30)])
@pytest.mark.parametrize("power", [0.5, 0.8])
def test_replicates_promised_settle_as_often_as_said(mean: float, count: int, power: float) -> None:
    """So many further replicates with the difference and spread seen, 4000 times."""
    more = int(stability.more_for_sign(mean, 1.0, count, power))
    seen = standard(count, mean, 1.0)
    later = np.random.default_rng(7).normal(mean, 1.0, (more, 4000))
    whole = np.concatenate([np.repeat(seen[:, None], 4000, axis=1), later])
    settled = (stability.surely_better(whole) >= stability.LEVEL).mean()
    assert settled == pytest.approx(power, abs=0.06)


def test_a_set_of_one_of_two_is_a_sign() -> None:
    values = pair(standard(12, 0.25, 1.0))
    sure, more = stability.sure_of_set(values, 1, draws=100_000)
    assert sure == pytest.approx(
        float(stability.surely_better(values[:, 0] - values[:, 1])), abs=0.01
    )
    assert more == pytest.approx(stability.more_for_sign(0.25, 1.0, 12), abs=3)


def test_a_set_is_settled_never_or_after_so_many() -> None:
    random = np.random.default_rng(11)
    clear = np.array([3.0, 2.9, 0.0, -1.0]) + random.normal(0.0, 0.2, (10, 4))
    assert stability.sure_of_set(clear, 2)[1] == 0.0
    # Who of the first two is better does not matter to the set of both; to the best it does.
    assert stability.sure_of_set(clear, 1)[1] > 0.0
    tied = np.stack([clear[:, 0], clear[:, 1], clear[:, 1], clear[:, 3]], axis=1)
    assert stability.sure_of_set(tied, 2) == (0.5, np.inf)


def test_replicates_promised_for_a_set_settle_it_at_about_even_odds() -> None:
    truth = np.array([1.0, 0.6, 0.1, -0.3])
    noise = np.random.default_rng(13).standard_normal((12, 4))
    noise = (noise - noise.mean(axis=0)) / noise.std(axis=0, ddof=1)
    seen = truth + noise
    sure, more = stability.sure_of_set(seen, 2)
    assert sure < stability.LEVEL
    assert 0 < more < 500
    covariance = np.cov(seen.T)
    random = np.random.default_rng(17)
    settled = []
    for trial in range(200):
        later = random.multivariate_normal(truth, covariance, int(more))
        whole = np.concatenate([seen, later])
        settled.append(
            stability.sure_of_set(whole, 2, draws=1000, seed=trial)[0] >= stability.LEVEL
        )
    assert 0.35 <= np.mean(settled) <= 0.65


def test_halves_agree_on_what_is_clear_and_not_on_luck() -> None:
    random = np.random.default_rng(19)
    clear = np.arange(6.0) + random.normal(0.0, 0.05, (10, 6))
    assert stability.agreement_of_halves(clear).mean == pytest.approx(1.0)
    found = [
        stability.agreement_of_halves(random.standard_normal((10, 6)), splits=5, seed=s).mean
        for s in range(150)
    ]
    assert np.mean(found) == pytest.approx(0.0, abs=4 * np.std(found) / np.sqrt(150))
    assert np.isnan(stability.agreement_of_halves(np.ones((4, 3))).mean)
    two = np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
    assert stability.agreement_of_halves(two).mean == pytest.approx(-1.0)


def test_values_that_cannot_be_ranked_are_refused() -> None:
    for values in (np.ones((1, 3)), np.ones((3, 1)), np.ones(4), np.array([[1.0, np.nan]] * 3)):
        with pytest.raises(InputError, match="stability"):
            stability.beats(values)


def runs_of(values: np.ndarray, names: list[str]) -> pd.DataFrame:
    """A table of runs: replicates by scenarios."""
    return pd.DataFrame([
        {
            "run": f"{name}-{r}", "point": place, "scenario": name, "replicate": r, "status": "done",
            "two_integration_index": values[r, place], "energy_per_gdp@2015-12": -values[r, place],
        }
        for place, name in enumerate(names)
        for r in range(len(values))
    ])  # fmt: skip


NAMES = ["whole", "half", "none"]


def three(seed: int = 21) -> np.ndarray:
    random = np.random.default_rng(seed)
    luck = random.normal(50.0, 5.0, (8, 1))
    return luck + np.array([2.0, 1.9, 0.0]) + random.normal(0.0, 0.3, (8, 3))


def test_pairs_of_scenarios_in_words() -> None:
    runs = runs_of(three(), NAMES)
    outcomes = ["two_integration_index", "energy_per_gdp@2015-12"]
    names = {"none": ("无方案", "no programme")}
    table = decisions.pairs(runs, outcomes, better={outcomes[1]: "less"}, names=names)
    assert len(table) == 6
    first, second = (table[table["outcome"] == one].set_index(["a", "b"]) for one in outcomes)
    row = first.loc[("whole", "none")]
    assert (row["outcome_zh"], row["b_zh"], row["verdict_zh"]) == (
        "两化融合指数",
        "无方案",
        "已确定",
    )
    assert row["sure"] > 0.99
    assert row["low"] < row["difference"] < row["high"]
    assert row["more"] == 0.0
    # What is less is better here: the same order, differences of the other sign.
    assert second.loc[("whole", "none"), "difference"] == pytest.approx(-row["difference"])
    assert second.loc[("whole", "none"), "low"] == pytest.approx(-row["high"])
    np.testing.assert_allclose(second["sure"], first["sure"])
    assert "2015-12" in second.iloc[0]["outcome_en"]
    close = table[(table["a"] != "none") & (table["b"] != "none")].iloc[0]
    assert close["verdict"] == "more"
    assert close["more_safe"] > close["more"] > 0
    with pytest.raises(InputError, match="more, less"):
        decisions.pairs(runs, outcomes, better={outcomes[1]: "fewer"})


def test_ranking_and_set_of_scenarios() -> None:
    runs = runs_of(three(), NAMES)
    table = decisions.ranking(runs, ["two_integration_index"], top=2)
    assert table["option"].iloc[2] == "none"
    assert table["mean"].is_monotonic_decreasing
    assert table["best"].sum() == pytest.approx(1.0)
    assert table["top"].iloc[2] < 0.1
    assert (table["place_low"] <= table["place"]).all()
    row = decisions.sets(runs, ["two_integration_index"], top=2).iloc[0]
    assert set(row["options"].split("+")) == {"whole", "half"}
    assert (row["verdict"], row["more"]) == ("settled", 0.0)
    best = decisions.sets(runs, ["two_integration_index"], top=1).iloc[0]
    assert best["verdict"] == "more"
    assert 0.3 <= best["tau"] <= 1.0


def test_a_failed_run_drops_its_replicate_from_every_option() -> None:
    runs = runs_of(three(), NAMES)
    runs.loc[(runs["scenario"] == "half") & (runs["replicate"] == 3), "status"] = "failed"
    table = decisions.pairs(runs, ["two_integration_index"])
    assert set(table["replicates"]) == {7}
    assert set(table["dropped"]) == {1}
    runs.loc[runs["replicate"] > 0, "status"] = "failed"
    with pytest.raises(InputError, match="1 replicates with all 3 options"):
        decisions.pairs(runs, ["two_integration_index"])
    twice = pd.concat([runs, runs.iloc[[0]]])
    with pytest.raises(InputError, match="one run of each"):
        decisions.pairs(twice, ["two_integration_index"])


def test_cities_in_front() -> None:
    random = np.random.default_rng(23)
    runs = runs_of(three(), NAMES)[["run", "point", "scenario", "replicate", "status"]]
    level = {"Hangzhou": 5.0, "Ningbo": 4.0, "Jiaxing": 3.0, "Lishui": 0.0, "Quzhou": -1.0}
    cities = pd.DataFrame([
        {
            "run": run, "month": month, "city": city,
            "adoption_automation": base + random.normal(0.0, 0.1) - (month < "2015") * 2 * base,
        }
        for run in runs["run"]
        for month in ("2014-12", "2015-12")
        for city, base in level.items()
    ])  # fmt: skip
    table, sets = decisions.city_places(cities, runs, "adoption_automation")
    whole = table[table["scenario"] == "whole"].set_index("city")
    assert list(whole.index) == list(level)
    assert whole.loc["Hangzhou", "zh"] == "杭州市"
    assert (whole["top"] > 0.5).tolist() == [True, True, True, False, False]
    assert whole.loc["Hangzhou", "top"] == pytest.approx(8.5 / 9)
    assert set(whole["month"]) == {"2015-12"}
    assert sets["options"].tolist() == ["Hangzhou+Ningbo+Jiaxing"] * 3
    assert set(sets["verdict"]) == {"settled"}
    early, _ = decisions.city_places(cities, runs, "adoption_automation", month="2014-12")
    assert early["city"].iloc[0] == "Quzhou"
    with pytest.raises(InputError, match="2014-12, 2015-12"):
        decisions.city_places(cities, runs, "adoption_automation", month="2016-12")
    with pytest.raises(InputError, match="no such column"):
        decisions.city_places(cities, runs, "robots")


def test_outcomes_have_names_in_both_languages() -> None:
    assert outcome_label("two_integration_index") == ("两化融合指数", "two-integration index")
    assert outcome_label("two_integration_index@2015-12")[0] == "两化融合指数(2015-12)"
    assert outcome_label("two_integration_index.mean")[1].endswith(": mean of months")
    assert outcome_label("targets_met") == ("达成目标数", "targets met")
    assert outcome_label("nobody_knows") == ("nobody_knows", "nobody_knows")
    known = {"targets_met": ("达成目标数", "targets met")}
    assert outcome_label("targets_met", known) == known["targets_met"]
