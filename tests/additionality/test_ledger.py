"""The ledger: sums to the fen, and what must come out where the answer is known beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from sim.additionality import PROGRAMME, Ledger, ledger
from sim.cli import main
from sim.comparison import run
from sim.core.errors import InputError
from sim.terms import CLASSES

QUICK: dict[str, Any] = {"scale": 0.01, "replicates": 1, "workers": 1, "until": "2015-12"}
SUBSIDY = "instruments.equipment_subsidy"
ALONE = [
    'time.start="2014-01"',
    'technologies=["automation"]',
    'mechanisms.production="off"',
    "mechanisms.finance=false",
    "mechanisms.skills=false",
    "mechanisms.provider_capacity=false",
    "mechanisms.labour_market=false",
    "mechanisms.entry_exit=false",
    "mechanisms.beliefs=false",
    "mechanisms.spillovers=false",
    'mechanisms.information="full"',
    "providers.fixed_price=true",
    f'{SUBSIDY}.technologies=["automation"]',
    f"{SUBSIDY}.decision_months=0",
    f"{SUBSIDY}.floor=0.0",
    f"{SUBSIDY}.cap=1e8",
    f"{SUBSIDY}.budget.2014=9e8",
    f"{SUBSIDY}.budget.2015=9e8",
]
"""Nothing but the firm's own decision counts, and prices are fixed."""


def subsidy(*settings: str, **options: Any) -> Ledger:
    central = {"settings": settings, "parameters": "central"}
    return ledger("core_programme", ["equipment_subsidy"], **central, **QUICK | options)


def money(found: Ledger) -> pd.Series[int]:
    return found.lines[["paid", *CLASSES]].sum()


def test_without_a_rate_there_is_nothing_to_class() -> None:
    found = subsidy(f"{SUBSIDY}.rate=0.0")
    assert money(found).sum() == 0
    assert not found.effects[["money", "adopters", "productivity", "jobs"]].any(axis=None)
    assert not found.balances[["only_here", "only_twin", "sooner", "later"]].any(axis=None)
    assert found.table().empty
    assert set(found.costs()["verdict"]) == {"not distinguishable"}


def test_where_everybody_would_adopt_anyway_all_is_deadweight() -> None:
    """Firms order whatever they know of, month after month, paid for or not."""
    found = money(
        subsidy(
            *ALONE,
            'mechanisms.decision="always"',
            f'{SUBSIDY}.start="2014-01"',
            f"{SUBSIDY}.call_months=[2, 3, 4, 5, 6]",
        )
    )
    assert found["paid"] > 0
    assert found["deadweight"] == found["paid"]


def test_where_nobody_would_adopt_a_full_subsidy_is_all_additional() -> None:
    """Firms want their money back at once: only a project that costs them nothing will do."""
    found = subsidy(
        *ALONE,
        "adoption.payback_shift=-3.0",
        "adoption.choice_sharpness=20.0",
        f"{SUBSIDY}.rate=1.0",
        "governments.application_cost=0.0",
    )
    assert money(found)["paid"] > 0
    assert money(found)["additional"] == money(found)["paid"]
    assert found.effects["adopters"].iloc[0] > 0


def test_where_prices_answer_some_of_the_money_is_captured() -> None:
    tight = [
        *ALONE,
        "providers.fixed_price=false",
        "mechanisms.provider_capacity=true",
        "providers.hiring_lag=1000.0",
        f"{SUBSIDY}.rate=0.5",
    ]
    captured = money(subsidy(*tight))["captured"]
    assert captured > 0
    assert money(subsidy(*tight, "providers.fixed_price=true"))["captured"] == 0


@pytest.fixture(scope="module")
def whole() -> Ledger:
    return ledger("document_2014", follow=0, **QUICK)


def test_the_classes_sum_to_what_was_paid_to_the_fen(whole: Ledger) -> None:
    paid = run("document_2014", scale=0.01, until="2015-12").programme
    paid = paid[paid["month"] == "2015-12"].set_index("instrument")["paid"]
    assert (paid > 0).sum() > 30
    lines = whole.lines
    assert (lines[list(CLASSES)].to_numpy() >= 0).all()
    assert (lines[list(CLASSES)].sum(axis=1) == lines["paid"]).all()
    own = lines[lines["without"] == lines["instrument"]].groupby("instrument")["paid"].sum()
    every = lines[lines["without"] == PROGRAMME].groupby("instrument")["paid"].sum()
    for name, amount in paid.items():
        assert own.get(name, 0) == every.get(name, 0) == round(amount * 1e6), name


