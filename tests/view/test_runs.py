"""The page's runs are those of the command line, whichever way they were made."""

from __future__ import annotations

import numpy as np
import pytest

from sim.comparison import compare
from sim.view import runs
from sim.view.choice import Choice, Plan, Revision
from sim.view.snapshot import Member, Snapshot, Track

BASE = Plan("no_programme")
MOVED = Plan(settings=(("instruments.equipment_subsidy.rate", 0.3),))
LATER = Plan(revisions=(Revision("2016-01", (("programme.funding", 3.0),)),))
EARLY = Plan("early_start")
"""Parts from the others before the month at which a worker keeps its provinces."""


@pytest.fixture(scope="module")
def made() -> dict[Plan, list[Member]]:
    return {
        plan: [runs.work((plan, replicate)) for replicate in (0, 1)]
        for plan in (BASE, Plan(), MOVED)
    }


def snapshot(made: dict[Plan, list[Member]], plan: Plan, first: int = 2) -> Snapshot:
    """A picture with the first runs of a plan and all of the baseline."""
    tracks = [Track(one.scenario(), tuple(made[one])) for one in (BASE, plan)]
    current = Track(tracks[1].scenario, tracks[1].members[:first])
    return Snapshot(Choice(plan), made[BASE][0].months, tracks[0], current)


def test_runs_and_differences_are_those_of_compare(made):
    shown = compare(
        ["document_2014", "no_programme"], scale=runs.SCALE, seed=runs.SEED, replicates=2,
        workers=1,
    )  # fmt: skip
    frame = shown.province
    for name, plan in (("document_2014", Plan()), ("no_programme", BASE)):
        for replicate, member in enumerate(made[plan]):
            rows = frame[(frame["scenario"] == name) & (frame["replicate"] == replicate)]
            for output in ("adoption_automation", "employees", "public_spending", "wage"):
                assert np.array_equal(rows[output].to_numpy(np.float32), member.province[output])
    picture = snapshot(made, Plan())
    assert picture.current is not None
    table = shown.differences(["2017-12"]).set_index("output")
    for output in ("adoption_erp", "employees"):
        gap = picture.difference(picture.current, output)
        expected = table.loc[output, ["difference", "low", "high"]].to_numpy(float)
        found = [gap.mean[-1], gap.low[-1], gap.high[-1]]
        # Members hold 32-bit numbers.
        assert found == pytest.approx(expected, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("plan", [MOVED, LATER, EARLY])
def test_a_province_that_goes_on_is_one_run_from_the_start(plan, made):
    found = runs.work((plan, 1)).province
    whole = runs.member(runs.whole_run(plan, 1).run(), 1).province
    for output, values in whole.items():
        assert np.array_equal(found[output], values, equal_nan=True), output


def test_without_a_programme_nothing_is_paid_and_shares_are_shares(made):
    assert made[BASE][0].province["public_spending"].max() == 0
    assert made[Plan()][0].province["public_spending"][-1] > 0
    for members in made.values():
        for member in members:
            adopted = [values for name, values in member.province.items() if "adoption_" in name]
            assert all(((values >= 0) & (values <= 1)).all() for values in adopted)
            chances = np.array([met for _, _, met in member.targets.values()])
            assert ((chances >= 0) & (chances <= 1))[~np.isnan(chances)].all()
    # What was paid is what the accounts hold, in units of 100m CNY.
    paid = made[Plan()][0].programme["paid"][-1].sum() / 1e4
    assert made[Plan()][0].province["public_spending"][-1] == pytest.approx(paid, rel=1e-4)


def test_months_before_the_programme_are_the_same(made):
    before = made[BASE][0].months.index("2014-01")
    for output in ("adoption_automation", "employees", "output"):
        one, other = (made[plan][0].province[output][:before] for plan in (BASE, Plan()))
        assert np.array_equal(one, other)


def test_a_level_with_few_runs_leans_on_the_baseline(made):
    whole, early = snapshot(made, MOVED), snapshot(made, MOVED, first=1)
    assert whole.current is not None
    assert early.current is not None
    own = whole.current.values("adoption_automation").mean(axis=0)
    level = whole.level(whole.current, "adoption_automation")
    assert level.mean == pytest.approx(own, abs=1e-6)
    assert np.isnan(level.low).all()  # two runs make no band
    far = np.abs(early.current.values("adoption_automation")[0] - own).max()
    near = np.abs(early.level(early.current, "adoption_automation").mean - own).max()
    assert near < far / 5
    single = early.difference(early.current, "adoption_automation")
    assert single.pairs == 1
