"""Attribution of an effect to the programme's actions, from the tables of a study."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.analysis import shapley
from experiments.analysis.attribution import ALL, REST, WHOLE, attribute, printed
from experiments.analysis.attribution_figures import write_figures
from experiments.analysis.coalitions import (
    ACTIONS,
    coded,
    every_coalition,
    game_of,
    sampled_coalitions,
    without_of,
)
from sim.core.errors import InputError
from sim.programme import CLAUSES, Programme

FOUR = ("A1", "A2", "A4", "A10")
OWN = dict(zip(ACTIONS, [4.0, 3.0, 2.0, 1.0, 0.5, 0.4, 0.3, 0.2, 0.1, -1.5], strict=True))


def outcome(present: set[str], programme: bool = True) -> float:
    """Own effects; A1 and A2 do 6 more together, A2 and A10 stand in for 2; safeguards 10."""
    both = 6.0 * ({"A1", "A2"} <= present) - 2.0 * ({"A2", "A10"} <= present)
    return 1000.0 + 10.0 * programme + sum(OWN[code] for code in sorted(present)) + both


def study(
    coalitions: list[tuple[str, ...]],
    actions: tuple[str, ...],
    replicates: int = 3,
    noise: float = 0.0,
    on_disk: bool = True,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Design and runs of document_2014 with coalitions left out, and of no_programme."""
    cells = ["+".join(one) if on_disk else one for one in coalitions]
    design = pd.DataFrame({
        "point": range(len(cells) + 1),
        "scenario": ["document_2014"] * len(cells) + ["no_programme"],
        "programme.without": [*cells, None],
    })  # fmt: skip
    values = [outcome(set(actions) - set(one)) for one in coalitions] + [outcome(set(), False)]
    random = np.random.default_rng(1)
    luck = random.normal(0.0, 50.0, replicates)
    rows = [
        {
            "run": f"{point}-{replicate}", "point": point, "scenario": design["scenario"][point],
            "replicate": replicate, "status": "done", "robots": value + luck[replicate]
            + random.normal(0.0, noise), "two_integration_index": 2.0 * value + luck[replicate],
        }
        for point, value in enumerate(values)
        for replicate in range(replicates)
    ]  # fmt: skip
    return design, pd.DataFrame(rows)


def test_cells_of_a_design_are_read_in_every_form() -> None:
    for cell in ("A10+A2", " A2 + A10 ", ["A2", "A10"], ("A10", "A2"), np.array(["A10", "A2"])):
        assert without_of(cell) == ("A2", "A10")
    for cell in ("", None, np.nan, pd.NA, (), [], np.array([])):
        assert without_of(cell) == ()
    assert coded(("A10", "A2")) == "A2+A10"
    assert without_of(coded(FOUR)) == FOUR
    for cell in ("A11", ["A1", "machines"], 7, "A1,A2"):
        with pytest.raises(InputError, match=r"programme\.without"):
            without_of(cell)


def test_coalitions_are_settings_that_the_programme_takes() -> None:
    found = every_coalition(FOUR)
    assert len(set(found)) == 16
    assert (found[0], found[-1]) == (FOUR, ())
    assert len(every_coalition()) == 1024
    few = sampled_coalitions(permutations=6, seed=3)
    assert len(set(few)) == len(few) < 6 * 9 + 22
    assert {(), ACTIONS} <= set(few)
    for one in few:
        assert Programme(without=one).without == one


def test_shares_of_a_known_game_in_a_tidy_table() -> None:
    design, runs = study(every_coalition(FOUR), FOUR)
    found = attribute(design, runs, ["robots"])
    table = found.of("robots")
    truth = {"A1": 4.0 + 3.0, "A2": 3.0 + 3.0 - 1.0, "A4": 1.0, "A10": -1.5 - 1.0}
    assert found.actions == FOUR
    for code, value in truth.items():
        assert table.loc[code, "shapley"] == pytest.approx(value, abs=1e-9)
        assert table.loc[code, "share"] == pytest.approx(value / 10.5, abs=1e-9)
        assert (table.loc[code, "zh"], table.loc[code, "en"]) == CLAUSES[code][1:]
    first, last = table["first_in"], table["last_in"]
    assert (first["A2"], last["A2"]) == (pytest.approx(3.0), pytest.approx(3.0 + 6.0 - 2.0))
    assert (first["A10"], last["A10"]) == (pytest.approx(-1.5), pytest.approx(-3.5))
    # Paired replicates: luck of 50 leaves no trace.
    assert (table["high"] - table["low"]).max() < 1e-9
    assert found.notes == ()