def test_the_programme_alone_is_classed_as_among_single_instruments(whole: Ledger) -> None:
    alone = ledger("document_2014", follow=0, each=False, **QUICK)
    assert set(alone.lines["without"]) == {PROGRAMME}
    among = whole.lines[whole.lines["without"] == PROGRAMME].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.lines, among)


def test_what_cities_add_goes_with_the_award(whole: Ledger) -> None:
    lines = whole.lines
    added = lines[(lines["instrument"] == "city_funds") & (lines["without"] != PROGRAMME)]
    fund = added["without"] == "city_funds"
    assert added.loc[fund, "paid"].sum() == added.loc[~fund, "paid"].sum() > 0


def test_lines_are_tables_by_tier_city_and_year(whole: Ledger) -> None:
    paid = whole.lines.groupby("without")["paid"].sum() / 1e6
    for key in ("tier", "city", "year"):
        table = whole.table(("without", key))
        sums = table[table["class"] == "paid"].groupby("without")["money"].sum()
        np.testing.assert_allclose(sums[paid.index], paid)
        assert table["low"].isna().all()  # one replicate has no interval
    grants = whole.lines[whole.lines["without"] == "equipment_subsidy"]
    assert set(grants["tier"]) <= {"backbone", "above_scale"}
    assert set(grants["year"]) <= {2014, 2015}


def test_the_same_for_any_number_of_workers() -> None:
    one, two = (
        ledger("core_programme", follow=6, **QUICK | {"replicates": 2, "workers": workers})
        for workers in (1, 2)
    )
    for name in ("lines", "effects", "balances"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    assert one.manifest == two.manifest
    assert len(one.effects) == 2 * 5
    assert one.table()["low"].notna().all()


def test_a_longer_look_ahead_only_turns_additional_into_accelerated() -> None:
    """What is never ordered within some months may yet be ordered later, not the other way."""
    short, long = (
        money(subsidy(f"{SUBSIDY}.rate=0.5", follow=months, scale=0.03)) for months in (0, 24)
    )
    assert short["paid"] == long["paid"]
    assert short["deadweight"] == long["deadweight"]
    assert short["captured"] == long["captured"]
    assert short["accelerated"] < long["accelerated"]


@pytest.mark.parametrize(
    ("verb", "lang", "shown", "more"),
    [
        ("ledger", "zh", "新增", []),
        ("laboratory", "en", "share additional",
         ["--rules", "contest,lottery", "--noise", "0.5", "--noise", "inf"]),
    ],
)  # fmt: skip
def test_a_command_writes_what_it_prints_and_repeats_it(
    verb: str, lang: str, shown: str, more: list[str], tmp_path: Path, capsys: Any
) -> None:
    def said(*arguments: str) -> str:
        with pytest.raises(SystemExit) as end:
            main([verb, *arguments, "--lang", lang, "--quiet", "--workers", "1"])
        assert end.value.code == 0
        return str(capsys.readouterr().out).replace(str(tmp_path), "")

    first, again = tmp_path / "one", tmp_path / "two"
    options = ["--scale", "0.01", "--replicates", "2", "--until", "2015-12", "--follow", "6"]
    out = said(
        "core_programme", "--instrument", "equipment_subsidy", *options, *more, "--out", str(first)
    )
    assert shown in out
    page = (first / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 1
    assert (first / "figures" / f"{verb}.svg").exists()
    assert len(pd.read_parquet(first / f"{verb}.parquet")) > 0
    said(str(first / f"{verb}.parquet"), "--out", str(again))
    files = [path.relative_to(first) for path in first.rglob("*.*")]
    assert len(files) > 8
    for file in files:
        assert (first / file).read_bytes() == (again / file).read_bytes(), file


def test_a_scenario_without_instruments_has_an_empty_ledger(tmp_path: Path) -> None:
    found = ledger("no_programme", **QUICK)
    assert found.lines.empty
    assert found.effects.empty
    assert tmp_path / "out" / "report.html" in found.save(tmp_path / "out")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"instruments": ["robot_subsidy"]}, "equipment_subsidy"),
        ({"replicates": 0}, "1 to 100000"),
        ({"workers": 0}, "1 or more"),
        ({"follow": -1}, "0 to 240"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ledger("core_programme", **options)


def test_notes_on_own_data_go_into_the_manifest_of_twins() -> None:
    graph = nx.path_graph(12, create_using=nx.DiGraph)
    graph.graph.update(sector="TEX", city="Ningbo")
    nx.set_edge_attributes(graph, 0.9, "share")
    found = subsidy(supply_graph=graph, until="2014-03", follow=0)
    assert "links of the supply graph carry" in found.manifest["notes"][0]
    assert found.manifest["few_rows"] == {"Ningbo": 12}
