"""Nothing that is not finite is ever a result: emptied sectors, and runs that go wrong."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from sim import Province, compare
from sim.cli import main
from sim.core.errors import NotFiniteError
from sim.world.economy import Economy

MONTHS = {"time__start": "2014-01", "time__end": "2014-03"}


@pytest.mark.parametrize("seed", range(1, 13))
def test_an_economy_of_single_firms_outlives_its_sectors(seed: int) -> None:
    economy = Economy.from_table(list("abcdefghijkl"), np.full((12, 12), 0.04), [900] * 12)
    province = Province("no_programme", economy=economy, seed=seed, check=True)
    frames = province.run().frames
    for name in ("province", "cities", "sectors", "tiers"):
        assert np.isfinite(frames[name].select_dtypes("number").to_numpy()).all(), name
    # A sector that stands empty for a while does not end the others.
    output = frames["province"]["output"]
    assert output.min() > 0.1 * output.iloc[0]
    assert output.iloc[-1] > 0.5 * output.iloc[0]


def test_a_province_in_which_most_firms_close_stays_finite() -> None:
    province = Province(
        "no_programme", scale=0.01, check=True, accounts__exit_rate=0.2, accounts__entry_rate=0.02
    )
    frame = province.run().province
    assert np.isfinite(frame.select_dtypes("number").to_numpy()).all()
    assert frame["firms"].iloc[-1] < 0.5 * frame["firms"].iloc[0]


def test_whoever_is_in_operation_serves_the_whole_market() -> None:
    """A sector empties and fills again: buyers go elsewhere meanwhile, nothing is sold twice."""
    province = Province("no_programme", scale=0.02, check=True, **MONTHS)
    firms, sectors = province.tables["firms"], province.tables["sectors"]
    province.step()
    closed = firms.sector == 3
    shares = firms.share[closed].copy()
    firms.writable("alive")[closed] = 0
    for name in ("skilled", "unskilled", "cash", "debt", "lease"):
        firms.writable(name)[closed] = 0.0
    province.check = province.context.check = False
    province.step()
    assert sectors.fill[3] == 0.0
    assert sectors.fill[np.arange(len(sectors)) != 3].min() > 0.5
    # What was held is kept as it was for newcomers, who start from a part of it.
    still = firms.alive[closed] == 0
    assert (firms.share[closed][still] == shares[still]).all()
    newcomers = closed & (firms.alive == 1)
    assert (firms.weight * firms.share)[newcomers].sum() < 1.0
    province.step()
    assert (sectors.fill <= 1.0 + 1e-9).all()


@pytest.mark.parametrize(
    ("table", "column", "phase", "named"),
    [
        ("cities", "wage", "labour", "wage"),
        ("firms", "capital", "accounts", "capital"),
        ("firms", "gain", "productivity", "productivity"),
    ],
)
def test_a_run_that_is_not_finite_stops_and_says_where(
    table: str, column: str, phase: str, named: str
) -> None:
    province = Province("no_programme", scale=0.01, **MONTHS)
    province.step()
    province.tables[table].writable(column)[2] = np.nan
    with pytest.raises(NotFiniteError) as caught:
        province.step()
    error = caught.value
    assert (error.month, error.phase) == ("2014-02", phase)
    assert (error.table, error.column) == (table, named)
    for word in ("2014-02", phase, f"{table}.{named}"):
        assert word in str(error)
    assert "\n" not in str(error)
    again = pickle.loads(pickle.dumps(error.of("no_programme, replicate 3")))
    assert isinstance(again, NotFiniteError)
    assert str(again) == f"no_programme, replicate 3: {error}"


def test_what_reaches_no_total_is_found_by_the_end() -> None:
    province = Province("no_programme", scale=0.01, **MONTHS)
    province.step()
    dead = int(np.flatnonzero(province.tables["firms"].weight > 0)[0])
    province.tables["firms"].writable("alive")[dead] = 0
    province.tables["firms"].writable("belief")[dead] = np.inf
    with pytest.raises(NotFiniteError, match=r"firms\.belief"):
        province.run()


@pytest.fixture
def _spoiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs whose wage turns out to be no number in the second month."""
    step = Province.step

    def spoiling(self: Any) -> None:
        if self.clock.month == 1:
            self.tables["cities"].writable("wage")[:] = np.nan
        step(self)

    monkeypatch.setattr(Province, "step", spoiling)


@pytest.mark.usefixtures("_spoiled")
def test_the_command_line_says_it_on_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    out = tmp_path / "out"
    arguments = ["run", "no_programme", "--scale", "0.01", "--quiet", "--out", str(out)]
    with pytest.raises(SystemExit) as caught:
        main([*arguments, "--until", "2012-04"])
    assert caught.value.code == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1, said
    assert "2012-02" in said[0]
    assert "cities.wage" in said[0]
    assert "Traceback" not in said[0]
    assert not out.exists()


@pytest.mark.usefixtures("_spoiled")
def test_a_comparison_says_which_run_it_was() -> None:
    with pytest.raises(NotFiniteError, match=r"document_2014, replicate 0: .*cities\.wage"):
        compare(
            ["document_2014", "no_programme"], replicates=2, scale=0.01, workers=1,
            settings=['time.end="2012-03"'],
        )  # fmt: skip