def test_pairs_say_who_reinforces_and_who_stands_in_for_whom() -> None:
    design, runs = study(every_coalition(FOUR), FOUR)
    pairs = attribute(design, runs, ["robots"]).pairs.set_index(["a", "b"])
    # Interactions of a game of pairs are its pairs' effects.
    assert pairs.loc[("A1", "A2"), "interaction"] == pytest.approx(6.0, abs=1e-9)
    assert pairs.loc[("A2", "A10"), "interaction"] == pytest.approx(-2.0, abs=1e-9)
    assert pairs.loc[("A1", "A2"), "verdict"] == "synergy"
    assert pairs.loc[("A2", "A10"), "verdict_zh"] == "相互替代"
    # Not a figure of rounding either.
    assert pairs.loc[("A1", "A10"), "verdict"] == "unclear"
    noisy = attribute(*study(every_coalition(FOUR), FOUR, noise=1.0), ["robots"]).pairs
    assert noisy.set_index(["a", "b"]).loc[("A1", "A4"), "verdict"] == "unclear"
    less = attribute(design, runs, ["robots"], better={"robots": "less"}).pairs
    assert less.set_index(["a", "b"]).loc[("A1", "A2"), "verdict"] == "substitution"


def test_checks_add_up_to_the_programme() -> None:
    design, runs = study(every_coalition(FOUR), FOUR, noise=0.3)
    table = attribute(design, runs, ["robots"]).of("robots")
    value = table["shapley"]
    assert value[list(FOUR)].sum() == pytest.approx(value[ALL], abs=1e-9)
    assert value[REST] + value[ALL] == pytest.approx(value[WHOLE], abs=1e-9)
    mean = runs.groupby("point")["robots"].mean()
    assert value[WHOLE] == pytest.approx(mean[15] - mean[16], abs=1e-9)
    assert table.loc[REST, "en"] == "the rest of the programme"
    without_base = design[design["scenario"] == "document_2014"]
    alone = attribute(without_base, runs, ["robots"]).of("robots")
    assert list(alone.index) == [*FOUR, ALL]


def test_what_is_printed_adds_up() -> None:
    random = np.random.default_rng(8)
    design, runs = study(every_coalition(FOUR), FOUR, noise=2.0)
    for factor in (1e-4, 1.0, 1e5):
        runs["robots"] = factor * (1000.0 + random.normal(0.0, 1.0, len(runs)) + runs["robots"])
        table = printed(attribute(design, runs, ["robots"]), "en")
        figures = [float(text.replace(",", "")) for text in table["Shapley share"]]
        assert sum(figures[:4]) == pytest.approx(figures[4], abs=1e-12 * factor)
        assert figures[4] + figures[5] == pytest.approx(figures[6], abs=1e-12 * factor)
        per_cent = [float(text) for text in table["% of the whole"][:5] if text]
        assert not per_cent or sum(per_cent[:4]) == pytest.approx(100.0)
        runs["robots"] = runs["robots"] / factor
    assert list(printed(attribute(design, runs, ["robots"]), "zh")["代码"])[:4] == list(FOUR)


def test_a_share_of_an_effect_that_may_be_none_is_not_given() -> None:
    design, runs = study(every_coalition(FOUR), FOUR)
    runs["robots"] = np.random.default_rng(2).normal(0.0, 1.0, len(runs))
    found = attribute(design, runs, ["robots"])
    assert found.of("robots")["share"].isna().all()
    assert set(printed(found, "en")["% of the whole"]) == {""}


def test_failed_runs_drop_their_replicate_and_are_told() -> None:
    design, runs = study(every_coalition(FOUR), FOUR, replicates=5)
    whole = attribute(design, runs, ["robots"]).of("robots")
    runs.loc[(runs["point"] == 6) & (runs["replicate"] == 2), "status"] = "failed"
    runs = runs[~((runs["point"] == 9) & (runs["replicate"] == 4))]
    found = attribute(design, runs, ["robots"])
    assert set(found.shares["replicates"]) == {3}
    assert set(found.shares["dropped"]) == {2}
    assert found.notes[0].en.startswith("robots: 2 of 5 replicates dropped")
    assert "5次重复中有2次" in found.notes[0].zh
    np.testing.assert_allclose(found.of("robots")["shapley"], whole["shapley"], atol=1e-9)
    runs["status"] = "failed"
    with pytest.raises(InputError, match="0 of 5 replicates"):
        attribute(design, runs, ["robots"])


def test_a_baseline_that_never_ran_takes_nothing_away() -> None:
    design, runs = study(every_coalition(FOUR), FOUR)
    runs = runs[runs["scenario"] == "document_2014"]
    found = attribute(design, runs, ["robots"])
    assert list(found.of("robots").index) == [*FOUR, ALL]
    assert "no run of the baseline" in found.notes[-1].en


