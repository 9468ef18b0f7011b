"""The firm panel: its truth is the ledger's, its files are whole, its applications are the book's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibration.panel import Panel, panel
from calibration.panel_columns import APPLICATIONS, PANEL, TRUTH, codebook
from sim.additionality import ledger
from sim.cli import main
from sim.core.errors import InputError
from sim.model import Province
from sim.scenario import Scenario

SMALL: dict[str, Any] = {"scale": 0.02, "seed": 3, "until": "2016-12"}
GRANT = "equipment_subsidy"


@pytest.fixture(scope="module")
def made() -> Panel:
    return panel("contest_allocation", GRANT, **SMALL)


def test_true_effects_sum_to_what_the_ledger_adds(made: Panel) -> None:
    found = ledger("contest_allocation", [GRANT], replicates=1, workers=1, follow=0, **SMALL)
    last = made.frame[made.frame["year"] == 2016]
    here, twin = (
        last[name].fillna(0).astype(float) for name in ("adopted", "counterfactual_adopted")
    )
    added = float((last["weight"] * (here - twin)).sum())
    assert added == pytest.approx(found.effects["adopters"].iloc[0], abs=1e-3)
    assert (here - twin).abs().sum() > 0


def test_nothing_differs_before_the_instrument_begins(made: Panel) -> None:
    early = made.frame[made.frame["year"] < 2014]
    assert (early["in_operation"] == early["counterfactual_in_operation"]).all()
    effects = early[[one.name for one in PANEL if one.name.startswith("effect_")]]
    assert (effects.dropna().astype(float) == 0.0).all(axis=None)
    assert len(effects.dropna()) > 0.9 * len(early)
    assert set(made.frame["year"]) == set(range(2012, 2017))


def test_effects_are_what_was_seen_less_the_counterfactual(made: Panel) -> None:
    frame = made.frame
    both = (frame["in_operation"] == 1) & (frame["counterfactual_in_operation"] == 1)
    assert frame.loc[~both, "effect_adopted"].isna().all()
    # A firm without anybody employed has no logarithm of it.
    shown = frame[both & (frame["employees"] > 0) & (frame["counterfactual_employees"] > 0)]
    logs = np.log(shown["employees"]) - np.log(shown["counterfactual_employees"])
    np.testing.assert_allclose(logs, shown["effect_employees"], atol=1e-12)
    assert (shown["adopted"] - shown["counterfactual_adopted"] == shown["effect_adopted"]).all()
    assert (frame["adopted"].dropna() == frame["uses_automation"].dropna()).all()
    assert not frame.duplicated(["firm", "year"]).any()


def test_flows_of_a_year_are_sums_of_its_months(made: Panel) -> None:
    """Firms in operation all year long, against a run that is read month by month."""
    scenario = Scenario.load("contest_allocation", ['time.end="2012-12"'])
    province = Province(scenario, scale=SMALL["scale"], seed=SMALL["seed"])
    firms = province.tables["firms"]
    output, staff = np.zeros(firms.rows), np.zeros(firms.rows)
    alive = np.ones(firms.rows, dtype=bool)
    uid = np.array(firms.uid)
    while not province.clock.finished:
        province.step()
        output += firms.output
        staff += firms.skilled + firms.unskilled
        alive &= (firms.alive == 1) & (firms.uid == uid)
    year = made.frame[made.frame["year"] == 2012].set_index("firm").loc[uid[alive]]
    np.testing.assert_allclose(year["output"], output[alive], rtol=1e-5)
    np.testing.assert_allclose(year["employees"], staff[alive] / 12.0, rtol=1e-5)


def test_the_jury_gives_awards_from_the_cut_off_up(made: Panel) -> None:
    cut = made.applications[made.applications["distance"].notna()]
    assert len(cut) > 50
    assert 0.0 < cut["won"].mean() < 1.0
    assert ((cut["distance"] >= 0) == (cut["won"] == 1)).all()
    assert ((cut["award"] > 0) == (cut["won"] == 1)).all()
    assert not np.allclose(cut["score"], cut["true_score"])
    won = made.applications[made.applications["won"] == 1]
    since = won.groupby("firm")["decided"].min().str[:4].astype(int)
    seen = made.frame.dropna(subset=["treated_since"]).groupby("firm")["treated_since"].first()
    assert set(seen.index) <= set(since.index)
    assert (seen.astype(int) == since.loc[seen.index]).all()
    assert made.frame["award"].sum() <= made.applications["award"].sum() * (1 + 1e-9)


def test_a_formula_has_no_cut_off() -> None:
    found = panel("document_2014", GRANT, **SMALL | {"until": "2014-12"}).applications
    assert len(found) > 0
    assert (found["won"] == 1).all()
    assert found["cut_off"].isna().all()


def test_files_hold_the_same_and_the_codebook_names_every_column(
    made: Panel, tmp_path: Path
) -> None:
    made.save(tmp_path / "out", "zh")
    for name, columns in (("panel", PANEL), ("applications", APPLICATIONS)):
        table = pd.read_parquet(tmp_path / "out" / f"{name}.parquet")
        text = pd.read_csv(tmp_path / "out" / f"{name}.csv")
        assert list(table) == list(text) == [one.name for one in columns]
        assert len(table) == len(text) > 0
    book = codebook()
    assert set(book["column"]) == {one.name for one in (*PANEL, *APPLICATIONS)}
    assert (book[["label", "label_zh", "kind_zh"]] != "").all(axis=None)
    hidden = {one.name for one in PANEL if one.kind == TRUTH}
    assert hidden == {n for n in made.frame if n.startswith(("counterfactual_", "effect_"))}
    notes = (tmp_path / "out" / "codebook_zh.md").read_text(encoding="utf-8")
    assert "对照运行" in notes
    assert all(f"`{one.name}`" in notes for one in PANEL)


@pytest.mark.parametrize(
    ("instrument", "settings", "until", "says"),
    [
        ("no_such", (), None, "no_such"),
        ("training_places", (), None, "--instrument"),
        (GRANT, (f"instruments.{GRANT}.enabled=false",), None, "never runs"),
        (GRANT, ('time.start="2014-01"',), None, "a whole year before"),
        (GRANT, (), "2014-11", "December of 2014"),
    ],
)
def test_what_has_no_panel_is_refused(
    instrument: str, settings: tuple[str, ...], until: str | None, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        panel("document_2014", instrument, settings=settings, until=until)


def test_the_command_writes_a_panel_that_repeats_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> int:
        with pytest.raises(SystemExit) as end:
            main(["panel", *arguments, "--quiet"])
        return int(end.value.code or 0)

    some = ("contest_allocation", "--instrument", GRANT, "--scale", "0.01", "--until", "2014-12")
    assert run(*some) == 2
    assert "--out" in capsys.readouterr().err
    assert run("contest_allocation", "--out", str(tmp_path / "none")) == 2
    assert not (tmp_path / "none").exists()
    assert run(*some, "--out", str(tmp_path / "one")) == 0
    assert run(str(tmp_path / "one" / "panel.parquet"), "--out", str(tmp_path / "two")) == 0
    one, two = ((tmp_path / name / "panel.csv").read_bytes() for name in ("one", "two"))
    assert one == two