def test_ten_actions_from_sampled_orders() -> None:
    few = sampled_coalitions(permutations=16, seed=4)
    design, runs = study(few, ACTIONS, replicates=4, on_disk=False)
    found = attribute(design, runs, ["robots"], permutations=16, seed=4)
    table = found.of("robots")
    assert found.pairs.empty
    assert "16 sampled orders" in found.notes[0].en
    assert table.loc[list(ACTIONS), "shapley"].sum() == pytest.approx(table.loc[ALL, "shapley"])
    assert table.loc["A4", "shapley"] == pytest.approx(1.0)
    assert table.loc["A1", "first_in"] == pytest.approx(4.0)
    assert table.loc["A1", "last_in"] == pytest.approx(10.0)
    # A game of pairs: each order and its reverse are exact.
    assert table.loc["A2", "shapley"] == pytest.approx(3.0 + 3.0 - 1.0)
    assert table.loc[REST, "en"] == "safeguards alone"
    with pytest.raises(InputError, match="coalitions"):
        attribute(design, runs, ["robots"])
    with pytest.raises(InputError, match="not there"):
        attribute(design, runs, ["robots"], permutations=16, seed=5)


def test_other_factors_are_averaged_over_and_spread_the_interval() -> None:
    parts = []
    for level in (0.0, 1.0, 2.0):
        design, runs = study(every_coalition(FOUR), FOUR, replicates=2)
        at = int(17 * level)
        lever = runs["point"].isin(
            [p for p, c in enumerate(every_coalition(FOUR)) if "A4" not in c]
        )
        runs["robots"] += level * lever
        parts.append((
            design.assign(point=design["point"] + at, **{"programme.funding": level}),
            runs.assign(point=runs["point"] + at),
        ))  # fmt: skip
    design, runs = (pd.concat(one, ignore_index=True) for one in zip(*parts, strict=True))
    found = attribute(design, runs, ["robots"])
    table = found.of("robots")
    assert set(table["replicates"]) == {3}
    assert table.loc["A4", "shapley"] == pytest.approx(1.0 + 1.0)
    spread = table["high"] - table["low"]
    assert spread["A4"] == pytest.approx(2 * 4.302653 / np.sqrt(3), rel=1e-6)
    assert spread["A1"] < 1e-9
    assert table.loc[REST, "shapley"] == pytest.approx(10.0)
    assert "3 settings" in found.notes[-1].en


def test_designs_without_a_game_are_refused() -> None:
    design, runs = study(every_coalition(FOUR), FOUR)
    with pytest.raises(InputError, match="no such column"):
        game_of(design.drop(columns="programme.without"))
    with pytest.raises(InputError, match="one scenario"):
        game_of(design.assign(**{"programme.without": ""}))
    with pytest.raises(InputError, match="one scenario"):
        game_of(design.assign(scenario=["a", "b"] * 8 + ["c"]))
    with pytest.raises(InputError, match="given 'equal_cities'"):
        game_of(design, "equal_cities")
    with pytest.raises(InputError, match="one point for each"):
        game_of(pd.concat([design, design.iloc[[3]].assign(point=99)]))
    with pytest.raises(InputError, match="no such column"):
        attribute(design, runs, ["machines"])
    with pytest.raises(InputError, match="15 of 16 coalitions"):
        attribute(design[design["point"] != 3], runs, ["robots"])


def test_order_of_points_and_runs_does_not_matter() -> None:
    design, runs = study(every_coalition(FOUR), FOUR, noise=1.0)
    one = attribute(design, runs, ["robots"])
    two = attribute(
        design.sample(frac=1, random_state=1), runs.sample(frac=1, random_state=2), ["robots"]
    )
    pd.testing.assert_frame_equal(one.shares, two.shares)
    pd.testing.assert_frame_equal(one.pairs, two.pairs)


def test_figures_in_both_languages_are_the_same_every_time(tmp_path: Path) -> None:
    design, runs = study(every_coalition(FOUR), FOUR, noise=0.3)
    outcomes = ["robots", "two_integration_index"]
    found = attribute(design, runs, outcomes, labels={"robots": ("机器人", "robots")})
    first, again = (write_figures(found, tmp_path / name, "zh") for name in ("zh", "again"))
    assert list(first) == ["attribution", "attribution_pairs"]
    for name, path in first.items():
        assert path.stat().st_size > 10_000
        assert path.read_bytes() == again[name].read_bytes()
        assert path.with_suffix(".svg").exists()
    # One replicate has no interval.
    one = attribute(design, runs[runs["replicate"] == 0], ["robots"])
    assert np.isnan(one.of("robots")["low"]).all()
    english = write_figures(one, tmp_path / "en", "en")
    assert english["attribution"].read_bytes() != first["attribution"].read_bytes()


def test_shares_agree_with_the_arrays() -> None:
    design, runs = study(every_coalition(FOUR), FOUR, noise=1.0)
    values = runs[runs["point"] < 16].pivot(index="replicate", columns="point", values="robots")
    exact = shapley.exact(values.to_numpy())
    table = attribute(design, runs, ["robots"]).of("robots").loc[list(FOUR)]
    np.testing.assert_allclose(table["low"], exact.low, atol=1e-9)
    np.testing.assert_allclose(table["high"], exact.high, atol=1e-9)
